package scan_test

import (
	"slices"
	"testing"
	"time"

	"lockstep/sync/budget"
	"lockstep/sync/engine/scan"
	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/scene"
)

func TestAScanCoversWhatWasAskedForAndWhatIsDueByTheClock(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		before func(*rig)
		want   []string
	}{
		"the clock":                  {func(r *rig) { r.pass(time.Minute) }, []string{"newest"}},
		"an hour":                    {func(r *rig) { r.pass(time.Hour) }, []string{"newest", "sweep", "names"}},
		"two hours":                  {func(r *rig) { r.pass(2 * time.Hour) }, []string{"newest", "sweep", "names", "index"}},
		"six hours":                  {func(r *rig) { r.pass(6 * time.Hour) }, []string{"newest", "sweep", "names", "files", "index"}},
		"soon":                       {func(r *rig) { r.Soon(r.now) }, []string{"newest"}},
		"an edit":                    {func(r *rig) { r.servers.newest.Count++; r.Soon(r.now) }, []string{"newest", "sweep", "names"}},
		"a job of Stash":             {func(r *rig) { r.WantBy(scan.Changes, r.now) }, []string{"sweep", "names", "files"}},
		"news from Plex":             {func(r *rig) { r.WantBy(scan.What{Index: true}, r.now) }, []string{"index"}},
		"the whole index":            {func(r *rig) { r.WantBy(scan.FullIndex, r.now) }, []string{"full"}},
		"full alone implies index":   {func(r *rig) { r.WantBy(scan.What{Full: true}, r.now) }, []string{"full"}},
		"other settings":             {func(r *rig) { r.WantBy(scan.What{Recheck: true}, r.now) }, []string{"recheck"}},
		"asked for without a time":   {func(r *rig) { r.Want(scan.What{Sweep: true}); r.pass(time.Minute) }, []string{"newest", "sweep", "names"}},
		"names without a sweep":      {func(r *rig) { r.WantBy(scan.What{Names: true}, r.now) }, []string{"names"}},
		"several that come together": {func(r *rig) { r.WantBy(scan.FullIndex, r.now); r.Soon(r.now.Add(time.Hour)) }, []string{"newest", "full"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			tt.before(r)
			r.scan()
			if got := r.asked(); !slices.Equal(got, tt.want) {
				t.Errorf("asked for %v, want %v", got, tt.want)
			}
			r.pass(time.Second)
			if at := r.due(); !at.After(r.now) {
				t.Errorf("another scan is due at %v although nothing more was wanted", at)
			}
		})
	}
}

func TestPlexIsAskedOnlyWhileItIsUp(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.plexUp = false
	r.WantBy(scan.FullIndex, r.now)
	if at := r.due(); !at.IsZero() {
		t.Errorf("a scan is due at %v, want none before something happens", at)
	}
	r.WantBy(scan.What{Sweep: true}, r.now)
	r.scan()
	if got, want := r.asked(), []string{"sweep", "names"}; !slices.Equal(got, want) {
		t.Errorf("asked for %v, want %v", got, want)
	}
	r.plexUp = true
	r.WantBy(scan.What{}, r.now)
	r.scan()
	if got, want := r.asked(), []string{"full"}; !slices.Equal(got, want) {
		t.Errorf("asked for %v once Plex is up, want %v", got, want)
	}
}

func TestTheScannerGoesOnFromWhatWasStored(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		stored scan.Stored
		want   []string
	}{
		"nothing was":                 {scan.Stored{}, []string{"newest", "sweep", "names", "files", "index"}},
		"all was, a moment ago":       {scan.Stored{Newest: knownScenes, Swept: start, Files: start}, []string{"newest", "index"}},
		"two hours ago":               {scan.Stored{Newest: knownScenes, Swept: start.Add(-2 * time.Hour), Files: start}, []string{"newest", "sweep", "names", "index"}},
		"by a clock that was ahead":   {scan.Stored{Newest: knownScenes, Swept: start, Files: start.Add(time.Hour)}, []string{"newest", "sweep", "names", "files", "index"}},
		"another scene is the newest": {scan.Stored{Newest: scene.Newest{Count: 6}, Swept: start, Files: start}, []string{"newest", "sweep", "names", "index"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.restart(tt.stored)
			r.scan()
			if got := r.asked(); !slices.Equal(got, tt.want) {
				t.Errorf("asked for %v, want %v", got, tt.want)
			}
			if got := r.Stored(); got.Newest != knownScenes || got.Swept.IsZero() || got.Files.IsZero() {
				t.Errorf("stores %+v", got)
			}
		})
	}
}

