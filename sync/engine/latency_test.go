package engine_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/health"
	"lockstep/sync/sim"
	"lockstep/sync/store"
)

// TestLatenciesFromStashToPlex measures, by the clock of a bubble, how long a change in Stash
// takes to be in Plex when it comes at the worst moment: right after a probe, in a settled
// library where nothing was edited lately. Sweeps are off: nothing here is found by chance.
func TestLatenciesFromStashToPlex(t *testing.T) {
	withoutRace(t)
	t.Parallel()
	probe := config.Defaults().StashProbe + 5*time.Second
	synctest.Test(t, func(t *testing.T) {
		b := newLatencyBubble(t, 40)
		b.run(t.TempDir())
		defer b.stop()
		time.Sleep(15 * time.Minute)
		s := b.world.Stash
		tags, people, studios := b.used("tag"), b.used("performer"), b.used("studio")
		west := time.FixedZone("", -5*3600)
		for _, step := range []struct {
			what  string
			bound time.Duration
			users int // scenes written, -1: whatever
			do    func() error
		}{
			{"scene edited", probe, 1, func() error { return s.Edit(7, func(sc *sim.Scene) { sc.Title = "Dusk" }) }},
			{"tag renamed", probe, len(b.users("tag", tags[0])), func() error { return s.RenameTag(tags[0], "Estuaries") }},
			{"performer renamed", probe, len(b.users("performer", people[0])), func() error { return s.RenamePerformer(people[0], "Ada Quill") }},
			{"studio renamed", probe, len(b.users("studio", studios[0])), func() error { return s.RenameStudio(studios[0], "Southlight") }},
			{"tag merged into another", probe, len(b.users("tag", tags[1])), func() error { return s.MergeTags(tags[0], tags[1]) }},
			{"performer merged into another", probe, len(b.users("performer", people[1])), func() error { return s.MergePerformers(people[0], people[1]) }},
			{"tag removed", probe, len(b.users("tag", tags[2])), func() error { return s.DestroyTag(tags[2]) }},
			{"performer removed", probe, len(b.users("performer", people[2])), func() error { return s.DestroyPerformer(people[2]) }},
			{"studio removed", probe, len(b.users("studio", studios[1])), func() error { return s.DestroyStudio(studios[1]) }},
			{"file moved by Stash and listed by Plex", probe, 1, func() error {
				if err := b.world.MoveFilm(11, "Elsewhere/eleven.mkv"); err != nil {
					return err
				}
				b.world.Plex.Scan("1", "")
				return nil
			}},
			{"tag renamed after Stash moved west", probe, -1, func() error { s.SetZone(west); return s.RenameTag(tags[3], "Deltas") }},
			{"tag renamed twice in a second", probe, -1, func() error {
				if err := s.RenameTag(tags[3], "Fjords"); err != nil {
					return err
				}
				return s.RenameTag(tags[3], "Lagoons")
			}},
		} {
			b.measure(step.what, step.bound, step.users, step.do)
		}
		b.report()
	})
}

// TestLatenciesOfWhatIsAnnounced measures what a server tells of, and what a person asks for.
func TestLatenciesOfWhatIsAnnounced(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newLatencyBubble(t, 40)
		b.run(t.TempDir())
		defer b.stop()
		time.Sleep(15 * time.Minute)
		s := b.world.Stash
		tags, people := b.used("tag"), b.used("performer")
		const asked = 5 * time.Second
		syncNow := func(do func() error) func() error {
			return func() error {
				if err := do(); err != nil {
					return err
				}
				go func() { _, _ = b.eng.SyncNow(t.Context(), api.SyncRequest{}) }()
				return nil
			}
		}
		job := func(kind string, do func() error) func() error {
			return func() (err error) {
				s.RunJob(kind, func() { err = do() })
				return err
			}
		}
		b.measure("edit, then Sync now", asked, -1, syncNow(func() error { return s.Edit(7, func(sc *sim.Scene) { sc.Title = "Dusk" }) }))
		b.measure("rename, then Sync now", asked, -1, syncNow(func() error { return s.RenameTag(tags[0], "Estuaries") }))
		b.measure("job of Stash that tags a scene", asked, -1, job("autotag", func() error {
			return s.Edit(8, func(sc *sim.Scene) { sc.TagIDs = append(sc.TagIDs, s.TagID("Dunes")) })
		}))
		b.measure("job of Stash that merges tags", asked, -1, job("plugin", func() error { return s.MergeTags(tags[0], tags[1]) }))
		b.measure("job of Stash that removes a name", asked, -1, job("clean", func() error { return s.DestroyPerformer(people[0]) }))
		slow := s.Inject(sim.Fault{Effect: sim.Slow, Delay: 14 * time.Second, Match: sim.Named("Files")}) // as with 100 000 scenes
		b.measure("job of Stash, files take 14 s", asked, -1, job("autotag", func() error {
			return s.Edit(9, func(sc *sim.Scene) { sc.TagIDs = append(sc.TagIDs, s.TagID("Dunes")) })
		}))
		b.measure("Sync now, files take 14 s", asked, -1, syncNow(func() error { return s.RenameTag(tags[0], "Fens") }))
		slow()
		b.newFile("new file, Stash knows it already", true)
		b.newFile("new file, Plex knows it already", false)
		b.report()
	})
}

