package health_test

import (
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	"lockstep/sync/breaker"
	"lockstep/sync/health"
	"lockstep/sync/message"
	"lockstep/sync/outage"
	"pgregory.net/rapid"
)

func TestAnnouncementsNeedBothWitnesses(t *testing.T) {
	t.Parallel()
	repaired := lasting
	repaired.Repaired = true
	patched := over
	patched.Repaired = true
	saidDown := health.Said{Outage: 7, Kind: health.SaidDown, Delivered: true}
	meantDown := health.Said{Outage: 7, Kind: health.SaidDown}
	saidBack := health.Said{Outage: 7, Kind: health.SaidBack, Delivered: true}
	meantBack := health.Said{Outage: 7, Kind: health.SaidBack}
	saidNetwork := health.Said{Outage: 7, Kind: health.SaidNetwork, Delivered: true}
	meantNetwork := health.Said{Outage: 7, Kind: health.SaidNetwork}
	older := health.Said{Outage: 6, Kind: health.SaidDown, Delivered: true}
	for name, tc := range map[string]struct {
		kind health.SaidKind
		b    *breaker.Breaker
		r    *outage.Record
		said health.Said
		want error
	}{
		"first down":                  {health.SaidDown, &open, &lasting, health.Said{}, nil},
		"down while probing":          {health.SaidDown, &halfOpen, &lasting, health.Said{}, nil},
		"down after an older one":     {health.SaidDown, &open, &lasting, older, nil},
		"down nobody was shown":       {health.SaidDown, &open, &lasting, meantDown, nil},
		"down twice":                  {health.SaidDown, &open, &lasting, saidDown, health.ErrSaid},
		"down after back":             {health.SaidDown, &open, &lasting, saidBack, health.ErrSaid},
		"down after a meant back":     {health.SaidDown, &open, &lasting, meantBack, health.ErrSaid},
		"down after the network":      {health.SaidDown, &open, &lasting, saidNetwork, nil},
		"down, breaker closed":        {health.SaidDown, &closed, &lasting, health.Said{}, health.ErrVerdict},
		"down, record ended":          {health.SaidDown, &open, &over, health.Said{}, health.ErrVerdict},
		"down, no record":             {health.SaidDown, &open, nil, health.Said{}, health.ErrVerdict},
		"down, not loaded":            {health.SaidDown, nil, &lasting, health.Said{}, health.ErrVerdict},
		"down, up":                    {health.SaidDown, &closed, &over, health.Said{}, health.ErrVerdict},
		"down, repaired":              {health.SaidDown, &open, &repaired, health.Said{}, health.ErrRepaired},
		"network":                     {health.SaidNetwork, &open, &lasting, health.Said{}, nil},
		"network nobody was shown":    {health.SaidNetwork, &open, &lasting, meantNetwork, nil},
		"network twice":               {health.SaidNetwork, &open, &lasting, saidNetwork, health.ErrSaid},
		"network after down":          {health.SaidNetwork, &open, &lasting, saidDown, health.ErrSaid},
		"network after a meant down":  {health.SaidNetwork, &open, &lasting, meantDown, health.ErrSaid},
		"network, up":                 {health.SaidNetwork, &closed, &over, health.Said{}, health.ErrVerdict},
		"back":                        {health.SaidBack, &closed, &over, saidDown, nil},
		"back nobody was shown":       {health.SaidBack, &closed, &over, meantBack, nil},
		"back twice":                  {health.SaidBack, &closed, &over, saidBack, health.ErrSaid},
		"back without down":           {health.SaidBack, &closed, &over, health.Said{}, health.ErrNotSaid},
		"back, nobody was shown down": {health.SaidBack, &closed, &over, meantDown, health.ErrNotSaid},
		"back after the network":      {health.SaidBack, &closed, &over, saidNetwork, health.ErrNotSaid},
		"back, down said of older":    {health.SaidBack, &closed, &over, older, health.ErrNotSaid},
		"back, never an outage":       {health.SaidBack, &closed, nil, health.Said{}, health.ErrVerdict},
		"back, zero record":           {health.SaidBack, &closed, &outage.Record{}, health.Said{Kind: health.SaidDown, Delivered: true}, health.ErrVerdict},
		"back, breaker open":          {health.SaidBack, &open, &over, saidDown, health.ErrVerdict},
		"back, record ongoing":        {health.SaidBack, &closed, &lasting, saidDown, health.ErrVerdict},
		"back, still down":            {health.SaidBack, &open, &lasting, saidDown, health.ErrVerdict},
		"back, repaired":              {health.SaidBack, &closed, &patched, saidDown, health.ErrRepaired},
		"something never to be said":  {"perhaps", &closed, &over, saidDown, health.ErrVerdict},
	} {
		e := health.Evidence{Breaker: tc.b, Newest: tc.r, Said: tc.said, Proved: noon.Add(-health.FreshFor), Now: noon}
		said, err := e.Announce(health.Said{Outage: 7, Kind: tc.kind})
		want := tc.said
		if tc.want == nil {
			want = health.Said{Outage: 7, Kind: tc.kind, At: noon}
		}
		if said != want || !errors.Is(err, tc.want) {
			t.Errorf("%s: to store %+v (%v), want %+v (%v)", name, said, err, want, tc.want)
		}
		e.Proved = noon.Add(-health.FreshFor - time.Second)
		if _, err := e.Announce(health.Said{Outage: 7, Kind: tc.kind}); err == nil || tc.want == nil && !errors.Is(err, health.ErrStale) {
			t.Errorf("%s, proved too long ago: %v", name, err)
		}
	}
}

