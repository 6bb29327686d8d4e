package sim_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"lockstep/sync/sim"
)

// everything describes a world in full.
func everything(w *sim.World) string {
	var b strings.Builder
	for _, id := range w.Stash.SceneIDs() {
		sc, _ := w.Stash.Scene(id)
		for _, f := range sc.Files {
			fmt.Fprintln(&b, *f)
		}
		sc.Files = nil
		fmt.Fprintln(&b, sc, len(w.Stash.Cover(id)))
	}
	for _, key := range w.Plex.RatingKeys("") {
		it, _ := w.Plex.Item(key)
		fmt.Fprintln(&b, it)
	}
	return b.String()
}

func TestSameSeedSameWorld(t *testing.T) {
	t.Parallel()
	opt := sim.Options{Seed: 7, Scenes: 120, Dirt: sim.Messy(), MultiFile: 0.1, Synced: 0.2, SyncedCovers: true, NoCover: 5}
	a, b := everything(sim.NewWorld(opt)), everything(sim.NewWorld(opt))
	equal(t, "same seed", a == b, true)
	opt.Seed++
	equal(t, "other seed", everything(sim.NewWorld(opt)) == a, false)
}

func TestDirtIsWhatTheOracleExpects(t *testing.T) {
	t.Parallel()
	w := sim.NewWorld(sim.Options{Seed: 3, Scenes: 200, Dirt: sim.Dirt{Raw: 5, Missing: 0.02, NoFile: 3, Outside: 2, Merged: 4, TwoLibraries: 6, YearOnly: 7, CaseDiffers: 2}})
	got := map[string]int{}
	for _, why := range w.Expect() {
		got[why]++
	}
	equal(t, "skips", got, map[string]int{sim.WhyRaw: 5, sim.WhyMissing: 4 + 2, sim.WhyNoFile: 3, sim.WhyOutside: 2, sim.WhyAmbiguous: 4})
	equal(t, "two libraries", len(w.Dirty("TwoLibraries")), 6)
	for _, id := range w.Dirty("TwoLibraries") {
		equal(t, "targets", len(w.TargetKeys(id)), 2)
	}
	for _, id := range w.Dirty("YearOnly") {
		sc, _ := w.Stash.Scene(id)
		equal(t, "date", len(sc.Date) < 10, true)
	}
}

