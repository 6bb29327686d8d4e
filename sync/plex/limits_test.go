package plex_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"lockstep/sync/fault"
	"lockstep/sync/scene"
	"lockstep/sync/sim"
)

// read lists a library and reads its items by key, and fails unless both are whole.
func readAll(t *testing.T, w *sim.World, list func(func(scene.ItemPage) (bool, error)) error, items func([]string) (map[string]scene.Item, error)) error {
	t.Helper()
	want := w.Plex.RatingKeys("1")
	var keys []string
	err := list(func(p scene.ItemPage) (bool, error) {
		for _, it := range p.Items {
			keys = append(keys, it.RatingKey)
		}
		return true, nil
	})
	if err != nil {
		return err
	}
	got, err := items(keys)
	if err == nil && (len(keys) != len(want) || len(got) != len(want)) {
		t.Errorf("%d listed and %d read of %d", len(keys), len(got), len(want))
	}
	return err
}

func TestWhatAServerGivesAndTakesIsLearntAndKeptTo(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		quirk       func(*sim.Quirks)
		first, next int // requests of the first and of the second reading, at most
	}{
		"no limit":               {func(*sim.Quirks) {}, 2 + 6, 2 + 6},
		"gives 60 of a page":     {func(q *sim.Quirks) { q.MaxPage = 60 }, 10 + 6, 10 + 6},
		"gives 7 of a page":      {func(q *sim.Quirks) { q.MaxPage = 7 }, 80 + 6, 80 + 6},
		"refuses pages with 400": {func(q *sim.Quirks) { q.RefusePage = 130 }, 2 + 5 + 6, 5 + 6},
		"refuses pages with 413": {func(q *sim.Quirks) { q.RefusePage, q.RefuseWith = 130, 413 }, 2 + 5 + 6, 5 + 6},
		"gives 40 items":         {func(q *sim.Quirks) { q.MaxKeys = 40 }, 2 + 3 + 14, 2 + 14},
		"gives 4 items":          {func(q *sim.Quirks) { q.MaxKeys = 4 }, 2 + 60 + 120, 2 + 168},
		"refuses keys with 400":  {func(q *sim.Quirks) { q.RefuseKeys = 30 }, 2 + 2 + 24, 2 + 23},
		"refuses keys with 414":  {func(q *sim.Quirks) { q.RefuseKeys, q.RefuseWith = 30, 414 }, 2 + 2 + 24, 2 + 23},
		"fails at 100 keys":      {func(q *sim.Quirks) { q.RefuseKeys, q.RefuseWith = 60, 500 }, 2 + 1 + 12, 2 + 12},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, c := world(t, sim.Options{Seed: 3, Scenes: 560, Synced: 1})
			w.Plex.SetQuirks(tc.quirk)
			list := func(page func(scene.ItemPage) (bool, error)) error {
				return c.List(context.Background(), "1", scene.Listing{}, page)
			}
			items := func(keys []string) (map[string]scene.Item, error) { return c.Items(context.Background(), keys) }
			for i, most := range []int{tc.first, tc.next} {
				before := requests(w)
				if err := readAll(t, w, list, items); err != nil {
					t.Fatal(err)
				}
				if n := requests(w) - before; n > most {
					t.Errorf("reading %d took %d requests, want at most %d", i+1, n, most)
				}
			}
		})
	}
}

func requests(w *sim.World) (n int) {
	for _, k := range w.Plex.Counts() {
		n += k
	}
	return n
}

func TestAPageThatFailsIsAskedForSmallerTheNextTime(t *testing.T) {
	t.Parallel()
	w, c := world(t, sim.Options{Seed: 3, Scenes: 300, Synced: 1})
	w.Plex.SetQuirks(func(q *sim.Quirks) { q.RefusePage, q.RefuseWith = 130, 500 })
	n := 0
	for try := 1; ; try++ {
		n = 0
		err := c.List(context.Background(), "1", scene.Listing{}, func(p scene.ItemPage) (bool, error) { n += len(p.Items); return true, nil })
		if err == nil {
			break
		}
		if wantClass(t, err, fault.Temporary); try == 3 {
			t.Fatal("a page of 125 was never asked for")
		}
	}
	if want := len(w.Plex.RatingKeys("1")); n != want {
		t.Errorf("%d of %d", n, want)
	}
}

// A restart behind a proxy shows the proxy's own pages for seconds.
func TestAPageForSecondsIsNoWrongAddress(t *testing.T) {
	t.Parallel()
	for _, effect := range []sim.Effect{sim.HTML, sim.Login} {
		w, c := world(t, sim.Options{Seed: 3, Scenes: 3})
		clear := w.Plex.Inject(sim.Fault{Effect: effect})
		for what, call := range calls(c) { // a server that never answered well
			if err := call(context.Background()); !fault.Is(err, fault.Config) {
				t.Errorf("%s, %s at first: %v", effect, what, err)
			}
		}
		clear()
		if err := c.Probe(context.Background()); err != nil {
			t.Fatal(err)
		}
		w.Plex.Inject(sim.Fault{Effect: effect})
		for what, call := range calls(c) {
			if err := call(context.Background()); !fault.Is(err, fault.Unreachable) {
				t.Errorf("%s, %s after a good answer: %v", effect, what, err)
			}
		}
	}
}

func TestRetryAfterIsOnTheFaultOfEveryCall(t *testing.T) {
	t.Parallel()
	for _, status := range []int{429, 503, 500} {
		w, c := world(t, sim.Options{Seed: 3, Scenes: 3})
		w.Plex.Inject(sim.Fault{Effect: sim.Status, Status: status, RetryAfter: 7 * time.Second})
		for what, call := range calls(c) {
			t.Run(fmt.Sprint(status, " ", what), func(t *testing.T) {
				if f := fault.Of(call(context.Background())); f == nil || f.RetryAfter != 7*time.Second {
					t.Errorf("got %v after %v", f, f.RetryAfter)
				}
			})
		}
	}
}

func TestAServerThatGivesLessIsNotAskedForMoreAgain(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		start, _ := strconv.Atoi(r.Header.Get("X-Plex-Container-Start"))
		var items []string
		for n := range 60 {
			items = append(items, fmt.Sprintf(`{"ratingKey":"%d"}`, start+n))
		}
		says(200, fmt.Sprintf(`{"MediaContainer":{"totalSize":180,"offset":%d,"Metadata":[%s]}}`, start, strings.Join(items, ",")))(w, r)
	})
	if err := client(t, s.URL).List(context.Background(), "1", scene.Listing{}, func(scene.ItemPage) (bool, error) { return true, nil }); err != nil {
		t.Fatal(err)
	}
	var sizes []string
	for _, r := range s.requests() {
		sizes = append(sizes, r.header.Get("X-Plex-Container-Size"))
	}
	if !slices.Equal(sizes, []string{"500", "60", "60"}) {
		t.Errorf("asked for %v, want 500, then what it gives", sizes)
	}
}
