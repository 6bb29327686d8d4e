package audit_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/engine/audit"
	"lockstep/sync/engine/host"
	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
	"lockstep/sync/store"
	"lockstep/sync/testkit"
)

// rig is an Auditor on a shelf, and no engine.
type rig struct {
	*audit.Auditor
	*testkit.Shelf
	t       *testing.T
	host    host.Host
	refused error // what listing Plex fails of
	listed  int
	told    [][2]int // progress
}

// servers is the number of the connections of a rig.
const servers = 7

func newRig(t *testing.T, scenes int) *rig {
	t.Helper()
	s := testkit.NewShelf(t, scenes)
	s.Settings.Fields[scene.FieldPoster] = config.Off
	s.Settings.Fields[scene.FieldBackground] = config.Off
	s.Settings.Fields[scene.FieldTitle] = config.Off // the items of a shelf have titles
	s.Settings.Reconcile, s.Settings.AtStart = config.Never, false
	s.Settings.BrakeMinimum, s.Settings.BrakePercent = 5, 20
	r := &rig{Shelf: s, t: t, host: host.Host{Now: s.Clock.Now, Store: s.DB, Log: slog.New(slog.DiscardHandler)}}
	r.restart()
	return r
}

// restart makes another Auditor on the same database.
func (r *rig) restart() {
	r.t.Helper()
	r.Auditor = audit.New(r.host)
	r.must(r.Load())
}

func (r *rig) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) now() time.Time { return r.Clock.Now() }

// want asks for a run and returns the id of its report.
func (r *rig) want(q api.ReconcileRequest) uint64 {
	r.t.Helper()
	id, err := r.Want(q, "all", servers)
	r.must(err)
	return id
}

// start begins the run that waits.
func (r *rig) start() *audit.Run {
	r.t.Helper()
	if !r.Waiting() {
		r.t.Fatal("no run waits")
	}
	return r.Start(audit.Deps{
		Stash: r.Stash, Plex: r.Plex, Settings: r.Settings.Clone(), Machine: testkit.Machine, Sections: r.Sections,
		PathKeys: func(scene.Scene) []string { return nil },
	}, func(context.Context) error { r.listed++; return r.refused }, func(checked, total int) { r.told = append(r.told, [2]int{checked, total}) })
}

// end carries a run out and takes in how it ended.
func (r *rig) end(run *audit.Run) audit.Ended {
	r.t.Helper()
	run.Run()
	ended, err := r.End(run, servers, r.Settings)
	r.must(err)
	return ended
}

// reconcile carries out a run from the request to its report.
func (r *rig) reconcile(q api.ReconcileRequest) store.Report {
	r.t.Helper()
	id := r.want(q)
	r.end(r.start())
	return r.report(id)
}

// report reads a stored report.
func (r *rig) report(id uint64) (rep store.Report) {
	r.t.Helper()
	r.View(r.t, func(tx store.Tx) (err error) { rep, _, err = tx.Report(id); return err })
	return rep
}

// job is the job of a scene.
func (r *rig) job(id scene.ID) (j queue.Job) {
	r.t.Helper()
	r.View(r.t, func(tx store.Tx) (err error) { j, _, err = tx.Job(id); return err })
	return j
}

// put stores jobs as they are.
func (r *rig) put(jobs ...queue.Job) {
	r.t.Helper()
	r.Update(r.t, func(tx store.Tx) error {
		for _, j := range jobs {
			if err := tx.PutJob(j); err != nil {
				return err
			}
		}
		return nil
	})
}

// theirs lets somebody fill the summaries of the items of scenes 1 to n.
func (r *rig) theirs(n int) {
	for id := 1; id <= n; id++ {
		key := fmt.Sprint(100 + id)
		it := r.Plex.Has[key]
		it.Summary = "Somebody's own words."
		r.Plex.Has[key] = it
	}
}

