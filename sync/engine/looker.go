package engine

import (
	"context"
	"sync"

	"lockstep/sync/api"
	"lockstep/sync/budget"
	"lockstep/sync/change"
	"lockstep/sync/fault"
	"lockstep/sync/library"
	"lockstep/sync/match"
	"lockstep/sync/scene"
)

// looker carries out one look beside the loop.
type looker struct {
	want
	finder   *change.Finder
	index    *library.Index
	sections []scene.Section
	stash    Stash
	last     scene.Newest

	newestNow         scene.Newest
	found             change.Found
	refreshed         library.Refreshed
	stashErr, plexErr error
	swept             bool
	did               []step // of the steps against Stash, in order
	reading           *reading
}

// step is how one step of a look ended.
type step struct {
	kind budget.Kind
	err  error
}

func (e *Engine) looker(w want) *looker {
	return &looker{
		reading: e.newReading(), want: w, stash: e.links.stash, last: e.look.lastNewest, sections: e.links.sections,
		finder: e.finder(), index: e.index(),
	}
}

func (e *Engine) index() *library.Index {
	return &library.Index{Plex: e.links.plex, Store: e.store, Machine: e.links.machine, Clock: e.stamp}
}

func (e *Engine) finder() *change.Finder {
	m := match.NewMapper(e.settings.PathMap)
	return &change.Finder{
		Stash: e.links.stash, Store: e.store, Settings: e.settings.Clone(), Clock: e.stamp,
		Claims: func(s scene.Scene) []string {
			var keys []string
			for _, p := range s.Paths() {
				keys = append(keys, match.Keys(m.Map(p))...)
			}
			return keys
		},
	}
}

// run reads both servers at the same time: neither waits for the other.
func (k *looker) run(ctx context.Context) {
	k.finder.Progress = func(done int) { k.reading.at(api.Scan{Server: fault.Stash, Done: done, Total: k.total()}) }
	k.index.Progress = func(done, total int) { k.reading.at(api.Scan{Server: fault.Plex, Done: done, Total: total}) }
	var plex sync.WaitGroup
	if k.want.index {
		k.reading.plex = &api.Scan{Server: fault.Plex}
		plex.Go(func() {
			k.refreshed, k.plexErr = k.index.Refresh(ctx, k.sections, k.want.full)
			k.reading.ended(fault.Plex)
		})
	}
	k.stashErr = k.lookAtStash(ctx)
	k.reading.ended(fault.Stash)
	plex.Wait()
}

// total is the number of scenes as far as it is known.
func (k *looker) total() int { return max(k.newestNow.Count, k.last.Count) }

// lookAtStash does one step after another. One that fails does not keep the others from
// being tried: each proves something of its own.
func (k *looker) lookAtStash(ctx context.Context) error {
	k.swept = k.want.sweep
	if k.want.newest {
		var err error
		if k.newestNow, err = k.stash.Newest(ctx); err != nil {
			k.did = append(k.did, step{budget.Newest, err})
			return err
		}
		k.swept = k.swept || k.newestNow != k.last && !k.want.quiet
	} else {
		k.newestNow = k.last
	}
	var failed error
	for _, s := range k.steps() {
		if !s.wanted {
			continue
		}
		f, err := s.do(ctx)
		k.found.Enqueued += f.Enqueued
		k.found.Deleted += f.Deleted
		k.found.Doubtful += f.Doubtful
		k.found.Bare += f.Bare
		k.found.Scenes = max(k.found.Scenes, f.Scenes)
		k.did = append(k.did, step{s.kind, err})
		if failed == nil {
			failed = err
		}
		if fault.Is(err, fault.Local) || ctx.Err() != nil {
			break
		}
	}
	return failed
}

type stashStep struct {
	kind   budget.Kind
	wanted bool
	do     func(context.Context) (change.Found, error)
}

func (k *looker) steps() []stashStep {
	return []stashStep{
		{budget.Sweep, k.swept, k.finder.Sweep},
		{budget.NameSweep, k.want.names || k.swept, k.finder.Names},
		{budget.FileSweep, k.want.files, k.finder.Files},
		{budget.Recheck, k.want.recheck, func(ctx context.Context) (change.Found, error) {
			n, err := k.finder.Recheck("settings")
			return change.Found{Enqueued: n}, err
		}},
	}
}

// undone is what a look against Stash was to do and did not come to, because of a step
// before it.
func (k *looker) undone() want {
	w := want{sweep: k.want.sweep, names: k.want.names, files: k.want.files, recheck: k.want.recheck}
	for _, s := range k.did {
		switch s.kind {
		case budget.Sweep:
			w.sweep = false
		case budget.NameSweep:
			w.names = false
		case budget.FileSweep:
			w.files = false
		case budget.Recheck:
			w.recheck = false
		}
	}
	return w
}
