package engine_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/queue"
	"lockstep/sync/reconcile"
	"lockstep/sync/scene"
	"lockstep/sync/sim"
	"lockstep/sync/skip"
)

// reached is where a scenario saw its reason: in a report's row, or in an explanation.
type reached struct {
	t     *testing.T
	code  skip.Code
	found bool
}

// inReport takes the reason of one scene's row.
func (r *reached) inReport(b *bench, id int) {
	r.t.Helper()
	out, rows := b.compare(nil)
	if row := rowOf(rows, id); row.Reason != r.code || row.Outcome != reconcile.Skipped || out.Report.Skipped[r.code] == 0 {
		r.t.Errorf("row %+v in %+v", row, out.Report)
		return
	}
	r.found = true
}

// explained looks for the reason's words and advice in what Explain says.
func (r *reached) explained(l *life, query string) api.Explanation {
	r.t.Helper()
	x, err := l.Explain(context.Background(), query)
	if err != nil {
		r.t.Fatal(err)
	}
	all := x.Outcome.String()
	for _, s := range x.Steps {
		all += "\n" + s.Topic + ": " + s.Message.String()
		for _, l := range s.Lines {
			all += "\n  " + l.String()
		}
	}
	reason := skip.Of(r.code)
	if !says(all, reason) || !strings.Contains(strings.ToLower(all), strings.ToLower(reason.Advice.String())) {
		r.t.Errorf("%s is not explained:\n%s", r.code, all)
		return x
	}
	r.found = true
	return x
}

// says reports whether a text has the sentence of a reason, or how it begins where the
// case at hand says the same more exactly.
func says(text string, r skip.Reason) bool {
	words := strings.Fields(r.Message.String())
	if exact := "Plex has no item with the file"; r.Code == skip.NotInPlex && strings.Contains(text, exact) {
		return true
	}
	return strings.Contains(text, strings.Join(words[:min(len(words), 3)], " "))
}

// alone runs an engine for one explanation.
func (r *reached) alone(b *bench, query string) {
	r.t.Helper()
	l := b.start()
	l.settled()
	x := r.explained(l, query)
	if !skip.Of(r.code).Field && !says(x.Outcome.String(), skip.Of(r.code)) {
		r.t.Errorf("the outcome is %q", x.Outcome)
	}
	l.end()
}

// both looks in the report and in the explanation.
func (r *reached) both(b *bench, id int) {
	r.t.Helper()
	r.inReport(b, id)
	r.alone(b, scene.ID(id).String())
}

// film adds a scene that is curated unless it is changed otherwise.
func film(b *bench, rel string, change func(*sim.Scene)) int {
	sc := sim.Scene{Title: "Reason " + rel, Details: "About a reason."}
	if change != nil {
		change(&sc)
	}
	return b.world.AddFilm(sc, rel)
}

func small(t *testing.T) *bench { return newBench(t, sim.Options{Seed: 41, Scenes: 12}, nil) }