func TestOnlyWhatWasMeantIsNotedAsDelivered(t *testing.T) {
	t.Parallel()
	meant := health.Said{Outage: 7, Kind: health.SaidDown, At: noon, Flapping: true}
	shown := meant
	shown.Delivered = true
	// What is noted has happened: neither the verdict nor its age matters any more.
	e := health.Evidence{Breaker: &closed, Newest: &over, Said: meant, Now: noon.Add(time.Hour)}
	if got, err := e.Announce(health.Said{Outage: 7, Kind: health.SaidDown, Delivered: true}); got != shown || err != nil {
		t.Errorf("noted %+v, %v", got, err)
	}
	for _, other := range []health.Said{{Outage: 6, Kind: health.SaidDown, Delivered: true}, {Outage: 7, Kind: health.SaidBack, Delivered: true}} {
		if got, err := e.Announce(other); got != meant || !errors.Is(err, health.ErrNotSaid) {
			t.Errorf("%+v was noted as %+v, %v", other, got, err)
		}
	}
}

func TestProofGoesStaleByEitherClock(t *testing.T) {
	t.Parallel()
	now := time.Now() // with a monotonic reading
	asleep := func(d time.Duration) time.Time { return apart(t, now, d, 0) }
	for name, tc := range map[string]struct {
		proved, now time.Time
		want        bool
	}{
		"just now":             {now, now, true},
		"a probe ago":          {now, now.Add(health.FreshFor), true},
		"frozen":               {now, now.Add(health.FreshFor + 1), false},
		"asleep":               {now, asleep(time.Hour), false},
		"clock set back":       {now, asleep(-time.Hour), false},
		"frozen, clock too":    {now, apart(t, now, 0, time.Hour), false},
		"loaded from disk":     {now.Round(0), now.Round(0).Add(time.Hour), false},
		"never":                {time.Time{}, now, false},
		"never, at the origin": {time.Time{}, time.Time{}, false},
	} {
		if got := health.Fresh(tc.proved, tc.now); got != tc.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// apart moves the wall clock and the monotonic one of a time by different spans, as only a machine that
// sleeps or has its clock set does. It relies on how package time keeps the second.
func apart(t *testing.T, at time.Time, wall, monotonic time.Duration) time.Time {
	t.Helper()
	out := at.Add(wall)
	reading := reflect.ValueOf(&out).Elem().FieldByName("ext")
	*(*int64)(reading.Addr().UnsafePointer()) += int64(monotonic - wall)
	if out.Sub(at) != monotonic || out.Round(0).Sub(at.Round(0)) != wall {
		t.Fatalf("package time keeps its readings otherwise: %v and %v", out.Sub(at), out.Round(0).Sub(at.Round(0)))
	}
	return out
}

func apply(t *testing.T, st health.State, kind breaker.Kind, now time.Time) (health.State, health.Change) {
	t.Helper()
	e := breaker.Event{Kind: kind, Generation: st.Breaker.Generation, Cause: message.Foreign("timeout")}
	return health.Step(st, settings, e, now)
}

func TestAnOutageFromBeginningToEnd(t *testing.T) {
	t.Parallel()
	var st health.State
	var ch health.Change
	at := func(s int) time.Time { return noon.Add(time.Duration(s) * time.Second) }
	expect := func(step string, tr breaker.Transition, records ...outage.Record) {
		t.Helper()
		if ch.Transition != tr || !slices.Equal(ch.Records, records) {
			t.Fatalf("%s: %v with %+v, want %v with %+v", step, ch.Transition, ch.Records, tr, records)
		}
	}
	st, ch = apply(t, st, breaker.Success, at(0))
	expect("success", breaker.None)
	if !ch.Contact || st.LastContact != at(0) {
		t.Fatalf("contact not noted: %+v", st)
	}
	st, ch = apply(t, st, breaker.Failure, at(1))
	expect("first failure", breaker.None)
	if !ch.Breaker || ch.Contact {
		t.Fatalf("change %+v, want the count to be written and no contact", ch)
	}
	st, ch = apply(t, st, breaker.Failure, at(2))
	r := outage.Record{ID: 1, Started: at(1), Cause: message.Foreign("timeout")} // the first failure, not the one that was enough
	expect("second failure", breaker.Opened, r)
	st, ch = health.Hold(st, 14)
	r.JobsHeld = 14
	expect("hold", breaker.None, r)
	st, ch = health.Hold(st, 3)
	expect("fewer held", breaker.None)
	st, ch = apply(t, st, breaker.ProbeStarted, at(7))
	expect("probe", breaker.HalfOpened)
	st, ch = apply(t, st, breaker.ProbeFailed, at(8))
	r.FailedProbes = 1
	expect("probe failed", breaker.Reopened, r)
	st, ch = apply(t, st, breaker.ProbeStarted, at(18))
	expect("probe", breaker.HalfOpened)
	st, ch = apply(t, st, breaker.ProbeSucceeded, at(19))
	r.Ended = at(19)
	expect("probe ok", breaker.Recovered, r)
	if st.Verdict() != health.Up || st.LastContact != at(19) {
		t.Fatalf("after the outage: %+v", st)
	}
	st, ch = health.Hold(st, 99)
	expect("hold after the end", breaker.None)
	if st.Newest != r {
		t.Fatalf("newest %+v, want %+v", st.Newest, r)
	}
}

func TestAnOutageBeginsWithItsFirstFailure(t *testing.T) {
	t.Parallel()
	at := func(s int) time.Time { return noon.Add(time.Duration(s) * time.Second) }
	type event struct {
		kind breaker.Kind
		at   time.Time
	}
	fails := func(s int) event { return event{breaker.Failure, at(s)} }
	for name, tc := range map[string]struct {
		state  health.State
		events []event
		want   time.Time
	}{
		"in a row":                     {health.State{}, []event{fails(1), fails(30)}, at(1)},
		"a success between":            {health.State{}, []event{fails(1), {breaker.Success, at(5)}, fails(9), fails(30)}, at(9)},
		"woke up between":              {health.State{}, []event{fails(1), {breaker.Woke, at(600)}, fails(601), fails(602)}, at(601)},
		"the clock was set back":       {health.State{}, []event{fails(100), fails(50)}, at(50)},
		"not before the last contact":  {health.State{LastContact: at(20), Breaker: breaker.Breaker{State: breaker.Closed, Failures: 1, FailingSince: at(1)}}, []event{fails(30)}, at(20)},
		"not inside the outage before": {health.State{Newest: outage.Record{ID: 1, Started: at(0), Ended: at(25)}, Breaker: breaker.Breaker{State: breaker.Closed, Failures: 1, FailingSince: at(1)}}, []event{fails(30)}, at(25)},
		"counted before, not since":    {health.State{Breaker: breaker.Breaker{State: breaker.Closed, Failures: 1}}, []event{fails(30)}, at(30)},
		"an end still to come":         {health.State{Newest: outage.Record{ID: 1, Started: at(0), Ended: at(90)}, Breaker: breaker.Breaker{State: breaker.Closed, Failures: 1, FailingSince: at(1)}}, []event{fails(30)}, at(30)},
	} {
		st := tc.state
		var ch health.Change
		for _, e := range tc.events {
			st, ch = apply(t, st, e.kind, e.at)
		}
		if ch.Transition != breaker.Opened || st.Newest.Started != tc.want {
			t.Errorf("%s: %v, started %v, want %v", name, ch.Transition, st.Newest.Started, tc.want)
		}
		if opened := tc.events[len(tc.events)-1].at; st.Breaker.OpenedAt != opened || !st.Breaker.FailingSince.IsZero() {
			t.Errorf("%s: the breaker is %+v, want opened at %v", name, st.Breaker, opened)
		}
	}
}

func TestFailuresBeforeARestartBeginNoOutage(t *testing.T) {
	t.Parallel()
	b := breaker.Breaker{State: breaker.Closed, Failures: 1, FailingSince: noon}
	next := noon.Add(7 * 24 * time.Hour)
	rep := health.Load(health.Stored{Breaker: b}, settings, next)
	if len(rep.Words) > 0 || rep.State.Breaker.Failures != 1 {
		t.Errorf("loaded as %+v, %q", rep.State.Breaker, rep.Words)
	}
	if st, _ := apply(t, rep.State, breaker.Failure, next); st.Newest.Started != next {
		t.Errorf("a week nobody watched belongs to the outage: %+v", st.Newest)
	}
}

func TestASuccessBegunBeforeTheOutageProvesNoContact(t *testing.T) {
	t.Parallel()
	st := health.State{Breaker: open, Newest: lasting, LastContact: noon.Add(-time.Minute)}
	st.Breaker.Generation = 1
	later := noon.Add(time.Minute)
	for _, generation := range []uint64{0, 1} {
		e := breaker.Event{Kind: breaker.Success, Generation: generation}
		got, ch := health.Step(st, settings, e, later)
		if got != st || ch.Contact || ch.Breaker || len(ch.Records) > 0 {
			t.Errorf("generation %d: %+v with %+v", generation, got, ch)
		}
	}
}

func TestASuccessBegunBeforeTheOutageProvesNothingAfterIt(t *testing.T) {
	t.Parallel()
	st := health.State{Breaker: closed, Newest: over, LastContact: over.Ended}
	st.Breaker.Generation = 2
	for generation, want := range []time.Time{over.Ended, over.Ended, over.Ended.Add(time.Minute)} {
		e := breaker.Event{Kind: breaker.Success, Generation: uint64(generation)}
		if got, _ := health.Step(st, settings, e, over.Ended.Add(time.Minute)); !got.LastContact.Equal(want) {
			t.Errorf("generation %d: last contact %v, want %v", generation, got.LastContact, want)
		}
	}
}

func TestAClockSetBackDrawsTheLastContactBack(t *testing.T) {
	t.Parallel()
	st, ch := apply(t, health.State{LastContact: noon.Add(time.Hour)}, breaker.Failure, noon)
	if !st.LastContact.Equal(noon) || !ch.Contact {
		t.Errorf("last contact %v at %v, to be stored: %v", st.LastContact, noon, ch.Contact)
	}
}

func TestAMessageThatSumsUpIsNotedAsOne(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		kind health.SaidKind
		b    breaker.Breaker
		r    outage.Record
		said health.Said
		want bool
	}{
		{health.SaidDown, open, lasting, health.Said{}, true},
		{health.SaidBack, closed, over, health.Said{Outage: 7, Kind: health.SaidDown, Delivered: true}, false},
	} {
		e := health.Evidence{Breaker: &tc.b, Newest: &tc.r, Said: tc.said, Proved: noon, Now: noon}
		got, err := e.Announce(health.Said{Outage: 7, Kind: tc.kind, Flapping: true})
		if got.Flapping != tc.want || err != nil {
			t.Errorf("%s: %+v, %v", tc.kind, got, err)
		}
	}
}

func TestAStepHealsWhatItFindsDisputed(t *testing.T) {
	t.Parallel()
	st := health.State{Breaker: closed, Newest: lasting, LastContact: noon.Add(time.Minute)}
	st.Breaker.Failures = 1
	now := noon.Add(time.Hour)
	got, ch := apply(t, st, breaker.Failure, now)
	healed := lasting
	healed.Ended, healed.Repaired, healed.Note = noon.Add(time.Minute), true, message.New(message.OutageNoEnd)
	begun := outage.Record{ID: 8, Started: now, Cause: message.Foreign("timeout")}
	if want := []outage.Record{healed, begun}; !slices.Equal(ch.Records, want) || got.Newest != begun {
		t.Errorf("got %+v, want the old one ended and a new one", ch.Records)
	}
}

func TestAClockSetBackNeverMakesANegativeOutage(t *testing.T) {
	t.Parallel()
	st := health.State{Breaker: halfOpen, Newest: lasting, LastContact: noon}
	now := noon.Add(-time.Hour)
	got, ch := apply(t, st, breaker.ProbeSucceeded, now)
	want := outage.Record{ID: 7, Started: now, Ended: now, Note: message.New(message.OutageClockBack)}
	if got.Newest != want || !slices.Equal(ch.Records, []outage.Record{want}) || got.LastContact != now {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func anyStamp() *rapid.Generator[time.Time] {
	return rapid.Custom(func(t *rapid.T) time.Time {
		if rapid.IntRange(0, 3).Draw(t, "null") == 0 {
			return time.Time{}
		}
		return noon.Add(time.Duration(rapid.IntRange(-300, 300).Draw(t, "second")) * time.Second)
	})
}

func anyState() *rapid.Generator[health.State] {
	states := []breaker.State{"", breaker.Closed, breaker.Open, breaker.HalfOpen, "?"}
	return rapid.Custom(func(t *rapid.T) health.State {
		return health.State{
			Breaker: breaker.Breaker{
				State:    rapid.SampledFrom(states).Draw(t, "state"),
				Failures: rapid.IntRange(-2, 9).Draw(t, "failures"),
				OpenedAt: anyStamp().Draw(t, "opened"),
				ProbeAt:  anyStamp().Draw(t, "probe"),
				Probes:   rapid.IntRange(-2, 9).Draw(t, "probes"),
			},
			Newest: outage.Record{
				ID:      uint64(rapid.IntRange(0, 3).Draw(t, "id")),
				Started: anyStamp().Draw(t, "started"),
				Ended:   anyStamp().Draw(t, "ended"),
			},
			LastContact: anyStamp().Draw(t, "contact"),
		}
	})
}

func TestOneStepOfHealingSettlesAnything(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		st := anyState().Draw(t, "state")
		before := st.Verdict()
		rep := health.Heal(st, settings, noon)
		if v := rep.State.Verdict(); v != health.Up && v != health.Down {
			t.Fatalf("verdict %q after healing %+v", v, st)
		}
		settled := before == health.Up || before == health.Down
		if settled && (rep.State != st || len(rep.Records)+len(rep.Words) > 0) {
			t.Fatalf("healed what was not ill: %+v to %+v", st, rep)
		}
		for _, r := range rep.Records {
			if !r.Repaired || r.Started.After(noon) || r.Ended.After(noon) {
				t.Fatalf("record %+v", r)
			}
		}
	})
}

func TestLoadSettlesAnything(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var stored health.Stored
		for _, st := range rapid.SliceOfN(anyState(), 1, 4).Draw(t, "stored") {
			stored.Breaker, stored.LastContact = st.Breaker, st.LastContact
			stored.Records = append(stored.Records, st.Newest)
		}
		rep := health.Load(stored, settings, noon)
		if v := rep.State.Verdict(); v != health.Up && v != health.Down {
			t.Fatalf("verdict %q", v)
		}
		for _, kind := range []health.SaidKind{health.SaidDown, health.SaidBack} {
			said := health.Said{Outage: rep.State.Newest.ID, Kind: health.SaidDown, Delivered: kind == health.SaidBack}
			err := health.Evidence{Breaker: &rep.State.Breaker, Newest: &rep.State.Newest, Said: said, Proved: noon, Now: noon}.May(kind)
			if err == nil && slices.ContainsFunc(rep.Records, func(r outage.Record) bool { return r.ID == rep.State.Newest.ID }) {
				t.Fatalf("%s may be announced for repaired %+v", kind, rep.State.Newest)
			}
		}
	})
}
