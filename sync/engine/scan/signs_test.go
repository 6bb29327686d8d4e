package scan_test

import (
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/budget"
	"lockstep/sync/change"
	"lockstep/sync/engine/host"
	"lockstep/sync/engine/scan"
	"lockstep/sync/scene"
)

var knownSigns = scene.Signs{scene.TagList: {Count: 3, Digest: "a"}, scene.StudioList: {Count: 1, Digest: "s"}}

// withSigns is a rig whose scanner knows the signs of the names.
func withSigns(t *testing.T) *rig {
	t.Helper()
	r := newRig(t)
	r.servers.signs = knownSigns
	r.Soon(r.now)
	r.scan()
	r.pass(time.Minute)
	r.scan()
	r.asked()
	return r
}

// probe lets the next scan by the clock come and tells what it asked for.
func (r *rig) probe() []string {
	r.t.Helper()
	r.pass(r.due().Sub(r.now))
	r.scan()
	return r.asked()
}

func TestASignThatMovedHasTheNamesReadOnce(t *testing.T) {
	t.Parallel()
	for name, now := range map[string]scene.Signs{
		"renamed": {scene.TagList: {Count: 3, Digest: "b"}, scene.StudioList: {Count: 1, Digest: "s"}},
		"merged":  {scene.TagList: {Count: 2, Digest: "a"}, scene.StudioList: {Count: 1, Digest: "s"}},
		"alone":   {scene.StudioList: {Count: 1, Digest: "t"}},
	} {
		r := withSigns(t)
		if got := r.probe(); !slices.Equal(got, []string{"newest"}) {
			t.Errorf("%s: before it asks for %v", name, got)
		}
		r.servers.signs, r.servers.names = now, 1
		if got := r.probe(); !slices.Equal(got, []string{"newest", "names"}) {
			t.Errorf("%s: asks for %v", name, got)
		}
		if wait := r.due().Sub(r.now); wait != 15*time.Second {
			t.Errorf("%s: the next probe is due in %v: more may be renamed", name, wait)
		}
		if got := r.probe(); !slices.Equal(got, []string{"newest"}) {
			t.Errorf("%s: afterwards it asks for %v", name, got)
		}
	}
}

func TestASignThatMovesForNothingMakesNoHaste(t *testing.T) {
	t.Parallel()
	r := withSigns(t)
	for i := range 5 {
		r.servers.signs = scene.Signs{scene.TagList: {Count: i}}
		if got := r.probe(); !slices.Equal(got, []string{"newest", "names"}) {
			t.Errorf("asks for %v", got)
		}
		if wait := r.due().Sub(r.now); wait != time.Minute {
			t.Errorf("the next probe is due in %v", wait)
		}
	}
}

func TestSignsThatAreNotGivenChangeNothing(t *testing.T) {
	t.Parallel()
	r := withSigns(t)
	r.servers.signs = nil
	if got := r.probe(); !slices.Equal(got, []string{"newest"}) {
		t.Errorf("asks for %v", got)
	}
	r.servers.signs = knownSigns
	if got := r.probe(); !slices.Equal(got, []string{"newest"}) {
		t.Errorf("asks for %v once they are back", got)
	}
}

// A rename is not lost while the lists of names fail, and they are not asked for more often
// than the budget allows.
func TestASignStaysMovedUntilTheNamesWereRead(t *testing.T) {
	t.Parallel()
	r := withSigns(t)
	r.servers.err[budget.NameSweep] = errStash
	r.servers.signs = scene.Signs{scene.TagList: {Count: 2}}
	failed := 0
	for until := r.now.Add(time.Hour); r.now.Before(until); {
		failed += count(r.probe(), "names")
	}
	t.Logf("the names failed %d times in an hour", failed)
	if failed < 30 || failed > 80 {
		t.Errorf("asked %d times in an hour for names that fail, want about once a minute", failed)
	}
	known := r.Stored()
	r.servers.err = map[budget.Kind]error{}
	r.restart(known) // what failed was asked for in another process
	r.servers.newest = known.Newest
	r.scan()
	if got := r.asked(); !slices.Contains(got, "names") {
		t.Errorf("the next process asks for %v", got)
	}
	if r.Stored().Signs.Moved(r.servers.signs) {
		t.Error("the sign still counts as moved")
	}
}

func TestARenameBesideAnEditIsSeenWithoutASweep(t *testing.T) {
	t.Parallel()
	r := withSigns(t)
	r.servers.latest = true
	r.servers.newest.Count++
	r.servers.signs = scene.Signs{scene.TagList: {Count: 4}}
	if got := r.probe(); !slices.Equal(got, []string{"newest", "latest", "names"}) {
		t.Errorf("asks for %v", got)
	}
}

