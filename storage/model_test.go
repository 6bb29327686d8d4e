package storage_test

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"lockstep/storage"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// model is the naive store the real one is compared with.
type model struct {
	jobs    map[scene.ID]queue.Job
	seen    map[scene.ID]string
	uses    map[scene.ID][]store.Use
	claims  map[scene.ID][]string
	indexed map[scene.ItemKey][]string
	section map[scene.ItemKey]string
	items   map[scene.ItemKey]scene.ID
	history []scene.ID // scene of each activity, by seq
	rows    map[scene.ID]store.ReportRow
}

func newModel() *model {
	return &model{
		jobs: map[scene.ID]queue.Job{}, seen: map[scene.ID]string{}, uses: map[scene.ID][]store.Use{},
		claims: map[scene.ID][]string{}, indexed: map[scene.ItemKey][]string{}, section: map[scene.ItemKey]string{},
		items: map[scene.ItemKey]scene.ID{}, rows: map[scene.ID]store.ReportRow{},
	}
}

// TestStoreBehavesLikeNaiveModel runs random transactions, some of which fail at their
// end, with the database closed and opened now and then, and compares everything.
func TestStoreBehavesLikeNaiveModel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		dir, err := os.MkdirTemp(t.TempDir(), "")
		if err != nil {
			rt.Fatal(err)
		}
		d, _, err := storage.Open(options(dir))
		if err != nil {
			rt.Fatal(err)
		}
		defer func() { _ = d.Close() }()
		m := newModel()
		if err := d.Update(func(tx store.Tx) error { _, err := tx.NewReport(store.Report{}); return err }); err != nil {
			rt.Fatal(err)
		}
		for range rapid.IntRange(1, 12).Draw(rt, "transactions") {
			transact(rt, d, m)
			if rapid.IntRange(0, 9).Draw(rt, "reopen") == 0 {
				d = reopen(rt, d, dir)
			}
		}
		compare(rt, d, m)
	})
}

func transact(t *rapid.T, d *storage.DB, m *model) {
	steps := rapid.SliceOfN(rapid.Custom(genStep), 1, 8).Draw(t, "steps")
	fails := rapid.IntRange(0, 5).Draw(t, "fails") == 0
	err := d.Update(func(tx store.Tx) error {
		for _, s := range steps {
			if err := s.do(tx); err != nil {
				return err
			}
		}
		if fails {
			return errOnPurpose
		}
		return nil
	})
	switch {
	case fails && !errors.Is(err, errOnPurpose), !fails && err != nil:
		t.Fatalf("update: %v", err)
	case fails:
		return
	}
	for _, s := range steps {
		s.apply(m)
	}
}

func reopen(t *rapid.T, d *storage.DB, dir string) *storage.DB {
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	d, o, err := storage.Open(options(dir))
	if err != nil || o.Fresh || !o.Message.IsZero() {
		t.Fatalf("reopen: %+v, %v", o, err)
	}
	return d
}

func compare(t *rapid.T, d *storage.DB, m *model) {
	if err := d.Audit(); err != nil {
		t.Fatalf("audit: %v", err)
	}
	var want queue.Counts
	for _, j := range m.jobs {
		want.Add(j.State, 1)
	}
	if got := d.Counts(); got != want {
		t.Fatalf("counts %+v, want %+v", got, want)
	}
	err := d.View(func(tx store.Tx) error {
		return errors.Join(compareJobs(tx, m), compareScenes(tx, m), compareItems(tx, m), compareRows(tx, m))
	})
	if err != nil {
		t.Fatal(err)
	}
}

func compareJobs(tx store.Tx, m *model) error {
	for id := scene.ID(1); id <= 12; id++ {
		got, ok, err := tx.Job(id)
		if want, have := m.jobs[id]; err != nil || ok != have || !sameJob(got, want) {
			return fmt.Errorf("job %d = %+v, %v, %v; want %+v", id, got, ok, err, want)
		}
	}
	for _, s := range queue.States() {
		var want []queue.Job
		for _, j := range m.jobs {
			if j.State == s {
				want = append(want, j)
			}
		}
		slices.SortFunc(want, func(a, b queue.Job) int {
			if c := a.Due.Compare(b.Due); c != 0 {
				return c
			}
			return int(a.Scene) - int(b.Scene)
		})
		var got []queue.Job
		err := tx.JobsIn(s, func(j queue.Job) bool { got = append(got, j); return true })
		if err != nil || !slices.EqualFunc(got, want, sameJob) {
			return fmt.Errorf("jobs in %s = %v, %v; want %v", s, got, err, want)
		}
		page, err := tx.ListJobs(store.JobQuery{States: []queue.State{s}})
		if err != nil || page.Total != len(want) || len(page.Jobs) != len(want) {
			return fmt.Errorf("page of %s = %v, %v; want %v", s, page, err, want)
		}
	}
	return nil
}

func sameJob(a, b queue.Job) bool {
	return a.Scene == b.Scene && a.State == b.State && a.Due.Equal(b.Due) && a.Name == b.Name
}

func compareScenes(tx store.Tx, m *model) error {
	got := map[scene.ID]string{}
	err := tx.EachSeen(0, func(id scene.ID, s store.Seen) bool { got[id] = s.UpdatedAt; return true })
	if err != nil || !maps.Equal(got, m.seen) {
		return fmt.Errorf("seen %v, %v; want %v", got, err, m.seen)
	}
	for _, u := range []store.Use{{Kind: store.TagName, ID: "1"}, {Kind: store.TagName, ID: "11"}, {Kind: store.StudioName, ID: "1"}} {
		want := owners(m.uses, u)
		if ids, err := tx.Using(u); err != nil || !slices.Equal(ids, want) {
			return fmt.Errorf("using %v: %v, %v; want %v", u, ids, err, want)
		}
	}
	for _, p := range []string{"/films/a", "/films/b", "/films/c"} {
		want := owners(m.claims, p)
		if ids, err := tx.Claimants(p); err != nil || !slices.Equal(ids, want) {
			return fmt.Errorf("claimants of %s: %v, %v; want %v", p, ids, err, want)
		}
	}
	return nil
}

// owners lists the scenes whose list holds v, in order.
func owners[T comparable](lists map[scene.ID][]T, v T) []scene.ID {
	var out []scene.ID
	for id, list := range lists {
		if slices.Contains(list, v) {
			out = append(out, id)
		}
	}
	slices.Sort(out)
	return out
}