// newFile puts a film on disk that both servers scan for, one after the other, and measures
// from the end of the second scan.
func (b *latencyBubble) newFile(what string, stashFirst bool) {
	b.t.Helper()
	w := b.world
	b.afterProbe()
	rel := "New/" + what + ".mkv"
	path, _ := w.PlexPath(w.StashRoot() + "/" + rel)
	first := func() { w.Plex.PutOnDisk(path, 1_000_000); w.Plex.Scan("1", "") }
	second := func() {
		w.Stash.RunJob("scan", func() { w.Stash.AddScene(sim.Scene{Title: "Dawn", Details: what}, w.StashRoot()+"/"+rel) })
	}
	if stashFirst {
		first, second = second, first
	}
	first()
	time.Sleep(3 * time.Minute)
	began := time.Now()
	second()
	if len(w.Diff(sim.DiffOptions{})) == 0 {
		b.t.Fatalf("%s: Plex is not to differ", what)
	}
	b.until(what, began, 10*time.Second, -1)
	time.Sleep(11 * time.Minute)
}

// TestABulkEditIsOneSweepAndOneRun: 5 000 scenes get a tag at once.
func TestABulkEditIsOneSweepAndOneRun(t *testing.T) {
	withoutRace(t)
	t.Parallel()
	const scenes = 5000
	synctest.Test(t, func(t *testing.T) {
		b := newLatencyBubble(t, scenes)
		b.run(t.TempDir())
		defer b.stop()
		for b.snapshot().Queue.Done < scenes || b.snapshot().Active {
			time.Sleep(time.Minute)
		}
		time.Sleep(15 * time.Minute)
		before, runs := b.snapshot().Today.Written, len(b.runs())
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		var told atomic.Int32
		go func() {
			_ = b.eng.Watch(ctx, func(s api.Snapshot) {
				if len(s.Attention) > 0 || s.Verdict != health.Up {
					told.Add(1)
				}
			})
		}()
		b.afterProbe()
		began := time.Now()
		tag := b.world.Stash.TagID("Dunes")
		for _, id := range b.world.Stash.SceneIDs() {
			must(t, b.world.Stash.Edit(id, func(sc *sim.Scene) { sc.TagIDs = append(sc.TagIDs, tag) }))
		}
		for b.snapshot().Today.Written < before+scenes || b.snapshot().Active {
			if time.Sleep(10 * time.Second); time.Since(began) > 12*time.Hour {
				t.Fatalf("not done after %v: %+v", time.Since(began), b.snapshot().Queue)
			}
		}
		took := time.Since(began)
		time.Sleep(15 * time.Minute)
		sweeps, plex := 0, 0
		for _, a := range b.requests(stashHost) {
			if a.call.Name == "Last" && !a.at.Before(began) { // a sweep begins with it
				sweeps++
			}
		}
		for _, a := range b.requests(plexHost) {
			if !a.at.Before(began) && a.at.Before(began.Add(took)) {
				plex++
			}
		}
		each := float64(plex) / scenes
		t.Logf("%d scenes in %v: %d sweeps, %d runs, %.3f requests to Plex for each, %d snapshots that ask for something", scenes, took, sweeps, len(b.runs())-runs, each, told.Load())
		if sweeps != 1 || len(b.runs())-runs != 1 || each > 1.05 || told.Load() > 0 {
			t.Error("want one sweep, one run, at most 1.05 requests to Plex for each and nothing to notify of")
		}
		b.inStep()
	})
}

