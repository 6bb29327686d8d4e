package change_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"lockstep/storage"
	"lockstep/sync/change"
	"lockstep/sync/config"
	"lockstep/sync/match"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/sim"
	"lockstep/sync/stash"
	"lockstep/sync/store"
)

// clock is a hand-moved clock.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// client is the adapter as the engine hands it out: scenes that could not be read are
// missing from the answer.
type client struct{ *stash.Client }

func (c client) Scenes(ctx context.Context, ids []scene.ID) (map[scene.ID]*scene.Scene, error) {
	m, err := c.Client.Scenes(ctx, ids)
	var partial *stash.Partial
	if errors.As(err, &partial) {
		return m, nil
	}
	return m, err
}

// rig is a Stash behind real HTTP, a database in a folder, and a finder between them.
type rig struct {
	t      *testing.T
	world  *sim.World
	stash  *sim.Stash
	db     *storage.DB
	clock  *clock
	finder *change.Finder
}

func newRig(t *testing.T, o sim.Options) *rig {
	t.Helper()
	c := &clock{at: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	o.Now = c.now
	w := sim.NewWorld(o)
	if err := w.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	db, _, err := storage.Open(storage.Options{Dir: t.TempDir(), Now: c.now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	mapper := match.NewMapper([]config.Rule{{Stash: w.StashRoot(), Plex: w.PlexRoot()}})
	r := &rig{t: t, world: w, stash: w.Stash, db: db, clock: c}
	r.finder = &change.Finder{
		Stash: client{stash.New(stash.Options{URL: w.Stash.URL()})}, Store: db, Settings: config.Defaults(), Clock: c.now,
		Claims: func(s scene.Scene) []string {
			var keys []string
			for _, p := range s.Paths() {
				keys = append(keys, match.Keys(mapper.Map(p))...)
			}
			return keys
		},
	}
	c.pass(time.Hour)
	return r
}

// look is everything the engine looks at after a job of Stash.
func (r *rig) look() change.Found {
	r.t.Helper()
	var sum change.Found
	for _, step := range []func(context.Context) (change.Found, error){r.finder.Sweep, r.finder.Names, r.finder.Files} {
		f, err := step(r.t.Context())
		if err != nil {
			r.t.Fatal(err)
		}
		sum.Enqueued, sum.Deleted, sum.Doubtful = sum.Enqueued+f.Enqueued, sum.Deleted+f.Deleted, sum.Doubtful+f.Doubtful
	}
	return sum
}

// waiting lists the scenes in the queue with their causes.
func (r *rig) waiting() map[scene.ID]string {
	r.t.Helper()
	out := map[scene.ID]string{}
	r.view(func(tx store.Tx) error {
		return tx.JobsIn(queue.Waiting, func(j queue.Job) bool { out[j.Scene] = j.Cause; return true })
	})
	return out
}

func (r *rig) view(fn func(store.Tx) error) {
	r.t.Helper()
	if err := r.db.View(fn); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) update(fn func(store.Tx) error) {
	r.t.Helper()
	if err := r.db.Update(fn); err != nil {
		r.t.Fatal(err)
	}
}

// work does what the worker does to the records of every waiting scene: all are in step.
func (r *rig) work() {
	r.t.Helper()
	ids := slices.Collect(maps.Keys(r.waiting()))
	scenes, err := r.finder.Stash.Scenes(r.t.Context(), ids)
	if err != nil {
		r.t.Fatal(err)
	}
	covers := map[scene.ID]scene.Cover{}
	for id := range scenes {
		if covers[id], err = r.finder.Stash.Cover(r.t.Context(), id, ""); err != nil {
			r.t.Fatal(err)
		}
	}
	now := r.clock.now()
	r.update(func(tx store.Tx) error {
		for id, sc := range scenes {
			j, _, err := tx.Job(id)
			if err != nil {
				return err
			}
			stamp := store.Stamp(sc.UpdatedAt, now)
			s := store.Seen{
				UpdatedAt: stamp, Content: sc.ContentHash(), Paths: sc.PathHash(), Synced: now, Name: sc.Name(),
				Cover: covers[id].ETag, SHA1: covers[id].SHA1, CoverAt: stamp,
			}
			if err := errors.Join(tx.PutSeen(id, s), tx.PutJob(j.Claim(now).Complete("", now))); err != nil {
				return err
			}
			if err := change.Remember(tx, *sc, r.finder.Claims(*sc)); err != nil {
				return err
			}
		}
		return nil
	})
}

func (r *rig) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) scene(id int) sim.Scene {
	r.t.Helper()
	s, ok := r.stash.Scene(id)
	if !ok {
		r.t.Fatalf("no scene %d", id)
	}
	return s
}
