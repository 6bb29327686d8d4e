package health_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"lockstep/sync/breaker"
	"lockstep/sync/health"
	"lockstep/sync/message"
	"lockstep/sync/outage"
)

var (
	closed   = breaker.Breaker{State: breaker.Closed}
	open     = breaker.Breaker{State: breaker.Open, OpenedAt: noon, ProbeAt: noon}
	halfOpen = breaker.Breaker{State: breaker.HalfOpen, OpenedAt: noon, ProbeAt: noon}
	lasting  = outage.Record{ID: 7, Started: noon}
	over     = outage.Record{ID: 7, Started: noon, Ended: noon.Add(23 * time.Minute)}
)

func TestVerdictComparesBothWitnesses(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		b    *breaker.Breaker
		r    *outage.Record
		want health.Verdict
	}{
		"closed, none":           {&closed, nil, health.Up},
		"closed, no id":          {&closed, &outage.Record{}, health.Up},
		"closed, ended":          {&closed, &over, health.Up},
		"closed, ongoing":        {&closed, &lasting, health.Disputed},
		"zero breaker, none":     {&breaker.Breaker{}, nil, health.Up},
		"zero breaker, ongoing":  {&breaker.Breaker{}, &lasting, health.Disputed},
		"open, ongoing":          {&open, &lasting, health.Down},
		"half-open, ongoing":     {&halfOpen, &lasting, health.Down},
		"open, none":             {&open, nil, health.Disputed},
		"open, ended":            {&open, &over, health.Disputed},
		"half-open, none":        {&halfOpen, nil, health.Disputed},
		"half-open, ended":       {&halfOpen, &over, health.Disputed},
		"not loaded, none":       {nil, nil, health.Unknown},
		"not loaded, ongoing":    {nil, &lasting, health.Unknown},
		"garbage state, none":    {&breaker.Breaker{State: "?"}, nil, health.Unknown},
		"garbage state, ongoing": {&breaker.Breaker{State: "?"}, &lasting, health.Unknown},
	} {
		if got := health.Judge(tc.b, tc.r); got != tc.want {
			t.Errorf("%s: got %q, want %q", name, got, tc.want)
		}
	}
}

// The record was never closed, the breaker was: for 2 d 14 h the old system showed an outage that was none.
func TestIncidentOutageShownOngoingThoughPlexWasFine(t *testing.T) {
	t.Parallel()
	now := noon.Add(62 * time.Hour)
	contact := noon.Add(20 * time.Minute)
	record := outage.Record{ID: 3, Started: noon, Cause: message.Foreign("timeout"), JobsHeld: 14}
	said := health.Said{Outage: 3, Kind: health.SaidDown, At: noon, Delivered: true}
	may := func(kind health.SaidKind, b *breaker.Breaker, r *outage.Record) error {
		return health.Evidence{Breaker: b, Newest: r, Said: said, Proved: now, Now: now}.May(kind)
	}
	if got := health.Judge(&closed, &record); got != health.Disputed {
		t.Fatalf("verdict %q, want disputed", got)
	}
	for _, kind := range []health.SaidKind{health.SaidDown, health.SaidBack} {
		if err := may(kind, &closed, &record); !errors.Is(err, health.ErrVerdict) {
			t.Errorf("%s while disputed: %v", kind, err)
		}
	}
	rep := health.Load(health.Stored{
		Breaker: closed, Records: []outage.Record{record}, LastContact: contact,
	}, breaker.Settings{}, now)
	want := record
	want.Ended, want.Repaired, want.Note = contact, true, message.New(message.OutageNoEnd)
	if rep.State.Newest != want || !slices.Equal(rep.Records, []outage.Record{want}) || rep.Breaker {
		t.Errorf("repair %+v, want only the record %+v written", rep, want)
	}
	if rep.State.Verdict() != health.Up || len(rep.Words) != 1 {
		t.Errorf("verdict %q, words %q", rep.State.Verdict(), rep.Words)
	}
	if err := may(health.SaidBack, &rep.State.Breaker, &rep.State.Newest); !errors.Is(err, health.ErrRepaired) {
		t.Errorf("back for a repaired record: %v", err)
	}
	if got := outage.Measure(rep.Records, nil, noon, now).Downtime; got != 20*time.Minute {
		t.Errorf("downtime %v, want the 20 minutes before the last contact", got)
	}
}

