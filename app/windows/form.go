package windows

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"

	"lockstep/sync/api"
	"lockstep/sync/config"
)

// form is a draft of the settings with the inputs for them; settings and set-up are
// made of it. Nothing takes effect before save.
type form struct {
	w      *Windows
	win    *window
	loaded bool
	stored api.Settings
	draft  config.Settings
	apiKey *string
	token  *string
	wrong  map[string]mistake // by option name; the draft has the value before
	rules  []config.Rule      // the path rules as typed, while they are wrong
	tests  map[string]*testAnswer
	shown  exampled
	narrow bool // there is little room: names stand above their inputs

	body      *fyne.Container // where the inputs go
	libraries []api.Library   // as Plex listed them, nil before
	finder    *signIn

	redraw    func()                      // the inputs are to be made anew
	changed   func()                      // the draft is another
	tell      func(string)                // says in the window what was done
	submitted func()                      // Enter was pressed in an input; may be nil
	seen      seen                        // an input got the focus
	refocus   func()                      // what had the focus is gone; may be nil
	instantly func(config.Option, string) // stores a setting that applies when it is changed; nil: it waits like the others
}

// mistake is a text that cannot be taken: it stays in its input, with what is wrong.
type mistake struct{ text, words string }

func newForm(w *Windows, win *window) form {
	return form{w: w, win: win, wrong: map[string]mistake{}, tests: map[string]*testAnswer{}, body: container.New(settled{layout.NewVBoxLayout()})}
}

// load takes the stored settings as the draft.
func (p *form) load() {
	ask(p.w, p.w.api.Settings, func(s api.Settings, err error) {
		if err != nil {
			p.w.fail(p.win, err)
			return
		}
		p.take(s)
		p.redraw()
	})
}

func (p *form) take(s api.Settings) {
	p.loaded, p.stored, p.draft = true, s, s.Values.Clone()
	p.apiKey, p.token = nil, nil
	clear(p.wrong)
	p.changed()
}

func (p *form) dirty() bool {
	if !p.loaded {
		return false
	}
	if p.apiKey != nil || p.token != nil || len(p.wrong) > 0 {
		return true
	}
	for _, o := range config.Options() {
		if o.Get(p.draft) != o.Get(p.stored.Values) {
			return true
		}
	}
	return false
}

// save stores the draft, takes what became of it as the new one and goes on.
func (p *form) save(then func()) {
	p.storing(api.SettingsChange{Values: p.draft.Clone(), APIKey: p.apiKey, Token: p.token}, func(s api.Settings) {
		p.take(s)
		then()
	})
}

// storing stores settings and goes on with what became of them.
func (p *form) storing(change api.SettingsChange, then func(api.Settings)) {
	ask(p.w, func(ctx context.Context) (api.Settings, error) {
		if err := p.w.api.SaveSettings(ctx, change); err != nil {
			return api.Settings{}, err
		}
		return p.w.api.Settings(ctx)
	}, func(s api.Settings, err error) {
		if err != nil {
			p.w.fail(p.win, err)
			return
		}
		then(s)
	})
}

// submit is what Enter does in an input of one line.
func (p *form) submit(string) {
	if p.submitted != nil {
		p.submitted()
	}
}

// shows reports whether a window is still open.
func (w *Windows) shows(win *window) bool {
	for _, open := range w.open {
		if open == win {
			return true
		}
	}
	return false
}
