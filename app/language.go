package app

import (
	"context"

	"lockstep/app/present"
	"lockstep/sync/api"
	"lockstep/sync/config"
)

// speak has tray, windows and notifications of this process use a language; the
// environment decides where the setting leaves it open. Commands and their JSON stay
// English: they never come here.
func (s *session) speak(l config.Language) {
	code := l.Code()
	if code == "" {
		code = present.LanguageOf(s.Env)
	}
	present.SetLanguage(code)
	present.SetHabits(s.habits())
}

// obeyed are the settings that the tray's process follows whenever they change.
func (s *session) obeyed(c config.Settings) {
	s.speak(c.Language)
	s.autostart(c)
}

// speaking is the API of an engine in another process, whose snapshots say the language
// before anybody draws them.
func (s *session) speaking(a api.API) api.API {
	if snap, err := a.Snapshot(s.ctx); err == nil {
		s.speak(snap.Language)
	}
	return speaking{a, s.speak}
}

type speaking struct {
	api.API
	speak func(config.Language)
}

// Watch implements api.API.
func (a speaking) Watch(ctx context.Context, fn func(api.Snapshot)) error {
	return a.API.Watch(ctx, func(snap api.Snapshot) {
		a.speak(snap.Language)
		fn(snap)
	})
}
