package host_test

import (
	"testing"
	"time"

	"lockstep/sync/engine/host"
)

func TestARestGrowsWhileFaultsAreOurOwn(t *testing.T) {
	t.Parallel()
	var r host.Rest
	now := noon
	if !r.Until(now).IsZero() {
		t.Error("the zero value rests")
	}
	for _, want := range []time.Duration{30 * time.Second, time.Minute, 2 * time.Minute, 4 * time.Minute, 5 * time.Minute, 5 * time.Minute} {
		r.End(true, now)
		if got := r.Until(now).Sub(now); got != want {
			t.Errorf("rests for %v, want %v", got, want)
		}
		if now = now.Add(want); !r.Until(now).IsZero() {
			t.Errorf("still rests after %v", want)
		}
	}
	r.End(true, now)
	if !r.Until(now.Add(-time.Hour)).IsZero() {
		t.Error("rests for an hour because the clock was set back")
	}
	r.End(false, now)
	if !r.Until(now).IsZero() {
		t.Error("rests after a success")
	}
	if r.End(true, now); r.Until(now) != now.Add(30*time.Second) {
		t.Error("does not begin anew after a success")
	}
}

// A rest may have bounds of its own, which a success leaves as they are.
func TestARestHasBoundsOfItsOwn(t *testing.T) {
	t.Parallel()
	r := host.Rest{First: 5 * time.Minute, Longest: 6 * time.Hour}
	for range 2 {
		for _, minutes := range []int{5, 10, 20, 40, 80, 160, 320, 360, 360} {
			r.End(true, noon)
			if got := r.Until(noon).Sub(noon); got != time.Duration(minutes)*time.Minute {
				t.Errorf("rests for %v, want %d min", got, minutes)
			}
		}
		if r.End(false, noon); !r.Until(noon).IsZero() {
			t.Error("rests after a success")
		}
	}
	r.End(true, noon)
	if !r.Until(noon.Add(-7 * time.Hour)).IsZero() {
		t.Error("rests longer than the longest because the clock was set back")
	}
}
