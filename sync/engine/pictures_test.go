package engine_test

import (
	"os"
	"path/filepath"
	"testing"

	"lockstep/sync/api"
	"lockstep/sync/breaker"
	"lockstep/sync/engine"
	"lockstep/sync/health"
	"lockstep/sync/scene"
	"lockstep/sync/sim"
)

// showing starts an engine that keeps pictures.
func (r *rig) showing() (l *life, dir string) {
	r.t.Helper()
	dir = filepath.Join(r.dir, "pictures")
	return r.startWith(func(o *engine.Options) { o.Pictures = dir }), dir
}

func filesIn(t *testing.T, dir string) int {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return len(list)
}

func TestWhoeverLooksGetsCoversAndPostersAndEachOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t, sim.Options{Seed: 31, Scenes: 12})
	l, dir := r.showing()
	if s := l.settled(); !s.Pictures {
		t.Error("the snapshot says that no pictures are shown")
	}
	before := r.world.Stash.Counts()["screenshot"]
	for range 3 {
		for id := range scene.ID(12) {
			p, err := l.Picture(t.Context(), api.PictureQuery{Scene: id + 1})
			if err != nil {
				t.Fatal(err)
			}
			if has := r.world.Stash.Cover(int(id)+1) != nil; has != (p.JPEG != nil) {
				t.Errorf("scene %d: %d bytes, has a cover: %v", id+1, len(p.JPEG), has)
			}
		}
	}
	if n := r.world.Stash.Counts()["screenshot"] - before; n != 12 {
		t.Errorf("%d requests for 12 covers", n)
	}
	poster := "/library/metadata/" + r.world.TargetKeys(1)[0] + "/thumb/1"
	for range 2 {
		if p, err := l.Picture(t.Context(), api.PictureQuery{Plex: poster, Large: true}); err != nil || p.JPEG == nil {
			t.Errorf("%s: %d bytes, %v", poster, len(p.JPEG), err)
		}
	}
	if n := r.world.Plex.Counts()["image"]; n != 1 || filesIn(t, dir) != 13 {
		t.Errorf("%d requests to Plex, %d files", n, filesIn(t, dir))
	}
}

// The switch takes effect at once, also for what was kept by an earlier process.
func TestWithoutPicturesNoneIsAskedForAndNoneIsKept(t *testing.T) {
	t.Parallel()
	r := newRig(t, sim.Options{Seed: 32, Scenes: 5})
	l, dir := r.showing()
	l.settled()
	for id := range scene.ID(5) {
		if _, err := l.Picture(t.Context(), api.PictureQuery{Scene: id + 1}); err != nil {
			t.Fatal(err)
		}
	}
	if n := filesIn(t, dir); n != 5 {
		t.Fatalf("%d files", n)
	}
	l.end()
	r.settings.Pictures = false
	before := r.world.Stash.Counts()["screenshot"]
	l, _ = r.showing()
	if s := l.settled(); s.Pictures {
		t.Error("the snapshot says that pictures are shown")
	}
	for id := range scene.ID(5) {
		if p, err := l.Picture(t.Context(), api.PictureQuery{Scene: id + 1}); err != nil || p.JPEG != nil {
			t.Errorf("%d bytes, %v", len(p.JPEG), err)
		}
	}
	l.end() // which waits for what runs beside the loop
	if asked, n := r.world.Stash.Counts()["screenshot"]-before, filesIn(t, dir); asked != 0 || n != 0 {
		t.Errorf("%d requests, %d files", asked, n)
	}
}

// Pictures that fail move nothing: no breaker, no verdict, no notice; and somebody who keeps
// scrolling makes no more requests than one who does not.
func TestPicturesThatFailAreNoNews(t *testing.T) {
	t.Parallel()
	r := newRig(t, sim.Options{Seed: 33, Scenes: 12})
	l, _ := r.showing()
	l.settled()
	poster := "/library/metadata/" + r.world.TargetKeys(1)[0] + "/thumb/1"
	r.world.Stash.Inject(sim.Fault{Effect: sim.Status, Status: 503, Match: anyCover})
	r.world.Plex.Inject(sim.Fault{Effect: sim.Status, Status: 503, Match: sim.Kinds("image")})
	covers := r.world.Stash.Counts()["screenshot"]
	for range 20 {
		for id := range scene.ID(12) {
			if _, err := l.Picture(t.Context(), api.PictureQuery{Scene: id + 1}); err == nil {
				t.Fatal("Stash's picture came")
			}
		}
		if _, err := l.Picture(t.Context(), api.PictureQuery{Plex: poster}); err == nil {
			t.Fatal("Plex's picture came")
		}
	}
	if n, m := r.world.Stash.Counts()["screenshot"]-covers, r.world.Plex.Counts()["image"]; n != 1 || m != 1 {
		t.Errorf("%d requests to Stash, %d to Plex", n, m)
	}
	s, err := l.Snapshot(t.Context())
	must(t, err)
	if s.Verdict != health.Up || s.Breaker.State != breaker.Closed || s.Breaker.Failures != 0 || s.Outage != nil || len(s.Attention) != 0 || len(s.Failing) != 0 || !s.Stash.OK || !s.LastError.IsZero() {
		t.Errorf("verdict %q, breaker %+v, attention %+v, failing %+v, error %q", s.Verdict, s.Breaker, s.Attention, s.Failing, s.LastError)
	}
}
