package engine_test

import (
	"context"
	"fmt"
	"runtime"
	"testing"
	"time"

	"lockstep/storage"
	"lockstep/sync/change"
	"lockstep/sync/config"
	"lockstep/sync/library"
	"lockstep/sync/match"
	"lockstep/sync/plan"
	"lockstep/sync/reconcile"
	"lockstep/sync/scene"
	"lockstep/sync/sim"
	"lockstep/sync/store"
)

// The budget is for 10 000 scenes: 30 requests to Plex, 20 of them pages of the listing,
// and 60 to Stash. The test has a fifth of them, the benchmark all.
func TestALibraryWithNothingToDoCostsFewRequests(t *testing.T) {
	t.Parallel()
	withoutRace(t)
	nothingToDo(t, 2000, 4+10, 2*(1+1+1)+2)
}

func BenchmarkReconcileRequests(b *testing.B) {
	for b.Loop() {
		nothingToDo(b, 10000, 30, 60)
	}
}

func nothingToDo(t testing.TB, scenes, mostPlex, mostStash int) {
	t.Helper()
	b := newBench(t, sim.Options{Seed: 61, Scenes: scenes, Synced: sim.Amount(scenes)}, func(s *config.Settings) { s.Fields[scene.FieldPoster] = config.Off })
	b.world.ResetCounts()
	began := time.Now()
	out, _ := b.compare(nil)
	plexCalls, stashCalls := b.world.Plex.Total(), b.world.Stash.Total()
	t.Logf("%d checked in %v: Plex %d %v, Stash %d %v", out.Report.Checked, time.Since(began).Round(time.Millisecond),
		plexCalls, b.world.Plex.Counts(), stashCalls, b.world.Stash.Counts())
	if out.Report.InStep != scenes || plexCalls > mostPlex || stashCalls > mostStash {
		t.Errorf("%+v with %d requests to Plex and %d to Stash, want all in step with at most %d and %d", out.Report, plexCalls, stashCalls, mostPlex, mostStash)
	}
}

// paper is both servers made of nothing: pages are made as they are asked for, so that
// what a benchmark measures is our own.
type paper struct{ n int }

func (p paper) file(i int) string {
	return fmt.Sprintf("/data/films/%03d/Night Train through the Mountains %06d.mkv", i%500, i)
}

func (p paper) SweepFiles(_ context.Context, _ scene.Parts, page func([]scene.FileStamp) error) error {
	const size = 2000
	for from := 1; from <= p.n; from += size {
		list := make([]scene.FileStamp, 0, size)
		for i := from; i < from+size && i <= p.n; i++ {
			list = append(list, scene.FileStamp{ID: scene.ID(i), UpdatedAt: "2026-01-02T03:04:05Z", Files: p.files(i)})
		}
		if err := page(list); err != nil {
			return err
		}
	}
	return nil
}

func (p paper) files(i int) []scene.File {
	return []scene.File{{ID: fmt.Sprint(i), Path: p.file(i), UpdatedAt: "2026-01-02T03:04:05Z"}}
}

func (p paper) Tree(context.Context, bool, bool) (scene.Tree, error) { return scene.Tree{}, nil }

func (p paper) Names(context.Context, scene.Parts) (scene.Names, error) { return scene.Names{}, nil }

func (p paper) Scenes(context.Context, []scene.ID, scene.Parts) (map[scene.ID]*scene.Scene, error) {
	return nil, fmt.Errorf("nothing is to be read")
}

func (p paper) Cover(context.Context, scene.ID, string) (scene.Cover, error) {
	return scene.Cover{None: true}, nil
}

func (p paper) GalleryPictures(context.Context, map[scene.ID][]scene.Gallery) (map[scene.ID]scene.GalleryPicture, error) {
	return nil, nil
}

func (p paper) GalleryPicture(context.Context, string) (scene.Cover, error) {
	return scene.Cover{None: true}, nil
}

func (p paper) Sections(context.Context) ([]scene.Section, error) {
	return []scene.Section{{ID: "1", Title: "Films", Type: "movie", Locations: []string{"/data/films"}}}, nil
}

func (p paper) Items(context.Context, []string) (map[string]scene.Item, error) {
	return nil, fmt.Errorf("nothing is to be read")
}

func (p paper) Pictures(context.Context, string, scene.Field) ([]scene.Picture, error) {
	return nil, nil
}

func (p paper) List(_ context.Context, _ string, _ scene.Listing, page func(scene.ItemPage) (bool, error)) error {
	const size = 500
	for from := 1; from <= p.n; from += size {
		out := scene.ItemPage{Total: p.n, Offset: from - 1}
		for i := from; i < from+size && i <= p.n; i++ {
			out.Items = append(out.Items, scene.Item{RatingKey: fmt.Sprint(i), Title: fmt.Sprintf("Night Train %06d", i), Files: []string{p.file(i)}, UpdatedAt: 1700000000})
		}
		if more, err := page(out); err != nil || !more {
			return err
		}
	}
	return nil
}