// scenarios has one for every reason of the list.
var scenarios = map[skip.Code]func(*testing.T, *reached){
	skip.NoMetadata: func(t *testing.T, r *reached) {
		b := small(t)
		id := film(b, "raw.mkv", func(s *sim.Scene) { s.Details = "" })
		r.both(b, id)
	},
	skip.NoFile: func(t *testing.T, r *reached) {
		b := small(t)
		id := b.world.Stash.AddScene(sim.Scene{Title: "Without file", Details: "None."})
		r.both(b, id)
	},
	skip.NotInPlex: func(t *testing.T, r *reached) {
		b := small(t)
		b.settings.AskPlexScan = false
		id := film(b, "away.mkv", nil)
		b.work() // parks it
		r.both(b, id)
	},
	skip.PathCase: func(t *testing.T, r *reached) {
		b := newBench(t, sim.Options{Seed: 41, Scenes: 12, Dirt: sim.Dirt{CaseDiffers: 1}}, nil)
		r.both(b, b.world.Dirty("CaseDiffers")[0])
	},
	skip.Ambiguous: func(t *testing.T, r *reached) {
		b := small(t)
		sc, _ := b.world.Stash.Scene(1)
		other, _ := b.world.Stash.Scene(2)
		path, _ := b.world.PlexPath(other.Files[0].Path)
		must(t, b.world.Plex.AddPart(b.world.TargetKeys(sc.ID)[0], path, false))
		b.clock.pass(time.Minute)
		must(t, b.world.Stash.Edit(1, func(s *sim.Scene) { s.Title = "Edited" }))
		r.inReport(b, 1)
		r.alone(b, "1")
	},
	skip.PathNotMapped: func(t *testing.T, r *reached) {
		b := small(t)
		id := b.world.Stash.AddScene(sim.Scene{Title: "Elsewhere", Details: "Other disk."}, "/mnt/other/elsewhere.mkv")
		r.both(b, id)
	},
	skip.OutsideLibrary: func(t *testing.T, r *reached) {
		b := small(t)
		b.settings.PathMap = append(b.settings.PathMap, config.Rule{Stash: "/mnt/other", Plex: "/media/other"})
		id := b.world.Stash.AddScene(sim.Scene{Title: "Elsewhere", Details: "Other disk."}, "/mnt/other/elsewhere.mkv")
		r.both(b, id)
	},
	skip.AlreadyQueued: func(t *testing.T, r *reached) {
		b := small(t)
		must(t, b.world.Plex.Wipe(b.world.TargetKeys(3)[0]))
		b.compare(nil)
		again, rows := b.compare(nil)
		row := rowOf(rows, 3)
		r.found = row.Outcome == reconcile.Enqueued && row.Reason == skip.AlreadyQueued
		if rep := again.Report; rep.Enqueued != 1 || len(rep.Skipped) != 0 || rep.Gaps != 1 {
			t.Errorf("a queued scene is no skip: %+v", rep)
		}
	},
	skip.RunningNow:      runningNow,
	skip.InStep:          func(t *testing.T, r *reached) { r.alone(small(t), "4") },
	skip.LockedInPlex:    func(t *testing.T, r *reached) { keptField(t, r, config.Merge, true) },
	skip.PolicyFill:      func(t *testing.T, r *reached) { keptField(t, r, config.Fill, true) },
	skip.PolicyOff:       func(t *testing.T, r *reached) { r.alone(small(t), "5") }, // collections are off unless chosen
	skip.PlexEditKept:    func(t *testing.T, r *reached) { keptField(t, r, config.Merge, false) },
	skip.Paused:          paused,
	skip.NeedsSignIn:     needsSignIn,
	skip.FailedBefore:    failedBefore,
	skip.Contested:       contested,
	skip.StoredOtherwise: storedOtherwise,
	skip.FilteredTag: func(t *testing.T, r *reached) {
		b := small(t)
		b.settings.Filter.Tags.Never = []string{"Private"}
		id := film(b, "private.mkv", func(s *sim.Scene) { s.TagIDs = []int{b.world.Stash.TagID("Private")} })
		r.both(b, id)
	},
	skip.FilteredStudio: func(t *testing.T, r *reached) {
		b := small(t)
		studio := b.world.Stash.StudioID("Nobody's")
		must(t, b.world.Stash.SetParentStudio(studio, b.world.Stash.StudioID("Everybody's")))
		b.settings.Filter.Studios.Never = []string{"everybody's"}
		r.both(b, film(b, "below.mkv", func(s *sim.Scene) { s.StudioID = studio }))
	},
	skip.FilteredPath: func(t *testing.T, r *reached) {
		b := small(t)
		b.settings.Filter.Paths.Never = []string{b.world.StashRoot() + "/drafts"}
		r.both(b, film(b, "drafts/a.mkv", nil))
	},
	skip.FilteredOrganized: func(t *testing.T, r *reached) {
		b := small(t)
		b.settings.Filter.Organized = config.Required
		r.both(b, film(b, "unsorted.mkv", nil))
	},
	skip.FilteredURL: func(t *testing.T, r *reached) {
		b := small(t)
		b.settings.Filter.URL = config.Without
		r.both(b, film(b, "linked.mkv", func(s *sim.Scene) { s.URLs = []string{"https://example.org/1"} }))
	},
	skip.FilteredStashID: func(t *testing.T, r *reached) {
		b := small(t)
		b.settings.Filter.StashID = config.Required
		known := film(b, "known.mkv", func(s *sim.Scene) {
			s.StashIDs = []sim.StashID{{Endpoint: "https://example.org", ID: "1"}}
		})
		if _, rows := b.compare(nil); rowOf(rows, known).Reason != "" {
			t.Errorf("a scene with a stash ID: %+v", rowOf(rows, known))
		}
		r.both(b, film(b, "unknown.mkv", nil))
	},
	skip.FilterUnknown: func(t *testing.T, r *reached) {
		b := small(t)
		b.settings.Filter.Tags.Never = []string{"Prviate"}
		r.both(b, film(b, "any.mkv", nil))
	},
	skip.Brake: func(t *testing.T, r *reached) {
		b := newBench(t, sim.Options{Seed: 42, Scenes: 100}, nil)
		people(t, b.world, 1, 60)
		r.inReport(b, 7)
	},
	skip.DeletedInStash: func(t *testing.T, r *reached) {
		b := small(t)
		must(t, b.world.Stash.DeleteScene(6))
		r.both(b, 6)
	},
	skip.PartialDate: func(t *testing.T, r *reached) {
		b := small(t)
		must(t, b.world.Stash.Edit(7, func(s *sim.Scene) { s.Date = "2019-05" }))
		r.alone(b, "7")
	},
	skip.LibraryScanning: scanning,
	skip.Unreadable: func(t *testing.T, r *reached) {
		b := small(t)
		key := b.world.TargetKeys(8)[0]
		must(t, b.world.Plex.Wipe(key))
		b.world.Plex.Inject(sim.Fault{Effect: sim.Status, Status: http.StatusInternalServerError, Match: sim.All(sim.Kinds("detail"), sim.ForItem(key))})
		r.inReport(b, 8)
	},
}

