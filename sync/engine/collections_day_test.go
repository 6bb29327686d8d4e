package engine_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/scene"
	"lockstep/sync/sim"
	"lockstep/sync/testkit"
)

// ofCollections selects the requests of a kind that name a collection.
func (b *bubble) ofCollections(kind string) sim.Match {
	return func(c sim.Call) bool {
		return c.Kind == kind && slices.ContainsFunc(b.world.Plex.Collections(1), func(it sim.Item) bool { return slices.Contains(c.Items, it.RatingKey) })
	}
}

// looks counts the studios whose collection has their description, and their logo.
func (b *bubble) looks() (described, shown, all int) {
	met := map[int]bool{}
	for _, id := range b.world.Stash.SceneIDs() {
		sc, _ := b.world.Stash.Scene(id)
		if met[sc.StudioID] {
			continue
		}
		met[sc.StudioID] = true
		c := collectionOf(b.world, 1, b.world.Stash.StudioName(sc.StudioID))
		if c.RatingKey == "" {
			continue
		}
		all++
		if c.Fields["summary"] == "About "+b.world.Stash.StudioName(sc.StudioID) {
			described++
		}
		if c.Poster == testkit.Poster(testkit.Logo(uint8(sc.StudioID))) {
			shown++
		}
	}
	return described, shown, all
}

// shelfFault is a kind of request about the looks of collections that fails, or one beside them.
type shelfFault struct {
	host  string
	match func(*bubble) sim.Match
	said  bool // the status says that something fails
	texts bool // descriptions are written all the same
}

var shelfFaults = map[string]shelfFault{
	"studios": {stashHost, func(*bubble) sim.Match { return sim.Named("Studios") }, true, false},
	"groups":  {stashHost, func(*bubble) sim.Match { return sim.Named("Groups") }, true, false},
	"logos":   {stashHost, func(*bubble) sim.Match { return sim.Kinds("picture") }, false, true},
	"collections": {plexHost, func(*bubble) sim.Match {
		return func(c sim.Call) bool { return c.Kind == "list" && c.Query.Get("type") == "18" }
	}, true, false},
	"details":   {plexHost, func(b *bubble) sim.Match { return b.ofCollections("detail") }, false, false},
	"pictures":  {plexHost, func(b *bubble) sim.Match { return b.ofCollections("posters") }, false, true},
	"uploads":   {plexHost, func(b *bubble) sim.Match { return b.ofCollections("upload") }, false, true},
	"edits":     {plexHost, func(b *bubble) sim.Match { return b.ofCollections("edit") }, true, false},
	"one cover": {stashHost, func(*bubble) sim.Match { return sim.All(sim.Kinds("screenshot"), sim.ForItem("1")) }, false, true},
}

// TestWhateverFailsForHoursOfCollectionsHoldsNothingElseUp has each request about the looks of
// collections, or one scene's picture, fail for hours while everything else works.
func TestWhateverFailsForHoursOfCollectionsHoldsNothingElseUp(t *testing.T) {
	withoutRace(t)
	t.Parallel()
	for what, c := range shelfFaults {
		for how, f := range map[string]sim.Fault{"500": {Effect: sim.Status, Status: 500}, "hang": {Effect: sim.Hang}} {
			t.Run(what+"/"+how, func(t *testing.T) {
				t.Parallel()
				dir := t.TempDir()
				synctest.Test(t, func(t *testing.T) { c.try(t, dir, f) })
			})
		}
	}
}

func (c shelfFault) try(t *testing.T, dir string, f sim.Fault) {
	b := newBubble(t, sim.Options{Seed: 502, Scenes: 12})
	b.look = config.Merge
	b.tune = func(s *config.Settings) {
		s.Sources = map[scene.Field][]string{scene.FieldCollections: {"{studio}", "{group}"}}
	}
	for _, id := range b.world.Stash.SceneIDs() {
		sc, _ := b.world.Stash.Scene(id)
		must(t, b.world.Stash.SetStudio(sc.StudioID, "About "+b.world.Stash.StudioName(sc.StudioID), testkit.Logo(uint8(sc.StudioID))))
	}
	server := &b.world.Plex.Server
	if c.host == stashHost {
		server = &b.world.Stash.Server
	}
	f.Match = c.match(b)
	end := server.Inject(f)
	b.run(dir)
	start := time.Now()
	time.Sleep(2 * time.Hour)
	synctest.Wait()
	if s := b.snapshot(); c.said && len(s.Failing) == 0 || len(s.Attention) > 0 {
		t.Errorf("failing %+v, attention %+v", s.Failing, s.Attention)
	}
	if described, _, all := b.looks(); c.texts && described != all {
		t.Errorf("%d of %d described", described, all)
	}
	asked := b.requests(c.host)
	if n := most(asked, start, time.Now(), func(k sim.Call) bool { return f.Match(k) }); n > 30 {
		t.Errorf("%d requests in a minute", n)
	}
	if n := most(asked, start.Add(10*time.Minute), time.Now(), func(k sim.Call) bool { return f.Match(k) }); n > 6 {
		t.Errorf("%d requests a minute later on", n)
	}
	b.edits(2)
	sc, _ := b.world.Stash.Scene(2)
	edited := func(api.Snapshot) bool {
		return slices.ContainsFunc(b.world.TargetKeys(2), func(k string) bool {
			it, _ := b.world.Plex.Item(k)
			return it.Fields["title"] == sc.Title
		})
	}
	if took := b.waits(10*time.Minute, edited); took > 3*time.Minute {
		t.Errorf("an edit took %v", took)
	}
	end()
	time.Sleep(4 * time.Hour)
	synctest.Wait()
	if described, shown, all := b.looks(); all == 0 || described != all || shown != all {
		t.Errorf("mended, and not seen for hours: %d described, %d shown, of %d", described, shown, all)
	}
	if s := b.snapshot(); len(s.Failing) > 0 {
		t.Errorf("still failing: %+v", s.Failing)
	}
	b.stop()
}
