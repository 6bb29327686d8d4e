package stash_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"lockstep/sync/fault"
	"lockstep/sync/scene"
	"lockstep/sync/sim"
)

var played = time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC)

func TestPlaysAreAddedReadAndTakenBackByTheirTime(t *testing.T) {
	t.Parallel()
	w, c := world(t, sim.Options{Seed: 3, Scenes: 3, StashZone: time.FixedZone("", -5*3600)})
	before, _ := w.Stash.Scene(1)
	got, err := c.AddPlays(t.Context(), 1, []time.Time{played, played.Add(time.Hour), played})
	want := []time.Time{played.Add(time.Hour), played, played}
	if err != nil || !slices.EqualFunc(got, want, time.Time.Equal) {
		t.Fatalf("%v, %v", got, err)
	}
	all, err := c.Played(t.Context(), []scene.ID{1, 2, 99, 1})
	if err != nil || len(all) != 3 || !slices.EqualFunc(all[1].Plays, want, time.Time.Equal) || all[1].Title != before.Title || len(all[1].Files) == 0 {
		t.Fatalf("%+v, %v", all, err)
	}
	if gone, answered := all[99]; !answered || gone != nil || len(all[2].Plays) != 0 {
		t.Errorf("one that is deleted: %+v, %v; one never played: %+v", gone, answered, all[2])
	}
	if got, err = c.DeletePlays(t.Context(), 1, []time.Time{played, played.Add(time.Second)}); err != nil || len(got) != 2 {
		t.Errorf("taken back: %v, %v", got, err)
	}
	if after, _ := w.Stash.Scene(1); !after.UpdatedAt.Equal(before.UpdatedAt) {
		t.Error("the scene counts as edited")
	}
	if _, err := c.AddPlays(t.Context(), 99, []time.Time{played}); !fault.Is(err, fault.Temporary) {
		t.Errorf("a scene that is not there: %v", err)
	}
}

// Without a time Stash would add a play now, or take back the latest one.
func TestNoPlayIsChangedWithoutATime(t *testing.T) {
	t.Parallel()
	w, c := world(t, sim.Options{Seed: 3, Scenes: 1})
	if _, err := c.AddPlays(t.Context(), 1, nil); !fault.Is(err, fault.Local) {
		t.Errorf("%v", err)
	}
	if _, err := c.DeletePlays(t.Context(), 1, nil); !fault.Is(err, fault.Local) || w.Stash.Total() != 0 {
		t.Errorf("%v, %d requests", err, w.Stash.Total())
	}
}

func TestResumePointAndRatingAreStored(t *testing.T) {
	t.Parallel()
	w, c := world(t, sim.Options{Seed: 3, Scenes: 1})
	at := 90 * time.Second
	for _, do := range []func() error{
		func() error { return c.SaveActivity(t.Context(), 1, &at, 30*time.Second) },
		func() error { return c.SaveActivity(t.Context(), 1, nil, -10*time.Second) },
		func() error { return c.Rate(t.Context(), 1, 85) },
	} {
		if err := do(); err != nil {
			t.Fatal(err)
		}
	}
	s, _ := w.Stash.Scene(1)
	if s.Resume != 90 || s.Watched != 20 || s.Rating100 != 85 {
		t.Errorf("resume %v, watched %v, rating %d", s.Resume, s.Watched, s.Rating100)
	}
	if err := c.Rate(t.Context(), 1, 0); err != nil {
		t.Fatal(err)
	}
	if s, _ := w.Stash.Scene(1); s.Rating100 != 0 {
		t.Errorf("a rating taken away is %d", s.Rating100)
	}
}

// A play that is added is not added again because the connection ended: Stash may have done it.
func TestAPlayIsSentOnceWhateverBecomesOfTheConnection(t *testing.T) {
	t.Parallel()
	for _, effect := range []sim.Effect{sim.Lost, sim.CutOff, sim.Reset} {
		w, c := world(t, sim.Options{Seed: 3, Scenes: 1})
		if _, err := c.Played(t.Context(), []scene.ID{1}); err != nil { // a kept connection
			t.Fatal(err)
		}
		w.Stash.Inject(sim.Fault{Effect: effect, Match: sim.Named("AddPlays"), Count: 1})
		if _, err := c.AddPlays(t.Context(), 1, []time.Time{played}); err == nil {
			t.Errorf("%s: no error", effect)
		}
		if n := w.Stash.Counts()["sceneAddPlay"]; n != 1 {
			t.Errorf("%s: %d requests", effect, n)
		}
	}
}

func TestOddAnswersAboutPlaysAreFaults(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]string{
		"null":        `{"data":{"sceneAddPlay":null,"sceneSaveActivity":null,"sceneUpdate":null}}`,
		"bad times":   `{"data":{"sceneAddPlay":{"history":["yesterday"]},"sceneSaveActivity":null,"sceneUpdate":null}}`,
		"other types": `{"data":{"sceneAddPlay":7,"sceneSaveActivity":"x","sceneUpdate":[]}}`,
	} {
		s := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
			rw.Header().Set("Content-Type", "application/json")
			_, _ = rw.Write([]byte(answer))
		}))
		t.Cleanup(s.Close)
		c := client(s.URL, "")
		_, added := c.AddPlays(t.Context(), 1, []time.Time{played})
		if added == nil || c.SaveActivity(t.Context(), 1, nil, time.Second) == nil || c.Rate(t.Context(), 1, 5) == nil {
			t.Errorf("%s: taken for a success", name)
		}
	}
}
