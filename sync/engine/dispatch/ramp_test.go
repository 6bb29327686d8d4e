package dispatch

import (
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/time/rate"

	"lockstep/sync/engine/host"
	"lockstep/sync/fault"
	"lockstep/sync/message"
)

func TestTheRampRisesAndEnds(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	r := newRamp(func() time.Time { return start })
	if r.limit(start) != rate.Inf {
		t.Error("a limit without an outage")
	}
	r.backOff(start) // an error without a ramp halves nothing
	r.begin(start, 2, 10, 4*time.Minute)
	for _, tt := range []struct {
		after time.Duration
		want  rate.Limit
	}{{0, 2}, {time.Minute, 4}, {2 * time.Minute, 6}, {3 * time.Minute, 8}, {4 * time.Minute, rate.Inf}, {time.Minute, rate.Inf}} {
		if got := r.limit(start.Add(tt.after)); got != tt.want {
			t.Errorf("after %v %v a second, want %v", tt.after, got, tt.want)
		}
	}
}

func TestErrorsHalveTheRateForAMinute(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	r := newRamp(func() time.Time { return start })
	r.begin(start, 4, 4, time.Minute)
	r.backOff(start.Add(30 * time.Second))
	for _, tt := range []struct {
		after time.Duration
		want  rate.Limit
	}{{30 * time.Second, 2}, {80 * time.Second, 2}, {91 * time.Second, rate.Inf}} {
		if got := r.limit(start.Add(tt.after)); got != tt.want {
			t.Errorf("after %v %v a second, want %v", tt.after, got, tt.want)
		}
	}
}

func TestWritesWaitForTheirTurn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRamp(time.Now)
		r.begin(time.Now(), 2, 2, time.Hour)
		began := time.Now()
		for range 5 {
			if err := r.wait(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(began); took < 1900*time.Millisecond || took > 2100*time.Millisecond {
			t.Errorf("five writes at two a second took %v, want two seconds after the first", took)
		}
	})
}

func TestOnlyFaultsOfPlexSlowTheRampDown(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for name, tt := range map[string]struct {
		class  fault.Class
		server fault.Server
		want   rate.Limit
	}{
		"Plex is away":  {fault.Unreachable, fault.Plex, 2},
		"Plex is busy":  {fault.Busy, fault.Plex, 2},
		"Stash is away": {fault.Unreachable, fault.Stash, 4},
		"stopped":       {fault.Canceled, fault.Plex, 4},
		"a full disk":   {fault.Local, fault.None, 4},
	} {
		d := New(host.Host{Now: func() time.Time { return now }}, nil)
		d.Ramp(now, 4, 4, time.Hour)
		d.hold(fault.New(tt.class, tt.server, message.Foreign("No."), message.None, nil), now)
		if got := d.ramp.limit(now); got != tt.want {
			t.Errorf("%s: %v writes a second, want %v", name, got, tt.want)
		}
	}
}
