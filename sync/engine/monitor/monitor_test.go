package monitor_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/breaker"
	"lockstep/sync/budget"
	"lockstep/sync/engine/monitor"
	"lockstep/sync/fault"
	"lockstep/sync/health"
	"lockstep/sync/message"
	"lockstep/sync/outage"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/store"
	"lockstep/sync/testkit"
)

func TestAnOutageIsOneRecordFromTheFirstFailureToTheProbeThatSucceeds(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	if r.Verdict() != health.Up || !r.Allows() || r.Open() {
		t.Fatalf("in the beginning %v, allows %v", r.Verdict(), r.Allows())
	}
	began := r.now()
	r.step(breaker.Failure)
	r.pass(3 * time.Second)
	if t2 := r.step(breaker.Failure); t2 != breaker.Opened || r.Allows() || !r.Open() {
		t.Fatalf("%v, allows %v", t2, r.Allows())
	}
	if list := r.records(); len(list) != 1 || !list[0].Started.Equal(began) || !list[0].Ongoing() || list[0].Cause.String() != "it is away" {
		t.Errorf("records %+v", list)
	}
	r.pass(time.Minute)
	if t2, _ := r.probe(away); t2 != breaker.Reopened || r.records()[0].FailedProbes != 1 {
		t.Errorf("%v, %+v", t2, r.records())
	}
	r.restart()
	if r.Verdict() != health.Down {
		t.Errorf("after a restart %v", r.Verdict())
	}
	if t2, f := r.probe(nil); t2 != breaker.Recovered || f != nil || r.Verdict() != health.Up {
		t.Errorf("%v, %v, %v", t2, f, r.Verdict())
	}
	if list := r.records(); len(list) != 1 || !list[0].Ended.Equal(r.now()) {
		t.Errorf("records %+v", list)
	}
}

func TestAnEventIsStoredWithWhatBelongsToItOrNotAtAll(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.step(breaker.Failure)
	full := errors.New("the disk is full")
	ev := breaker.Event{Kind: breaker.Failure, Generation: r.Generation()}
	if _, err := r.Step(ev, func(store.Tx) error { return full }); !errors.Is(err, full) {
		t.Fatal(err)
	}
	if r.Verdict() != health.Up || len(r.records()) > 0 {
		t.Errorf("%v, %+v", r.Verdict(), r.records())
	}
	moved, err := r.Step(ev, func(tx store.Tx) error { return tx.PutValue("with it", true) })
	if err != nil || moved != breaker.Opened {
		t.Fatalf("%v, %v", moved, err)
	}
	with := false
	r.must(r.host.Get("with it", &with))
	if !with {
		t.Error("what belongs to it was not stored")
	}
}

func TestWhatAnAnswerMeansToTheBreaker(t *testing.T) {
	t.Parallel()
	b := budget.New(func() time.Time { return testkit.Start }, func() float64 { return 0.5 })
	b.Done(budget.Connect, away)
	for name, tt := range map[string]struct {
		err   error
		lacks bool
		kind  breaker.Kind
		means bool
	}{
		"an answer":                      {nil, false, breaker.Success, true},
		"one while something else fails": {nil, true, breaker.Success, false},
		"nobody answers":                 {away, false, breaker.Failure, true},
		"wrapped":                        {fmt.Errorf("list: %w", away), false, breaker.Failure, true},
		"an echo of that":                {b.Allow(budget.Connect), false, 0, false},
		"Stash is away":                  {testkit.Trouble(fault.Unreachable, fault.Stash), false, 0, false},
		"a refusal":                      {testkit.Trouble(fault.Unauthorized, fault.Plex), false, 0, false},
		"a passing fault":                {testkit.Trouble(fault.Temporary, fault.Plex), false, 0, false},
		"our own":                        {testkit.Trouble(fault.Local, fault.None), false, 0, false},
	} {
		ev, means := monitor.EventOf(7, tt.err, tt.lacks)
		if means != tt.means || means && (ev.Kind != tt.kind || ev.Generation != 7) || ev.Kind == breaker.Failure && ev.Cause.IsZero() {
			t.Errorf("%s: %+v, %v", name, ev, means)
		}
	}
}

func TestAResultOfAnOlderGenerationCountsNothing(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	old := r.Generation()
	r.down()
	for range 3 {
		if moved, err := r.Step(breaker.Event{Kind: breaker.Success, Generation: old}, nil); err != nil || moved != breaker.None {
			t.Errorf("%v, %v", moved, err)
		}
	}
	if r.Verdict() != health.Down {
		t.Error("a call from before the outage ended it")
	}
}

func TestTheRecordTellsHowManyJobsWaited(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.must(r.Hold()) // nothing to note without an outage
	r.put(queue.Job{Scene: 1, State: queue.Waiting}, queue.Job{Scene: 2, State: queue.Retrying})
	r.down()
	r.must(r.Hold())
	if n := r.records()[0].JobsHeld; n != 2 {
		t.Errorf("%d jobs held, want 2", n)
	}
	r.shelf.Update(t, func(tx store.Tx) error { return tx.DeleteJob(1) })
	r.must(r.Hold())
	if n := r.records()[0].JobsHeld; n != 2 {
		t.Errorf("%d jobs held, want the most of them", n)
	}
}

