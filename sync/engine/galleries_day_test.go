package engine_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/health"
	"lockstep/sync/scene"
	"lockstep/sync/sim"
)

// What is asked about galleries may fail for a day while everything else works: backgrounds wait,
// nothing else does, and it is asked for seldom. What was given up says so and comes by Retry.
func TestGalleriesThatFailForADayHoldUpNothing(t *testing.T) {
	withoutRace(t)
	t.Parallel()
	for what, match := range map[string]sim.Match{"galleries": sim.Named("Galleries"), "gallery picture": sim.Kinds("image")} {
		for how, fault := range map[string]sim.Fault{"500": {Effect: sim.Status, Status: 500}, "no answer": {Effect: sim.Hang}} {
			t.Run(what+"/"+how, func(t *testing.T) {
				t.Parallel()
				dir := t.TempDir()
				fault.Match = match
				synctest.Test(t, func(t *testing.T) { galleriesFail(t, dir, fault) })
			})
		}
	}
}

func galleriesFail(t *testing.T, dir string, fault sim.Fault) {
	b := newBubble(t, sim.Options{Seed: 510, Scenes: 30})
	b.ofGalleries()
	ids := b.world.Stash.SceneIDs()
	arts := func() (n int) {
		for _, id := range ids {
			if it, _ := b.world.Plex.Item(b.world.TargetKeys(id)[0]); it.Art != "" {
				n++
			}
		}
		return n
	}
	b.world.Stash.Inject(fault)
	b.run(dir)
	start := time.Now()
	if took := b.waits(time.Hour, func(api.Snapshot) bool { return len(b.world.Diff(sim.DiffOptions{})) == 0 }); took > 3*time.Minute {
		t.Errorf("everything else took %v", took)
	}
	if n := arts(); n != 0 {
		t.Fatalf("%d backgrounds although none can be had", n)
	}
	for hour := range 24 {
		if took := b.edited(ids[hour], fmt.Sprint("Edited in hour ", hour)); took > 2*time.Minute {
			t.Errorf("hour %d: an edit took %v", hour, took)
		}
		time.Sleep(time.Hour)
		if s := b.snapshot(); s.Verdict != health.Up || len(s.Attention) > 0 {
			t.Fatalf("verdict %s, asked %+v", s.Verdict, s.Attention)
		}
	}
	asked := b.requests(stashHost)
	if n := most(asked, start, start.Add(2*time.Minute), fault.Match); n > 30 {
		t.Errorf("%d requests a minute in the first two: %s", n, kindsOf(asked, start))
	}
	if n := most(asked, start.Add(2*time.Minute), time.Now(), fault.Match); n > 12 {
		t.Errorf("%d requests a minute afterwards", n)
	}
	day := slices.DeleteFunc(slices.Clone(asked), func(a ask) bool { return !fault.Match(a.call) })
	if len(day) < 5 || len(day) > 24*20 {
		t.Errorf("%d requests in a day", len(day))
	}
	// A scene whose background could not be had so often is failed, with the reason, until somebody retries it.
	if q := b.snapshot().Queue; q.Dead == 0 || q.Dead+q.Retrying+q.Waiting != len(ids) {
		t.Errorf("the queue is %+v", q)
	}
	b.world.Stash.ClearFaults()
	_, err := b.eng.Retry(context.Background(), api.Selection{AllDead: true})
	must(t, err)
	if took := b.waits(time.Hour, func(api.Snapshot) bool { return arts() == len(ids) }); took > 30*time.Minute {
		t.Errorf("mended, and %d of %d backgrounds after %v", arts(), len(ids), took)
	}
	b.stop()
}

// ofGalleries has the background of each scene made of a gallery.
func (b *bubble) ofGalleries() {
	b.t.Helper()
	b.tune = func(s *config.Settings) {
		s.Fields[scene.FieldBackground], s.Background = config.Merge, config.FromGallery
	}
	for _, id := range b.world.Stash.SceneIDs() {
		_, err := b.world.Stash.SetGallery(id, sim.Landscape(fmt.Sprintf("/data/galleries/%d.jpg", id), nil))
		must(b.t, err)
	}
}