func TestAfterAnEditStashIsAskedMoreOften(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.pass(time.Minute)
	r.scan()
	if at := r.due(); at.Sub(r.now) != time.Minute {
		t.Errorf("the next scan is due in %v, want a minute", at.Sub(r.now))
	}
	r.pass(time.Minute)
	r.servers.newest.Count++
	r.scan()
	for edited := r.now; r.now.Sub(edited) < 10*time.Minute; r.scan() {
		if wait := r.due().Sub(r.now); wait != 15*time.Second {
			t.Fatalf("%v after the edit the next scan is due in %v, want 15 s", r.now.Sub(edited), wait)
		}
		r.pass(15 * time.Second)
	}
	if wait := r.due().Sub(r.now); wait != time.Minute {
		t.Errorf("later the next scan is due in %v, want a minute", wait)
	}
}

func TestSlowerClocksAreFollowedAtOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.times.Newest = 10 * time.Minute
	r.pass(time.Minute)
	r.scan()
	if wait := r.due().Sub(r.now); wait != 10*time.Minute {
		t.Errorf("due in %v, want ten minutes", wait)
	}
	r.times.Newest = 30 * time.Second // a scan for another reason draws the next one nearer
	r.WantBy(scan.What{Names: true}, r.now)
	r.scan()
	if wait := r.due().Sub(r.now); wait != 30*time.Second {
		t.Errorf("due in %v, want 30 s", wait)
	}
}

func TestOneScanAtATime(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.Soon(r.now)
	run := r.begin()
	r.Soon(r.now)
	if at := r.due(); !at.IsZero() || !r.Running() {
		t.Errorf("a second scan is due at %v", at)
	}
	r.end(run)
	if at := r.due(); !at.Equal(r.now) || r.Running() {
		t.Errorf("what was asked for meanwhile is due at %v, want now", at)
	}
}

func TestWhatFailedWaitsAndTheRestGoesOn(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.servers.err[budget.FileSweep] = errStash
	r.WantBy(scan.Changes, r.now)
	r.scan()
	wait := r.due().Sub(r.now)
	if wait <= 0 || wait > time.Minute {
		t.Fatalf("what failed is tried again in %v", wait)
	}
	r.asked()
	r.WantBy(scan.What{Sweep: true}, r.now)
	r.scan()
	if got, want := r.asked(), []string{"sweep", "names"}; !slices.Equal(got, want) {
		t.Errorf("asked for %v meanwhile, want %v", got, want)
	}
	r.servers.err[budget.FileSweep] = nil
	r.pass(wait)
	r.scan()
	if got := r.asked(); !slices.Contains(got, "files") {
		t.Errorf("asked for %v, want the files again", got)
	}
}

func TestAnEditIsNotSweptForWhileSweepingFails(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.servers.err[budget.Sweep] = errStash
	r.servers.newest.Count++
	r.Soon(r.now)
	r.scan()
	r.asked()
	r.servers.newest.Count++
	r.Soon(r.now)
	r.scan()
	if got := r.asked(); slices.Contains(got, "sweep") {
		t.Errorf("asked for %v within the wait", got)
	}
	r.servers.err[budget.Sweep] = nil
	r.pass(r.due().Sub(r.now))
	r.scan()
	if got := r.asked(); !slices.Contains(got, "sweep") {
		t.Errorf("asked for %v after the wait, want a sweep", got)
	}
}

// errOurs is a disk without room.
var errOurs = fault.New(fault.Local, fault.None, message.Foreign("no room"), message.None, nil)

func TestScansRestLongerAndLongerWhileNothingCanBeStored(t *testing.T) {
	t.Parallel()
	for kind := range map[budget.Kind]bool{budget.Sweep: true, budget.Index: true} {
		r := newRig(t)
		r.servers.err[kind] = errOurs
		r.WantBy(scan.What{Sweep: true, Index: true}, r.now)
		for _, want := range []time.Duration{30 * time.Second, time.Minute, 2 * time.Minute, 4 * time.Minute, 5 * time.Minute, 5 * time.Minute} {
			r.scan()
			if rest := r.Due(r.now, r.conditions()).Sub(r.now); rest != want {
				t.Fatalf("%s: the next scan in %v, want %v", kind, rest, want)
			}
			r.pass(want)
		}
		r.scan()
		done := r.Wait()
		r.Soon(r.now)
		if r.Due(r.now, r.conditions()).After(r.now) {
			t.Errorf("%s: somebody who asks has to wait", kind)
		}
		r.servers.err = map[budget.Kind]error{}
		r.scan()
		if err := outcome(t, done); err != nil {
			t.Errorf("%s: with room again: %v", kind, err)
		}
		r.WantBy(scan.What{Sweep: true}, r.now)
		if r.Due(r.now, r.conditions()).After(r.now) {
			t.Errorf("%s: it rests although a scan was stored", kind)
		}
	}
}

func TestAClockSetBackEndsTheRestOfScans(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.servers.err[budget.Sweep] = errOurs
	r.WantBy(scan.What{Sweep: true}, r.now)
	r.scan()
	r.pass(-24 * time.Hour)
	r.WantBy(scan.What{Sweep: true}, r.now)
	if r.Due(r.now, r.conditions()).After(r.now) {
		t.Error("scans rest for a day")
	}
}
