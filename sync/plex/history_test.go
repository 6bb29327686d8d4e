package plex_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"lockstep/sync/fault"
	"lockstep/sync/plex"
	"lockstep/sync/scene"
	"lockstep/sync/sim"
)

// viewed is a world whose owner and a guest watched things, a minute apart.
func viewed(t *testing.T, n int) (*sim.World, *plex.Client, time.Time) {
	t.Helper()
	w := sim.NewWorld(sim.Options{Seed: 4, Scenes: 3})
	if err := w.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	w.Plex.AddAccount(7, "Guest")
	begin := time.Date(2026, 2, 3, 4, 5, 0, 0, time.UTC)
	for i := range n {
		account := sim.Owner
		if i%3 == 0 {
			account = 7
		}
		if err := w.Plex.Watch(w.Plex.RatingKeys("1")[i%3], account, begin.Add(time.Duration(i)*time.Minute)); err != nil {
			t.Fatal(err)
		}
	}
	return w, plex.New(plex.Options{URL: w.Plex.URL(), Token: w.Plex.Token, ClientID: "test"}), begin
}

func TestTheHistoryIsReadTheNewestFirst(t *testing.T) {
	t.Parallel()
	w, c, begin := viewed(t, 1203)
	for since, want := range map[time.Time]int{{}: 1203, begin.Add(1000 * time.Minute): 203} {
		var last time.Time
		n := 0
		err := c.History(t.Context(), since, func(page []scene.View) (bool, error) {
			for _, v := range page {
				if !last.IsZero() && v.At.After(last) || v.RatingKey == "" || v.Type != "movie" || v.Section != "1" || v.Account != 1 && v.Account != 7 {
					t.Fatalf("%+v after %v", v, last)
				}
				last = v.At
				n++
			}
			return true, nil
		})
		if err != nil || n != want {
			t.Errorf("since %v: %d entries, want %d, %v", since, n, want, err)
		}
	}
	if n := w.Plex.Counts()["history"]; n != 4 {
		t.Errorf("%d requests", n)
	}
	if v := w.Plex.Violations(); len(v) > 0 {
		t.Error(v)
	}
}

func TestReadingTheHistoryEndsWhenItIsEnough(t *testing.T) {
	t.Parallel()
	w, c, _ := viewed(t, 1203)
	if err := c.History(t.Context(), time.Time{}, func([]scene.View) (bool, error) { return false, nil }); err != nil || w.Plex.Counts()["history"] != 1 {
		t.Errorf("%v, %v", err, w.Plex.Counts())
	}
	broken := errors.New("broken")
	if err := c.History(t.Context(), time.Time{}, func([]scene.View) (bool, error) { return true, broken }); !errors.Is(err, broken) {
		t.Error(err)
	}
}

func TestAccountsAreListed(t *testing.T) {
	t.Parallel()
	_, c, _ := viewed(t, 0)
	list, err := c.Accounts(t.Context())
	if err != nil || len(list) != 3 || list[2] != (scene.Account{ID: 7, Name: "Guest"}) {
		t.Errorf("%+v, %v", list, err)
	}
}

func TestAListingTellsWhereItemsWereLeft(t *testing.T) {
	t.Parallel()
	w, c, _ := viewed(t, 2) // of the owner, the second item
	keys := w.Plex.RatingKeys("1")
	if err := w.Plex.Leave(keys[0], 95*time.Second+250*time.Millisecond); err != nil {
		t.Fatal(err)
	}
	got := map[string]scene.Item{}
	err := c.List(t.Context(), "1", scene.Listing{Bare: true}, func(p scene.ItemPage) (bool, error) {
		for _, it := range p.Items {
			got[it.RatingKey] = it
		}
		return true, nil
	})
	left, seen := got[keys[0]], got[keys[1]]
	if err != nil || left.Offset != 95*time.Second+250*time.Millisecond || left.Views != 0 || left.Length != time.Hour || seen.Views != 1 || seen.Offset != 0 {
		t.Errorf("left %+v, seen %+v, %v", left.Viewing, seen.Viewing, err)
	}
	if len(left.Files) > 0 || left.Trashed {
		t.Errorf("a bare listing has files: %+v", left)
	}
}

func TestOddHistoriesAreFaultsOrLeftAlone(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		rows  string
		bad   bool
		views int
	}{
		"empty":                 {``, false, 0},
		"numbers as text":       {`{"ratingKey":"5","viewedAt":"1700000000","accountID":"1"}`, false, 1},
		"one without a time":    {`{"ratingKey":"5"},{"ratingKey":"6","viewedAt":1700000000,"accountID":1}`, false, 1},
		"no time at all":        {`{"ratingKey":"5"}`, true, 0},
		"a key that is no key":  {`{"ratingKey":"../5","viewedAt":1700000000}`, true, 0},
		"an item that is gone":  {`{"viewedAt":1700000000,"accountID":1,"title":"x"}`, false, 1},
		"an offset of nonsense": {`{"ratingKey":"5","viewedAt":1700000000,"viewOffset":99999999999999999}`, false, 1},
	} {
		s := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
			rw.Header().Set("Content-Type", "application/json")
			_, _ = fmt.Fprintf(rw, `{"MediaContainer":{"size":1,"Metadata":[%s]}}`, c.rows)
		}))
		t.Cleanup(s.Close)
		n := 0
		err := plex.New(plex.Options{URL: s.URL}).History(t.Context(), time.Time{}, func(p []scene.View) (bool, error) {
			n += len(p)
			return false, nil
		})
		if (err != nil) != c.bad || err != nil && fault.Of(err).Server != fault.Plex || n != c.views {
			t.Errorf("%s: %d views, %v", name, n, err)
		}
	}
}
