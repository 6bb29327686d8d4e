package scan_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"lockstep/sync/engine/scan"
	"lockstep/sync/scene"
)

// check asks Plex whether it still scans these sections.
func (r *rig) check(refreshing ...string) {
	r.t.Helper()
	if at := r.CheckDue(); at.After(r.now) || at.IsZero() {
		r.t.Fatalf("a check is due at %v, now it is %v", at, r.now)
	}
	check := r.BeginCheck(libraries{list: sections(refreshing...)}, r.now)
	check.Run(context.Background())
	r.EndCheck(check, r.now)
}

// libraries is a Plex that is asked for its libraries.
type libraries struct {
	list []scene.Section
	err  error
}

func (l libraries) Sections(context.Context) ([]scene.Section, error) { return l.list, l.err }

func sections(refreshing ...string) []scene.Section {
	var out []scene.Section
	for _, id := range []string{"1", "2"} {
		out = append(out, scene.Section{ID: id, Refreshing: slices.Contains(refreshing, id)})
	}
	return out
}

func TestTheIndexIsListedWhenTheScansOfPlexHaveEnded(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	if !r.CheckDue().IsZero() || r.Awaits(true) {
		t.Fatal("waits for nothing")
	}
	r.LibraryScanned("1", r.now)
	if wait := r.CheckDue().Sub(r.now); wait != 2*time.Second || !r.Awaits(false) {
		t.Fatalf("checked in %v, want 2 s", wait)
	}
	for _, want := range []int{4, 8, 16, 30, 30} {
		r.now = r.CheckDue()
		r.check("1")
		if wait := r.CheckDue().Sub(r.now); wait != time.Duration(want)*time.Second {
			t.Errorf("checked again in %v, want %d s", wait, want)
		}
	}
	r.now = r.CheckDue()
	r.check("2") // a scan nobody asked for
	if !r.CheckDue().IsZero() {
		t.Error("checked again although all scans have ended")
	}
	r.asked()
	r.scan()
	if got, want := r.asked(), []string{"newest", "index"}; !slices.Contains(got, "index") {
		t.Errorf("asked for %v, want %v", got, want)
	}
	if r.Awaits(true) {
		t.Error("still waits after the index was listed")
	}
}

func TestAScanAskedForMeanwhileIsWaitedForToo(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.LibraryScanned("1", r.now)
	r.now = r.CheckDue()
	check := r.BeginCheck(libraries{list: sections()}, r.now)
	if !r.CheckDue().IsZero() {
		t.Error("checked twice at a time")
	}
	r.pass(time.Second)
	r.LibraryScanned("2", r.now)
	check.Run(context.Background())
	r.EndCheck(check, r.now) // the answer knows nothing of the second scan
	if r.CheckDue().IsZero() {
		t.Fatal("not checked again")
	}
	r.now = r.CheckDue()
	r.check()
	run := r.begin()
	r.LibraryScanned("1", r.now.Add(time.Second))
	r.end(run)
	if !r.Awaits(false) || r.CheckDue().IsZero() {
		t.Error("the scan asked for during the listing is forgotten")
	}
}

func TestAnIndexWantedOnceMoreKeepsTheWait(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.LibraryScanned("1", r.now)
	r.now = r.CheckDue()
	r.check()
	run := r.begin()
	r.Want(scan.What{Index: true}) // news meanwhile
	r.end(run)
	if !r.Awaits(false) {
		t.Error("no wait although the index is to be listed once more")
	}
	r.WantBy(scan.What{}, r.now)
	r.scan()
	if r.Awaits(true) {
		t.Error("still waits")
	}
}

func TestAScanThatNeverEndsIsGivenUp(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	began := r.now
	r.LibraryScanned("1", r.now)
	for r.Awaits(false) && r.now.Sub(began) < time.Hour {
		if r.now = r.CheckDue(); r.now.IsZero() {
			break
		}
		check := r.BeginCheck(libraries{err: errPlex}, r.now)
		check.Run(context.Background())
		r.EndCheck(check, r.now)
	}
	if gave := r.now.Sub(began); gave < 10*time.Minute || gave > 11*time.Minute {
		t.Errorf("given up after %v, want ten minutes", gave)
	}
}

func TestAnotherServerWasNotAskedToScan(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.LibraryScanned("1", r.now)
	r.now = r.CheckDue()
	r.BeginCheck(libraries{}, r.now)
	r.DiscardCheck()
	if r.Awaits(false) || !r.CheckDue().IsZero() {
		t.Error("still waits for the scans of the former server")
	}
	r.Want(scan.FullIndex)
	if !r.Awaits(true) || r.Awaits(false) {
		t.Error("parked scenes wait for a listing that is wanted")
	}
}