// TestIdleRequestsStayFew: what is asked beside the newest scenes travels with them.
func TestIdleRequestsStayFew(t *testing.T) {
	withoutRace(t)
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newLatencyBubble(t, 40)
		b.tune = nil // with all sweeps of the defaults
		b.run(t.TempDir())
		defer b.stop()
		time.Sleep(time.Hour)
		began := time.Now()
		const hours = 12 // two sweeps of all files
		time.Sleep(hours * time.Hour)
		each := float64(since(b.requests(stashHost), began)+since(b.requests(plexHost), began)) / (hours * 60)
		t.Logf("%.2f requests a minute; to Stash: %s", each, kindsOf(b.requests(stashHost), began))
		if each > 1.8 {
			t.Errorf("%.2f requests a minute, want at most 1.8", each)
		}
	})
}

// TestOneListThatFailsForADayStopsNoOther: whatever else of Stash works goes on as before.
func TestOneListThatFailsForADayStopsNoOther(t *testing.T) {
	withoutRace(t)
	t.Parallel()
	probe := config.Defaults().StashProbe + 5*time.Second
	synctest.Test(t, func(t *testing.T) {
		b := newLatencyBubble(t, 40)
		b.tune = nil
		b.run(t.TempDir())
		defer b.stop()
		time.Sleep(time.Hour)
		s := b.world.Stash
		tags, people := b.used("tag"), b.used("performer")
		s.SetBroken("findPerformers", errors.New("database is locked"))
		began := time.Now()
		must(t, s.RenamePerformer(people[0], "Ada Quill")) // has to wait
		time.Sleep(24 * time.Hour)
		each := float64(since(b.requests(stashHost), began)) / (24 * 60)
		t.Logf("%.2f requests to Stash a minute: %s", each, kindsOf(b.requests(stashHost), began))
		if each > 4 {
			t.Errorf("%.2f requests to Stash a minute, want at most 4", each)
		}
		b.afterProbe()
		began = time.Now()
		must(t, s.RenameTag(tags[0], "Estuaries"))
		b.within("tag renamed while performers fail", began, 2*probe, func() bool { return !b.differs("genre") })
		s.SetBroken("findPerformers", nil)
		b.until("performer renamed the day before", time.Now(), 30*time.Minute+probe, -1)
		b.report()
	})
}

// differs reports that a field differs in Plex.
func (b *latencyBubble) differs(field string) bool {
	return slices.ContainsFunc(b.world.Diff(sim.DiffOptions{}), func(d string) bool { return strings.Contains(d, field) })
}

// within waits until something is so, and notes how long that took.
func (b *latencyBubble) within(what string, began time.Time, bound time.Duration, so func() bool) {
	b.t.Helper()
	for !so() && time.Since(began) < time.Hour {
		time.Sleep(time.Second)
	}
	took := time.Since(began)
	b.lines = append(b.lines, fmt.Sprintf("%-38s %6.1f s of %6.1f s", what, took.Seconds(), bound.Seconds()))
	if took > bound {
		b.t.Errorf("%s: in Plex after %v, want at most %v", what, took, bound)
	}
}

func (b *latencyBubble) runs() []store.Run {
	b.t.Helper()
	runs, err := b.eng.Runs(b.t.Context(), 100)
	must(b.t, err)
	return runs
}

func (b *latencyBubble) inStep() {
	b.t.Helper()
	if diff := b.world.Diff(sim.DiffOptions{}); len(diff) > 0 {
		b.t.Errorf("Plex differs in %d places, first %s", len(diff), diff[0])
	}
}

