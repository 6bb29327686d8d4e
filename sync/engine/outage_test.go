package engine_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/breaker"
	"lockstep/sync/config"
	"lockstep/sync/fault"
	"lockstep/sync/health"
	"lockstep/sync/message"
	"lockstep/sync/outage"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/sim"
	"lockstep/sync/store"
)

// withoutImages keeps tests about writes to one request per item.
func withoutImages(r *rig) *rig {
	r.settings.Fields[scene.FieldPoster] = config.Off
	return r
}

func (l *life) records() []outage.Record {
	l.t.Helper()
	p, err := l.Outages(context.Background(), api.OutageQuery{})
	if err != nil {
		l.t.Fatal(err)
	}
	return p.Records
}

func TestW4OutageInTheMiddleOfASyncIsOneRecordAndLosesNothing(t *testing.T) {
	t.Parallel()
	effects := map[string]sim.Fault{
		"maintenance": {Effect: sim.Maintenance},
		"refused":     {Effect: sim.Refuse},
		"reset":       {Effect: sim.Reset},
		"starting":    {Effect: sim.Starting},
		"bad gateway": {Effect: sim.Status, Status: 502},
		"cut off":     {Effect: sim.CutOff},
	}
	for name, f := range effects {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := withoutImages(newRig(t, sim.Options{Seed: 3, Scenes: 60}))
			mended := make(chan func(), 1)
			edits := 0
			r.world.Plex.SetHook(func(c sim.Call) {
				if c.Kind != "edit" {
					return
				}
				if edits++; edits == 20 {
					mended <- r.world.Plex.Inject(f)
				}
			})
			l := r.start()
			mend := <-mended
			l.until("the outage", func(s api.Snapshot) bool { return s.Verdict == health.Down })
			s := l.until("several failed probes", func(s api.Snapshot) bool { return s.Outage.FailedProbes >= 8 })
			if s.Queue.Dead != 0 || s.Queue.Retrying != 0 {
				t.Errorf("during the outage: queue %+v, want nothing dead or retrying", s.Queue)
			}
			mend()
			s = l.settled()
			if s.Verdict != health.Up || s.Queue.Done != 60 || s.Queue.Dead != 0 {
				t.Errorf("after the outage: verdict %q queue %+v, want up and 60 done", s.Verdict, s.Queue)
			}
			rec := l.records()
			if len(rec) != 1 || rec[0].Ongoing() || rec[0].Repaired || rec[0].JobsHeld == 0 {
				t.Errorf("records %+v, want one that ended and held jobs", rec)
			}
			r.inStep(sim.DiffOptions{})
		})
	}
}

func TestRefusedTokenIsNoOutageAndKeepsTheJobs(t *testing.T) {
	t.Parallel()
	r := withoutImages(newRig(t, sim.Options{Seed: 4, Scenes: 30}))
	clear := r.world.Plex.Inject(sim.Fault{Effect: sim.Status, Status: 401})
	l := r.start()
	s := l.until("the question", func(s api.Snapshot) bool { return len(s.Attention) > 0 && s.Queue.Waiting == 30 })
	if s.Attention[0].Kind != api.SignInPlex || s.Verdict != health.Up || s.Outage != nil {
		t.Errorf("attention %+v verdict %q outage %v, want a sign-in question and no outage", s.Attention, s.Verdict, s.Outage)
	}
	clear()
	if err := l.ProbeNow(context.Background()); err != nil {
		t.Fatal(err)
	}
	s = l.settled()
	if s.Queue.Done != 30 || len(s.Attention) != 0 {
		t.Errorf("after the token is accepted: queue %+v attention %+v", s.Queue, s.Attention)
	}
}

func TestTokenRefusedInTheMiddleOfASyncKeepsTheJobs(t *testing.T) {
	t.Parallel()
	r := withoutImages(newRig(t, sim.Options{Seed: 5, Scenes: 30}))
	clear := r.world.Plex.Inject(sim.Fault{Effect: sim.Status, Status: 401, Match: sim.Writes(), Skip: 10})
	l := r.start()
	s := l.until("the question", func(s api.Snapshot) bool { return len(s.Attention) > 0 && !s.Active })
	if s.Queue.Dead+s.Queue.Retrying != 0 || s.Outage != nil || s.Breaker.State != breaker.Closed {
		t.Errorf("queue %+v outage %v breaker %+v, want jobs kept and no outage", s.Queue, s.Outage, s.Breaker)
	}
	clear()
	l.retryConnection()
	if s = l.settled(); s.Queue.Done != 30 {
		t.Errorf("queue %+v, want all done", s.Queue)
	}
	r.inStep(sim.DiffOptions{})
}

func (l *life) retryConnection() {
	l.t.Helper()
	if err := l.ProbeNow(context.Background()); err != nil {
		l.t.Fatal(err)
	}
}