// In the old system every failed trial opened another record, 29 of 30 were never closed, and half an hour
// of outage counted as 61 s and 100 % availability.
func TestW4OneOutageIsOneRecord(t *testing.T) {
	t.Parallel()
	var st health.State
	now, records := noon, map[uint64]outage.Record{}
	step := func(kind breaker.Kind, generation uint64) {
		var ch health.Change
		e := breaker.Event{Kind: kind, Generation: generation, Cause: message.Foreign("connection refused")}
		st, ch = health.Step(st, breaker.Settings{}, e, now)
		for _, r := range ch.Records {
			records[r.ID] = r
		}
	}
	for range 12 { // the five that count and others under way at the same time
		step(breaker.Failure, 0)
	}
	failed := 0
	for st.Verdict() == health.Down {
		now, _ = st.Breaker.NextProbe()
		step(breaker.ProbeStarted, 0)
		step(breaker.Failure, st.Breaker.Generation)
		if now.Sub(noon) >= 30*time.Minute {
			step(breaker.ProbeSucceeded, st.Breaker.Generation)
			break
		}
		step(breaker.ProbeFailed, st.Breaker.Generation)
		failed++
	}
	length := now.Sub(noon)
	want := outage.Record{ID: 1, Started: noon, Ended: now, Cause: message.Foreign("connection refused"), FailedProbes: failed}
	if len(records) != 1 || records[1] != want || failed < 30 {
		t.Fatalf("%d failed probes, records %+v, want only %+v", failed, records, want)
	}
	got := outage.Measure([]outage.Record{records[1]}, nil, noon.Add(-length), noon.Add(length))
	if got.Count != 1 || got.Downtime != length || got.MTTR != length || got.Availability != 0.5 {
		t.Errorf("metrics %+v for an outage of %v in twice the time", got, length)
	}
}

