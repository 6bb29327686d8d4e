package worker

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"lockstep/sync/fault"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
)

// reader is a Plex that answers 500 to every batch that holds one of the bad items.
type reader struct {
	Plex
	bad   map[string]bool
	class fault.Class
	asked int
}

func (p *reader) Items(_ context.Context, keys []string) (map[string]scene.Item, error) {
	p.asked++
	out := map[string]scene.Item{}
	for _, k := range keys {
		if p.bad[k] {
			return nil, fault.New(p.class, fault.Plex, "Plex could not read this.", "", nil)
		}
		out[k] = scene.Item{RatingKey: k}
	}
	return out, nil
}

func hundred() []string {
	keys := make([]string, 100)
	for i := range keys {
		keys[i] = fmt.Sprint(1000 + i)
	}
	return keys
}

func TestABatchReadIsHalvedUntilTheBadItemsStandAlone(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		class fault.Class
		bad   []string
		most  int // requests
		whole bool
	}{
		"none":                  {fault.Temporary, nil, 1, false},
		"one":                   {fault.Temporary, []string{"1042"}, 16, false},
		"one refused":           {fault.Rejected, []string{"1042"}, 16, false},
		"three far apart":       {fault.Temporary, []string{"1000", "1050", "1099"}, 40, false},
		"all":                   {fault.Temporary, hundred(), 20, true},
		"unreachable":           {fault.Unreachable, []string{"1042"}, 1, true},
		"busy":                  {fault.Busy, []string{"1042"}, 1, true},
		"more than five apart":  {fault.Temporary, []string{"1000", "1010", "1020", "1030", "1040", "1050", "1060"}, 90, false},
		"refused token midways": {fault.Unauthorized, []string{"1099"}, 1, true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := &reader{bad: map[string]bool{}, class: tt.class}
			for _, k := range tt.bad {
				p.bad[k] = true
			}
			b := &batch{Worker: &Worker{Plex: p}, hard: t.Context()}
			r, err := b.readAll(append(hundred(), "1003")) // one item of two scenes
			if p.asked > tt.most {
				t.Errorf("%d requests, want at most %d", p.asked, tt.most)
			}
			if tt.whole {
				if !fault.Is(err, tt.class) {
					t.Errorf("error %v, want the server's fault", err)
				}
				return
			}
			var bad []string
			for k := range r.bad {
				bad = append(bad, k)
			}
			slices.Sort(bad)
			if err != nil || strings.Join(bad, " ") != strings.Join(tt.bad, " ") || len(r.items) != 100-len(bad) {
				t.Errorf("bad %v, %d items (%v), want bad %v", bad, len(r.items), err, tt.bad)
			}
		})
	}
}

func TestAStreakNeedsFiveDifferentItemsOfOneClass(t *testing.T) {
	t.Parallel()
	temporary := fault.New(fault.Temporary, fault.Plex, "x", "", nil)
	rejected := fault.New(fault.Rejected, fault.Plex, "x", "", nil)
	job := func(n int) queue.Job { return queue.Job{Scene: scene.ID(n)} }
	var s Streak
	for n := range 4 {
		for range 2 { // the same item again tells nothing new
			if s.Fail(job(n), temporary) {
				t.Fatalf("blamed after %d items", n+1)
			}
		}
	}
	if s.Fail(job(9), rejected) {
		t.Error("two classes make one row")
	}
	s.Success()
	for n := range 4 {
		s.Fail(job(n), temporary)
	}
	if !s.Fail(job(4), temporary) || len(s.Take()) != 5 || s.Fail(job(5), temporary) {
		t.Error("five different items in a row do not put the blame on the server once")
	}
}
