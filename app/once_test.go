package app_test

import (
	"strings"
	"testing"
	"time"

	"lockstep/app"
	"lockstep/sync/sim"
)

// filled gives items a summary somebody else wrote, unlocked like an agent's.
func filled(t *testing.T, w *sim.World, from, to int) {
	t.Helper()
	for id := from; id <= to; id++ {
		for _, key := range w.TargetKeys(id) {
			if err := w.Plex.PersonEdit(key, "summary", "Somebody's own words."); err != nil {
				t.Fatal(err)
			}
			if err := w.Plex.SetLock(key, "summary", false); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestOnceWritesAllThatNeedsNoAnswerAndSaysHowMuchDoes(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	w := s.world(sim.Options{Seed: 8, Scenes: 500})
	filled(t, w, 101, 450)
	for try := range 2 { // the second time finds the same question
		var sum struct {
			summary
			Question *struct {
				Words, Hint string
				Report      uint64
			}
		}
		s.json(app.ExitAttention, &sum, "headless", "--once")
		if !sum.Finished || sum.Question == nil || sum.Error != nil || sum.NeedsYou != 350 {
			t.Fatalf("%+v", sum)
		}
		if q := sum.Question; q.Words != "This would overwrite 350 of 350 summaries that Lockstep did not write." || q.Report == 0 || !strings.Contains(q.Hint, "reconcile --yes") {
			t.Errorf("asked %+v", q)
		}
		if want := []int{150, 0}[try]; sum.Written != want || w.Plex.Mutations() == 0 {
			t.Errorf("written %d, want %d", sum.Written, want)
		}
	}
	if r := s.run("sync"); r.code != app.ExitAttention || !strings.Contains(r.out, "350 of 350") || !strings.Contains(r.out, "lockstep reconcile --yes") {
		t.Errorf("code %d: %s", r.code, r.out)
	}
	if r := s.run("reconcile"); r.code != app.ExitAttention || !strings.Contains(r.out, "350 of 350") {
		t.Errorf("code %d: %s %s", r.code, r.out, r.err)
	}
	if r := s.run("reconcile", "--yes"); r.code != app.ExitFine {
		t.Errorf("code %d: %s %s", r.code, r.out, r.err)
	}
	if diff := w.Diff(sim.DiffOptions{Posters: true, Mirror: true}); len(diff) > 0 {
		t.Errorf("one yes was not enough: %d differences, %v", len(diff), diff[:min(3, len(diff))])
	}
	var sum summary
	s.json(app.ExitFine, &sum, "headless", "--once")
}

func TestAYesBeforeTheFirstSyncIsEnough(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	w := s.world(sim.Options{Seed: 9, Scenes: 400})
	filled(t, w, 1, 400)
	if r := s.run("reconcile", "--yes"); r.code != app.ExitFine {
		t.Errorf("code %d: %s %s", r.code, r.out, r.err)
	}
	if diff := w.Diff(sim.DiffOptions{Posters: true, Mirror: true}); len(diff) > 0 {
		t.Errorf("%d differences, %v", len(diff), diff[:min(3, len(diff))])
	}
}

func TestWrittenIsTrueWhenTheWaitWasInVain(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	w := s.world(sim.Options{Seed: 10, Scenes: 30})
	key := w.TargetKeys(7)[0]
	w.Plex.Inject(sim.Fault{Match: sim.All(sim.Writes(), sim.ForItem(key)), Effect: sim.Status, Status: 500})
	var sum summary
	s.json(app.ExitError, &sum, "headless", "--once", "--max-wait", "2s")
	if sum.Finished || sum.Written != 29 || sum.Error == nil {
		t.Errorf("%+v", sum)
	}
}

func TestOnceWritesWhatItsOwnScanReveals(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	w := s.world(sim.Options{Seed: 11, Scenes: 20, ScanTime: 3 * time.Second})
	id := w.Stash.AddScene(sim.Scene{Title: "Late", Details: "Found by a scan."}, w.StashRoot()+"/late/late.mkv")
	w.Plex.PutOnDisk(w.PlexRoot()+"/late/late.mkv", 1000)
	var sum summary
	s.json(app.ExitFine, &sum, "headless", "--once")
	if sum.Queue.Parked != 0 || sum.Queue.Done != 21 {
		t.Errorf("%+v", sum)
	}
	if keys := w.TargetKeys(id); len(keys) != 1 {
		t.Errorf("items %v", keys)
	}
	if diff := w.Diff(sim.DiffOptions{Posters: true}); len(diff) > 0 {
		t.Errorf("Plex differs: %v", diff[:min(3, len(diff))])
	}
}

func TestOnceDoesNotWaitForAnEndlessScan(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	w := s.world(sim.Options{Seed: 12, Scenes: 5, ScanTime: time.Hour})
	w.Stash.AddScene(sim.Scene{Title: "Late", Details: "Found by a scan."}, w.StashRoot()+"/late/late.mkv")
	began := time.Now()
	var sum summary
	s.json(app.ExitFine, &sum, "headless", "--once", "--max-wait", "3s")
	if took := time.Since(began); !sum.Finished || sum.Queue.Parked != 1 || took > 30*time.Second {
		t.Errorf("%+v after %s", sum, took)
	}
}

func TestOnceSaysWhatHeldUpTheRest(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	w := s.world(sim.Options{Seed: 13, Scenes: 150})
	w.Stash.Inject(sim.Fault{Match: sim.Kinds("screenshot"), Effect: sim.Status, Status: 503})
	r := s.run("headless", "--once", "--max-wait", "2s")
	if r.code != app.ExitError || !strings.Contains(r.err, "150 scenes are left to do: Stash answers with an error (503).") {
		t.Errorf("code %d: %s", r.code, r.err)
	}
	if n := strings.Count(r.err, "\n"); n > 12 {
		t.Errorf("%d lines for the work of seconds:\n%s", n, r.err)
	}
}

func TestAPauseIsShownWhateverElseIs(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	if r := s.run("reports"); r.code != app.ExitFine && !strings.Contains(r.err, "no database") || strings.Contains(r.out, "REPORT") {
		t.Errorf("code %d: %s", r.code, r.out)
	}
	s.world(sim.Options{Seed: 14, Scenes: 3})
	s.run("pause")
	if r := s.run("status"); !strings.Contains(r.out, "Paused") || !strings.Contains(r.out, "not running") {
		t.Errorf("%s", r.out)
	}
	if r := s.run("reports"); !strings.Contains(r.out, "No reconciliation yet.") {
		t.Errorf("%s", r.out)
	}
	s.run("resume")
	if r := s.run("status"); strings.Contains(r.out, "Paused") {
		t.Errorf("%s", r.out)
	}
}
