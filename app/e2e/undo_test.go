//go:build e2e

package e2e

import (
	"context"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"testing"

	"lockstep/app/desktoptest"
	"lockstep/sync/api"
	"lockstep/sync/remote"
	"lockstep/sync/sim"
	"lockstep/sync/store"
)

// TestUndoGivesPlexBackWhatItWas: a command undoes what the app in the tray wrote — fields,
// lists, locks and which picture is shown. What a person changed after the sync stays.
func TestUndoGivesPlexBackWhatItWas(t *testing.T) {
	o := tidy()
	o.Dirt = sim.Dirt{HandEdited: 5}
	d := newDesk(t, desktoptest.RigParams{}, o)
	pictured, changed := d.itemOf(0), d.itemOf(1)
	d.hasPoster(pictured)
	d.set["FIELD_POSTER"] = "mirror" // over a picture somebody locked, too
	before := d.plexNow()
	d.app = d.start("--hidden")
	c := d.client()
	d.settled(c)
	if err := d.inStep(); err != nil {
		t.Fatal(err)
	}
	synced := d.plexNow()
	if reflect.DeepEqual(before, synced) || synced[pictured].Poster == before[pictured].Poster {
		t.Fatal("the sync wrote nothing to undo")
	}
	if err := d.world.Plex.PersonEdit(changed, "summary", "Seen from the pier, in October."); err != nil {
		t.Fatal(err)
	}
	before[changed].Fields["summary"] = "Seen from the pier, in October."
	before[changed].Locked["summary"] = true
	d.undoesAll(c)
	d.compare(before, d.plexNow())
	d.staysUndone(c, before)
}

// itemOf is the rating key of the item of the n-th scene.
func (d *desk) itemOf(n int) string {
	d.t.Helper()
	id := d.world.Stash.SceneIDs()[n]
	keys := d.world.TargetKeys(id)
	if len(keys) == 0 {
		d.t.Fatalf("scene %d has no item", id)
	}
	return keys[0]
}

// hasPoster gives an item a picture somebody chose.
func (d *desk) hasPoster(key string) {
	d.t.Helper()
	other := d.world.Stash.Cover(d.world.Stash.SceneIDs()[9])
	if err := d.world.Plex.PersonPoster(key, other); err != nil {
		d.t.Fatal(err)
	}
}

// plexNow is all of Plex that people can see, by rating key: no time stamps, lists in
// order, and the picture Plex takes from the film itself under the name it has in its list.
func (d *desk) plexNow() map[string]sim.Item {
	d.t.Helper()
	out := map[string]sim.Item{}
	for _, section := range []string{"1", "2"} {
		for _, key := range d.world.Plex.RatingKeys(section) {
			it, ok := d.world.Plex.Item(key)
			if !ok {
				d.t.Fatalf("item %s is gone", key)
			}
			it.UpdatedAt = 0
			if it.Poster == "" {
				it.Poster = "media://frame-" + key + ".bundle/thumb1.jpg"
			}
			for _, names := range it.Tags {
				slices.Sort(names)
			}
			locked := map[string]bool{}
			maps.Copy(locked, it.Locked)
			maps.DeleteFunc(locked, func(_ string, on bool) bool { return !on })
			it.Locked = locked
			out[key] = it
		}
	}
	return out
}

func (d *desk) compare(want, got map[string]sim.Item) {
	d.t.Helper()
	if len(want) != len(got) {
		d.t.Errorf("%d items, want %d", len(got), len(want))
	}
	for key, w := range want {
		if g := got[key]; !reflect.DeepEqual(g, w) {
			d.t.Errorf("item %s is\n%+v, want\n%+v", key, g, w)
		}
	}
}

// undoesAll undoes every run that wrote, the newest first, from the command line.
func (d *desk) undoesAll(c *remote.Client) {
	d.t.Helper()
	for _, run := range d.runs() {
		if run.Written == 0 {
			continue
		}
		a := d.command("undo", "--run", strconv.FormatUint(run.ID, 10), "--json")
		var queued struct{ Count int }
		if err := json.Unmarshal([]byte(a.out), &queued); err != nil || a.code != 0 || queued.Count == 0 {
			d.t.Fatalf("undo of run %d: code %d, %v: %s%s", run.ID, a.code, err, a.out, a.problems)
		}
		d.settled(c)
	}
}

// runs are the runs so far, the newest first.
func (d *desk) runs() []store.Run {
	d.t.Helper()
	a := d.command("history", "--runs", "--json")
	var runs []store.Run
	if err := json.Unmarshal([]byte(a.out), &runs); err != nil || len(runs) == 0 {
		d.t.Fatalf("history --runs: code %d, %v: %s%s", a.code, err, a.out, a.problems)
	}
	return runs
}

// staysUndone looks for edits once more: what was undone is not written again.
func (d *desk) staysUndone(c *remote.Client, want map[string]sim.Item) {
	d.t.Helper()
	writes := d.world.Plex.Mutations()
	if _, err := c.SyncNow(context.Background(), api.SyncRequest{}); err != nil {
		d.t.Fatal(err)
	}
	d.settled(c)
	if n := d.world.Plex.Mutations() - writes; n != 0 {
		d.t.Errorf("looking for edits wrote %d times", n)
		d.compare(want, d.plexNow())
	}
}
