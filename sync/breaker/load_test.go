package breaker_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"lockstep/sync/breaker"
	"lockstep/sync/message"
	"pgregory.net/rapid"
)

func TestLoadRepairsWhatIsStored(t *testing.T) {
	t.Parallel()
	closed := breaker.Breaker{State: breaker.Closed}
	dueNow := breaker.Breaker{State: breaker.Open, OpenedAt: noon, ProbeAt: noon}
	for name, tc := range map[string]struct {
		stored string
		want   breaker.Breaker
		words  []string // one per repair, in order
	}{
		"missing":         {`{}`, closed, nil},
		"null":            {`null`, closed, nil},
		"all null":        {`{"state":null,"opened_at":null,"probe_at":null,"failures":null}`, closed, nil},
		"sound":           {`{"state":"open","opened_at":"2026-11-23T12:00:00Z","probe_at":"2026-11-23T12:00:00Z"}`, dueNow, nil},
		"other zone":      {`{"state":"open","opened_at":"2026-11-23T13:00:00+01:00","probe_at":"2026-11-23T13:00:00+01:00"}`, dueNow, nil},
		"probe under way": {`{"state":"half-open","opened_at":"2026-11-23T12:00:00Z","probe_at":"2026-11-23T12:00:30Z"}`, breaker.Breaker{State: breaker.Open, Generation: 1, OpenedAt: noon, ProbeAt: noon}, nil},
		"unknown state":   {`{"state":"banana","failures":3,"generation":7}`, breaker.Breaker{State: breaker.Closed, Generation: 8}, []string{"banana"}},
		"open with nulls": {`{"state":"open","opened_at":null,"probe_at":null}`, dueNow, []string{"unknown time", "due now"}},
		"epoch":           {`{"state":"open","opened_at":"1970-01-01T00:00:00Z","probe_at":"1970-01-01T00:00:00Z"}`, dueNow, []string{"unknown time", "due now"}},
		"future":          {`{"state":"open","opened_at":"2031-01-01T00:00:00Z","probe_at":"2031-01-01T00:00:00Z"}`, breaker.Breaker{State: breaker.Open, OpenedAt: noon, ProbeAt: noon.Add(time.Minute)}, []string{"in the future", "too far away"}},
		"negative":        {`{"failures":-3}`, closed, []string{"-3 failures"}},
		"probes":          {`{"state":"open","opened_at":"2026-11-23T12:00:00Z","probe_at":"2026-11-23T12:00:00Z","probes":-1}`, dueNow, []string{"-1 failed probes"}},
		"too many":        {`{"failures":99}`, breaker.Breaker{State: breaker.Closed, Failures: 4}, nil},
		"closed but open": {`{"state":"closed","opened_at":"2026-11-23T12:00:00Z"}`, closed, []string{"marks of an outage"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var stored breaker.Breaker
			if err := json.Unmarshal([]byte(tc.stored), &stored); err != nil {
				t.Fatal(err)
			}
			got, words := breaker.Load(stored, breaker.Settings{}, noon)
			if got != tc.want {
				t.Errorf("got %+v, want %+v", got, tc.want)
			}
			if len(words) != len(tc.words) {
				t.Fatalf("repairs %q, want %q", words, tc.words)
			}
			for i := range words {
				if !strings.Contains(words[i], tc.words[i]) {
					t.Errorf("repair %q does not say %q", words[i], tc.words[i])
				}
			}
		})
	}
}

func TestStoredValueComesBackEqual(t *testing.T) {
	t.Parallel()
	b := tripped(t)
	for i, e := range []breaker.Kind{breaker.ProbeStarted, breaker.ProbeFailed, breaker.Woke} {
		// time.Now carries a monotonic reading and a zone; neither may survive.
		b, _ = b.Apply(breaker.Settings{}, breaker.Event{Kind: e, Generation: b.Generation}, time.Now())
		text, err := json.Marshal(b)
		if err != nil {
			t.Fatal(err)
		}
		var back breaker.Breaker
		if err := json.Unmarshal(text, &back); err != nil || back != b {
			t.Errorf("step %d: %s came back as %+v (%v), want %+v", i, text, back, err, b)
		}
	}
}

func anyTime() *rapid.Generator[time.Time] {
	return rapid.Custom(func(t *rapid.T) time.Time {
		if rapid.IntRange(0, 4).Draw(t, "null") == 0 {
			return time.Time{}
		}
		return noon.Add(time.Duration(rapid.Int64().Draw(t, "offset")))
	})
}