func TestFaultOfOneItemRetriesOnlyThatJob(t *testing.T) {
	t.Parallel()
	r := withoutImages(newRig(t, sim.Options{Seed: 6, Scenes: 40}))
	key := r.world.Plex.RatingKeys("1")[7]
	r.world.Plex.Inject(sim.Fault{Effect: sim.Status, Status: 500, Match: sim.All(sim.Writes(), sim.ForItem(key))})
	l := r.start()
	s := l.until("39 done, one retrying", func(s api.Snapshot) bool { return s.Queue.Done == 39 && s.Queue.Retrying == 1 })
	if s.Verdict != health.Up || s.Outage != nil {
		t.Errorf("verdict %q outage %v, want up without outage", s.Verdict, s.Outage)
	}
	j := l.jobs(storeQuery(queue.Retrying)).Jobs[0]
	if j.Attempts == 0 || j.Class != fault.Temporary || j.Message.IsZero() {
		t.Errorf("job %+v, want a counted attempt with class and words", j)
	}
}

func TestScenesMissingInPlexNeverOpenTheBreaker(t *testing.T) {
	t.Parallel()
	r := withoutImages(newRig(t, sim.Options{Seed: 9, Scenes: 100, Dirt: sim.Dirt{Missing: 60}}))
	l := r.start()
	s := l.settled()
	if s.Breaker.State != breaker.Closed || s.Outage != nil || s.Queue.Parked != 60 {
		t.Errorf("breaker %+v outage %v queue %+v, want closed, none, 60 parked", s.Breaker, s.Outage, s.Queue)
	}
}

// putHealth writes breaker and records straight to the database, as a crash of an
// older version or a damaged file would leave them.
func (r *rig) putHealth(b breaker.Breaker, records []outage.Record, contact time.Time) {
	r.t.Helper()
	l := r.open()
	err := l.db.Update(func(tx store.Tx) error {
		if err := tx.PutBreaker(b); err != nil {
			return err
		}
		for _, rec := range records {
			if err := tx.PutOutage(rec); err != nil {
				return err
			}
		}
		return tx.PutValue("lastContact", contact)
	})
	if err == nil {
		err = l.db.Close()
	}
	if err != nil {
		r.t.Fatal(err)
	}
}

func TestIncident1FalseOutageIsRepairedAndNeverAnnounced(t *testing.T) {
	t.Parallel()
	r := withoutImages(newRig(t, sim.Options{Seed: 10, Scenes: 5}))
	now := time.Now().UTC().Truncate(time.Second)
	began, contact := now.Add(-62*time.Hour), now.Add(-61*time.Hour)
	r.putHealth(breaker.Breaker{State: breaker.Closed}, []outage.Record{{ID: 1, Started: began, Cause: message.Foreign("connection refused")}}, contact)
	l := r.start()
	s := l.settled()
	if s.Verdict != health.Up || s.Outage == nil || s.Outage.Ongoing() || !s.Outage.Repaired || !s.Outage.Ended.Equal(contact) {
		t.Errorf("verdict %q outage %+v, want up and a repaired end at the last contact", s.Verdict, s.Outage)
	}
	for _, k := range []health.SaidKind{health.SaidDown, health.SaidBack} {
		if ok, err := l.Say(context.Background(), health.Said{Outage: 1, Kind: k}); ok || err != nil {
			t.Errorf("say %s: %v %v, want a refusal", k, ok, err)
		}
	}
}

func TestRestartDuringAnOutageGoesOnWithTheSameRecord(t *testing.T) {
	t.Parallel()
	r := withoutImages(newRig(t, sim.Options{Seed: 11, Scenes: 20}))
	clear := r.world.Plex.Inject(sim.Fault{Effect: sim.Maintenance})
	l := r.start()
	l.until("the outage", func(s api.Snapshot) bool { return s.Verdict == health.Down })
	l.announced(health.SaidDown)
	l.end()
	l = r.start()
	l.until("the same outage, proved anew", func(s api.Snapshot) bool {
		return s.Verdict == health.Down && s.Outage.ID == 1 && !s.Proved.IsZero() && len(s.Interruptions) == 1
	})
	if ok, _ := l.Say(context.Background(), health.Said{Outage: 1, Kind: health.SaidDown}); ok {
		t.Error("a restart said down again")
	}
	clear()
	l.settled()
	l.announced(health.SaidBack)
	if n := len(l.records()); n != 1 {
		t.Errorf("%d records, want 1", n)
	}
}

