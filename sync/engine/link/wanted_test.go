package link

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"lockstep/sync/budget"
)

// Whatever asks for checks in whatever order: none is lost, none is carried out twice at a
// time, and what is wanted sooner is not put off by what is wanted later.
func TestNoWishForACheckIsLost(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
		b := budget.New(func() time.Time { return now }, func() float64 { return 0.5 })
		var c check
		var wanted time.Time // the earliest wish that no check has begun for, zero: none
		t.Repeat(map[string]func(*rapid.T){
			"want": func(t *rapid.T) {
				at := now.Add(time.Duration(rapid.IntRange(-60, 600).Draw(t, "in")) * time.Second)
				c.want(at)
				if wanted.IsZero() || at.Before(wanted) {
					wanted = at
				}
			},
			"turn": func(t *rapid.T) {
				running := c.running
				take, next := c.due(b, now)
				switch {
				case running && (take || !next.IsZero()):
					t.Fatal("two checks at a time")
				case running, wanted.IsZero() && !take && next.IsZero():
				case wanted.IsZero():
					t.Fatalf("a check nobody asked for: %v, %v", take, next)
				case wanted.After(now) != !take || !take && !next.Equal(wanted):
					t.Fatalf("wanted at %v, it is %v: taken %v, next %v", wanted, now, take, next)
				}
				if take {
					wanted = time.Time{}
				}
			},
			"end": func(*rapid.T) { c.running = false },
			"pass": func(t *rapid.T) {
				now = now.Add(time.Duration(rapid.IntRange(0, 300).Draw(t, "seconds")) * time.Second)
			},
		})
	})
}

func TestADoubtDoesNotOutweighACheckThatHasJustSucceeded(t *testing.T) {
	t.Parallel()
	ended := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for name, tt := range map[string]struct {
		c     check
		later time.Duration
		want  bool
	}{
		"nothing succeeded yet":         {check{}, 0, true},
		"a moment ago":                  {check{ended: ended}, 59 * time.Second, false},
		"a minute ago":                  {check{ended: ended}, time.Minute, true},
		"later, as the clock has it":    {check{ended: ended}, -time.Second, true},
		"it is wanted soon anyway":      {check{ended: ended, at: ended.Add(time.Second)}, 2 * time.Second, true},
		"while a check is under way":    {check{ended: ended, running: true}, time.Minute, true},
		"a later one is wanted already": {check{ended: ended, at: ended.Add(time.Hour)}, time.Minute, true},
	} {
		now := ended.Add(tt.later)
		tt.c.doubt(now)
		if got := !tt.c.at.IsZero() && !tt.c.at.After(now); got != tt.want {
			t.Errorf("%s: wanted %v, want %v", name, got, tt.want)
		}
	}
}
