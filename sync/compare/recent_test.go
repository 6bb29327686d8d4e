package compare_test

import (
	"testing"
	"time"

	"lockstep/sync/compare"
	"lockstep/sync/scene"
	"lockstep/sync/testkit"
)

func TestWhatWasJustFoundEditedIsNotReadTwice(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		edited  []scene.ID
		wait    time.Duration
		request compare.Request
		reads   int // more
	}{
		"at once":             {[]scene.ID{1}, time.Second, compare.Request{Scene: 1}, 0},
		"among others":        {[]scene.ID{3, 2, 1}, time.Second, compare.Request{Scene: 1}, 0},
		"later":               {[]scene.ID{1}, 10 * time.Second, compare.Request{Scene: 1}, 1},
		"by a clock set back": {[]scene.ID{1}, -time.Second, compare.Request{Scene: 1}, 1},
		"another one":         {[]scene.ID{2}, time.Second, compare.Request{Scene: 1}, 1},
		"asked for":           {[]scene.ID{1}, time.Second, compare.Request{Scene: 1, Forced: true}, 1},
		"among many":          {many(26), time.Second, compare.Request{Scene: 1}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := testkit.NewShelf(t, 30)
			r := s.Reader()
			r.Recent = &compare.Recent{}
			if _, err := r.Edited(t.Context(), tt.edited); err != nil {
				t.Fatal(err)
			}
			stamp := s.Stash.Has[1].UpdatedAt
			s.Stash.Forget()
			s.Clock.Pass(tt.wait)
			list, err := r.Read(t.Context(), []compare.Request{tt.request})
			if err != nil || len(list) != 1 || list[0].Scene == nil || list[0].Scene.ID != 1 || list[0].Stamp != stamp {
				t.Fatalf("%+v, %v", list, err)
			}
			if n := len(s.Stash.Asked("scenes")); n != tt.reads {
				t.Errorf("read %d times, want %d", n, tt.reads)
			}
			if _, err := r.Read(t.Context(), []compare.Request{tt.request}); err != nil {
				t.Fatal(err)
			}
			if n := len(s.Stash.Asked("scenes")); n != tt.reads+1 {
				t.Errorf("it was used twice: %d reads", n)
			}
		})
	}
}

func many(n int) (ids []scene.ID) {
	for id := range n {
		ids = append(ids, scene.ID(id+1))
	}
	return ids
}

// A stamp that was moments old when the scene was read is remembered as such, however late
// the scene is written.
func TestTheStampIsThatOfTheRead(t *testing.T) {
	t.Parallel()
	s := testkit.NewShelf(t, 1)
	s.Stash.Has[1].UpdatedAt = s.Clock.Now().Add(-55 * time.Second).Format(time.RFC3339)
	r := s.Reader()
	r.Recent = &compare.Recent{}
	if _, err := r.Edited(t.Context(), []scene.ID{1}); err != nil {
		t.Fatal(err)
	}
	s.Clock.Pass(8 * time.Second)
	list, err := r.Read(t.Context(), []compare.Request{{Scene: 1}})
	if err != nil || list[0].Stamp != "~"+s.Stash.Has[1].UpdatedAt {
		t.Errorf("stamp %q, %v", list[0].Stamp, err)
	}
}
