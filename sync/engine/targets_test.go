package engine_test

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/fault"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/sim"
	"lockstep/sync/skip"
)

// job is the job of one scene.
func (l *life) job(id int) queue.Job {
	l.t.Helper()
	for _, j := range l.jobs(storeQuery()).Jobs {
		if j.Scene == scene.ID(id) {
			return j
		}
	}
	l.t.Fatalf("scene %d has no job", id)
	return queue.Job{}
}

func TestEveryFileVersionAndLibraryOfASceneIsWritten(t *testing.T) {
	t.Parallel()
	r := newRig(t, sim.Options{Seed: 40, Scenes: 24, MultiFile: 8, Dirt: sim.Dirt{TwoLibraries: 6}})
	l := r.start()
	if s := l.settled(); s.Queue.Done != 24 {
		t.Errorf("queue %+v, want all done", s.Queue)
	}
	several := 0
	for _, id := range r.world.Stash.SceneIDs() {
		sc, _ := r.world.Stash.Scene(id)
		keys := r.world.TargetKeys(id)
		if len(keys) > 1 {
			several++
		}
		for _, k := range keys {
			if it, _ := r.world.Plex.Item(k); it.Fields["title"] != sc.Title {
				t.Errorf("scene %d, item %s: title %q, want %q", id, k, it.Fields["title"], sc.Title)
			}
		}
	}
	if several < 8 {
		t.Errorf("only %d scenes with several items", several)
	}
	r.inStep(sim.DiffOptions{Posters: true, Locks: true})
}

func TestAnItemThatHoldsAnotherFilmIsNeverWritten(t *testing.T) {
	t.Parallel()
	tests := map[string]func(p *sim.Plex, a, b string) error{
		"files exchanged": func(p *sim.Plex, a, b string) error { return p.SwapFiles(a, b) },
		"found again":     func(p *sim.Plex, a, _ string) error { _, err := p.Rekey(a); return err },
		"removed":         func(p *sim.Plex, a, _ string) error { return p.Remove(a) },
	}
	for name, change := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := withoutImages(newRig(t, sim.Options{Seed: 41, Scenes: 6}))
			a, b := r.world.TargetKeys(1)[0], r.world.TargetKeys(2)[0]
			// Between the listing and the first batch read the world changes.
			var once atomic.Bool
			r.world.Plex.SetHook(func(c sim.Call) {
				if c.Kind == "detail" && once.CompareAndSwap(false, true) {
					if err := change(r.world.Plex, a, b); err != nil {
						t.Error(err)
					}
				}
			})
			wrong := atomic.Bool{}
			r.world.Plex.SetAfter(func(c sim.Call, _ int) {
				for _, k := range c.Items {
					if c.Write && !r.ours(k, c.Query) {
						wrong.Store(true)
					}
				}
			})
			l := r.start()
			l.until("the change", func(api.Snapshot) bool { return once.Load() })
			l.settled()
			l.scan()
			l.until("everything in step", func(s api.Snapshot) bool { return s.Queue.Done == 6 && !s.Active })
			if wrong.Load() {
				t.Error("an item was written with another film's values")
			}
			r.inStep(sim.DiffOptions{})
		})
	}
}

// ours reports whether an edit gives an item the title of the film it holds.
func (r *rig) ours(key string, q url.Values) bool {
	title := q.Get("title.value")
	if title == "" {
		return true
	}
	for _, id := range r.world.Stash.SceneIDs() {
		sc, _ := r.world.Stash.Scene(id)
		if sc.Title == title {
			return slices.Contains(r.world.TargetKeys(id), key)
		}
	}
	return false
}

func TestAmbiguousScenesAreSkippedAndNamed(t *testing.T) {
	t.Parallel()
	r := withoutImages(newRig(t, sim.Options{Seed: 42, Scenes: 10, Dirt: sim.Dirt{Merged: 4}}))
	l := r.start()
	l.settled()
	expect := r.world.Expect()
	for id, why := range expect {
		if j := l.job(id); why == sim.WhyAmbiguous && (j.State != queue.Skipped || j.Code != skip.Ambiguous || !strings.Contains(j.Message.String(), "also holds a file of scene")) {
			t.Errorf("scene %d: %+v, want skipped as ambiguous", id, j)
		}
	}
	if len(expect) == 0 {
		t.Error("nothing is ambiguous")
	}
	r.inStep(sim.DiffOptions{})
}