func TestARunWritesItsReportAndQueuesWhatItFinds(t *testing.T) {
	t.Parallel()
	r := newRig(t, 3)
	if r.Running() != nil || r.Free() != nil || r.Waiting() {
		t.Fatal("something runs")
	}
	id := r.want(api.ReconcileRequest{})
	if !r.Waiting() || !fault.Is(r.Free(), fault.Rejected) || r.Listing() {
		t.Errorf("waiting %v, free %v, listing %v", r.Waiting(), r.Free(), r.Listing())
	}
	if s := r.Running(); s == nil || s.Report != id || s.Scope != "all" || s.Preview {
		t.Errorf("running %+v", s)
	}
	run := r.start()
	if r.Waiting() || !r.Listing() {
		t.Errorf("waiting %v, listing %v", r.Waiting(), r.Listing())
	}
	r.Progressed(2, 3)
	if s := r.Running(); s.Checked != 2 || s.Total != 3 {
		t.Errorf("running %+v", s)
	}
	r.Listed()
	if r.Listing() {
		t.Error("still lists Plex")
	}
	if e := r.end(run); !e.Compared || !e.Changed || e.Fault != nil {
		t.Errorf("ended with %+v", e)
	}
	if rep := r.report(id); rep.Enqueued != 3 || rep.Ended.IsZero() || !rep.Incomplete.IsZero() {
		t.Errorf("report %+v", rep)
	}
	if r.DB.Counts().Waiting != 3 || r.listed != 1 || r.Running() != nil || r.Free() != nil {
		t.Errorf("%+v, listed %d times", r.DB.Counts(), r.listed)
	}
	if last, _ := r.Last(); last == nil || last.ID != id {
		t.Errorf("the last is %+v", last)
	}
	if len(r.told) == 0 {
		t.Error("no progress was told")
	}
}

func TestAPreviewChangesNothingAndIsNotTheLast(t *testing.T) {
	t.Parallel()
	r := newRig(t, 3)
	id := r.want(api.ReconcileRequest{Preview: true})
	if e := r.end(r.start()); !e.Compared || e.Changed {
		t.Errorf("ended with %+v", e)
	}
	if rep := r.report(id); rep.Enqueued != 3 || r.DB.Counts().Waiting != 0 {
		t.Errorf("report %+v, queue %+v", rep, r.DB.Counts())
	}
	if last, n := r.Last(); last != nil || n != 0 {
		t.Errorf("the last is %+v", last)
	}
}

func TestTheLastReportSaysHowManyRowsNeedAPerson(t *testing.T) {
	t.Parallel()
	r := newRig(t, 0)
	var act, rest skip.Code
	for _, code := range []skip.Code{skip.NoMetadata, skip.FilteredTag, skip.NotInPlex, skip.Contested, skip.Brake, skip.Unreadable} {
		if skip.Of(code).Act {
			act = code
		} else {
			rest = code
		}
	}
	r.Update(t, func(tx store.Tx) error {
		id, err := tx.NewReport(store.Report{Started: r.now()})
		rep := store.Report{ID: id, Started: r.now(), Ended: r.now(), Skipped: map[skip.Code]int{act: 3, rest: 4}}
		return errors.Join(err, tx.PutReport(rep))
	})
	r.restart()
	if _, n := r.Last(); n != 3 {
		t.Errorf("%d rows need a person, want 3", n)
	}
}

func TestReportsOfAProcessThatDiedAreEnded(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1)
	id := r.want(api.ReconcileRequest{})
	r.restart()
	if rep := r.report(id); rep.Ended.IsZero() || rep.Incomplete.String() != "Lockstep quit before it was finished." {
		t.Errorf("report %+v", rep)
	}
	if r.Running() != nil {
		t.Error("it goes on")
	}
}

