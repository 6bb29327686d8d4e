package stash_test

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"lockstep/sync/fault"
	"lockstep/sync/scene"
	"lockstep/sync/sim"
	"lockstep/sync/stash"
)

// world starts a simulated household whose Stash wants the canary as its key.
func world(t *testing.T, opt sim.Options) (*sim.World, *stash.Client) {
	t.Helper()
	w := sim.NewWorld(opt)
	if err := w.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	return w, client(w.Stash.URL(), opt.StashAPIKey)
}

func TestEveryCallAgainstTheSimulatedStash(t *testing.T) {
	t.Parallel()
	w, c := world(t, sim.Options{Seed: 1, Scenes: 250, Dirt: sim.Messy(), NoCover: 0.1, StashAPIKey: canary})
	ctx := t.Context()
	st, err := c.Status(ctx)
	if err != nil || st.Scenes != len(w.Stash.SceneIDs()) || st.State != "OK" || st.Version == "" {
		t.Fatalf("status %+v, %v", st, err)
	}
	var ids []scene.ID
	stamps := map[scene.ID]string{}
	err = c.Sweep(ctx, func(list []scene.Stamp) error {
		for _, s := range list {
			ids, stamps[s.ID] = append(ids, s.ID), s.UpdatedAt
		}
		return nil
	})
	if err != nil || len(ids) != st.Scenes {
		t.Fatalf("swept %d of %d scenes, %v", len(ids), st.Scenes, err)
	}
	files := map[scene.ID][]scene.File{}
	err = c.SweepFiles(ctx, 0, func(list []scene.FileStamp) error {
		for _, s := range list {
			files[s.ID] = s.Files
		}
		return nil
	})
	if err != nil || len(files) != len(ids) {
		t.Fatalf("swept the files of %d scenes, %v", len(files), err)
	}
	got, err := c.Scenes(ctx, ids, 0)
	if err != nil || len(got) != len(ids) {
		t.Fatalf("got %d scenes, %v", len(got), err)
	}
	for id, s := range got {
		compare(t, w, s)
		if s.UpdatedAt != stamps[id] || !slices.EqualFunc(s.Files, files[id], func(a, b scene.File) bool { return a.ID == b.ID && a.Path == b.Path && a.UpdatedAt == b.UpdatedAt }) {
			t.Errorf("scene %s differs from its sweep: %+v", id, s)
		}
	}
}

func compare(t *testing.T, w *sim.World, s *scene.Scene) {
	t.Helper()
	real, found := w.Stash.Scene(int(s.ID))
	if !found {
		t.Fatalf("scene %s does not exist", s.ID)
	}
	var performers, tags []string
	for _, p := range s.Performers {
		performers = append(performers, p.Name)
	}
	for _, n := range s.Tags {
		tags = append(tags, n.Name)
	}
	if s.Title != real.Title || s.Details != real.Details || s.Date != real.Date || s.Rating != real.Rating100 || s.Organized != real.Organized ||
		(s.Studio != nil) != (real.StudioID != 0) || len(s.Files) != len(real.Files) {
		t.Errorf("scene %s: got %+v, want %+v", s.ID, s, real)
	}
	same := func(kind string, got []string, ids []int) {
		want := w.Stash.Names(kind, ids...)
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("scene %s: %s %v, want %v", s.ID, kind, got, want)
		}
	}
	same("performer", performers, real.PerformerIDs)
	same("tag", tags, real.TagIDs)
}

func TestNamesAndSearchAgainstTheSimulatedStash(t *testing.T) {
	t.Parallel()
	w, c := world(t, sim.Options{Seed: 2, Scenes: 40})
	before, err := c.Names(t.Context(), 0)
	if err != nil || len(before.Tags) == 0 || len(before.Performers) == 0 || len(before.Studios) == 0 {
		t.Fatalf("got %+v, %v", before, err)
	}
	old := before.Tags[0]
	if err := w.Stash.RenameTag(w.Stash.TagID(old.Name), "Estuaries"); err != nil {
		t.Fatal(err)
	}
	after, err := c.Names(t.Context(), 0)
	if err != nil || !slices.Contains(after.Tags, scene.Named{ID: old.ID, Name: "Estuaries"}) {
		t.Errorf("the new name is missing: %v, %v", after.Tags, err)
	}
	s, _ := w.Stash.Scene(w.Stash.SceneIDs()[7])
	path := s.Files[0].Path
	for _, ask := range []string{path, strings.ToUpper(path)} {
		if got, err := c.FindByPath(t.Context(), ask); err != nil || len(got) != 1 || got[0].ID != scene.ID(s.ID) {
			t.Errorf("by path %q: %v, %v", ask, got, err)
		}
	}
	got, err := c.FindByTitle(t.Context(), s.Title)
	if err != nil || !slices.ContainsFunc(got, func(g scene.Scene) bool { return g.ID == scene.ID(s.ID) }) {
		t.Errorf("by title %q: %v, %v", s.Title, got, err)
	}
}