// newLatencyBubble is a bubble whose engine never sweeps by the clock, with a library that
// was made long ago.
func newLatencyBubble(t *testing.T, scenes int) *latencyBubble {
	t.Helper()
	time.Sleep(time.Until(time.Date(2030, 1, 1, 12, 0, 0, 0, time.UTC)))
	b := &latencyBubble{bubble: newBubble(t, sim.Options{Seed: 93, Scenes: scenes})}
	b.tune = func(s *config.Settings) {
		s.AskPlexScan = false
		s.SweepEvery, s.FilesEvery = 30*24*time.Hour, 30*24*time.Hour
	}
	return b
}

type latencyBubble struct {
	*bubble
	lines []string
}

// used lists tags, performers or studios by how many scenes use them, few first, and none
// that no scene does.
func (b *latencyBubble) used(kind string) []int {
	n := map[int]int{}
	for _, id := range b.world.Stash.SceneIDs() {
		for _, x := range b.uses(kind, id) {
			n[x]++
		}
	}
	var out []int
	for x := range n {
		out = append(out, x)
	}
	slices.SortFunc(out, func(x, y int) int {
		if n[x] != n[y] {
			return n[x] - n[y]
		}
		return x - y
	})
	return out
}

func (b *latencyBubble) uses(kind string, scene int) []int {
	sc, _ := b.world.Stash.Scene(scene)
	switch kind {
	case "tag":
		return sc.TagIDs
	case "performer":
		return sc.PerformerIDs
	}
	return []int{sc.StudioID}[:min(sc.StudioID, 1)]
}

// users are the scenes that use a tag, performer or studio.
func (b *latencyBubble) users(kind string, x int) (out []int) {
	for _, id := range b.world.Stash.SceneIDs() {
		if slices.Contains(b.uses(kind, id), x) {
			out = append(out, id)
		}
	}
	return out
}

// measure makes a change right after a probe and waits until Plex has it.
func (b *latencyBubble) measure(what string, bound time.Duration, users int, do func() error) {
	b.t.Helper()
	b.afterProbe()
	b.clock(what, bound, users, do)
	time.Sleep(11 * time.Minute) // edits make Stash be asked more often for ten
}

// afterProbe waits until Stash was just asked for its newest scenes.
func (b *latencyBubble) afterProbe() {
	began := time.Now()
	for {
		for _, a := range b.requests(stashHost) {
			if a.call.Name == "Newest" && a.at.After(began) {
				time.Sleep(time.Second)
				return
			}
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// clock makes a change and waits until Plex has it.
func (b *latencyBubble) clock(what string, bound time.Duration, users int, do func() error) {
	b.t.Helper()
	if diff := b.world.Diff(sim.DiffOptions{}); len(diff) > 0 {
		b.t.Fatalf("before %s Plex differs: %v", what, diff)
	}
	began := time.Now()
	must(b.t, do())
	if len(b.world.Diff(sim.DiffOptions{})) == 0 {
		b.t.Fatalf("%s: Plex is not to differ", what)
	}
	b.until(what, began, bound, users)
}

// until waits until Plex has a change of a moment, and notes how long that took.
func (b *latencyBubble) until(what string, began time.Time, bound time.Duration, users int) {
	b.t.Helper()
	for len(b.world.Diff(sim.DiffOptions{})) > 0 && time.Since(began) < bound+10*time.Minute {
		time.Sleep(100 * time.Millisecond)
	}
	took := time.Since(began)
	edits, sweeps := 0, 0
	for _, a := range b.requests(plexHost) {
		if a.call.Kind == "edit" && !a.at.Before(began) {
			edits++
		}
	}
	for _, a := range b.requests(stashHost) {
		if a.call.Name == "Stamps" && !a.at.Before(began) {
			sweeps++
		}
	}
	b.lines = append(b.lines, fmt.Sprintf("%-36s %6.1f s of %5.1f s, %d written", what, took.Seconds(), bound.Seconds(), edits))
	if took > bound {
		b.t.Errorf("%s: in Plex after %v, want at most %v; differs in %v", what, took, bound, b.world.Diff(sim.DiffOptions{}))
	}
	if users >= 0 && (edits != users || sweeps > 0) {
		b.t.Errorf("%s: %d items written and %d pages of all scenes read, want %d and none", what, edits, sweeps, users)
	}
}

func (b *latencyBubble) report() { b.t.Log("from Stash to Plex:\n" + strings.Join(b.lines, "\n")) }