func TestW3OneOfTwoItemsFailingIsNoSuccessAndKeepsNothingFromTheOther(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]sim.Match{"write": sim.Writes(), "read": sim.Kinds("detail")} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := withoutImages(newRig(t, sim.Options{Seed: 43, Scenes: 8, Dirt: sim.Dirt{TwoLibraries: 2}}))
			id := r.world.Dirty("TwoLibraries")[0]
			keys := r.world.TargetKeys(id)
			clear := r.world.Plex.Inject(sim.Fault{Effect: sim.Status, Status: 500, Match: sim.All(f, sim.ForItem(keys[0]))})
			l := r.start()
			l.until("seven done, one retrying", func(s api.Snapshot) bool { return s.Queue.Done == 7 && s.Queue.Retrying == 1 })
			if j := l.job(id); j.Class != fault.Temporary || j.Attempts == 0 {
				t.Errorf("%+v, want a counted attempt", j)
			}
			sc, _ := r.world.Stash.Scene(id)
			if it, _ := r.world.Plex.Item(keys[1]); it.Fields["title"] != sc.Title {
				t.Errorf("the other item has the title %q, want %q", it.Fields["title"], sc.Title)
			}
			clear()
			_, err := l.Retry(context.Background(), api.Selection{Scenes: []scene.ID{scene.ID(id)}})
			must(t, err)
			l.settled()
			r.inStep(sim.DiffOptions{})
		})
	}
}

func TestOneItemPlexCannotReadFailsOnlyItsOwnJob(t *testing.T) {
	t.Parallel()
	r := withoutImages(newRig(t, sim.Options{Seed: 44, Scenes: 40}))
	key := r.world.TargetKeys(17)[0]
	r.world.Plex.Inject(sim.Fault{Effect: sim.Status, Status: 500, Match: sim.All(sim.Kinds("detail"), sim.ForItem(key))})
	l := r.start()
	s := l.until("39 done, one retrying", func(s api.Snapshot) bool { return s.Queue.Done == 39 && s.Queue.Retrying == 1 })
	if s.Outage != nil || l.job(17).State != queue.Retrying {
		t.Errorf("outage %v, job %+v", s.Outage, l.job(17))
	}
}

func TestACoverStashCannotGiveKeepsNothingElseFromBeingWritten(t *testing.T) {
	t.Parallel()
	broken := sim.All(sim.Kinds("screenshot"), func(c sim.Call) bool { return strings.Contains(c.Target, "/scene/3/") })
	tests := map[string]struct {
		fault sim.Fault
		state queue.State
	}{
		"server error":  {sim.Fault{Effect: sim.Status, Status: 500, Match: broken}, queue.Retrying},
		"not a picture": {sim.Fault{Effect: sim.Garbage, Match: broken}, queue.Done},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, sim.Options{Seed: 45, Scenes: 6})
			clear := r.world.Stash.Inject(tt.fault)
			l := r.start()
			l.until("the others done", func(s api.Snapshot) bool {
				return s.Queue.Done >= 5 && s.Queue.Waiting+s.Queue.Running == 0 && !s.Active
			})
			if j := l.job(3); j.State != tt.state || j.Message.IsZero() {
				t.Errorf("%+v, want %s with words", j, tt.state)
			}
			sc, _ := r.world.Stash.Scene(3)
			if it, _ := r.world.Plex.Item(r.world.TargetKeys(3)[0]); it.Fields["title"] != sc.Title {
				t.Errorf("title %q, want %q", it.Fields["title"], sc.Title)
			}
			clear()
			_, err := l.Retry(context.Background(), api.Selection{Scenes: []scene.ID{3}})
			must(t, err)
			l.settled()
			r.inStep(sim.DiffOptions{Posters: true})
		})
	}
}

func TestACoverChangedWhileItIsSentIsSentAgain(t *testing.T) {
	t.Parallel()
	r := newRig(t, sim.Options{Seed: 46, Scenes: 3})
	var once atomic.Bool
	r.world.Plex.SetHook(func(c sim.Call) {
		if c.Kind == "upload" && once.CompareAndSwap(false, true) {
			for _, id := range r.world.Stash.SceneIDs() {
				must(t, r.world.Stash.SetCover(id, sim.DrawCover(uint64(500+id))))
			}
		}
	})
	l := r.start()
	l.settled()
	l.scan()
	if s := l.settled(); s.Queue.Done != 3 {
		t.Errorf("queue %+v", s.Queue)
	}
	r.inStep(sim.DiffOptions{Posters: true})
}

func TestW11ANewCoverIsOneUploadAndASavedOneNone(t *testing.T) {
	t.Parallel()
	r := newRig(t, sim.Options{Seed: 47, Scenes: 5})
	l := r.start()
	l.settled()
	r.world.ResetCounts()
	must(t, r.world.Stash.SetCover(2, sim.DrawCover(901)))
	must(t, r.world.Stash.SetCover(3, r.world.Stash.Cover(3)))
	must(t, r.world.Stash.NoopSave(4))
	l.scan()
	if c := r.world.Plex.Counts(); c["upload"] != 1 {
		t.Errorf("%v, want one upload", c)
	}
	r.inStep(sim.DiffOptions{Posters: true})
}