func TestCoversAgainstTheSimulatedStash(t *testing.T) {
	t.Parallel()
	w, c := world(t, sim.Options{Seed: 3, Scenes: 30, NoCover: 0.5, StashAPIKey: canary})
	none := 0
	for _, n := range w.Stash.SceneIDs() {
		got, err := c.Cover(t.Context(), scene.ID(n), "")
		if err != nil || !bytes.Equal(got.Bytes, w.Stash.Cover(n)) || got.None != (w.Stash.Cover(n) == nil) || got.ETag == "" {
			t.Fatalf("cover of %d: %d bytes, none %v, %v", n, len(got.Bytes), got.None, err)
		}
		again, err := c.Cover(t.Context(), scene.ID(n), got.ETag)
		if err != nil || !again.NotModified {
			t.Errorf("cover of %d again: %+v, %v", n, again, err)
		}
		if got.None {
			none++
		}
	}
	if none == 0 || none == 30 {
		t.Errorf("%d of 30 scenes without cover", none)
	}
	_, err := c.Cover(t.Context(), 424242, "")
	want(t, err, fault.NotFound, "")
	_, err = client(w.Stash.URL(), "").Cover(t.Context(), 1, "")
	want(t, err, fault.Unauthorized, "wants an API key")
}

func TestDeletionAndStatesAgainstTheSimulatedStash(t *testing.T) {
	t.Parallel()
	w, c := world(t, sim.Options{Seed: 4, Scenes: 20})
	ids := w.Stash.SceneIDs()
	gone, kept := scene.ID(ids[3]), scene.ID(ids[4])
	if err := w.Stash.DeleteScene(int(gone)); err != nil {
		t.Fatal(err)
	}
	got, err := c.Scenes(t.Context(), []scene.ID{gone, kept}, 0)
	if s, answered := got[gone]; err != nil || !answered || s != nil || got[kept] == nil {
		t.Errorf("got %v, %v", got, err)
	}
	for state, words := range map[sim.StashState]string{sim.StashSetup: "not set up yet", sim.StashNeedsMigration: "needs a database migration"} {
		w.Stash.SetState(state)
		for name, call := range calls() {
			if name != "jobs" {
				if f := want(t, call(t.Context(), c), fault.Config, words); f.Class == fault.NotFound {
					t.Errorf("%s in %s was taken for a deletion", name, state)
				}
			}
		}
	}
	w.Stash.SetState(sim.StashOK)
	w.Stash.SetAPIKey("another")
	_, err = c.Status(t.Context())
	want(t, err, fault.Unauthorized, "Stash wants an API key.")
	w.Stash.SetAPIKey("")
	_, err = client(w.Stash.URL(), canary).Status(t.Context())
	want(t, err, fault.Unauthorized, "Stash refused the API key.")
}

func TestScriptedFaultsAreClassified(t *testing.T) {
	t.Parallel()
	w, _ := world(t, sim.Options{Seed: 5, Scenes: 5})
	for name, tc := range map[string]struct {
		fault sim.Fault
		class fault.Class
		words string
	}{
		"refused":     {sim.Fault{Effect: sim.Refuse}, fault.Unreachable, ""}, // refused or reset: the port may close while we dial
		"reset":       {sim.Fault{Effect: sim.Reset}, fault.Unreachable, ""},
		"lost":        {sim.Fault{Effect: sim.Lost}, fault.Unreachable, ""},
		"hang":        {sim.Fault{Effect: sim.Hang}, fault.Unreachable, "in time"},
		"cut off":     {sim.Fault{Effect: sim.CutOff}, fault.Unreachable, ""},
		"garbage":     {sim.Fault{Effect: sim.Garbage}, fault.Unreachable, "cut off or garbled"},
		"html":        {sim.Fault{Effect: sim.HTML}, fault.Config, "web page"},
		"login":       {sim.Fault{Effect: sim.Login}, fault.Unauthorized, "wants an API key"},
		"maintenance": {sim.Fault{Effect: sim.Maintenance}, fault.Unreachable, "503"},
		"too many":    {sim.Fault{Effect: sim.Status, Status: 429, RetryAfter: 3 * time.Second}, fault.Busy, ""},
		"failing":     {sim.Fault{Effect: sim.Status, Status: 500}, fault.Unreachable, "500"},
	} {
		t.Run(name, func(t *testing.T) {
			c := stash.New(stash.Options{URL: w.Stash.URL(), Timeout: 2 * time.Second})
			clear := w.Stash.Inject(tc.fault)
			_, _, err := c.Newest(t.Context())
			clear()
			if f := want(t, err, tc.class, tc.words); f.RetryAfter != tc.fault.RetryAfter {
				t.Errorf("retry after %s", f.RetryAfter)
			}
			if _, _, err := c.Newest(t.Context()); err != nil {
				t.Errorf("not well again: %v", err)
			}
		})
	}
}

func TestJobsAgainstTheSimulatedStash(t *testing.T) {
	t.Parallel()
	w, c := world(t, sim.Options{Seed: 6, Scenes: 5, StashAPIKey: canary})
	told, ended := make(chan struct{}, 10), make(chan error, 1)
	go func() { ended <- c.WatchJobs(t.Context(), func() { told <- struct{}{} }) }()
	deadline := time.After(20 * time.Second)
	for w.Stash.Subscribers() == 0 {
		select {
		case err := <-ended:
			t.Fatalf("watching ended: %v", err)
		case <-deadline:
			t.Fatal("nobody subscribed")
		case <-time.After(time.Millisecond):
		}
	}
	w.Stash.RunJob("generate", nil)
	select {
	case <-told:
	case <-deadline:
		t.Fatal("the end of the job was not told")
	}
	w.Stash.DropConnections()
	want(t, <-ended, fault.Unreachable, "was lost")
	if len(told) != 0 {
		t.Error("told more than once")
	}
	err := client(w.Stash.URL(), "wrong").WatchJobs(t.Context(), func() {})
	want(t, err, fault.Unauthorized, "refused")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("quit"))
	want(t, c.WatchJobs(ctx, func() {}), fault.Canceled, "")
}