func TestARunIsCanceledForAReason(t *testing.T) {
	t.Parallel()
	why := fault.New(fault.Canceled, fault.None, message.Foreign("You stopped it."), message.None, nil)
	r := newRig(t, 3)
	r.must(r.Cancel(why)) // there is none
	id := r.want(api.ReconcileRequest{})
	r.must(r.Cancel(why))
	if rep := r.report(id); rep.Incomplete.String() != why.Message.String() || rep.Ended.IsZero() || r.Running() != nil {
		t.Errorf("before it began: %+v", rep)
	}
	id = r.want(api.ReconcileRequest{})
	run := r.start()
	r.must(r.Cancel(why))
	if r.Running() == nil {
		t.Error("it ended before its end was taken in")
	}
	if e := r.end(run); e.Fault == nil || e.Fault.Class != fault.Canceled {
		t.Errorf("ended with %+v", e)
	}
	if rep := r.report(id); rep.Incomplete.String() != why.Message.String() {
		t.Errorf("while it ran: %+v", rep)
	}
}

func TestARunAboutOtherServersIsOutdated(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1)
	if out, err := r.Outdated(servers); out || err != nil {
		t.Errorf("none: %v, %v", out, err)
	}
	id := r.want(api.ReconcileRequest{})
	if out, err := r.Outdated(servers); out || err != nil {
		t.Errorf("the same: %v, %v", out, err)
	}
	if out, err := r.Outdated(servers + 1); !out || err != nil {
		t.Errorf("others: %v, %v", out, err)
	}
	if rep := r.report(id); rep.Incomplete.String() != "The settings changed meanwhile." {
		t.Errorf("report %+v", rep)
	}
	r.want(api.ReconcileRequest{})
	run := r.start()
	r.refused = testkit.Trouble(fault.Unreachable, fault.Plex)
	run.Run()
	if e, err := r.End(run, servers+1, r.Settings); e.Fault != nil || err != nil {
		t.Errorf("the fault of servers that are gone: %+v, %v", e, err)
	}
}

func TestAServerThatIsAwayMakesARunIncomplete(t *testing.T) {
	t.Parallel()
	r := newRig(t, 3)
	r.refused = testkit.Trouble(fault.Unreachable, fault.Plex)
	id := r.want(api.ReconcileRequest{})
	e := r.end(r.start())
	if e.Fault == nil || e.Fault.Server != fault.Plex || !e.Compared {
		t.Errorf("ended with %+v", e)
	}
	if rep := r.report(id); rep.Incomplete.IsZero() || rep.Ended.IsZero() {
		t.Errorf("report %+v", rep)
	}
	if r.Listing() {
		t.Error("still lists Plex")
	}
}

func TestAPanicEndsTheReport(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1)
	id := r.want(api.ReconcileRequest{})
	run := r.Start(audit.Deps{
		Stash: r.Stash, Plex: r.Plex, Settings: r.Settings, Machine: testkit.Machine, Sections: r.Sections,
	}, func(context.Context) error { panic("a bad value") }, func(int, int) {})
	run.Run()
	e, err := r.End(run, servers, r.Settings)
	if !fault.Is(err, fault.Local) || e != (audit.Ended{}) {
		t.Errorf("ended with %+v, %v", e, err)
	}
	if rep := r.report(id); rep.Ended.IsZero() || rep.Incomplete.IsZero() || r.Running() != nil {
		t.Errorf("report %+v", rep)
	}
}

func TestSingleScenesAreComparedTheWayARunDoes(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1)
	work := audit.Deps{Stash: r.Stash, Plex: r.Plex, Settings: r.Settings, Machine: testkit.Machine, Sections: r.Sections, PathKeys: func(scene.Scene) []string { return []string{"k"} }}.Comparison(r.host)
	r.Update(t, func(tx store.Tx) error { return work.Remember(tx, *r.Stash.Has[1]) })
	r.View(t, func(tx store.Tx) error {
		ids, err := tx.Claimants("k")
		if len(ids) != 1 {
			t.Errorf("claimed by %v", ids)
		}
		return err
	})
	r.put(queue.Job{Scene: 1, State: queue.Waiting})
	r.Update(t, func(tx store.Tx) error { return work.Forget(tx, 1) })
	if j := r.job(1); j.State != queue.Skipped || j.Code != skip.DeletedInStash {
		t.Errorf("job %+v", j)
	}
}
