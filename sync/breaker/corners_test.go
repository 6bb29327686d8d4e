package breaker_test

import (
	"math"
	"testing"
	"time"

	"lockstep/sync/breaker"
	"lockstep/sync/message"
)

var morning = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)

// fail lets a closed breaker see failures.
func fail(b breaker.Breaker, s breaker.Settings, n int, cause string) (breaker.Breaker, breaker.Transition) {
	var t breaker.Transition
	for range n {
		b, t = b.Apply(s, breaker.Event{Kind: breaker.Failure, Generation: b.Generation, Cause: message.Foreign(cause)}, morning)
	}
	return b, t
}

// Thresholds and waits are those of the settings; what makes no sense there is the default.
func TestTheSettingsAreFollowedWhereTheyMakeSense(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		settings  breaker.Settings
		threshold int
		waits     []time.Duration // before the first probe, and after each that failed
		longest   time.Duration
	}{
		"none":           {breaker.Settings{}, 5, []time.Duration{5 * time.Second, 10 * time.Second, 20 * time.Second, time.Minute, time.Minute}, time.Minute},
		"their own":      {breaker.Settings{Threshold: 2, Backoff: []time.Duration{time.Second, 3 * time.Second}}, 2, []time.Duration{time.Second, 3 * time.Second, 3 * time.Second}, 3 * time.Second},
		"one at once":    {breaker.Settings{Threshold: 1}, 1, []time.Duration{5 * time.Second}, time.Minute},
		"no threshold":   {breaker.Settings{Threshold: 0, Backoff: []time.Duration{time.Second}}, 5, []time.Duration{time.Second}, time.Second},
		"a negative one": {breaker.Settings{Threshold: -3}, 5, []time.Duration{5 * time.Second}, time.Minute},
		"a wait of none": {breaker.Settings{Backoff: []time.Duration{time.Second, 0}}, 5, []time.Duration{5 * time.Second}, time.Minute},
		"the longest":    {breaker.Settings{Backoff: []time.Duration{time.Second, time.Hour, time.Minute}}, 5, []time.Duration{time.Second, time.Hour, time.Minute, time.Minute}, time.Hour},
	} {
		b, tr := fail(breaker.Breaker{}, tt.settings, tt.threshold-1, "")
		if tr != breaker.None || !b.Allows() || b.Failures != tt.threshold-1 {
			t.Errorf("%s: %v, %+v after one failure less than %d", name, tr, b, tt.threshold)
		}
		if b, tr = fail(b, tt.settings, 1, ""); tr != breaker.Opened || b.Allows() {
			t.Errorf("%s: %v, %+v after %d failures", name, tr, b, tt.threshold)
		}
		for i, wait := range tt.waits {
			if at, due := b.NextProbe(); !due || at.Sub(morning) != wait {
				t.Errorf("%s: probe %d is due after %v, want %v", name, i, at.Sub(morning), wait)
			}
			b, _ = b.Apply(tt.settings, breaker.Event{Kind: breaker.ProbeStarted}, morning)
			b, _ = b.Apply(tt.settings, breaker.Event{Kind: breaker.ProbeFailed, Generation: b.Generation}, morning)
		}
		if tt.settings.MaxWait() != tt.longest {
			t.Errorf("%s: %v at most, want %v", name, tt.settings.MaxWait(), tt.longest)
		}
	}
}

// The cause is the newest one that was told: a failure without words takes none away.
func TestTheCauseIsTheNewestThatWasTold(t *testing.T) {
	t.Parallel()
	b, _ := fail(breaker.Breaker{}, breaker.Settings{}, 4, "refused")
	if b, _ = fail(b, breaker.Settings{}, 1, ""); b.Cause.String() != "refused" {
		t.Errorf("opened by %q", b.Cause)
	}
	for _, tt := range []struct{ told, want string }{{"", "refused"}, {"timed out", "timed out"}, {"", "timed out"}} {
		b, _ = b.Apply(breaker.Settings{}, breaker.Event{Kind: breaker.ProbeStarted}, morning)
		b, _ = b.Apply(breaker.Settings{}, breaker.Event{Kind: breaker.ProbeFailed, Generation: b.Generation, Cause: message.Foreign(tt.told)}, morning)
		if b.Cause.String() != tt.want {
			t.Errorf("after a probe that told %q: %q, want %q", tt.told, b.Cause, tt.want)
		}
	}
	b, _ = b.Apply(breaker.Settings{}, breaker.Event{Kind: breaker.ProbeStarted}, morning)
	if b, tr := b.Apply(breaker.Settings{}, breaker.Event{Kind: breaker.ProbeSucceeded, Generation: b.Generation}, morning); tr != breaker.Recovered || !b.Cause.IsZero() || !b.Allows() {
		t.Errorf("%v, %+v", tr, b)
	}
}

