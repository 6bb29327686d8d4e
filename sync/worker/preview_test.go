package worker_test

import (
	"flag"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lockstep/sync/queue"
	"lockstep/sync/reconcile"
	"lockstep/sync/scene"
	"lockstep/sync/sim"
	"lockstep/sync/skip"
	"lockstep/sync/store"
	"lockstep/sync/worker"
)

// edits are what may happen between two syncs.
var edits = map[string]func(*rig, *rapid.T, int){
	"title": func(r *rig, _ *rapid.T, id int) {
		_ = r.World.Stash.Edit(id, func(s *sim.Scene) { s.Title += " again" })
	},
	"details": func(r *rig, _ *rapid.T, id int) { _ = r.World.Stash.Edit(id, func(s *sim.Scene) { s.Details = "" }) },
	"cover": func(r *rig, t *rapid.T, id int) {
		_ = r.World.Stash.SetCover(id, sim.DrawCover(rapid.Uint64Range(5000, 6000).Draw(t, "cover")))
	},
	"deleted": func(r *rig, _ *rapid.T, id int) { _ = r.World.Stash.DeleteScene(id) },
	"wiped":   func(r *rig, _ *rapid.T, id int) { r.each(id, func(k string) { _ = r.World.Plex.Wipe(k) }) },
	"removed": func(r *rig, _ *rapid.T, id int) { r.each(id, func(k string) { _ = r.World.Plex.Remove(k) }) },
	"a person's summary": func(r *rig, _ *rapid.T, id int) {
		r.each(id, func(k string) { _ = r.World.Plex.PersonEdit(k, "summary", "A person's words.") })
	},
	"a person's poster": func(r *rig, _ *rapid.T, id int) {
		r.each(id, func(k string) { _ = r.World.Plex.PersonPoster(k, sim.DrawCover(77)) })
	},
}

func (r *rig) each(id int, do func(key string)) {
	for _, k := range r.World.TargetKeys(id) {
		do(k)
	}
}

// effects are what a server may answer for a single scene, item or cover.
var effects = []sim.Fault{
	{Effect: sim.Status, Status: 500}, {Effect: sim.Status, Status: 400}, {Effect: sim.Status, Status: 503},
	{Effect: sim.Reset}, {Effect: sim.CutOff}, {Effect: sim.HTML}, {Effect: sim.Garbage}, {Effect: sim.Login},
}

// spoil lets reads of one kind fail for one scene, and says of which.
func (r *rig) spoil(t *rapid.T, id int) string {
	f := rapid.SampledFrom(effects).Draw(t, "effect")
	switch kind := rapid.SampledFrom([]string{"scene", "item", "cover", "pictures"}).Draw(t, "broken"); kind {
	case "scene":
		f.Match = sim.All(sim.Kinds("findScene"), sim.ForItem(fmt.Sprint(id)))
		r.World.Stash.Inject(f)
		return kind
	case "cover":
		f.Match = sim.All(sim.Kinds("screenshot"), sim.ForItem(fmt.Sprint(id)))
		r.World.Stash.Inject(f)
		return kind
	default:
		on := map[string]string{"item": "detail", "pictures": "posters"}[kind]
		r.each(id, func(k string) {
			f.Match = sim.All(sim.Kinds(on), sim.ForItem(k))
			r.World.Plex.Inject(f)
		})
		return kind
	}
}

// Whatever is in the libraries and whichever single scene, item or cover cannot be read: a
// preview says of every scene what the worker then does, field by field.
func TestAPreviewIsWhatIsThenWritten(t *testing.T) {
	const parts = 4 // side by side: each waits for its servers and its disk most of the time
	fewerChecks(t, 25, parts)
	for part := range parts {
		t.Run(strconv.Itoa(part), func(t *testing.T) {
			t.Parallel()
			previewIsWhatIsThenWritten(t)
		})
	}
}

// fewerChecks has a property tried so many times altogether, side by side in parts, unless somebody
// says otherwise: each time brings up two servers and a database. The test must not be parallel.
func fewerChecks(t *testing.T, n, parts int) {
	t.Helper()
	checks := flag.Lookup("rapid.checks")
	given := checks.Value.String()
	asked, err := strconv.Atoi(given)
	switch {
	case err != nil:
		t.Fatal(err)
	case given != checks.DefValue:
		n = asked
	case testing.Short():
		n = 5
	}
	_ = flag.Set("rapid.checks", strconv.Itoa((n+parts-1)/parts))
	t.Cleanup(func() { _ = flag.Set("rapid.checks", given) })
}

func previewIsWhatIsThenWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		dir, remove := folder(t)
		defer remove()
		r, end := newRig(t, dir, sim.Options{
			Seed: rapid.Uint64Range(1, 1<<20).Draw(t, "seed"), Scenes: rapid.IntRange(6, 14).Draw(t, "scenes"), Dirt: sim.Messy(), MultiFile: 0.3, NoCover: 0.1,
		})
		defer end()
		r.scan()
		if rapid.Bool().Draw(t, "synced before") {
			_, err := r.work(r.all()...)
			r.Must(err)
			r.change(t)
		}
		ids := r.World.Stash.SceneIDs()
		unread := map[int]bool{}
		for range rapid.IntRange(0, 2).Draw(t, "faults") {
			id := rapid.SampledFrom(ids).Draw(t, "of")
			if r.spoil(t, id) == "scene" {
				unread[id] = true
			}
		}
		rep, rows := r.preview()
		results, err := r.work(r.all()...)
		if !rep.Incomplete.IsZero() || err != nil {
			t.Fatalf("the preview ended with %q, the work with %v", rep.Incomplete, err)
		}
		foretold := map[scene.ID]string{}
		for _, row := range rows {
			foretold[row.Scene] = foretell(row)
		}
		for _, id := range ids {
			said, did := foretold[scene.ID(id)], outcome(results[scene.ID(id)])
			if said == "" {
				said = "in step"
			}
			if unread[id] && said != "in step" && did == "skipped: unreadable" {
				continue // the preview had a reason that needs no look at the scene
			}
			if results[scene.ID(id)].OnlyPicture {
				// The preview knows by its stamp which cover there is; that Stash does not give
				// it shows when it is sent.
				said, did = withoutPicture(said), withoutPicture(did)
			}
			if said != did {
				t.Errorf("scene %d: the preview says\n%s\nthe worker did\n%s\n%+v", id, said, did, results[scene.ID(id)].Fault)
			}
		}
	})
}

// change lets things happen to a library that is in step.
func (r *rig) change(t *rapid.T) {
	r.Clock.Pass(time.Minute)
	names := make([]string, 0, len(edits))
	for name := range edits {
		names = append(names, name)
	}
	slices.Sort(names)
	for range rapid.IntRange(0, 6).Draw(t, "edits") {
		if ids := r.World.Stash.SceneIDs(); len(ids) > 1 {
			edits[rapid.SampledFrom(names).Draw(t, "edit")](r, t, rapid.SampledFrom(ids).Draw(t, "scene"))
		}
		r.Clock.Pass(10 * time.Second)
	}
	r.scan()
}

// foretell is a row in words that can be compared.
func foretell(row store.ReportRow) string {
	switch {
	case row.Outcome == reconcile.Enqueued && row.Kind == queue.Missing, row.Reason == skip.NotInPlex:
		return "waits for Plex"
	case row.Outcome == reconcile.Enqueued:
		return written(row.Changes)
	}
	return "skipped: " + string(row.Reason)
}

// outcome is a result in the same words.
func outcome(r worker.Result) string {
	var changes []store.Change
	for _, it := range r.Items {
		for _, c := range it.Changes {
			if !slices.Contains(changes, c) {
				changes = append(changes, c)
			}
		}
	}
	switch {
	case r.Outcome == worker.Parked:
		return "waits for Plex"
	case r.Outcome == worker.Skipped:
		return "skipped: " + string(r.Code)
	case r.Outcome == worker.Failed && len(changes) == 0:
		return "skipped: " + string(skip.Unreadable)
	}
	return written(changes)
}

// withoutPicture is an outcome but for the pictures.
func withoutPicture(words string) string {
	lines := slices.DeleteFunc(strings.Split(words, "\n"), func(l string) bool {
		return strings.HasPrefix(l, "poster: ") || l == "in step" || l == "skipped: "+string(skip.Unreadable)
	})
	return strings.Join(lines, "\n")
}

func written(list []store.Change) string {
	if len(list) == 0 {
		return "in step"
	}
	var out []string
	for _, c := range list {
		out = append(out, fmt.Sprintf("%s: %q → %q (%s)", c.Field, c.Old, c.New, c.Why))
	}
	slices.Sort(out)
	return strings.Join(out, "\n")
}