func TestAValuePlexStoresItsOwnWayEndsAfterTwoWrites(t *testing.T) {
	t.Parallel()
	r := withoutImages(newRig(t, sim.Options{Seed: 48, Scenes: 3}))
	key := r.world.TargetKeys(1)[0]
	r.world.Plex.SetAfter(func(c sim.Call, _ int) {
		if c.Kind == "edit" && slices.Contains(c.Items, key) {
			must(t, r.world.Plex.PersonEdit(key, "title", "A TITLE AS PLEX LIKES IT"))
		}
	})
	l := r.start()
	l.until("its end", func(s api.Snapshot) bool { return s.Queue.Done == 3 && !s.Active })
	if n := r.world.Plex.Writes()[key]; n != 2 {
		t.Errorf("%d writes, want 2", n)
	}
	r.world.ResetCounts()
	must(t, r.world.Stash.NoopSave(1))
	_, err := l.SyncNow(context.Background(), api.SyncRequest{All: true})
	must(t, err)
	l.settled()
	if n := r.world.Plex.Mutations(); n != 0 {
		t.Errorf("%d writes later, want none: it is no drift any more", n)
	}
}

func TestAnItemChangedBackThreeTimesADayIsContestedUntilADayHasPassed(t *testing.T) {
	t.Parallel()
	r := withoutImages(newRig(t, sim.Options{Seed: 49, Scenes: 2}))
	var ahead atomic.Int64
	r.now = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	key := r.world.TargetKeys(1)[0]
	sc, _ := r.world.Stash.Scene(1)
	l := r.start()
	l.settled()
	revert := func() queue.Job {
		must(t, r.world.Plex.PersonEdit(key, "title", "Another tool's title"))
		must(t, r.world.Plex.SetLock(key, "title", false))
		_, err := l.SyncNow(context.Background(), api.SyncRequest{All: true})
		must(t, err)
		l.settled()
		return l.job(1)
	}
	for n := 1; n <= 2; n++ {
		if j := revert(); j.State != queue.Done {
			t.Fatalf("revert %d: %+v", n, j)
		}
		if it, _ := r.world.Plex.Item(key); it.Fields["title"] != sc.Title {
			t.Fatalf("revert %d was left: %q", n, it.Fields["title"])
		}
	}
	if j := revert(); j.State != queue.Skipped || j.Code != skip.Contested {
		t.Fatalf("third revert: %+v, want contested", j)
	}
	ahead.Store(int64(25 * time.Hour))
	if j := revert(); j.State != queue.Done {
		t.Errorf("a day later: %+v, want it written", j)
	}
}

func TestAnEditBeyondOneRequestArrivesWhole(t *testing.T) {
	t.Parallel()
	r := withoutImages(newRig(t, sim.Options{Seed: 50, Scenes: 3}))
	must(t, r.world.Stash.Edit(1, func(s *sim.Scene) {
		s.Details = strings.Repeat("Möwen über dem Hafen. ", 100) + "Ende."
		s.TagIDs = nil
		for i := range 90 {
			s.TagIDs = append(s.TagIDs, r.world.Stash.TagID(fmt.Sprintf("Küste, Abschnitt %d & mehr", i)))
		}
	}))
	l := r.start()
	if s := l.settled(); s.Queue.Done != 3 {
		t.Errorf("queue %+v", s.Queue)
	}
	r.inStep(sim.DiffOptions{Locks: true})
	if v := r.world.Plex.Violations(); len(v) > 0 {
		t.Errorf("violations: %v", v)
	}
}

func TestPaceRestsBetweenWrites(t *testing.T) {
	t.Parallel()
	took := map[config.Pace]time.Duration{}
	for _, pace := range []config.Pace{config.Full, config.Normal, config.Gentle} {
		r := withoutImages(newRig(t, sim.Options{Seed: 51, Scenes: 12, PlexWrite: 20 * time.Millisecond}))
		r.settings.Pace = pace
		var first, last atomic.Int64
		r.world.Plex.SetHook(func(c sim.Call) {
			if c.Kind == "edit" {
				now := time.Now().UnixNano()
				first.CompareAndSwap(0, now)
				last.Store(now)
			}
		})
		l := r.start()
		l.settled()
		l.end()
		took[pace] = time.Duration(last.Load() - first.Load())
	}
	const writes = 11 * 20 * time.Millisecond
	if took[config.Normal] < 2*writes || took[config.Gentle] < 4*writes {
		t.Errorf("12 writes of 20 ms took %v, want at least %v and %v", took, 2*writes, 4*writes)
	}
}
