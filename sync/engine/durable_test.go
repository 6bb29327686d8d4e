package engine_test

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"runtime/debug"
	"slices"
	"sync"
	"testing"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/engine"
	"lockstep/sync/sim"
)

// childEnv tells the test binary to be a Lockstep process on a data folder.
const childEnv = "LOCKSTEP_TEST_CHILD"

// childJob is what the parent tells a child.
type childJob struct {
	Dir      string
	Settings config.Settings
	Token    string
}

func TestMain(m *testing.M) {
	if text := os.Getenv(childEnv); text != "" {
		os.Exit(child(text))
	}
	flag.Parse()
	if os.Getenv("GOGC") == "" && flag.Lookup("test.bench").Value.String() == "" {
		debug.SetGCPercent(400) // many worlds live at once: marking them was more than half of the work
	}
	os.Exit(m.Run())
}

// child runs an engine until everything is settled, prints so and waits to be ended.
func child(text string) int {
	var j childJob
	if err := json.Unmarshal([]byte(text), &j); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	r := &rig{t: processTB{}, dir: j.Dir, settings: j.Settings, now: time.Now, log: quietLog(),
		secrets: &memorySecrets{m: map[string]string{engine.PlexToken: j.Token}}}
	l := r.open()
	go func() { l.done <- l.Run(context.Background()) }()
	fmt.Println("running")
	l.settled()
	fmt.Println("settled")
	select {}
}

// processTB is the testing.TB of a child: a failure ends the process.
type processTB struct{ testing.TB }

func (processTB) Helper()                   {}
func (processTB) Fatal(args ...any)         { fmt.Fprintln(os.Stderr, args...); os.Exit(1) }
func (processTB) Fatalf(f string, a ...any) { fmt.Fprintf(os.Stderr, f+"\n", a...); os.Exit(1) }

func quietLog() *slog.Logger { return slog.New(slog.DiscardHandler) }

// lostOf says what of a person's work is missing after a sync, by the kind of work.
func lostOf(kind int, before, after sim.Item) string {
	missing := func(tags string) string {
		for _, n := range before.Tags[tags] {
			if !slices.Contains(after.Tags[tags], n) {
				return tags + " " + n + " is gone"
			}
		}
		return ""
	}
	switch kind {
	case 0:
		if after.Fields["title"] != before.Fields["title"] {
			return "the title became " + after.Fields["title"]
		}
	case 1:
		if after.Fields["summary"] != before.Fields["summary"] {
			return "the summary became " + after.Fields["summary"]
		}
	case 2:
		return missing("genre")
	case 3:
		return missing("collection")
	case 4:
		if after.Poster != before.Poster {
			return "the poster became " + after.Poster
		}
	}
	return ""
}

// spawn starts a child on the rig's data folder and returns the lines it prints.
func (r *rig) spawn() (*exec.Cmd, *bufio.Scanner) {
	r.t.Helper()
	text, err := json.Marshal(childJob{Dir: r.dir, Settings: r.settings, Token: r.world.Plex.Token()})
	if err != nil {
		r.t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+string(text))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		r.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	return cmd, bufio.NewScanner(out)
}