func TestEveryReasonIsReachedAndExplained(t *testing.T) {
	t.Parallel()
	for _, reason := range skip.All() {
		t.Run(string(reason.Code), func(t *testing.T) {
			t.Parallel()
			run, ok := scenarios[reason.Code]
			if !ok {
				t.Fatal("no scenario reaches this reason: write one, or remove it from the list")
			}
			r := &reached{t: t, code: reason.Code}
			run(t, r)
			if !r.found {
				t.Error("the scenario did not reach its reason")
			}
		})
	}
}

// keptField has a person lock a summary: before Lockstep ever saw it, or after it wrote it.
func keptField(t *testing.T, r *reached, p config.Policy, before bool) {
	b := small(t)
	b.settings.Fields[scene.FieldSummary] = p
	id := 8
	if before {
		id = film(b, "kept.mkv", nil)
		path, _ := b.world.PlexPath(b.world.StashRoot() + "/kept.mkv")
		key, err := b.world.Plex.Add("1", path)
		must(t, err)
		must(t, b.world.Plex.PersonEdit(key, "summary", "A person's words."))
	} else {
		must(t, b.world.Plex.PersonEdit(b.world.TargetKeys(id)[0], "summary", "A person's words."))
	}
	r.alone(b, scene.ID(id).String())
}

// runningNow reconciles while a write hangs.
func runningNow(t *testing.T, r *reached) {
	b := small(t)
	must(t, b.world.Stash.Edit(9, func(s *sim.Scene) { s.Title = "Being written" }))
	release, writing := make(chan struct{}), make(chan struct{})
	var once, let sync.Once
	b.world.Plex.SetHook(func(c sim.Call) {
		if c.Write {
			once.Do(func() { close(writing) })
			<-release
		}
	})
	open := func() { let.Do(func() { close(release) }) }
	defer open()
	l := b.start()
	<-writing
	rep, rows := l.reconcile(api.ReconcileRequest{})
	if row := rowOf(rows, 9); row.Outcome != reconcile.Enqueued || row.Reason != skip.RunningNow || len(rep.Skipped) != 0 {
		t.Errorf("row %+v of %+v", row, rep)
	}
	r.explained(l, "9")
	open()
	l.settled()
}

