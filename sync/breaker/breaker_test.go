package breaker_test

import (
	"testing"
	"time"

	"lockstep/sync/breaker"
	"lockstep/sync/message"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func feed(t *testing.T, b breaker.Breaker, kind breaker.Kind, now time.Time, want breaker.Transition) breaker.Breaker {
	t.Helper()
	e := breaker.Event{Kind: kind, Generation: b.Generation, Cause: message.Foreign("connection refused")}
	next, got := b.Apply(breaker.Settings{}, e, now)
	if got != want {
		t.Fatalf("%v on %+v: transition %v, want %v", kind, b, got, want)
	}
	return next
}

func tripped(t *testing.T) breaker.Breaker {
	t.Helper()
	var b breaker.Breaker
	for range 4 {
		b = feed(t, b, breaker.Failure, noon, breaker.None)
	}
	return feed(t, b, breaker.Failure, noon, breaker.Opened)
}

func TestZeroValueIsClosedAndAllowsJobs(t *testing.T) {
	t.Parallel()
	var b breaker.Breaker
	if !b.Allows() || b.Tripped() {
		t.Errorf("zero value: allows %v, tripped %v, want true, false", b.Allows(), b.Tripped())
	}
	if at, ok := b.NextProbe(); ok {
		t.Errorf("zero value wants a probe at %v", at)
	}
}

func TestOpensAtTheThresholdAndNotBefore(t *testing.T) {
	t.Parallel()
	b := tripped(t)
	want := breaker.Breaker{
		State: breaker.Open, Generation: 1, OpenedAt: noon,
		ProbeAt: noon.Add(5 * time.Second), Cause: message.Foreign("connection refused"),
	}
	if b != want {
		t.Errorf("got %+v, want %+v", b, want)
	}
	if b.Allows() {
		t.Error("an open breaker allows jobs")
	}
}

func TestASuccessBetweenFailuresStartsTheCountAgain(t *testing.T) {
	t.Parallel()
	var b breaker.Breaker
	for range 20 {
		for range 4 {
			b = feed(t, b, breaker.Failure, noon, breaker.None)
		}
		b = feed(t, b, breaker.Success, noon, breaker.None)
	}
	if b.Failures != 0 || !b.Cause.IsZero() {
		t.Errorf("after a success: %+v", b)
	}
}

func TestProbesBackOffToOneAMinute(t *testing.T) {
	t.Parallel()
	b, now := tripped(t), noon
	for i, want := range []int{5, 10, 20, 60, 60, 60} {
		at, ok := b.NextProbe()
		if !ok || at.Sub(now) != time.Duration(want)*time.Second {
			t.Fatalf("probe %d: due in %v (%v), want %d s", i+1, at.Sub(now), ok, want)
		}
		now = at
		b = feed(t, b, breaker.ProbeStarted, now, breaker.HalfOpened)
		if _, ok := b.NextProbe(); ok {
			t.Fatal("a second probe is due while one is under way")
		}
		b = feed(t, b, breaker.ProbeFailed, now, breaker.Reopened)
	}
	if b.OpenedAt != noon || b.Probes != 6 {
		t.Errorf("opened at %v with %d probes, want %v and 6", b.OpenedAt, b.Probes, noon)
	}
}

func TestOnlyOneProbeAtATime(t *testing.T) {
	t.Parallel()
	b := feed(t, tripped(t), breaker.ProbeStarted, noon, breaker.HalfOpened)
	if again := feed(t, b, breaker.ProbeStarted, noon, breaker.None); again != b {
		t.Errorf("a second start changed %+v to %+v", b, again)
	}
	if b.Allows() {
		t.Error("a half-open breaker lets jobs through")
	}
}

func TestASuccessfulProbeClosesAndForgets(t *testing.T) {
	t.Parallel()
	b := feed(t, tripped(t), breaker.ProbeStarted, noon, breaker.HalfOpened)
	b = feed(t, b, breaker.ProbeSucceeded, noon, breaker.Recovered)
	if want := (breaker.Breaker{State: breaker.Closed, Generation: 3}); b != want {
		t.Errorf("got %+v, want %+v", b, want)
	}
}

func TestAProbeIsCountedOnce(t *testing.T) {
	t.Parallel()
	half := feed(t, tripped(t), breaker.ProbeStarted, noon, breaker.HalfOpened)
	failed := breaker.Event{Kind: breaker.ProbeFailed, Generation: half.Generation}
	once, _ := half.Apply(breaker.Settings{}, failed, noon)
	twice, tr := once.Apply(breaker.Settings{}, failed, noon)
	if tr != breaker.None || twice != once || once.Probes != 1 {
		t.Errorf("second report: %v, %+v; want no change of %+v", tr, twice, once)
	}
}

func TestResultsFromBeforeATransitionAreIgnored(t *testing.T) {
	t.Parallel()
	open := tripped(t)
	half := feed(t, open, breaker.ProbeStarted, noon, breaker.HalfOpened)
	closed := feed(t, half, breaker.ProbeSucceeded, noon, breaker.Recovered)
	kinds := []breaker.Kind{
		breaker.Success, breaker.Failure, breaker.ProbeSucceeded, breaker.ProbeFailed, breaker.ProbeAbandoned,
	}
	for _, b := range []breaker.Breaker{open, half, closed} {
		for _, kind := range kinds {
			e := breaker.Event{Kind: kind, Generation: b.Generation - 1}
			if got, tr := b.Apply(breaker.Settings{}, e, noon); got != b || tr != breaker.None {
				t.Errorf("%v begun earlier moved %s to %s (%v)", kind, b.State, got.State, tr)
			}
		}
	}
}

func TestJobResultsNeverMoveATrippedBreaker(t *testing.T) {
	t.Parallel()
	open := tripped(t)
	half := feed(t, open, breaker.ProbeStarted, noon, breaker.HalfOpened)
	for _, b := range []breaker.Breaker{open, half} {
		for _, kind := range []breaker.Kind{breaker.Success, breaker.Failure} {
			if got := feed(t, b, kind, noon.Add(time.Hour), breaker.None); got != b {
				t.Errorf("%v changed %+v to %+v", kind, b, got)
			}
		}
	}
}

func TestAnAbandonedProbeIsNotCounted(t *testing.T) {
	t.Parallel()
	half := feed(t, tripped(t), breaker.ProbeStarted, noon, breaker.HalfOpened)
	b := feed(t, half, breaker.ProbeAbandoned, noon, breaker.Withdrawn)
	if b.State != breaker.Open || b.Probes != 0 || b.ProbeAt != noon.Add(5*time.Second) {
		t.Errorf("got %+v, want open, no probe counted, due in 5 s", b)
	}
}

func TestWakeUpIsOneQuietCheck(t *testing.T) {
	t.Parallel()
	open := tripped(t)
	half := feed(t, open, breaker.ProbeStarted, noon, breaker.HalfOpened)
	var almost breaker.Breaker
	for range 4 {
		almost = feed(t, almost, breaker.Failure, noon, breaker.None)
	}
	later := noon.Add(8 * time.Hour)
	for name, tc := range map[string]struct {
		from breaker.Breaker
		tr   breaker.Transition
		want breaker.Breaker
	}{
		"closed": {almost, breaker.None, breaker.Breaker{State: breaker.Closed, Generation: 1}},
		"open": {open, breaker.None, breaker.Breaker{
			State: breaker.Open, Generation: 2, OpenedAt: noon, ProbeAt: later, Cause: open.Cause,
		}},
		"half-open": {half, breaker.Withdrawn, breaker.Breaker{
			State: breaker.Open, Generation: 3, OpenedAt: noon, ProbeAt: later, Cause: open.Cause,
		}},
	} {
		if got := feed(t, tc.from, breaker.Woke, later, tc.tr); got != tc.want {
			t.Errorf("%s: got %+v, want %+v", name, got, tc.want)
		}
	}
}

func TestAClockSetBackDrawsStampsBack(t *testing.T) {
	t.Parallel()
	past := noon.Add(-48 * time.Hour)
	b := feed(t, tripped(t), breaker.Woke, past, breaker.None)
	if b.OpenedAt != past || b.ProbeAt != past {
		t.Errorf("opened %v, probe %v, want both %v", b.OpenedAt, b.ProbeAt, past)
	}
}

func TestBrokenSettingsMeanTheDefaults(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]breaker.Settings{
		"zero":          {},
		"negative":      {Threshold: -1, Backoff: []time.Duration{-time.Second}},
		"one zero wait": {Backoff: []time.Duration{time.Second, 0}},
	} {
		if got := s.MaxWait(); got != time.Minute {
			t.Errorf("%s: max wait %v, want 1m", name, got)
		}
	}
}

func TestTheFirstOfTheFailuresIsRemembered(t *testing.T) {
	t.Parallel()
	var b breaker.Breaker
	for i := range 4 {
		b = feed(t, b, breaker.Failure, noon.Add(time.Duration(i)*time.Second), breaker.None)
		if !b.FailingSince.Equal(noon) {
			t.Errorf("failing since %v after %d failures", b.FailingSince, i+1)
		}
	}
	if loaded, _ := breaker.Load(b, breaker.Settings{}, noon.Add(time.Minute)); !loaded.FailingSince.IsZero() || loaded.Failures != 4 {
		t.Errorf("loaded %+v: nobody knows how the time since the first went on", loaded)
	}
	if b = feed(t, b, breaker.Success, noon.Add(time.Minute), breaker.None); !b.FailingSince.IsZero() {
		t.Errorf("%+v after a success", b)
	}
}