// announced has the newest outage announced as the notifier does: until the verdict is
// proved freshly, then delivered.
func (l *life) announced(kind health.SaidKind) {
	l.t.Helper()
	said := health.Said{Outage: 1, Kind: kind}
	l.until("leave to say "+string(kind), func(api.Snapshot) bool {
		ok, err := l.Say(context.Background(), said)
		if err != nil {
			l.t.Fatalf("say %s: %v", kind, err)
		}
		return ok
	})
	said.Delivered = true
	if ok, err := l.Say(context.Background(), said); !ok || err != nil {
		l.t.Fatalf("note that %s was shown: %v, %v", kind, ok, err)
	}
}

// A process that stood still through the end of an outage still believes in it. Before it
// is announced, Plex is asked again.
func TestOutageProvedBeforeTheProcessStoodStillIsNotAnnounced(t *testing.T) {
	t.Parallel()
	r := withoutImages(newRig(t, sim.Options{Seed: 11, Scenes: 5}))
	r.settings.ProbeFirst, r.settings.ProbeMax = time.Minute, time.Minute // the next probe is not due by itself
	var stood atomic.Int64
	r.now = func() time.Time { return time.Now().Add(time.Duration(stood.Load())) }
	clear := r.world.Plex.Inject(sim.Fault{Effect: sim.Maintenance})
	l := r.start()
	l.until("the outage", func(s api.Snapshot) bool { return s.Verdict == health.Down })
	if err := l.ProbeNow(context.Background()); err != nil {
		t.Fatal(err)
	}
	l.until("a probe that failed", func(s api.Snapshot) bool { return !s.Proved.IsZero() })
	clear()
	stood.Add(int64(health.FreshFor + time.Second))
	ok, err := l.Say(context.Background(), health.Said{Outage: 1, Kind: health.SaidDown})
	if ok || err != nil {
		t.Errorf("say down: %v %v, want a refusal", ok, err)
	}
	l.until("the end of the outage, proved by that", func(s api.Snapshot) bool { return s.Verdict == health.Up })
}

// clock is an engine's clock that can be moved on and stopped.
type clock struct {
	skew    atomic.Int64
	stopped atomic.Pointer[time.Time]
}

func (c *clock) now() time.Time {
	if at := c.stopped.Load(); at != nil {
		return *at
	}
	return time.Now().Add(time.Duration(c.skew.Load()))
}

// stop stops the clock and waits until no probe is under way or due: nothing is asked of
// Plex any more, so that requests and probes can be counted one after the other.
func (c *clock) stop(l *life) api.Snapshot {
	l.t.Helper()
	at := c.now()
	c.stopped.Store(&at)
	return l.until("the end of the last probe", func(s api.Snapshot) bool {
		return s.Breaker.State == breaker.Open && s.Breaker.NextProbe.After(at)
	})
}

func (c *clock) goOn() { c.stopped.Store(nil) }

func TestW20OutageOfThreeDaysWithManyJobsCostsOneRequestPerProbe(t *testing.T) {
	t.Parallel()
	jobs, hours := 5000, 72
	if testing.Short() { // with -race; the full size runs without
		jobs, hours = 500, 24
	}
	r := withoutImages(newRig(t, sim.Options{Seed: 12, Scenes: jobs}))
	var c clock
	r.now = c.now
	clear := r.world.Plex.Inject(sim.Fault{Effect: sim.Maintenance})
	l := r.start()
	l.until("the outage", func(s api.Snapshot) bool { return s.Verdict == health.Down && s.Queue.Waiting == jobs })
	s := c.stop(l)
	before, _ := r.plexCalls()
	from := s.Outage.FailedProbes
	c.goOn()
	for range hours {
		s = c.stop(l) // a probe that the clock jumps over is asked and not counted
		c.skew.Add(int64(time.Hour))
		c.goOn()
		seen := s.Outage.FailedProbes
		l.until("more probes", func(s api.Snapshot) bool { return s.Outage.FailedProbes >= seen+5 })
	}
	s = c.stop(l)
	after, _ := r.plexCalls()
	if got, failed := after-before, s.Outage.FailedProbes-from; got > failed || failed < 5*hours {
		t.Errorf("%d requests for %d failed probes, want one each", got, failed)
	}
	c.goOn()
	if s.Queue.Waiting != jobs || s.Queue.Dead != 0 {
		t.Errorf("queue %+v, want everything waiting", s.Queue)
	}
	clear()
	if s = l.settled(); s.Queue.Done != jobs || s.Queue.Dead != 0 {
		t.Errorf("after recovery: queue %+v, want all %d written", s.Queue, jobs)
	}
	rec := l.records()
	if len(rec) != 1 || rec[0].Length(r.now()) < time.Duration(hours)*time.Hour || rec[0].JobsHeld != jobs {
		t.Errorf("records %+v, want one of three days that held %d jobs", rec, jobs)
	}
	r.inStep(sim.DiffOptions{})
}
