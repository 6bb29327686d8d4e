package engine_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/health"
	"lockstep/sync/sim"
)

// archived is a path in the library beside the main one.
const archived = "/archived.mp4"

// withArchive is a bubble whose engine follows two libraries, each with films of its own.
func withArchive(t *testing.T) (b *bubble, id int, key string) {
	b = newBubble(t, sim.Options{Seed: 420, Scenes: 6})
	b.also = []string{sim.ArchiveLibrary}
	id = b.world.Stash.AddScene(sim.Scene{Title: "In the archive", Details: "An old film."}, b.world.StashRoot()+archived)
	key, err := b.world.Plex.Add("2", b.world.PlexRoot()+archived)
	must(t, err)
	b.run(t.TempDir())
	b.waits(time.Hour, func(s api.Snapshot) bool { return idleAndWell(s) && s.Queue.Done == 7 })
	return b, id, key
}

// edited changes a scene, lets Lockstep know and waits until Plex has it.
func (b *bubble) edited(id int, title string) time.Duration {
	b.t.Helper()
	must(b.t, b.world.Stash.Edit(id, func(s *sim.Scene) { s.Title = title }))
	key := b.world.TargetKeys(id)[0]
	go func() { _, _ = b.eng.SyncNow(b.t.Context(), api.SyncRequest{}) }()
	return b.waits(time.Hour, func(api.Snapshot) bool {
		it, _ := b.world.Plex.Item(key)
		return it.Fields["title"] == title
	})
}

// A library that cannot be listed for hours is asked for about once a minute. Meanwhile the
// other one gets its edits and its new files as soon as ever, and Plex is not down.
func TestALibraryThatFailsForHoursHoldsUpNoOther(t *testing.T) {
	withoutRace(t)
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, id, key := withArchive(t)
		defer b.stop()
		b.world.Plex.Inject(sim.Fault{Effect: sim.Status, Status: http.StatusInternalServerError, Match: listing("2")})
		from := time.Now()
		_, err := b.world.Plex.Add("2", b.world.PlexRoot()+"/one more.mp4") // has Plex listed
		must(t, err)
		b.waits(time.Hour, func(s api.Snapshot) bool {
			return len(s.Failing) == 1 && strings.Contains(s.Failing[0].Message.String(), "“Archive”")
		})
		for range 12 {
			time.Sleep(15 * time.Minute)
			if took := b.edited(1, "Edited at "+time.Now().Format(time.TimeOnly)); took > 10*time.Second {
				t.Errorf("an edit of the other library took %v", took)
			}
			if s := b.snapshot(); s.Verdict != health.Up || len(s.Attention) > 0 {
				t.Fatalf("verdict %s, asked %+v", s.Verdict, s.Attention)
			}
		}
		if n := most(b.requests(plexHost), from.Add(time.Minute), time.Now(), listing("2")); n > 4 {
			t.Errorf("%d lists of the library that fails in a minute", n)
		}
		if n := most(b.requests(plexHost), from.Add(time.Minute), time.Now(), func(sim.Call) bool { return true }); n > 20 {
			t.Errorf("%d requests in a minute: %s", n, kindsOf(b.requests(plexHost), from))
		}
		b.edited(id, "An edit there") // what is known of it can be written
		b.world.Plex.ClearFaults()
		must(t, b.world.Plex.Wipe(key))
		if took := b.waits(time.Hour, func(s api.Snapshot) bool { return len(s.Failing) == 0 }); took > 2*time.Minute {
			t.Errorf("that it works again is seen after %v", took)
		}
	})
}

// A library that Plex does not show for a while is asked about; the other one goes on, and what
// was edited meanwhile is written once it is back.
func TestALibraryThatPlexDoesNotShowForAWhile(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, id, key := withArchive(t)
		defer b.stop()
		b.world.Plex.HideLibrary(2, true)
		must(t, b.world.Stash.Edit(id, func(s *sim.Scene) { s.Title = "Edited while it was away" }))
		b.waits(time.Hour, func(s api.Snapshot) bool {
			return len(s.Attention) == 1 && strings.Contains(s.Attention[0].Message.String(), "“Archive”")
		})
		if took := b.edited(2, "The other library"); took > 10*time.Second {
			t.Errorf("an edit of the other library took %v", took)
		}
		b.world.Plex.HideLibrary(2, false)
		took := b.waits(time.Hour, func(s api.Snapshot) bool {
			it, _ := b.world.Plex.Item(key)
			return it.Fields["title"] == "Edited while it was away" && len(s.Attention) == 0
		})
		if took > 10*time.Minute {
			t.Errorf("it is back for %v before that is seen", took)
		}
	})
}

// A library that is moved to another folder keeps its items: they are found under their new
// paths once the rule says so, and nothing is written twice.
func TestALibraryThatMoved(t *testing.T) {
	t.Parallel()
	r := withoutImages(newRig(t, sim.Options{Seed: 421, Scenes: 6}))
	l := r.start()
	l.settled()
	l.end()
	r.world.Plex.MoveLibrary(1, r.world.PlexRoot(), "/new/disk")
	r.settings.PathMap[0].Plex = "/new/disk"
	r.world.ResetCounts()
	must(t, r.world.Stash.Edit(1, func(s *sim.Scene) { s.Title = "After the move" }))
	l = r.start()
	l.until("all in step", func(s api.Snapshot) bool { return s.Queue.Done == 6 && !s.Active && s.Scanned })
	key := r.world.Plex.RatingKeys("1")
	if n := r.world.Plex.Mutations(); n != 1 {
		t.Errorf("%d writes, want the one edit", n)
	}
	found := false
	for _, k := range key {
		it, _ := r.world.Plex.Item(k)
		found = found || it.Fields["title"] == "After the move"
	}
	if !found {
		t.Error("the edit did not arrive")
	}
}