func TestTheFirstSignsAreTakenWithTheFirstSweep(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.restart(scan.Stored{})
	r.servers.signs = knownSigns
	r.scan()
	r.asked()
	if got := r.probe(); !slices.Equal(got, []string{"newest"}) {
		t.Errorf("asks for %v", got)
	}
}

func TestASignThatStaysAwayIsToldOnce(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	r := newRig(t)
	r.Scanner = scan.New(host.Host{Log: slog.New(slog.NewTextHandler(&log, nil))})
	r.Resume(scan.Stored{Newest: knownScenes, Signs: knownSigns, Swept: start, Files: start}, start)
	r.servers.signs = knownSigns
	r.scan()
	for range 2 {
		r.servers.signs = scene.Signs{scene.TagList: knownSigns[scene.TagList]}
		for range 10 {
			r.probe()
		}
		r.servers.signs = knownSigns
		r.probe()
	}
	if n := strings.Count(log.String(), "does not tell"); n != 2 || strings.Count(log.String(), "tells again") != 2 || strings.Contains(log.String(), "request=tags") {
		t.Errorf("told %d times:\n%s", n, &log)
	}
	log.Reset()
	r.servers.signs = nil // one probe without any
	r.probe()
	r.servers.signs = knownSigns
	r.probe()
	if log.Len() > 0 {
		t.Errorf("told at once: %s", &log)
	}
}

func count(list []string, what string) (n int) {
	for _, x := range list {
		if x == what {
			n++
		}
	}
	return n
}

func TestFilesThatWereTouchedAreExaminedOnce(t *testing.T) {
	t.Parallel()
	r := withSigns(t)
	r.servers.signs = scene.Signs{scene.FileList: {Since: "a"}}
	r.probe()
	r.servers.touched = []scene.FileStamp{{ID: 1}, {ID: 2}}
	r.servers.signs = scene.Signs{scene.FileList: {Count: 2, Digest: "x", Since: "b"}}
	r.servers.err[budget.Scenes] = errStash
	if got := r.probe(); !slices.Equal(got, []string{"newest", "touched 2"}) {
		t.Errorf("asks for %v", got)
	}
	if got := r.Stored().Signs[scene.FileList].Since; got != "a" {
		t.Errorf("after a failure the next probe begins at %q, where the last did", got)
	}
	r.servers.err = map[budget.Kind]error{}
	if got := r.probe(); !slices.Equal(got, []string{"newest", "touched 2"}) {
		t.Errorf("asks for %v after the failure", got)
	}
	if got := r.Stored().Signs[scene.FileList].Since; got != "b" {
		t.Errorf("the next probe begins at %q", got)
	}
	if got := r.probe(); !slices.Equal(got, []string{"newest"}) {
		t.Errorf("asks for %v although nothing more was touched", got)
	}
	r.servers.signs = scene.Signs{scene.FileList: {Count: 3, Digest: "y", Since: "c"}}
	r.Want(scan.What{Files: true})
	if got := r.probe(); !slices.Equal(got, []string{"newest", "files"}) {
		t.Errorf("asks for %v while all files are listed", got)
	}
	if got := r.Stored().Signs; got.FilesMoved(r.servers.signs) || got.Moved(knownSigns) {
		t.Errorf("knows %v", got)
	}
}

func TestARenameThatFailsTakesNoFilesWithIt(t *testing.T) {
	t.Parallel()
	r := withSigns(t)
	r.servers.err[budget.NameSweep] = errStash
	r.servers.signs = scene.Signs{scene.TagList: {Count: 9}, scene.FileList: {Count: 1, Digest: "x", Since: "b"}}
	if got := r.probe(); !slices.Equal(got, []string{"newest", "names", "touched 0"}) {
		t.Errorf("asks for %v", got)
	}
	if got := r.Stored().Signs; got.FilesMoved(r.servers.signs) || !got.Moved(r.servers.signs) {
		t.Errorf("knows %v", got)
	}
}

func TestWhatAPartOfAScanQueuesIsToldAtOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.servers.found = change.Found{Enqueued: 1}
	r.WantBy(scan.Changes, r.now)
	var told []int // how much had been asked for by then
	s := &r.servers
	progress := scan.NewProgress(func() time.Time { return r.now }, r.Scenes(), func(api.Scan) {})
	run := scan.NewScan(r.Begin(r.now, r.conditions()), scan.Servers{Stash: s, Finder: s, Index: s, Queued: func() { told = append(told, len(s.asked)) }}, progress)
	run.Run(t.Context())
	r.end(run)
	if !slices.Equal(told, []int{1}) { // the sweep is the first of three, and the only one that found something
		t.Errorf("told after %v of %v", told, s.asked)
	}
}