// Only a closed breaker, by its name or by none, lets jobs run.
func TestWhichStatesAllowJobs(t *testing.T) {
	t.Parallel()
	for state, want := range map[breaker.State]bool{"": true, breaker.Closed: true, breaker.Open: false, breaker.HalfOpen: false, "ajar": false} {
		b := breaker.Breaker{State: state}
		if tripped := state == breaker.Open || state == breaker.HalfOpen; b.Allows() != want || b.Tripped() != tripped {
			t.Errorf("%q: allows %v, tripped %v", state, b.Allows(), b.Tripped())
		}
	}
}

// What a closed breaker remembers of failures is kept as far as it makes sense; marks of an
// outage are none of its.
func TestAClosedBreakerKeepsWhatMakesSense(t *testing.T) {
	t.Parallel()
	hour := morning.Add(-time.Hour)
	for name, tt := range map[string]struct {
		stored   breaker.Breaker
		failures int
		since    time.Time // after an event that changes nothing
		repaired bool
	}{
		"as it was":              {breaker.Breaker{State: breaker.Closed, Failures: 2, FailingSince: hour, Cause: message.Foreign("x")}, 2, hour, false},
		"no failure, a stamp":    {breaker.Breaker{State: breaker.Closed, FailingSince: hour, Cause: message.Foreign("x")}, 0, time.Time{}, false},
		"a stamp of nothing":     {breaker.Breaker{State: breaker.Closed, Failures: 1, FailingSince: time.Unix(0, 0), Cause: message.Foreign("x")}, 1, time.Time{}, false},
		"from the future":        {breaker.Breaker{State: breaker.Closed, Failures: 1, FailingSince: morning.Add(time.Hour), Cause: message.Foreign("x")}, 1, morning, false},
		"negative":               {breaker.Breaker{State: breaker.Closed, Failures: -3, FailingSince: hour, Cause: message.Foreign("x")}, 0, time.Time{}, true},
		"too many":               {breaker.Breaker{State: breaker.Closed, Failures: 99, FailingSince: hour, Cause: message.Foreign("x")}, 4, hour, false},
		"opened":                 {breaker.Breaker{State: breaker.Closed, OpenedAt: hour, Cause: message.Foreign("x")}, 0, time.Time{}, true},
		"a probe due":            {breaker.Breaker{State: breaker.Closed, ProbeAt: hour, Cause: message.Foreign("x")}, 0, time.Time{}, true},
		"probes counted":         {breaker.Breaker{State: breaker.Closed, Probes: 1, Cause: message.Foreign("x")}, 0, time.Time{}, true},
		"without a state's name": {breaker.Breaker{Failures: 1, FailingSince: hour, Cause: message.Foreign("x")}, 1, hour, false},
	} {
		after, _ := tt.stored.Apply(breaker.Settings{}, breaker.Event{Kind: breaker.ProbeStarted}, morning)
		if after.State != breaker.Closed || after.Failures != tt.failures || !after.FailingSince.Equal(tt.since) || after.Cause.String() != "x" || !after.OpenedAt.IsZero() || !after.ProbeAt.IsZero() || after.Probes != 0 {
			t.Errorf("%s: %+v", name, after)
		}
		loaded, words := breaker.Load(tt.stored, breaker.Settings{}, morning)
		if loaded.Failures != tt.failures || loaded.Cause.String() != "x" || !loaded.FailingSince.IsZero() || (len(words) > 0) != tt.repaired {
			t.Errorf("%s, loaded: %+v, %q", name, loaded, words)
		}
	}
}

// The count of probes that failed is bounded by what any outage can reach.
func TestTheCountOfProbesIsBounded(t *testing.T) {
	t.Parallel()
	for stored, want := range map[int]int{0: 0, 7: 7, -1: 0, math.MaxInt32: math.MaxInt32, math.MaxInt32 + 1: 0} {
		b, words := breaker.Load(breaker.Breaker{State: breaker.Open, OpenedAt: morning, ProbeAt: morning, Probes: stored}, breaker.Settings{}, morning)
		if b.Probes != want || (len(words) > 0) != (want != stored) {
			t.Errorf("%d became %d: %q", stored, b.Probes, words)
		}
	}
}

func TestEachTransitionHasItsWord(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for tr := breaker.None; tr <= breaker.Recovered; tr++ {
		if w := tr.String(); w == "unknown" || seen[w] {
			t.Errorf("%d is %q", tr, w)
		} else {
			seen[w] = true
		}
	}
	for _, tr := range []breaker.Transition{-1, breaker.Recovered + 1} {
		if tr.String() != "unknown" {
			t.Errorf("%d is %q", tr, tr)
		}
	}
}
