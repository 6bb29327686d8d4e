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