// Each row is one way in which breaker and history of the old system came to disagree.
func TestEveryKnownDisagreementIsRepairedAtLoad(t *testing.T) {
	t.Parallel()
	now := noon.Add(time.Hour)
	contact := noon.Add(30 * time.Minute)
	future := now.Add(48 * time.Hour)
	early := outage.Record{ID: 6, Started: noon.Add(-time.Hour)}
	for name, tc := range map[string]struct {
		b       breaker.Breaker
		records []outage.Record
		want    health.Verdict
		starts  time.Time // of the newest record
		ends    time.Time
		words   string
	}{
		"every failed trial opened a record":         {open, []outage.Record{early, lasting}, health.Down, noon, time.Time{}, "outage 6: record had no end"},
		"killed between breaker and outage write":    {open, nil, health.Down, noon, time.Time{}, "open without a record"},
		"killed between outage end and breaker":      {halfOpen, []outage.Record{over}, health.Down, over.Ended, time.Time{}, "open without a record"},
		"breaker file torn":                          {breaker.Breaker{}, []outage.Record{lasting}, health.Up, noon, contact, "had no end"},
		"breaker file invalid":                       {breaker.Breaker{State: "{"}, []outage.Record{lasting}, health.Up, noon, contact, "unknown"},
		"outage file torn":                           {open, []outage.Record{{ID: 7}}, health.Down, now, time.Time{}, "start was missing"},
		"opened in the future":                       {breaker.Breaker{State: breaker.Open, OpenedAt: future, ProbeAt: future}, nil, health.Down, now, time.Time{}, "in the future"},
		"opened at null":                             {breaker.Breaker{State: breaker.Open}, nil, health.Down, now, time.Time{}, "unknown time"},
		"ended in the future":                        {closed, []outage.Record{{ID: 7, Started: noon, Ended: future}}, health.Up, noon, now, "ended in the future"},
		"negative length":                            {closed, []outage.Record{{ID: 7, Started: noon, Ended: noon.Add(-time.Hour)}}, health.Up, noon, noon, "before it started"},
		"memory open, disk closed":                   {closed, []outage.Record{lasting}, health.Up, noon, contact, "had no end"},
		"an older record left open":                  {closed, []outage.Record{early, over}, health.Up, noon, over.Ended, "outage 6: record had no end"},
		"two open records and a closed breaker":      {closed, []outage.Record{early, lasting}, health.Up, noon, contact, "outage 7: had no end"},
		"an older one open, newest ended, yet open":  {open, []outage.Record{early, over}, health.Down, over.Ended, time.Time{}, "outage 8"},
		"manual reset left the record that began at": {closed, []outage.Record{{ID: 7, Started: now.Add(-time.Minute)}}, health.Up, now.Add(-time.Minute), now.Add(-time.Minute), "had no end"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stored := health.Stored{Breaker: tc.b, Records: tc.records, LastContact: contact}
			rep := health.Load(stored, breaker.Settings{}, now)
			newest := rep.State.Newest
			if rep.State.Verdict() != tc.want || newest.Started != tc.starts || newest.Ended != tc.ends {
				t.Errorf("got %q with %+v, want %q from %v to %v", rep.State.Verdict(), newest, tc.want, tc.starts, tc.ends)
			}
			if all := strings.Join(rep.Words, " | "); !strings.Contains(all, tc.words) {
				t.Errorf("words %q do not say %q", all, tc.words)
			}
			for _, r := range rep.Records {
				if !r.Repaired || r.Note.IsZero() {
					t.Errorf("written without a mark: %+v", r)
				}
			}
			again := health.Load(health.Stored{
				Breaker: rep.State.Breaker, Records: overwritten(tc.records, rep.Records), LastContact: rep.State.LastContact,
			}, breaker.Settings{}, now)
			if len(again.Words)+len(again.Records) > 0 || again.Breaker || again.Contact {
				t.Errorf("a second load repairs again: %+v", again)
			}
		})
	}
}

func overwritten(stored, written []outage.Record) []outage.Record {
	kept := slices.DeleteFunc(slices.Clone(stored), func(old outage.Record) bool {
		return slices.ContainsFunc(written, func(r outage.Record) bool { return r.ID == old.ID })
	})
	return append(kept, written...)
}

func TestASoundDiskIsLeftAlone(t *testing.T) {
	t.Parallel()
	for name, stored := range map[string]health.Stored{
		"up":   {Breaker: closed, Records: []outage.Record{over}, LastContact: over.Ended},
		"down": {Breaker: open, Records: []outage.Record{lasting}, LastContact: noon},
	} {
		rep := health.Load(stored, breaker.Settings{}, noon.Add(time.Hour))
		if rep.Breaker || rep.Contact || len(rep.Records)+len(rep.Dropped)+len(rep.Words) > 0 {
			t.Errorf("%s: repaired %+v", name, rep)
		}
	}
}

func TestAnUnfinishedProbeIsNoRepair(t *testing.T) {
	t.Parallel()
	now := noon.Add(time.Minute)
	rep := health.Load(health.Stored{Breaker: halfOpen, Records: []outage.Record{lasting}}, breaker.Settings{}, now)
	if !rep.Breaker || len(rep.Words)+len(rep.Records) > 0 || rep.State.Verdict() != health.Down {
		t.Errorf("got %+v, want a breaker to write and no words", rep)
	}
	if at, ok := rep.State.Breaker.NextProbe(); !ok || at != now {
		t.Errorf("next probe %v (%v), want at once", at, ok)
	}
}
