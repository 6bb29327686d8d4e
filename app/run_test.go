package app_test

import (
	"context"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lockstep/app"
	"lockstep/sync/queue"
	"lockstep/sync/sim"
)

// summary is what sync and headless --once print.
type summary struct {
	Finished bool
	Words    string
	Written  int
	NeedsYou int
	Queue    queue.Counts
	Error    *struct{ Class, Server, Words, Hint string }
}

func TestOnceBringsPlexInStepAndTheSecondTimeWritesNothing(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	w := s.world(sim.Options{Seed: 3, Scenes: 60, StashAPIKey: "key-of-the-harbour"})
	var sum summary
	s.json(app.ExitFine, &sum, "headless", "--once")
	if !sum.Finished || sum.Queue.Done != 60 || sum.Written != 60 {
		t.Errorf("first: %+v", sum)
	}
	if diff := w.Diff(sim.DiffOptions{Posters: true, Locks: true}); len(diff) > 0 {
		t.Errorf("Plex differs: %v", diff[:min(3, len(diff))])
	}
	before := w.Plex.Mutations()
	s.json(app.ExitFine, &sum, "headless", "--once")
	if n := w.Plex.Mutations() - before; n != 0 || sum.Written != 0 {
		t.Errorf("second: %d writes, %+v", n, sum)
	}
}

func TestScenesThatNeedAPersonEndWithThree(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	s.world(sim.Options{Seed: 4, Scenes: 20, Dirt: sim.Dirt{Raw: 3}})
	var sum summary
	s.json(app.ExitAttention, &sum, "sync")
	if !sum.Finished || sum.NeedsYou != 3 || sum.Queue.Skipped != 3 {
		t.Errorf("got %+v", sum)
	}
	if r := s.run("sync"); r.code != app.ExitAttention || !strings.Contains(r.out, "No metadata yet") {
		t.Errorf("code %d: %s", r.code, r.out)
	}
}

func TestWhatOnlyAPersonCanSettleIsOneSentence(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		change func(s *shell, w *sim.World)
		class  string
		says   string
	}{
		"wrong token":     {func(s *shell, _ *sim.World) { s.env["LOCKSTEP_PLEX_TOKEN"] = "not-the-token" }, "unauthorized", "token"},
		"wrong key":       {func(s *shell, _ *sim.World) { s.env["LOCKSTEP_STASH_API_KEY"] = "not-the-key" }, "unauthorized", "Stash"},
		"unknown library": {func(s *shell, _ *sim.World) { s.env["LOCKSTEP_PLEX_LIBRARY"] = "Harbours" }, "config", "Harbours"},
		"a web page":      {func(_ *shell, w *sim.World) { w.Stash.Inject(sim.Fault{Effect: sim.HTML}) }, "config", "Stash"},
		"nobody there":    {func(s *shell, _ *sim.World) { s.env["LOCKSTEP_PLEX_URL"] = "http://127.0.0.1:1" }, "unreachable", "Plex"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShell(t)
			w := s.world(sim.Options{Seed: 5, Scenes: 5, StashAPIKey: "key-of-the-harbour"})
			test.change(s, w)
			var sum summary
			s.json(app.ExitError, &sum, "sync", "--max-wait", "1s")
			if sum.Error == nil || sum.Error.Class != test.class || !strings.Contains(sum.Error.Words+sum.Error.Hint, test.says) {
				t.Errorf("got %+v, want class %s and %q", sum.Error, test.class, test.says)
			}
		})
	}
}

// background runs Lockstep until the returned function ends it.
func (s *shell) background(args ...string) (end func() result) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan result, 1)
	go func() { done <- s.runUntil(ctx, args...) }()
	s.t.Cleanup(cancel)
	return func() result {
		cancel()
		return <-done
	}
}

// status asks until the answer fits.
func (s *shell) until(what string, fits func(status) bool) {
	s.t.Helper()
	var last string
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		r := s.run("status", "--json")
		var st status
		if last = r.out; r.code == app.ExitFine && json.Unmarshal([]byte(r.out), &st) == nil && fits(st) {
			return
		}
	}
	s.t.Fatalf("waited for %s in vain, last: %s", what, last)
}

type status struct {
	Verdict string
	Running bool
	Paused  bool
	Queue   queue.Counts
}

func TestCommandsTalkToTheLockstepThatRuns(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	w := s.world(sim.Options{Seed: 6, Scenes: 30})
	end := s.background("headless")
	s.until("the first sync", func(st status) bool { return st.Running && st.Verdict == "up" && st.Queue.Done == 30 })

	if r := s.run("headless"); r.code != app.ExitError || !strings.Contains(r.err, "is already running") {
		t.Errorf("a second headless: code %d: %s", r.code, r.err)
	}
	if r := s.run("sync"); r.code != app.ExitFine { // the first run ends with it
		t.Fatal(r.err)
	}
	id := w.Stash.SceneIDs()[0]
	if err := w.Stash.Edit(id, func(sc *sim.Scene) { sc.Title = "Night Ferry" }); err != nil {
		t.Fatal(err)
	}
	var sum summary
	s.json(app.ExitFine, &sum, "sync")
	if sum.Written != 1 {
		t.Errorf("after an edit: %+v", sum)
	}
	if diff := w.Diff(sim.DiffOptions{}); len(diff) > 0 {
		t.Errorf("Plex differs: %v", diff)
	}
	for _, args := range [][]string{{"pause", "30m"}, {"resume"}, {"queue"}, {"history"}, {"outages"}, {"settings"}, {"reports"}} {
		if r := s.run(args...); r.code != app.ExitFine {
			t.Errorf("%v: code %d: %s", args, r.code, r.err)
		}
	}
	if r := end(); r.code != app.ExitFine {
		t.Errorf("headless ended with %d: %s", r.code, r.err)
	}
	s.until("the last known state", func(st status) bool { return !st.Running && st.Verdict == "unknown" && st.Queue.Done == 30 })
}