func TestJobsThatDiedOfAnOutageAreQueuedAgainOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	start := r.now()
	dead := func(id scene.ID, at time.Duration, c fault.Class) queue.Job {
		return queue.Job{Scene: id, State: queue.Dead, Class: c, Due: start.Add(at), Message: message.Foreign("It failed.")}
	}
	r.put(
		dead(1, time.Minute, fault.Unreachable), dead(2, -9*time.Minute, fault.Temporary), dead(3, time.Minute, fault.Busy),
		dead(4, time.Minute, fault.Rejected), dead(5, -11*time.Minute, fault.Unreachable), dead(6, 3*time.Hour, fault.Unreachable),
		queue.Job{Scene: 7, State: queue.Skipped, Class: fault.Unreachable, Due: start},
	)
	r.down()
	r.pass(time.Hour)
	r.probe(nil)
	for range 2 { // the second time changes nothing
		r.must(r.Requeue())
	}
	for id, want := range map[scene.ID]queue.State{1: queue.Waiting, 2: queue.Waiting, 3: queue.Waiting, 4: queue.Dead, 5: queue.Dead, 6: queue.Dead, 7: queue.Skipped} {
		if j := r.job(id); j.State != want || want == queue.Waiting && (j.Outage != 1 || j.Cause != "outage") {
			t.Errorf("scene %d: %+v, want %s", id, j, want)
		}
	}
	if rec := r.records()[0]; rec.Requeued != 3 {
		t.Errorf("%d requeued, want 3", rec.Requeued)
	}
	r.shelf.View(t, func(tx store.Tx) error {
		h, err := tx.History(store.HistoryQuery{})
		if len(h) != 3 || h[0].Message.String() != "queued again: it failed during outage 1 (It failed)" {
			t.Errorf("history %+v", h)
		}
		return err
	})
}

func TestWhatIsShownIsTheVerdictAndItsWitnesses(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	since := r.now().Add(-time.Hour)
	show := func() (s api.Snapshot) { r.Show(&s, since); return s }
	if s := show(); s.Verdict != health.Up || !s.Since.Equal(since) || s.Outage != nil || s.Breaker.State != breaker.Closed || !s.Proved.IsZero() {
		t.Errorf("in the beginning %+v", s)
	}
	r.step(breaker.Success)
	if s := show(); !s.Proved.Equal(r.now()) {
		t.Errorf("proved %v", s.Proved)
	}
	r.pass(time.Minute)
	began := r.now()
	r.down()
	if s := show(); s.Verdict != health.Down || !s.Since.Equal(began) || s.Outage == nil || len(s.Interruptions) != 1 || !s.Proved.IsZero() || s.Breaker.Cause.IsZero() || s.Breaker.NextProbe.IsZero() {
		t.Errorf("while it is away %+v", s)
	}
	r.pass(time.Minute)
	r.probe(away)
	if s := show(); !s.Proved.Equal(r.now()) {
		t.Errorf("a probe that failed proves it: %v", s.Proved)
	}
	r.pass(time.Minute)
	r.probe(nil)
	if s := show(); s.Verdict != health.Up || !s.Since.Equal(r.now()) || s.Outage.Ended.IsZero() || len(s.Interruptions) != 1 {
		t.Errorf("when it is back %+v", s)
	}
	r.pass(outage.Lately)
	if s := show(); len(s.Interruptions) != 0 {
		t.Errorf("half an hour later %+v", s.Interruptions)
	}
}

func TestInterruptionsOfLateSurviveARestart(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for range 3 {
		r.down()
		r.pass(time.Minute)
		r.probe(nil)
		r.pass(time.Minute)
	}
	r.restart()
	var s api.Snapshot
	if r.Show(&s, time.Time{}); len(s.Interruptions) != 3 {
		t.Errorf("%v, want three", s.Interruptions)
	}
}

func TestADisputeOnDiskIsRepairedBeforeAnybodySeesIt(t *testing.T) {
	t.Parallel()
	for name, stored := range map[string]func(store.Tx, time.Time) error{
		"a breaker that is open without a record": func(tx store.Tx, now time.Time) error {
			return tx.PutBreaker(breaker.Breaker{State: breaker.Open, Generation: 4, OpenedAt: now.Add(-time.Minute), ProbeAt: now})
		},
		"a record that goes on without a breaker": func(tx store.Tx, now time.Time) error {
			return tx.PutOutage(outage.Record{ID: 3, Started: now.Add(-time.Hour)})
		},
		"a state nobody writes": func(tx store.Tx, _ time.Time) error {
			return tx.PutBreaker(breaker.Breaker{State: "ajar", Generation: 4})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.shelf.Update(t, func(tx store.Tx) error { return stored(tx, r.now()) })
			r.restart()
			if v := r.Verdict(); v != health.Up && v != health.Down {
				t.Errorf("verdict %v", v)
			}
			r.shelf.View(t, func(tx store.Tx) error {
				d, err := monitor.Read(tx)
				newest := outage.Newest(d.Records)
				if v := health.Judge(&d.Breaker, &newest); v != r.Verdict() {
					t.Errorf("on disk %v, shown %v", v, r.Verdict())
				}
				return err
			})
		})
	}
}

func TestTheBreakerIsShownAsItIs(t *testing.T) {
	t.Parallel()
	if s := monitor.ShownBreaker(breaker.Breaker{}); s.State != breaker.Closed || !s.NextProbe.IsZero() {
		t.Errorf("the zero one: %+v", s)
	}
	b := breaker.Breaker{State: breaker.Open, Cause: message.Foreign("away"), OpenedAt: testkit.Start, ProbeAt: testkit.Start.Add(time.Minute)}
	if s := monitor.ShownBreaker(b); s.State != breaker.Open || s.Cause.String() != "away" || !s.NextProbe.Equal(b.ProbeAt) || !s.OpenedAt.Equal(b.OpenedAt) {
		t.Errorf("an open one: %+v", s)
	}
}
