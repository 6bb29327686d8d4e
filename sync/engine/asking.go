package engine

import (
	"context"

	"lockstep/sync/api"
	"lockstep/sync/engine/explain"
	"lockstep/sync/engine/monitor"
	"lockstep/sync/engine/movein"
	"lockstep/sync/engine/pictures"
)

// Outages is the outage history of a window ending now, with the one verdict.
func (e *Engine) Outages(_ context.Context, q api.OutageQuery) (api.OutagePage, error) {
	now := e.loop.Latest()
	p, err := monitor.History(e.store, e.now(), now.Configured, q, movein.Outages)
	p.Verdict = now.Verdict
	return p, err
}

// situations tells how things are to those who explain them.
type situations struct{ e *Engine }

func (s situations) Changed() (wake <-chan struct{}, stop func()) { return s.e.loop.Changed() }

func (s situations) Appeared(paths []string) {
	s.e.loop.Post(func() {
		if err := s.e.dispatch.Wake(paths); err != nil {
			s.e.noteLocal(err)
		}
	})
}

func (s situations) Situation(ctx context.Context) (out explain.Situation, err error) {
	e := s.e
	err = e.loop.Ask(ctx, func() error {
		l := e.links
		if !l.Connected() {
			return nil
		}
		paused, _ := e.chosen.PausedByPerson()
		out = explain.Situation{
			Stash: l.Stash(), Plex: l.Plex(), StashState: l.StashState(), PlexState: l.PlexState(), Machine: l.Machine(), Sections: l.Sections(),
			Run:      e.runDeps().Comparison(e.host),
			Paused:   paused || e.chosen.Held(), // that this engine only reads is no pause
			PlexDown: !e.monitor.Allows(), SignIn: api.Asks(e.attention(), api.SignInPlex, api.SignInStash),
		}
		return nil
	})
	return out, err
}

// present is how things are for an import.
func (e *Engine) present() movein.Present {
	a := e.address()
	return movein.Present{
		Settings: e.settings().Clone(), HasToken: e.chosen.Secret(PlexToken)() != "",
		Dial: func() movein.Stash { stash, _ := e.o.Dial(a); return stash },
	}
}

// wellServers are those that a picture may be asked for.
func (e *Engine) wellServers(ctx context.Context) (out pictures.Servers, err error) {
	err = e.loop.Ask(ctx, func() error {
		out = pictures.Servers{Stash: e.links.WellStash(), Plex: e.links.WellPlex(e.monitor.Allows()), Machine: e.links.Machine()}
		return nil
	})
	return out, err
}