func TestPauseIsKeptWhileNothingRuns(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	w := s.world(sim.Options{Seed: 7, Scenes: 3})
	if r := s.run("pause"); r.code != app.ExitFine {
		t.Fatal(r.err)
	}
	if w.Stash.Total()+w.Plex.Total() != 0 {
		t.Error("a command that only stores something asked the servers")
	}
	s.until("the pause", func(st status) bool { return st.Paused })
	if r := s.run("sync"); r.code != app.ExitError || !strings.Contains(r.err, "paused") {
		t.Errorf("sync while paused: code %d: %s", r.code, r.err)
	}
	if w.Plex.Mutations() != 0 {
		t.Error("something was written during a pause")
	}
}

func TestPreviewWritesNothing(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	w := s.world(sim.Options{Seed: 8, Scenes: 10})
	var rep struct {
		Preview bool
		Checked int
		Rows    []struct{ Changes []any }
	}
	s.json(app.ExitFine, &rep, "reconcile", "--preview")
	if !rep.Preview || rep.Checked != 10 || len(rep.Rows) != 10 {
		t.Errorf("got %+v", rep)
	}
	if n := w.Plex.Mutations(); n != 0 {
		t.Errorf("a preview wrote %d times", n)
	}
}

func TestDoctorTellsWhetherLockstepRuns(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	s.world(sim.Options{Seed: 9, Scenes: 5})
	if r := s.run("doctor"); !strings.Contains(r.out, "is not running; the checks were made without it") {
		t.Errorf("nothing runs: %s%s", r.out, r.err)
	}
	end := s.background("headless")
	s.until("the first sync", func(st status) bool { return st.Running && st.Queue.Done == 5 })
	if r := s.run("doctor"); !strings.Contains(r.out, "is running.") {
		t.Errorf("one runs: %s%s", r.out, r.err)
	}
	if r := end(); r.code != app.ExitFine {
		t.Errorf("headless ended with %d: %s", r.code, r.err)
	}
}

// The canaries stand for a token and a key. Wherever they turn up, a real one could.
const (
	canaryToken = "canary-token-Wq8+/x=7"
	canaryKey   = "canary.key.eyJhbGciOi"
)

func TestSecretsAppearNowhere(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	w := s.world(sim.Options{Seed: 9, Scenes: 10, Dirt: sim.Dirt{Missing: 2}, StashAPIKey: canaryKey, PlexToken: canaryToken})
	s.env["LOCKSTEP_LOG_LEVEL"] = "debug"
	var said strings.Builder
	do := func(args ...string) {
		r := s.run(args...)
		said.WriteString(r.out + r.err)
	}
	do("sync")
	w.Plex.Inject(sim.Fault{Effect: sim.Status, Status: 500, Body: "bad X-Plex-Token=" + canaryToken, Count: 40})
	do("sync", "--all", "--max-wait", "1s")
	w.Plex.SetToken("another-token")
	do("sync", "--max-wait", "1s")
	for _, args := range [][]string{{"settings"}, {"settings", "export"}, {"status", "--json"}, {"queue", "--json"}, {"history", "--json"}, {"test-connection"}} {
		do(args...)
	}
	for _, secret := range []string{canaryToken, canaryKey} {
		if strings.Contains(said.String(), secret) {
			t.Errorf("%s was printed", secret)
		}
		inFiles(t, s.dir(), secret, false)
	}
	if info, err := os.Stat(filepath.Join(s.dir(), app.LogName)); err != nil || info.Size() == 0 {
		t.Errorf("there is no log to be looked through: %v", err)
	}
}

// inFiles looks for a text in every file below a folder.
func inFiles(t *testing.T, dir, text string, want bool) {
	t.Helper()
	found := false
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		if strings.Contains(string(data), text) {
			found = true
			if !want {
				t.Errorf("%s is in %s", text, path)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if want && !found {
		t.Errorf("%s is nowhere in %s", text, dir)
	}
}

func TestNamesAreMaskedWhenWished(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	w := s.world(sim.Options{Seed: 10, Scenes: 24, Dirt: sim.Messy()})
	s.env["LOCKSTEP_LOG_LEVEL"], s.env["LOCKSTEP_MASK_NAMES"] = "debug", "yes"
	var private []string
	for _, id := range w.Stash.SceneIDs() {
		sc, _ := w.Stash.Scene(id)
		if len(sc.Title) > 5 { // what is shorter is found in ordinary words
			private = append(private, sc.Title)
		}
		for _, f := range sc.Files {
			private = append(private, f.Path, filepath.Base(f.Path))
		}
	}
	private = append(private, w.StashRoot(), "Canary Wharf")
	if err := w.Stash.Edit(w.Stash.SceneIDs()[0], func(sc *sim.Scene) { sc.Title = "Canary Wharf by Night" }); err != nil {
		t.Fatal(err)
	}
	w.Plex.Inject(sim.Fault{Effect: sim.Status, Status: 400, Match: sim.All(sim.Writes(), sim.ForItem(w.TargetKeys(4)[0]))})
	terminal := s.run("headless", "--once").err
	log, err := os.ReadFile(filepath.Join(s.dir(), app.LogName))
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range private {
		if strings.Contains(terminal, text) {
			t.Errorf("%s is in the terminal's log: %s", text, terminal)
		}
		if strings.Contains(string(log), text) {
			t.Errorf("%s is in the log file: %s", text, log)
		}
	}
	if len(private) < 48 || !strings.Contains(string(log), "name-") {
		t.Errorf("%d names looked for in %s", len(private), log)
	}
}
