package engine_test

import (
	"flag"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lockstep/sync/config"
	"lockstep/sync/queue"
	"lockstep/sync/reconcile"
	"lockstep/sync/sim"
	"lockstep/sync/skip"
	"lockstep/sync/store"
)

// worldChanges are what may happen to a world while nobody looks.
var worldChanges = map[string]func(*bench, *rapid.T, *sim.Author){
	"an ordinary edit in Stash": func(_ *bench, _ *rapid.T, a *sim.Author) { a.Change() },
	"an item is wiped": func(b *bench, t *rapid.T, _ *sim.Author) {
		_ = b.world.Plex.Wipe(someItem(b, t))
	},
	"an item is removed":  func(b *bench, t *rapid.T, _ *sim.Author) { _ = b.world.Plex.Remove(someItem(b, t)) },
	"an item is replaced": func(b *bench, t *rapid.T, _ *sim.Author) { _, _ = b.world.Plex.Rekey(someItem(b, t)) },
	"a person edits and keeps the lock": func(b *bench, t *rapid.T, _ *sim.Author) {
		_ = b.world.Plex.PersonEdit(someItem(b, t), "summary", "A person's words.")
	},
	"somebody unlocks and changes": func(b *bench, t *rapid.T, _ *sim.Author) {
		key := someItem(b, t)
		_ = b.world.Plex.PersonEdit(key, "studio", "Somebody Else")
		_ = b.world.Plex.SetLock(key, "studio", false)
	},
	"a file moves": func(b *bench, t *rapid.T, _ *sim.Author) {
		ids := b.world.Stash.SceneIDs()
		_ = b.world.MoveFilm(rapid.SampledFrom(ids).Draw(t, "scene"), "moved/"+rapid.StringMatching(`[a-z]{8}`).Draw(t, "name")+".mkv")
	},
	"a raw film appears": func(b *bench, t *rapid.T, _ *sim.Author) {
		b.world.AddFilm(sim.Scene{}, "raw/"+rapid.StringMatching(`[a-z]{8}`).Draw(t, "name")+".mkv")
	},
	"a file goes to another scene": func(b *bench, t *rapid.T, _ *sim.Author) {
		ids := b.world.Stash.SceneIDs()
		from, _ := b.world.Stash.Scene(rapid.SampledFrom(ids).Draw(t, "from"))
		if len(from.Files) > 1 {
			_ = b.world.Stash.AssignFile(from.Files[1].ID, rapid.SampledFrom(ids).Draw(t, "to"))
		}
	},
}

func someItem(b *bench, t *rapid.T) string {
	return rapid.SampledFrom(b.world.Plex.RatingKeys("1")).Draw(t, "item")
}

// Whatever happened to a library: the numbers add up, a preview says exactly what the
// run does and touches nothing, a deep one finds no more than a quick one, and what
// runs enqueue brings everything in step once Plex has found its files.
func TestReportsAddUpAndPreviewsAreTrue(t *testing.T) {
	if f := flag.Lookup("rapid.checks"); f.Value.String() == f.DefValue { // each brings up several engines
		checks := "10"
		if testing.Short() { // with -race; the full number runs without
			checks = "3"
		}
		must(t, flag.Set("rapid.checks", checks))
		defer func() { must(t, flag.Set("rapid.checks", f.DefValue)) }()
	}
	rapid.Check(t, func(rt *rapid.T) {
		var b *bench
		seed := rapid.Uint64Range(100, 10_000).Draw(rt, "seed")
		o := sim.Options{Seed: seed, Scenes: rapid.IntRange(8, 40).Draw(rt, "scenes"), Dirt: sim.Messy(), MultiFile: 0.2}
		b = newBench(t, o, func(s *config.Settings) { s.BrakeMinimum = 1000 })
		a := b.world.NewAuthor(seed)
		for range rapid.IntRange(0, 12).Draw(rt, "changes") {
			name := rapid.SampledFrom(changeNames()).Draw(rt, "change")
			worldChanges[name](b, rt, a)
			b.clock.pass(10 * time.Second)
		}
		b.world.ResetCounts()
		deep, _ := b.compare(func(r *reconcile.Run) { r.Report.Preview, r.Report.Deep = true, true })
		pre, preRows := b.compare(preview)
		out, rows := b.compare(nil)
		if n := b.world.Plex.Mutations() + b.world.Stash.Mutations(); n != 0 {
			rt.Errorf("comparing changed something %d times", n)
		}
		forecast, lacking := forecastOf(rows, preRows)
		if !out.Report.Incomplete.IsZero() || !slices.EqualFunc(preRows, forecast, func(a, b store.ReportRow) bool { return reflect.DeepEqual(a, b) }) || pre.Report.Enqueued+lacking != out.Report.Enqueued {
			rt.Errorf("preview %+v\n%+v\nrun %+v\n%+v", pre.Report, preRows, out.Report, rows)
		}
		if deep.Report.Gaps != pre.Report.Gaps {
			rt.Errorf("deep %+v, quick %+v", deep.Report, pre.Report)
		}
		for id, why := range b.world.Expect() {
			row := rowOf(rows, id)
			if why == sim.WhyRaw && row.Reason != skip.NoMetadata {
				rt.Errorf("scene %d is raw, its row is %+v", id, row)
			}
		}
		b.drain()
		b.world.Plex.Scan("1", "")
		b.work()
		b.compare(nil) // another item of a scene that already had one
		b.drain()
		if diff := b.world.Diff(sim.DiffOptions{Posters: true}); len(diff) > 0 {
			l := b.open()
			page := l.jobs(store.JobQuery{})
			_ = l.db.Close()
			rt.Errorf("Plex differs from Stash: %q\n%+v\n%+v", diff, rows, page.Jobs)
		}
	})
}

// forecastOf is how a preview shows the rows of a run, and how many it shows differently: a run
// queues what Plex lacks and what is right already but was not known, and neither is written.
func forecastOf(rows, preview []store.ReportRow) (out []store.ReportRow, fewer int) {
	for _, r := range rows {
		at := slices.IndexFunc(preview, func(p store.ReportRow) bool { return p.Scene == r.Scene })
		switch {
		case r.Outcome == reconcile.Enqueued && at < 0 && len(r.Changes) == 0:
			fewer++
			continue
		case r.Outcome == reconcile.Enqueued && r.Kind == queue.Missing && preview[max(at, 0)].Reason == skip.NotInPlex:
			fewer++
			r.Outcome, r.Reason, r.Message = reconcile.Skipped, skip.NotInPlex, preview[at].Message
		}
		out = append(out, r)
	}
	return out, fewer
}

func changeNames() []string {
	out := make([]string, 0, len(worldChanges))
	for name := range worldChanges {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}
