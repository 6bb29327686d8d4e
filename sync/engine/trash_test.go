package engine_test

import (
	"strings"
	"testing"

	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/sim"
)

// TestAnItemInPlexsTrashIsLeftAloneAndComesBack: nothing is written to an item whose file
// is gone, the reason is said, and what is known of it is kept until it is back.
func TestAnItemInPlexsTrashIsLeftAloneAndComesBack(t *testing.T) {
	t.Parallel()
	r := withoutImages(newRig(t, sim.Options{Seed: 86, Scenes: 4}))
	r.settings.AskPlexScan = false
	plex, stash := r.world.Plex, r.world.Stash
	plex.SetQuirks(func(q *sim.Quirks) { q.KeepTrash = true })
	key := r.world.TargetKeys(1)[0]
	l := r.start()
	l.settled()
	it, _ := plex.Item(key)
	plex.TakeFromDisk(it.Files[0])
	plex.Scan("1", "")
	must(t, stash.Edit(1, func(s *sim.Scene) { s.Title = "Written later" }))
	r.world.ResetCounts()
	l.scan() // lists nothing that is older: only the item itself tells
	l.until("the scene to wait", func(s api.Snapshot) bool { return !s.Active && s.Queue.Parked == 1 })
	if n := plex.Mutations(); n != 0 {
		t.Errorf("%d writes to an item in the trash", n)
	}
	if _, text := l.told("1"); !strings.Contains(text, "is in Plex's trash") {
		t.Errorf("the reason: %s", text)
	}
	plex.PutOnDisk(it.Files[0], 1)
	plex.Scan("1", "")
	l.reconcile(api.ReconcileRequest{Scope: config.ScopeAll})
	l.settled()
	if s := l.settled(); s.Queue.Parked != 0 {
		t.Errorf("queue %+v", s.Queue)
	}
	r.inStep(sim.DiffOptions{Locks: true})

	plex.TakeFromDisk(it.Files[0])
	plex.Scan("1", "")
	plex.EmptyTrash(1)
	must(t, stash.Edit(1, func(s *sim.Scene) { s.Title = "Never written" }))
	l.reconcile(api.ReconcileRequest{Scope: config.ScopeAll})
	l.until("the scene to wait", func(s api.Snapshot) bool { return !s.Active && s.Queue.Parked == 1 })
	if _, text := l.told("1"); strings.Contains(text, "trash") {
		t.Errorf("the trash is empty: %s", text)
	}
}

// TestAVersionInTheTrashDoesNotHoldUpTheOther: an item with another version is written.
func TestAVersionInTheTrashDoesNotHoldUpTheOther(t *testing.T) {
	t.Parallel()
	r := withoutImages(newRig(t, sim.Options{Seed: 87, Scenes: 3}))
	plex := r.world.Plex
	plex.SetQuirks(func(q *sim.Quirks) { q.KeepTrash = true })
	key := r.world.TargetKeys(1)[0]
	it, _ := plex.Item(key)
	// The file of scene 2 once was a version of this item, and is gone from there.
	other, _ := plex.Item(r.world.TargetKeys(2)[0])
	must(t, plex.AddPart(key, other.Files[0]+".old", false))
	plex.TakeFromDisk(other.Files[0] + ".old")
	plex.Scan("1", "")
	l := r.start()
	l.settled()
	r.inStep(sim.DiffOptions{Locks: true})
	if got, _ := plex.Item(key); got.Fields["title"] == it.Fields["title"] {
		t.Error("the item was not written")
	}
}
