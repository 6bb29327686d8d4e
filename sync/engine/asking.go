package engine

import (
	"context"
	"slices"

	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/engine/explain"
	"lockstep/sync/engine/monitor"
	"lockstep/sync/engine/movein"
	"lockstep/sync/queue"
	"lockstep/sync/store"
)

// Jobs is a page of the queue. Those that wait say for what, when a person is asked for it.
func (e *Engine) Jobs(ctx context.Context, q store.JobQuery) (store.JobPage, error) {
	p, err := e.Reader.Jobs(ctx, q)
	if why, asked := holding(e.loop.Latest().Attention); asked {
		for i, j := range p.Jobs {
			if j.State == queue.Waiting {
				p.Jobs[i].Words, p.Jobs[i].Hint = why.Words, why.Hint
			}
		}
	}
	return p, err
}

// holding is the question that holds every job back.
func holding(list []api.Attention) (api.Attention, bool) {
	for _, a := range list {
		switch a.Kind {
		case api.SignInPlex, api.SignInStash, api.FixPlex, api.FixStash:
			return a, true
		}
	}
	return api.Attention{}, false
}

// Outages is the outage history of a window ending now, with the one verdict.
func (e *Engine) Outages(_ context.Context, q api.OutageQuery) (api.OutagePage, error) {
	now := e.loop.Latest()
	p, err := monitor.History(e.store, e.now(), now.Configured, q, movein.Outages)
	p.Verdict = now.Verdict
	return p, err
}

// Explain answers why a scene, named by id, title or path, is not in step.
func (e *Engine) Explain(ctx context.Context, query string) (api.Explanation, error) {
	return explain.New(e.host, situations{e}).Explain(ctx, query)
}

// Mapping shows how many files the rules find, and which rules the files speak for.
func (e *Engine) Mapping(ctx context.Context, rules []config.Rule) (api.Mapping, error) {
	return explain.New(e.host, situations{e}).Mapping(ctx, rules)
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
			Run:      e.runLinks().Comparison(e.host),
			Paused:   paused || e.chosen.Held(), // that this engine only looks is no pause
			PlexDown: !e.monitor.Allows(), SignIn: e.asks(api.SignInPlex) || e.asks(api.SignInStash),
		}
		return nil
	})
	return out, err
}

func (e *Engine) asks(k api.AttentionKind) bool {
	return slices.ContainsFunc(e.attention(), func(a api.Attention) bool { return a.Kind == k })
}
