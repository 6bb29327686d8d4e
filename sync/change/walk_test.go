package change

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lockstep/storage"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// A walk in pages of any size finds just the known scenes that are not listed.
func TestAWalkFindsWhoIsNotListed(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		db, _, err := storage.Open(storage.Options{Dir: t.TempDir(), Log: slog.New(slog.DiscardHandler), Now: time.Now})
		if err != nil {
			rt.Fatal(err)
		}
		defer func() { _ = db.Close() }()
		listed := map[scene.ID]bool{}
		var gone, page []scene.ID
		err = db.Update(func(tx store.Tx) error {
			for id := scene.ID(1); id <= 12; id++ {
				switch rapid.IntRange(0, 3).Draw(rt, "scene") {
				case 0: // nowhere
				case 1:
					listed[id] = true
				case 2:
					gone = append(gone, id)
					if err := tx.PutSeen(id, store.Seen{Name: fmt.Sprint("Film ", id)}); err != nil {
						return err
					}
				case 3:
					listed[id] = true
					if err := tx.PutSeen(id, store.Seen{Name: fmt.Sprint("Film ", id)}); err != nil {
						return err
					}
				}
			}
			return nil
		})
		if err != nil {
			rt.Fatal(err)
		}
		w := Walk{Store: db}
		size := rapid.IntRange(1, 5).Draw(rt, "page")
		known := 0
		turn := func() {
			m, err := w.Page(page)
			if err != nil {
				rt.Fatal(err)
			}
			for id, x := range m {
				if known++; !slices.Contains(page, id) || x.Name != fmt.Sprint("Film ", id) {
					rt.Fatalf("%v of page %v", m, page)
				}
			}
			page = nil
		}
		for id := scene.ID(1); id <= 12; id++ {
			if listed[id] {
				if page = append(page, id); len(page) == size {
					turn()
				}
			}
		}
		turn()
		if err := w.End(); err != nil {
			rt.Fatal(err)
		}
		var got []scene.ID
		for _, l := range w.Gone {
			if got = append(got, l.ID); l.Name != fmt.Sprint("Film ", l.ID) {
				rt.Fatalf("%+v", l)
			}
		}
		if !slices.Equal(got, gone) || w.known != known+len(gone) {
			rt.Fatalf("gone %v, want %v; passed %d", got, gone, w.known)
		}
	})
}

// More than twenty, and more than half of what is known, is not believed.
func TestHowManyMayVanish(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		gone, known int
		doubtful    bool
	}{{0, 0, false}, {20, 20, false}, {21, 21, true}, {21, 42, false}, {21, 41, true}, {500, 1000, false}, {501, 1000, true}} {
		w := Walk{Gone: make([]Lost, tt.gone), known: tt.known}
		if w.Doubtful() != tt.doubtful {
			t.Errorf("%d of %d: %v", tt.gone, tt.known, w.Doubtful())
		}
	}
}

type unreadable struct{ store.Store }

var errUnreadable = errors.New("unreadable")

func (unreadable) View(func(store.Tx) error) error { return errUnreadable }

func TestAWalkThatCannotReadFindsNobodyGone(t *testing.T) {
	t.Parallel()
	w := Walk{Store: unreadable{}}
	if _, err := w.Page([]scene.ID{1}); !errors.Is(err, errUnreadable) {
		t.Errorf("%v", err)
	}
	if err := w.End(); !errors.Is(err, errUnreadable) || w.Gone != nil {
		t.Errorf("%v, %v", err, w.Gone)
	}
	if m, err := w.Page(nil); err != nil || m != nil {
		t.Errorf("an empty page: %v, %v", m, err)
	}
}

func TestWhichNamesAreNewAndWhichGone(t *testing.T) {
	t.Parallel()
	old := map[string]string{"1": "Reef", "2": "Fjord", "9": "Gone", "3": "Too"}
	put, gone := diffNames(old, []scene.Named{{ID: "1", Name: "Reef"}, {ID: "2", Name: "Fjords"}, {ID: "4", Name: "New"}})
	if !slices.Equal(put, []scene.Named{{ID: "2", Name: "Fjords"}, {ID: "4", Name: "New"}}) || !slices.Equal(gone, []string{"3", "9"}) || len(old) != 4 {
		t.Errorf("%v, %v", put, gone)
	}
}