func TestKilledProcessesLoseNothingAndRepeatAtMostOneWriteEach(t *testing.T) {
	t.Parallel()
	scenes, kills := 500, 20
	if testing.Short() { // with -race; the full size runs without
		scenes, kills = 150, 6
	}
	r := newRig(t, sim.Options{Seed: 20, Scenes: scenes, NoCover: 0.5})
	rng := rand.New(rand.NewPCG(1, 2))
	strike := make(chan struct{}, 1)
	var mu sync.Mutex
	countdown := 0
	arm := func(n int) {
		mu.Lock()
		defer mu.Unlock()
		countdown = n
	}
	r.world.Plex.SetHook(func(c sim.Call) {
		mu.Lock()
		defer mu.Unlock()
		if !c.Write || countdown == 0 {
			return
		}
		if countdown--; countdown == 0 {
			strike <- struct{}{}
		}
	})
	for range kills {
		arm(1 + rng.IntN(scenes*3/2/kills))
		cmd, lines := r.spawn()
		ended := make(chan struct{})
		go func() {
			for lines.Scan() {
				if lines.Text() == "settled" {
					close(ended)
					return
				}
			}
		}()
		select {
		case <-strike:
		case <-ended:
		case <-time.After(patience):
			t.Fatal("the child neither wrote nor settled")
		}
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
	arm(0)
	l := r.start()
	s := l.settled()
	if s.Queue.Done != scenes || s.Queue.Dead != 0 {
		t.Errorf("queue %+v, want %d done", s.Queue, scenes)
	}
	r.inStep(sim.DiffOptions{Posters: true, Locks: true})
	_, writes := r.plexCalls()
	least := scenes // an edit each, and a poster for each cover
	for _, id := range r.world.Stash.SceneIDs() {
		if len(r.world.Stash.Cover(id)) > 0 {
			least++
		}
	}
	if extra := writes - least; extra > kills {
		t.Errorf("%d writes more than needed after %d kills, want at most one each", extra, kills)
	} else {
		t.Logf("%d writes more than needed after %d kills", extra, kills)
	}
}

func TestDeletedDatabaseAdoptsWhatTheFirstLifeWrote(t *testing.T) {
	t.Parallel()
	r := newRig(t, sim.Options{Seed: 21, Scenes: 80, Dirt: sim.Messy()})
	l := r.start()
	l.settled()
	l.end()
	r.world.ResetCounts()
	r.dir = t.TempDir()
	l = r.start()
	s := l.settled()
	if _, writes := r.plexCalls(); writes != 0 {
		t.Errorf("the second life wrote %d times (%v), want 0", writes, r.world.Plex.Counts())
	}
	if s.Queue.Done == 0 {
		t.Errorf("queue %+v, want what was right adopted", s.Queue)
	}
	r.inStep(sim.DiffOptions{Posters: true})
}

func TestLibraryFilledByHandLosesNothing(t *testing.T) {
	t.Parallel()
	r := newRig(t, sim.Options{Seed: 22, Scenes: 60, NoCover: 0.3})
	plex := r.world.Plex
	keys := plex.RatingKeys("1")
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	poster := []byte("\xff\xd8\xff\xe0 a poster somebody chose")
	for i, k := range keys[:30] {
		switch i % 5 {
		case 0:
			must(plex.PersonEdit(k, "title", "My own title "+k))
		case 1:
			must(plex.PersonEdit(k, "summary", "My own words about it."))
		case 2:
			must(plex.PersonTags(k, "genre", "Favourites", "Watch again"))
		case 3:
			must(plex.PersonTags(k, "collection", "Sunday evenings"))
		case 4:
			must(plex.PersonPoster(k, poster))
		}
	}
	before := map[string]sim.Item{}
	for _, k := range keys[:30] {
		before[k], _ = plex.Item(k)
	}
	l := r.start()
	if s := l.settled(); s.Queue.Dead+s.Queue.Retrying != 0 {
		t.Errorf("queue %+v", s.Queue)
	}
	for i, k := range keys[:30] {
		after, _ := plex.Item(k)
		if lost := lostOf(i%5, before[k], after); lost != "" {
			t.Errorf("item %s: %s", k, lost)
		}
	}
	r.inStep(sim.DiffOptions{}) // the oracle leaves a person's values alone
	if v := plex.Violations(); len(v) > 0 {
		t.Errorf("violations: %v", v)
	}
}

func TestLibrarySyncedByAnotherInstallIsAdoptedWithoutAWrite(t *testing.T) {
	t.Parallel()
	r := newRig(t, sim.Options{Seed: 23, Scenes: 50, Synced: 50, SyncedCovers: true})
	l := r.start()
	s := l.settled()
	if _, writes := r.plexCalls(); writes != 0 || s.Queue.Done != 50 {
		t.Errorf("%d writes, queue %+v, want 0 and all done", writes, s.Queue)
	}
}

func TestEditWhileTheJobRunsIsNotLost(t *testing.T) {
	t.Parallel()
	r := newRig(t, sim.Options{Seed: 24, Scenes: 1, NoCover: 1})
	id := r.world.Stash.SceneIDs()[0]
	edited := false
	r.world.Plex.SetHook(func(c sim.Call) {
		if c.Kind == "edit" && !edited {
			edited = true
			if err := r.world.Stash.Edit(id, func(s *sim.Scene) { s.Title = "Changed while it was written" }); err != nil {
				t.Error(err)
			}
		}
	})
	l := r.start()
	l.settled()
	l.scan()
	r.inStep(sim.DiffOptions{})
}

func TestGracefulStopFinishesTheStepAndKeepsTheRest(t *testing.T) {
	t.Parallel()
	r := newRig(t, sim.Options{Seed: 25, Scenes: 200, NoCover: 200})
	started := make(chan struct{}, 1)
	r.world.Plex.SetHook(func(c sim.Call) {
		if c.Kind == "edit" {
			select {
			case started <- struct{}{}:
			default:
			}
		}
	})
	l := r.start()
	<-started
	l.end()
	r.world.Plex.SetHook(nil)
	l = r.start()
	s := l.until("a snapshot", func(api.Snapshot) bool { return true })
	if total := s.Queue.Pending() + s.Queue.Done; s.Queue.Running != 0 && total != 200 {
		t.Errorf("queue right after a restart %+v, want 200 in all", s.Queue)
	}
	l.settled()
	r.inStep(sim.DiffOptions{})
	if _, writes := r.plexCalls(); writes != 200 {
		t.Errorf("%d writes, want exactly one per scene: a graceful stop repeats nothing", writes)
	}
}
