package scan_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lockstep/sync/api"
	"lockstep/sync/budget"
	"lockstep/sync/change"
	"lockstep/sync/engine/scan"
	"lockstep/sync/fault"
	"lockstep/sync/library"
	"lockstep/sync/message"
	"lockstep/sync/scene"
)

func TestEndSaysWhatOthersActOn(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.servers.newest.Count++
	r.servers.found = change.Found{Enqueued: 2, Deleted: 1}
	r.servers.refreshed = library.Refreshed{Appeared: []string{"a"}}
	r.servers.err[budget.NameSweep], r.servers.err[budget.Index] = errStash, errPlex
	r.Want(scan.What{Index: true, Recheck: true})
	r.Soon(r.now)
	e := r.scan()
	var kinds []budget.Kind
	for _, task := range e.Tasks {
		kinds = append(kinds, task.Kind)
	}
	if want := []budget.Kind{budget.Sweep, budget.NameSweep, budget.Recheck}; !slices.Equal(kinds, want) {
		t.Errorf("tasks %v, want %v", kinds, want)
	}
	if e.Enqueued != 5 || e.Deleted != 1 || !e.Rechecked || !errors.Is(e.StashErr, errStash) {
		t.Errorf("of Stash: %+v", e)
	}
	if !e.Listed || !slices.Equal(e.Appeared, []string{"a"}) || !errors.Is(e.PlexErr, errPlex) || e.FirstIndex {
		t.Errorf("of Plex: %+v", e)
	}
}

func TestARecheckAskedForMeanwhileIsStillOwed(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.WantBy(scan.What{Recheck: true}, r.now)
	run := r.begin()
	run.Run(context.Background())
	r.Want(scan.What{Recheck: true}) // the settings changed again
	if e := r.end(run); e.Rechecked {
		t.Error("done although it is owed again")
	}
	if e := r.scan(); !e.Rechecked {
		t.Errorf("still owed after %+v", e)
	}
}

func TestCompleteIsBothServersSeen(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	if !r.Complete() || !r.Swept() {
		t.Fatal("not complete after everything was scanned")
	}
	r.ForgetIndex()
	if r.Complete() || !r.Swept() {
		t.Error("complete without an index")
	}
	r.servers.err[budget.Index] = errPlex
	r.WantBy(scan.What{Index: true}, r.now)
	r.scan()
	if r.Complete() {
		t.Error("complete after the listing failed")
	}
	if !r.Indexed(nil, r.now) || !r.Complete() {
		t.Error("not complete after somebody else listed Plex")
	}
	if r.Indexed(nil, r.now) {
		t.Error("the second listing counts as the first")
	}
}

func TestNothingIsSeenWhileTheFirstSweepFails(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.restart(scan.Stored{})
	r.servers.err[budget.Sweep] = errStash
	if e := r.scan(); r.Swept() || e.StashErr == nil {
		t.Errorf("swept: %+v", e)
	}
	r.servers.err[budget.Sweep] = nil
	r.pass(r.due().Sub(r.now))
	if e := r.scan(); !r.Swept() || e.StashErr != nil {
		t.Errorf("not swept: %+v", e)
	}
}

func TestWhoWaitsGetsTheOutcomeOfTheNextScan(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.Soon(r.now)
	first := r.Wait()
	run := r.begin()
	second := r.Wait() // the scan under way may have missed what this one asks about
	r.Soon(r.now)
	run.Run(context.Background())
	r.end(run)
	if err := outcome(t, first); err != nil {
		t.Errorf("first: %v", err)
	}
	select {
	case err := <-second:
		t.Fatalf("the second was answered by the scan before: %v", err)
	default:
	}
	r.servers.err[budget.Newest] = errStash
	r.scan()
	if err := outcome(t, second); !errors.Is(err, errStash) {
		t.Errorf("second: %v, want the fault of Stash", err)
	}
	r.servers.err = map[budget.Kind]error{budget.Index: errPlex}
	third := r.Wait()
	r.pass(time.Minute)
	r.WantBy(scan.What{Index: true}, r.now)
	r.scan()
	if err := outcome(t, third); !errors.Is(err, errPlex) {
		t.Errorf("third: %v, want the fault of Plex", err)
	}
	fourth := r.Wait()
	r.Refuse(errStash)
	if err := outcome(t, fourth); !errors.Is(err, errStash) {
		t.Errorf("fourth: %v, want the refusal", err)
	}
}

func outcome(t *testing.T, done <-chan error) error {
	t.Helper()
	select {
	case err := <-done:
		return err
	default:
		t.Fatal("nobody answered")
		return nil
	}
}

func TestADiscardedRunIsWantedAgainAtOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.WantBy(scan.Changes, r.now)
	run := r.begin()
	waits := r.Wait()
	run.Run(context.Background())
	r.asked()
	r.Discard(run, r.now)
	r.scan()
	if got, want := r.asked(), []string{"newest", "sweep", "names", "files"}; !slices.Equal(got, want) {
		t.Errorf("asked for %v, want %v", got, want)
	}
	if err := outcome(t, waits); err != nil {
		t.Error(err)
	}
}

func TestScenesWithoutFilesAreReadAgainWithinAMinute(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.servers.found = change.Found{Bare: 2}
	r.WantBy(scan.What{Sweep: true}, r.now)
	r.scan()
	r.servers.found = change.Found{}
	r.asked()
	r.pass(time.Minute)
	r.scan()
	if got := r.asked(); !slices.Contains(got, "sweep") {
		t.Errorf("asked for %v, want a sweep", got)
	}
}

func TestAnEmptyStashIsNotTakenForTheNewestKnown(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.servers.newest = scene.Newest{}
	for range 2 { // it is swept for as long as it says so
		r.Soon(r.now)
		r.asked()
		r.scan()
		if got := r.asked(); !slices.Contains(got, "sweep") || r.Newest() != knownScenes {
			t.Fatalf("asked for %v, newest %+v", got, r.Newest())
		}
	}
}

func TestATaskThatFailsDoesNotKeepTheOthersFromBeingTried(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		fails budget.Kind
		with  error
		want  []string
	}{
		"the sweep":           {budget.Sweep, errStash, []string{"newest", "sweep", "names", "files", "recheck"}},
		"our own disk":        {budget.Sweep, fault.New(fault.Local, fault.None, message.Foreign("The disk is full."), message.None, nil), []string{"newest", "sweep"}},
		"the newest scene":    {budget.Newest, errStash, []string{"newest"}},
		"the last":            {budget.Recheck, errStash, []string{"newest", "sweep", "names", "files", "recheck"}},
		"the index of Plex":   {budget.Index, errPlex, []string{"newest", "sweep", "names", "files", "recheck"}},
		"nothing of all this": {"", nil, []string{"newest", "sweep", "names", "files", "recheck"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.servers.err[tt.fails] = tt.with
			r.Want(scan.Changes)
			r.Want(scan.What{Recheck: true})
			r.Soon(r.now)
			r.scan()
			if got := r.asked(); !slices.Equal(got, tt.want) {
				t.Errorf("asked for %v, want %v", got, tt.want)
			}
		})
	}
}

// TestNothingWantedIsLost: whatever fails and whenever it is asked for, in the end it was done
// after it was asked for.
func TestNothingWantedIsLost(t *testing.T) {
	t.Parallel()
	kinds := map[string]budget.Kind{
		"newest": budget.Newest, "sweep": budget.Sweep, "names": budget.NameSweep, "files": budget.FileSweep, "recheck": budget.Recheck, "index": budget.Index, "full": budget.Index,
	}
	wants := map[string]scan.What{
		"newest": {Newest: true}, "sweep": {Sweep: true}, "names": {Names: true}, "files": {Files: true}, "recheck": {Recheck: true}, "index": {Index: true}, "full": scan.FullIndex,
	}
	names := []string{"newest", "sweep", "names", "files", "recheck", "index", "full"}
	rapid.Check(t, func(rt *rapid.T) {
		r := newRig(t)
		owed := map[string]bool{}
		turn := func(fails []string) {
			r.pass(time.Duration(rapid.IntRange(0, 30).Draw(rt, "seconds")) * time.Second)
			clear(r.servers.err)
			for _, f := range fails {
				r.servers.err[kinds[f]] = errStash
			}
			if at := r.due(); at.IsZero() || at.After(r.now) {
				return
			}
			run := r.begin()
			run.Run(context.Background())
			for _, what := range r.asked() {
				if r.servers.err[kinds[what]] == nil {
					delete(owed, what)
					if what == "full" {
						delete(owed, "index")
					}
				}
			}
			if rapid.IntRange(0, 9).Draw(rt, "other servers") == 0 {
				r.Discard(run, r.now)
				return
			}
			r.end(run)
		}
		for range rapid.IntRange(1, 20).Draw(rt, "turns") {
			what := rapid.SampledFrom(names).Draw(rt, "wanted")
			owed[what] = true
			r.WantBy(wants[what], r.now.Add(time.Duration(rapid.IntRange(0, 10).Draw(rt, "in"))*time.Second))
			turn(rapid.SliceOfN(rapid.SampledFrom(names), 0, 3).Draw(rt, "fails"))
		}
		for i := 0; len(owed) > 0; i++ {
			if i > 200 {
				rt.Fatalf("never done: %v", owed)
			}
			turn(nil)
		}
	})
}