func anyBreaker() *rapid.Generator[breaker.Breaker] {
	states := []breaker.State{"", breaker.Closed, breaker.Open, breaker.HalfOpen, "Open", "garbage"}
	return rapid.Custom(func(t *rapid.T) breaker.Breaker {
		return breaker.Breaker{
			State:        rapid.SampledFrom(states).Draw(t, "state"),
			Failures:     rapid.Int().Draw(t, "failures"),
			Generation:   rapid.Uint64().Draw(t, "generation"),
			FailingSince: anyTime().Draw(t, "failing since"),
			OpenedAt:     anyTime().Draw(t, "opened"),
			ProbeAt:      anyTime().Draw(t, "probe"),
			Probes:       rapid.Int().Draw(t, "probes"),
		}
	})
}

func anyEvent(b breaker.Breaker) *rapid.Generator[breaker.Event] {
	return rapid.Custom(func(t *rapid.T) breaker.Event {
		return breaker.Event{
			Kind:       breaker.Kind(rapid.IntRange(0, int(breaker.Woke)+1).Draw(t, "kind")),
			Generation: b.Generation - uint64(rapid.IntRange(0, 2).Draw(t, "age")),
			Cause:      message.Foreign(rapid.SampledFrom([]string{"", "timeout"}).Draw(t, "cause")),
		}
	})
}

// sound fails unless b is a state from which the owner can always go on.
func sound(t *rapid.T, b breaker.Breaker, now time.Time) {
	if b.Tripped() {
		if !b.FailingSince.IsZero() {
			t.Fatalf("open, yet only failing since %v", b.FailingSince)
		}
		if b.OpenedAt.IsZero() || b.OpenedAt.After(now) {
			t.Fatalf("opened at %v, now %v", b.OpenedAt, now)
		}
		if b.ProbeAt.IsZero() || b.ProbeAt.After(now.Add(time.Minute)) {
			t.Fatalf("probe at %v, now %v", b.ProbeAt, now)
		}
		return
	}
	if b.State != breaker.Closed || b.Failures < 0 || b.Failures >= 5 || !b.OpenedAt.IsZero() || !b.ProbeAt.IsZero() ||
		b.FailingSince.After(now) || b.Failures == 0 && !b.FailingSince.IsZero() {
		t.Fatalf("unsound closed breaker %+v", b)
	}
}

func TestLoadMakesAnythingSoundAndIsIdempotent(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		b, _ := breaker.Load(anyBreaker().Draw(t, "stored"), breaker.Settings{}, noon)
		sound(t, b, noon)
		if b.State == breaker.HalfOpen {
			t.Fatal("no probe can be under way after a load")
		}
		if again, words := breaker.Load(b, breaker.Settings{}, noon); again != b || len(words) > 0 {
			t.Fatalf("second load: %+v %q, want %+v", again, words, b)
		}
	})
}

func TestTransitionsTellExactlyWhatMoved(t *testing.T) {
	t.Parallel()
	moves := map[[2]breaker.State]breaker.Transition{
		{breaker.Closed, breaker.Open}:     breaker.Opened,
		{breaker.Open, breaker.HalfOpen}:   breaker.HalfOpened,
		{breaker.HalfOpen, breaker.Closed}: breaker.Recovered,
	}
	rapid.Check(t, func(t *rapid.T) {
		now := noon
		b, _ := breaker.Load(anyBreaker().Draw(t, "stored"), breaker.Settings{}, now)
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(-90, 120).Draw(t, "seconds")) * time.Second)
			e := anyEvent(b).Draw(t, "event")
			next, tr := b.Apply(breaker.Settings{}, e, now)
			sound(t, next, now)
			switch {
			case b.State == breaker.HalfOpen && next.State == breaker.Open:
				if failed := next.Probes > b.Probes; failed != (tr == breaker.Reopened) || (tr != breaker.Withdrawn && !failed) {
					t.Fatalf("%+v to %+v: %v", b, next, tr)
				}
			case tr != moves[[2]breaker.State{b.State, next.State}]:
				t.Fatalf("%s to %s: %v", b.State, next.State, tr)
			}
			if (tr != breaker.None || e.Kind == breaker.Woke) != (next.Generation != b.Generation) {
				t.Fatalf("%v: generation %d to %d", tr, b.Generation, next.Generation)
			}
			b = next
		}
	})
}