// paused has a change wait for the end of the pause.
func paused(t *testing.T, r *reached) {
	b := small(t)
	l := b.start()
	l.settled()
	must(t, l.Pause(context.Background(), time.Time{}))
	must(t, b.world.Stash.Edit(9, func(s *sim.Scene) { s.Title = "Waits for the end of the pause" }))
	r.explained(l, "9")
	if _, err := l.Reconcile(context.Background(), api.ReconcileRequest{}); err == nil {
		t.Error("a writing run was accepted while paused")
	}
	if rep, _ := l.reconcile(api.ReconcileRequest{Preview: true}); rep.Enqueued != 1 || !rep.Incomplete.IsZero() {
		t.Errorf("a preview while paused: %+v", rep)
	}
}

// needsSignIn has Plex refuse the token.
func needsSignIn(t *testing.T, r *reached) {
	b := small(t)
	l := b.start()
	l.settled()
	must(t, b.world.Stash.Edit(9, func(s *sim.Scene) { s.Title = "Cannot be written" }))
	b.world.Plex.SetToken("another")
	r.explained(l, "9")
}

// failedBefore has Plex refuse one edit for good.
func failedBefore(t *testing.T, r *reached) {
	b := small(t)
	key := b.world.TargetKeys(9)[0]
	must(t, b.world.Stash.Edit(9, func(s *sim.Scene) { s.Title = "Refused" }))
	b.world.Plex.Inject(sim.Fault{Effect: sim.Status, Status: http.StatusBadRequest, Match: sim.All(sim.Writes(), sim.ForItem(key))})
	for range 2 { // an edit a moment ago is looked at once more
		b.drain()
		b.clock.pass(time.Minute)
	}
	r.both(b, 9)
}

// contested has another tool change an item back again and again.
func contested(t *testing.T, r *reached) {
	b := small(t)
	key := b.world.TargetKeys(9)[0]
	for range 4 {
		b.clock.pass(time.Minute)
		must(t, b.world.Plex.PersonEdit(key, "studio", "The other tool"))
		must(t, b.world.Plex.SetLock(key, "studio", false))
		b.compare(nil)
		b.drain()
	}
	b.clock.pass(time.Minute)
	r.both(b, 9)
}

// storedOtherwise has Plex store a value in its own way.
func storedOtherwise(t *testing.T, r *reached) {
	b := small(t)
	key := b.world.TargetKeys(9)[0]
	must(t, b.world.Stash.Edit(9, func(s *sim.Scene) { s.Details = "As Stash has it." }))
	b.world.Plex.SetAfter(func(c sim.Call, _ int) {
		if c.Write && slices.Contains(c.Items, key) {
			_ = b.world.Plex.PersonEdit(key, "summary", "AS STASH HAS IT.")
		}
	})
	b.drain() // it is tried twice
	b.world.Plex.SetAfter(nil)
	r.alone(b, "9")
}

// scanning reconciles while Plex scans the library that lacks the file.
func scanning(t *testing.T, r *reached) {
	b := newBench(t, sim.Options{Seed: 43, Scenes: 12, ScanTime: 2 * time.Second}, nil)
	id := film(b, "scanned.mkv", nil)
	done := make(chan struct{})
	go func() { defer close(done); b.world.Plex.Scan("1", "") }()
	defer func() { <-done }()
	l := b.open()
	defer func() { must(t, l.db.Close()) }()
	deadline := time.Now().Add(patience)
	for time.Now().Before(deadline) && !r.found {
		_, rows := b.compareOn(context.Background(), l, preview)
		r.found = rowOf(rows, id).Reason == skip.LibraryScanning
		if rowOf(rows, id).Kind != queue.Missing {
			break
		}
	}
}