// fill stores what a long life with these servers would have left.
func (p paper) fill(b *testing.B, db store.Store) {
	b.Helper()
	set := config.Defaults()
	for from := 1; from <= p.n; from += 2000 {
		err := db.Update(func(tx store.Tx) error {
			for i := from; i < from+2000 && i <= p.n; i++ {
				if err := p.put(tx, i, set); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

func (p paper) put(tx store.Tx, i int, set config.Settings) error {
	sc := scene.Scene{
		ID: scene.ID(i), Title: "Night Train", Details: "Through the mountains.", Date: "2020-01-02", Files: p.files(i),
		Studio: &scene.Studio{Named: scene.Named{ID: "1", Name: "Rails"}}, UpdatedAt: "2026-01-02T03:04:05Z",
		Tags: []scene.Tag{{Named: scene.Named{ID: "1", Name: "Night"}}, {Named: scene.Named{ID: "2", Name: "Snow"}}, {Named: scene.Named{ID: "3", Name: "Train"}}},
	}
	item := scene.Item{RatingKey: fmt.Sprint(i), Title: sc.Title, Studio: "Rails", Summary: sc.Details, Date: sc.Date, Tags: []string{"Night", "Snow", "Train"}, Detailed: true, Files: sc.Paths()}
	key := scene.ItemKey{Machine: "paper", RatingKey: item.RatingKey}
	mem := plan.Make(item, plan.Want(sc, set), plan.Memory{}, set).Adopted(plan.Memory{})
	seen := store.Seen{UpdatedAt: sc.UpdatedAt, Content: sc.ContentHash(), Paths: sc.PathHash(), Synced: time.Now(), Name: sc.Title}
	if err := tx.PutSeen(sc.ID, seen); err != nil {
		return err
	}
	if err := change.Remember(tx, sc, match.Keys(sc.Paths())); err != nil {
		return err
	}
	it := store.Indexed{Key: key, Section: "1", Title: fmt.Sprintf("Night Train %06d", i), Files: sc.Paths(), UpdatedAt: 1700000000}
	if err := tx.PutIndexed(it, match.Keys(it.Files)); err != nil {
		return err
	}
	return tx.PutItemState(key, store.ItemState{Scene: sc.ID, Path: sc.Path(), Memory: mem, UpdatedAt: 1700000000})
}

// BenchmarkReconcile measures our own time and memory, listing of Plex included, with
// servers that cost nothing and nothing to do.
func BenchmarkReconcile(b *testing.B) {
	for _, n := range []int{10000, 100000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			p := paper{n}
			db, _, err := storage.Open(storage.Options{Dir: b.TempDir(), Now: time.Now})
			if err != nil {
				b.Fatal(err)
			}
			defer func() { _ = db.Close() }()
			p.fill(b, db)
			sections, _ := p.Sections(context.Background())
			ix := &library.Index{Plex: p, Store: db, Machine: "paper", Clock: time.Now}
			var grown uint64
			best := time.Hour // the machine may have other work
			for b.Loop() {
				began := time.Now()
				grown = max(grown, onePaperRun(b, p, db, ix, sections))
				best = min(best, time.Since(began))
			}
			b.ReportMetric(float64(grown)/(1<<20), "MB-peak")
			b.ReportMetric(best.Seconds()/float64(n)*10000, "best-s/10k")
		})
	}
}

// onePaperRun returns by how much the heap grew at most.
func onePaperRun(b *testing.B, p paper, db store.Store, ix *library.Index, sections []scene.Section) uint64 {
	b.Helper()
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	runtime.GC()
	before, peak := heap(), uint64(0)
	r := reconcile.Run{
		Stash: p, Plex: p, Store: db, Settings: config.Defaults(), Machine: "paper", Sections: sections, Clock: time.Now,
		Report:   store.Report{Scope: "all"},
		Refresh:  func(ctx context.Context) error { _, err := ix.Refresh(ctx, sections, true); return err },
		Progress: func(int, int) { peak = max(peak, heap()) },
	}
	err := db.Update(func(tx store.Tx) (err error) { r.Report.ID, err = tx.NewReport(r.Report); return err })
	if err != nil {
		b.Fatal(err)
	}
	out, err := r.Do(context.Background())
	if err != nil || out.Report.InStep != p.n {
		b.Fatalf("%+v %v", out, err)
	}
	return max(peak, before) - before
}
