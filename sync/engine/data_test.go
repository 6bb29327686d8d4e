package engine_test

import (
	"context"
	"encoding/binary"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"lockstep/storage"
	"lockstep/sync/api"
	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/scene"
	"lockstep/sync/sim"
	"lockstep/sync/store"
	"lockstep/sync/worker"
)

// garble damages a record of a database that nobody has open beyond mending.
func garble(t *testing.T, dir, bucket string, key []byte) {
	t.Helper()
	b, err := bolt.Open(filepath.Join(dir, storage.FileName), 0o600, &bolt.Options{Timeout: time.Second})
	must(t, err)
	must(t, b.Update(func(tx *bolt.Tx) error {
		in := tx.Bucket([]byte(bucket))
		v := append([]byte{}, in.Get(key)...)
		copy(v[len(v)/2:], "\xA7\x03\xFE\x51")
		return in.Put(key, v)
	}))
	must(t, b.Close())
}

// notified waits until a person is told something about the stored data.
func (l *life) notified(what string) api.Snapshot {
	l.t.Helper()
	return l.until("being told: "+what, func(s api.Snapshot) bool {
		for _, a := range s.Attention {
			if strings.Contains(a.Message.String(), what) {
				return true
			}
		}
		return false
	})
}

func TestRemovedDatabaseIsNoticedWithinSecondsWhileIdle(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("elsewhere it is noticed every minute and before every write")
	}
	t.Parallel()
	r := newRig(t, sim.Options{Seed: 80, Scenes: 5})
	r.keeps = true
	l := r.start()
	l.settled()
	removed := time.Now()
	must(t, os.Remove(filepath.Join(r.dir, storage.FileName)))
	l.notified("nothing is lost")
	if took := time.Since(removed); took > 10*time.Second {
		t.Errorf("noticed after %s", took)
	}
	l.end()
	r.world.ResetCounts()
	l = r.start()
	if s := l.settled(); s.Queue.Done != 5 || len(s.Attention) != 0 {
		t.Errorf("after a restart: queue %+v, attention %+v", s.Queue, s.Attention)
	}
	if _, writes := r.plexCalls(); writes != 0 {
		t.Errorf("%d writes after a restart, want none", writes)
	}
}

// TestDamagedSettingsOrPauseStopWriting: nothing is written with settings nobody chose, or
// in spite of a pause.
func TestDamagedSettingsOrPauseStopWriting(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"settings", "pause"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, sim.Options{Seed: 81, Scenes: 3})
			r.keeps = true
			l := r.start()
			l.settled()
			must(t, l.Pause(context.Background(), time.Time{}))
			must(t, l.SaveSettings(context.Background(), api.SettingsChange{Values: r.settings}))
			must(t, l.Resume(context.Background()))
			l.end()
			garble(t, r.dir, "values", []byte(name))
			must(t, r.world.Stash.Edit(r.world.Stash.SceneIDs()[0], func(s *sim.Scene) { s.Title = "Night ferry" }))
			r.world.ResetCounts()
			l = r.start()
			s := l.notified("Lockstep is paused")
			if !s.Paused {
				t.Errorf("not paused: %+v", s.Attention)
			}
			must(t, l.Resume(context.Background()))
			l.scan()
			r.inStep(sim.DiffOptions{})
		})
	}
}

func TestUndoSaysWhatItCannotGiveBack(t *testing.T) {
	t.Parallel()
	r := newRig(t, sim.Options{Seed: 82, Scenes: 3, NoCover: 1})
	r.keeps = true
	l := r.start()
	l.settled()
	run := l.lastRun().ID
	l.end()
	garble(t, r.dir, "journal", binary.BigEndian.AppendUint64(nil, 2))
	l = r.start()
	l.settled()
	res, err := l.Undo(context.Background(), api.UndoRequest{Run: run})
	must(t, err)
	if res.Enqueued != 2 || res.Lost != 1 {
		t.Errorf("undo %+v, want 2 scenes and 1 lost", res)
	}
	l.notified("can no longer be undone")
	lost := 0
	for _, id := range r.world.Stash.SceneIDs() {
		_, err := l.Undo(context.Background(), api.UndoRequest{Scene: scene.ID(id)})
		if fault.Is(err, fault.NotFound) && strings.Contains(err.Error(), "damaged") {
			lost++
		}
	}
	if lost != 1 {
		t.Errorf("%d scenes are said to be lost one by one, want 1", lost)
	}
}

// full is a store without room while it is told so.
type full struct {
	store.Store
	on atomic.Bool
}

func (f *full) Update(fn func(store.Tx) error) error {
	if f.on.Load() {
		return fault.New(fault.Local, fault.None, message.Foreign("there is no room left on the disk"), message.Foreign("free some space"), nil)
	}
	return f.Store.Update(fn)
}

// TestWithoutAStoredIntentNothingIsWritten: the disk is full once the items were read.
func TestWithoutAStoredIntentNothingIsWritten(t *testing.T) {
	t.Parallel()
	r := newRig(t, sim.Options{Seed: 85, Scenes: 20, NoCover: 20})
	f := &full{}
	r.wrap = func(s store.Store) store.Store { f.Store = s; return f }
	r.world.Plex.SetHook(func(c sim.Call) {
		if c.Kind == "detail" {
			f.on.Store(true)
		}
	})
	l := r.start()
	l.notified("no room left")
	l.until("the batch to end", func(s api.Snapshot) bool { return !s.Active })
	if _, writes := r.plexCalls(); writes != 0 {
		t.Errorf("%d writes of which nothing is known after a crash", writes)
	}
	r.world.Plex.SetHook(nil)
	f.on.Store(false)
	l.scan()
	r.inStep(sim.DiffOptions{})
}

// TestAfterAFailedCommitNothingMoreIsWrittenToPlex: only what was stored as an intent
// before may still arrive.
func TestAfterAFailedCommitNothingMoreIsWrittenToPlex(t *testing.T) {
	t.Parallel()
	const scenes = 350
	r := newRig(t, sim.Options{Seed: 84, Scenes: scenes, NoCover: scenes})
	f := &full{}
	r.wrap = func(s store.Store) store.Store { f.Store = s; return f }
	edits := 0
	r.world.Plex.SetHook(func(c sim.Call) {
		if c.Kind == "edit" {
			if edits++; edits == 130 { // within the second batch
				f.on.Store(true)
			}
		}
	})
	l := r.start()
	l.notified("no room left")
	l.until("the batch to end", func(s api.Snapshot) bool { return !s.Active })
	_, before := r.plexCalls()
	if before > 2*worker.MaxBatch {
		t.Errorf("%d writes, more than the batches whose intents were stored", before)
	}
	for range 3 { // a person insists
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		_, _ = l.SyncNow(ctx, api.SyncRequest{})
		cancel()
	}
	if _, after := r.plexCalls(); after != before {
		t.Errorf("%d writes to Plex while nothing could be stored", after-before)
	}
	f.on.Store(false)
	l.scan()
	r.inStep(sim.DiffOptions{})
	if _, all := r.plexCalls(); all != scenes {
		t.Errorf("%d writes in all, want %d: what arrived is found in step", all, scenes)
	}
}

func TestCheckOfWholeDataSaysNothing(t *testing.T) {
	t.Parallel()
	r := newRig(t, sim.Options{Seed: 83, Scenes: 3})
	r.keeps = true
	l := r.start()
	l.settled()
	if found, err := l.CheckData(context.Background()); !found.Message.IsZero() || err != nil {
		t.Errorf("found %q, %v", found.Message, err)
	}
}