func TestProgressIsShownUntilEverythingWasSeen(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.Soon(r.now)
	run := r.begin()
	if p := r.Progress(); p != nil {
		t.Errorf("shown although everything was seen: %+v", p)
	}
	r.ForgetIndex()
	if p := r.Progress(); p == nil || *p != (api.Scan{Server: fault.Stash, Total: 7}) {
		t.Errorf("in the beginning %+v", p)
	}
	r.ShowProgress(api.Scan{Server: fault.Stash, Done: 3})
	if p := r.Progress(); p == nil || p.Done != 3 {
		t.Errorf("progress %+v", p)
	}
	r.end(run)
	r.ShowProgress(api.Scan{Server: fault.Stash, Done: 4}) // came late
	if p := r.Progress(); p != nil {
		t.Errorf("progress %+v without a scan", p)
	}
}

func TestProgressTellsWhatIsWaitedFor(t *testing.T) {
	t.Parallel()
	now := start
	var shown []api.Scan
	p := scan.NewProgress(func() time.Time { return now }, 10, func(s api.Scan) { shown = append(shown, s) })
	p.Stash(1)
	p.Stash(2) // too soon
	now = now.Add(time.Second)
	p.Plex(5, 50)
	now = now.Add(time.Second)
	p.Stash(3)
	want := []api.Scan{{Server: fault.Stash, Done: 1, Total: 10}, {Server: fault.Plex, Done: 5, Total: 50}, {Server: fault.Stash, Done: 3, Total: 10}}
	if !slices.Equal(shown, want) {
		t.Errorf("shown %+v, want %+v", shown, want)
	}
}

func TestAnEditIsSweptForUnlessTheLatestScenesAreAllThatChanged(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		before func(*rig)
		want   []string
	}{
		"they are all":       {func(*rig) {}, []string{"newest", "latest"}},
		"they are not":       {func(r *rig) { r.servers.latest = false }, []string{"newest", "sweep", "names"}},
		"a sweep is wanted":  {func(r *rig) { r.Want(scan.What{Sweep: true}) }, []string{"newest", "sweep", "names"}},
		"names are wanted":   {func(r *rig) { r.Want(scan.What{Names: true}) }, []string{"newest", "latest", "names"}},
		"reading them fails": {func(r *rig) { r.servers.err[budget.Scenes] = errStash }, []string{"newest", "latest"}},
		"nothing was seen yet": {func(r *rig) {
			r.restart(scan.Stored{Newest: knownScenes, Swept: start, Files: start})
		}, []string{"newest", "sweep", "names", "index"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.servers.latest = true
			r.servers.newest.Count += 2
			r.servers.found = change.Found{Enqueued: 2}
			tt.before(r)
			r.Soon(r.now)
			e := r.scan()
			if got := r.asked(); !slices.Equal(got, tt.want) {
				t.Errorf("asked for %v, want %v", got, tt.want)
			}
			failed := r.servers.err[budget.Scenes] != nil
			if e.Enqueued != 2 || (e.StashErr != nil) != failed {
				t.Errorf("ended with %+v", e)
			}
			if slices.Contains(tt.want, "latest") && r.servers.added != 2 {
				t.Errorf("%d scenes more, want 2", r.servers.added)
			}
			if !failed {
				return
			}
			clear(r.servers.err)
			r.pass(r.due().Sub(r.now))
			r.scan()
			if got := r.asked(); !slices.Contains(got, "sweep") {
				t.Errorf("then asked for %v, want a sweep", got)
			}
		})
	}
}

// A library that cannot be listed is tried again after a minute, or when a person asks; the index
// counts as up to date meanwhile.
func TestAFailedLibraryIsTriedAgainAfterAMinute(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.ForgetIndex()
	r.servers.refreshed = library.Refreshed{Failed: []library.Failed{{Section: scene.Section{ID: "2"}, Err: errPlex}}}
	r.WantBy(scan.What{Index: true}, r.now)
	if e := r.scan(); len(e.Failed) != 1 || e.PlexErr != nil || !e.FirstIndex || !r.Complete() {
		t.Errorf("%+v, complete %v", e, r.Complete())
	}
	r.asked()
	began := r.now
	for len(r.servers.plex) == 0 && r.now.Sub(began) < time.Hour {
		r.pass(r.due().Sub(r.now))
		r.scan()
	}
	if took := r.now.Sub(began); took != time.Minute {
		t.Errorf("tried again after %v", took)
	}
	r.TryAgain(r.now)
	if at := r.due(); at.After(r.now) {
		t.Errorf("a person asks, and it is tried in %v", at.Sub(r.now))
	}
	r.servers.refreshed = library.Refreshed{}
	r.scan()
	r.asked()
	r.TryAgain(r.now)
	r.pass(90 * time.Second)
	r.scan()
	if len(r.servers.plex) > 0 {
		t.Errorf("listed again although nothing fails: %v", r.servers.plex)
	}
}
