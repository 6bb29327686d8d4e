package change_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"testing"

	"lockstep/sync/change"
	"lockstep/sync/message"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/sim"
	"lockstep/sync/store"
	"lockstep/sync/testkit"
)

// rig is a Stash behind real HTTP, a database, and a finder between them.
type rig struct {
	*testkit.Rig
	t      *testing.T
	stash  *sim.Stash
	finder *change.Finder
}

func newRig(t *testing.T, o sim.Options) *rig {
	t.Helper()
	kit := testkit.ForTest(t, o)
	return &rig{Rig: kit, t: t, stash: kit.World.Stash, finder: kit.Finder()}
}

// scan is everything the engine scans after a job of Stash.
func (r *rig) scan() change.Found {
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
func (r *rig) waiting() map[scene.ID]queue.Cause {
	r.t.Helper()
	out := map[scene.ID]queue.Cause{}
	r.View(func(tx store.Tx) error {
		return tx.JobsIn(queue.Waiting, func(j queue.Job) bool { out[j.Scene] = j.Cause; return true })
	})
	return out
}

// work does what the worker does to the records of every waiting scene: all are in step.
func (r *rig) work() {
	r.t.Helper()
	ids := slices.Collect(maps.Keys(r.waiting()))
	scenes, err := r.finder.Stash.Scenes(r.t.Context(), ids, r.finder.Settings.Parts())
	if err != nil {
		r.t.Fatal(err)
	}
	covers := map[scene.ID]scene.Cover{}
	for id := range scenes {
		if covers[id], err = r.finder.Stash.Cover(r.t.Context(), id, ""); err != nil {
			r.t.Fatal(err)
		}
	}
	now := r.Clock.Now()
	r.Update(func(tx store.Tx) error {
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
			if err := errors.Join(tx.PutSeen(id, s), tx.PutJob(j.Claim(now).Complete(message.None, now))); err != nil {
				return err
			}
			if err := change.Remember(tx, *sc, r.finder.PathKeys(*sc)); err != nil {
				return err
			}
		}
		return nil
	})
}

func (r *rig) scene(id int) sim.Scene {
	r.t.Helper()
	s, ok := r.stash.Scene(id)
	if !ok {
		r.t.Fatalf("no scene %d", id)
	}
	return s
}