func TestWindowsPathsFoldCase(t *testing.T) {
	t.Parallel()
	w := sim.NewWorld(sim.Options{Seed: 3, Scenes: 20, WindowsPlex: true, Dirt: sim.Dirt{CaseDiffers: 5, Unicode: 5}})
	equal(t, "nothing to skip", w.Expect(), map[int]string{})
	it, _ := w.Plex.Item("1")
	equal(t, "path", strings.HasPrefix(it.Files[0], `D:\Media\Nature\`) && !strings.Contains(it.Files[0], "/"), true)
}

func TestSampleTellsNamesakesApart(t *testing.T) {
	t.Parallel()
	w := sim.NewWorld(sim.Options{Scenes: 1})
	names := w.Stash.Names("performer", 1, 2)
	equal(t, "same name", names[0], names[1])
	equal(t, "two people", w.Stash.PerformerID(names[0], ""), 1)
	equal(t, "the other", w.Stash.PerformerID(names[0], "the geologist"), 2)
}

func TestDiffSeesEveryFieldAndRespectsPeople(t *testing.T) {
	t.Parallel()
	w := sim.NewWorld(sim.Options{Seed: 3, Scenes: 3, Synced: 3, SyncedCovers: true})
	opt := sim.DiffOptions{Posters: true, Locks: true}
	equal(t, "in step", w.Diff(opt), nil)
	_ = w.Stash.Edit(1, func(sc *sim.Scene) {
		sc.Title, sc.Details, sc.Date, sc.StudioID, sc.TagIDs = "New", "New text", "2001-02-03", 0, []int{w.Stash.TagID("Brand new")}
		sc.PerformerIDs = []int{w.Stash.PerformerID("Nobody Yet", "")}
	})
	_ = w.Stash.SetCover(1, sim.DrawCover(4242))
	all := strings.Join(w.Diff(opt), "\n")
	for _, want := range []string{"title is", "summary is", "originallyAvailableAt is", "want none", `actor lacks "Nobody Yet"`, `genre lacks "Brand new"`, "genre has", "poster is"} {
		equal(t, want, strings.Contains(all, want), true)
	}
	_ = w.Stash.Edit(2, func(sc *sim.Scene) { sc.TagIDs = nil })
	_ = w.Plex.PersonEdit("2", "title", "Kept")
	_ = w.Plex.PersonTags("2", "genre", "By hand")
	_ = w.Plex.SetLock("3", "studio", false)
	rest := slices.DeleteFunc(w.Diff(opt), func(s string) bool { return strings.HasPrefix(s, "scene 1,") })
	equal(t, "people and locks", rest, []string{"scene 3, item 3: studio is not locked"})
	equal(t, "mirror", len(w.Diff(sim.DiffOptions{Mirror: true})) > len(w.Diff(sim.DiffOptions{})), true)
}

func TestFilmsAreFoundByTheNextScan(t *testing.T) {
	t.Parallel()
	w := sim.NewWorld(sim.Options{Seed: 1, Scenes: 1, ScanTime: time.Millisecond})
	id := w.AddFilm(sim.Scene{Title: "Night Ferry", Details: "Long."}, "Ferries/night ferry.mkv")
	equal(t, "before the scan", w.Expect()[id], sim.WhyMissing)
	w.Plex.Scan("1", "")
	equal(t, "after", len(w.TargetKeys(id)), 1)
	old := w.TargetKeys(id)[0]
	if err := w.MoveFilm(id, "Ferries/renamed.mkv"); err != nil {
		t.Fatal(err)
	}
	w.Plex.Scan("1", "")
	equal(t, "another key", w.TargetKeys(id)[0] != old, true)
	if _, ok := w.Plex.Item(old); ok {
		t.Error("the old item is still there")
	}
}

func TestAuthorIsRepeatableAndNeverStuck(t *testing.T) {
	t.Parallel()
	var runs [2][]string
	for i := range runs {
		w := sim.NewWorld(sim.Options{Seed: 1, Scenes: 10, Dirt: sim.Messy()})
		a := w.NewAuthor(5)
		for range 200 {
			runs[i] = append(runs[i], a.Change())
		}
	}
	equal(t, "same words", runs[0], runs[1])
	equal(t, "some say nothing", slices.Contains(runs[0], ""), false)
}

func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	w := start(t, sim.Options{Seed: 1, Scenes: 60, Dirt: sim.Messy(), ScanTime: time.Millisecond})
	work := []func(i int){
		func(int) {
			_ = gql(t, w, `{findScenes(filter:{per_page:-1}){scenes{id title tags{name} files{path}}}}`, nil)
		},
		func(int) { _ = plex(t, w, "GET", "/library/sections/1/all?type=1&X-Plex-Container-Size=100") },
		func(i int) { put(t, w, "title.value", fmt.Sprint(i), "genre[0].tag.tag", fmt.Sprint(i)) },
		func(i int) { _ = w.Stash.Edit(1+i%5, func(sc *sim.Scene) { sc.Title = fmt.Sprint(i) }) },
		func(int) { w.Plex.Scan("1", "") },
		func(int) { _ = w.Diff(sim.DiffOptions{Posters: true}) },
		func(i int) { w.Plex.Inject(sim.Fault{Effect: sim.Slow, Count: 1, Delay: time.Microsecond}) },
		func(int) { w.Stash.RunJob("scan", nil) },
	}
	done := make(chan struct{})
	for _, do := range work {
		go func() {
			defer func() { done <- struct{}{} }()
			for i := range 20 {
				do(i)
			}
		}()
	}
	for range work {
		<-done
	}
}
