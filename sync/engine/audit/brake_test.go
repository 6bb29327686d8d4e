package audit_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/engine/audit"
	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/plan"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
	"lockstep/sync/store"
	"lockstep/sync/worker"
)

// overwrites is the plan of a scene that would overwrite somebody's summary.
func overwrites(id scene.ID) worker.Planned {
	return worker.Planned{Job: queue.Job{Scene: id, State: queue.Running}, Plans: []plan.Plan{{
		Decisions: []plan.Decision{{Field: scene.FieldSummary, Action: plan.Write, Old: "theirs", New: "ours", Foreign: true}},
	}}}
}

// batch are the plans of scenes 1 to n.
func batch(n scene.ID) (list []worker.Planned) {
	for id := range n {
		list = append(list, overwrites(id+1))
	}
	return list
}

// admit puts plans to the brake and returns how many are held.
func (r *rig) admit(list ...worker.Planned) int {
	r.t.Helper()
	held, err := r.Admit(audit.TakesAway(list), r.Settings)
	r.must(err)
	for id, words := range held {
		if words.IsZero() {
			r.t.Errorf("scene %d is held without a reason", id)
		}
		r.put(queue.Job{Scene: id, State: queue.Skipped, Code: skip.Brake, Message: words})
	}
	return len(held)
}

func TestFewValuesPassAndManyAreHeld(t *testing.T) {
	t.Parallel()
	r := newRig(t, 0)
	if n := r.admit(batch(4)...); n != 0 || r.Counting() {
		t.Errorf("%d of four are held", n)
	}
	r.restart() // what passed is counted over a day, whatever happens
	if n := r.admit(overwrites(11), overwrites(12)); n != 2 || !r.Counting() {
		t.Errorf("%d of two more are held, counting %v", n, r.Counting())
	}
	if _, asked := r.Question(); asked {
		t.Error("asked before anything was counted")
	}
}

func TestWhatWasConfirmedOrTakesNothingAwayPasses(t *testing.T) {
	t.Parallel()
	fills := worker.Planned{Job: queue.Job{Scene: 1}, Plans: []plan.Plan{{Decisions: []plan.Decision{{Field: scene.FieldSummary, Action: plan.Write, New: "ours"}}}}}
	for name, change := range map[string]func(*rig, []worker.Planned){
		"confirmed when handed out": func(_ *rig, l []worker.Planned) {
			for i := range l {
				l[i].Job.Confirmed = true
			}
		},
		"confirmed since": func(r *rig, l []worker.Planned) {
			for _, p := range l {
				r.put(queue.Job{Scene: p.Job.Scene, State: queue.Running, Confirmed: true})
			}
		},
		"an undo": func(_ *rig, l []worker.Planned) {
			for i := range l {
				l[i].Job.Undo = 3
			}
		},
		"empty fields filled": func(_ *rig, l []worker.Planned) {
			for i := range l {
				l[i].Plans = fills.Plans
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, 0)
			list := batch(50)
			change(r, list)
			if n := r.admit(list...); n != 0 || r.Counting() {
				t.Errorf("%d are held", n)
			}
		})
	}
}

func TestWhatIsDoneWithCountsAnewWhenItIsStored(t *testing.T) {
	t.Parallel()
	r := newRig(t, 0)
	nothing := r.Through([]scene.ID{1})
	r.Update(t, nothing.Put)
	nothing.Stored()
	r.admit(batch(2)...)
	through := r.Through([]scene.ID{1, 2})
	failed := errors.New("the disk is full")
	if err := r.DB.Update(func(tx store.Tx) error { return errors.Join(through.Put(tx), failed) }); !errors.Is(err, failed) {
		t.Fatal(err)
	}
	if n := r.admit(batch(2)...); n != 0 { // the same attempt goes on: it was counted
		t.Errorf("%d are held", n)
	}
	r.Update(t, through.Put)
	through.Stored()
	r.restart()
	r.admit(batch(2)...)
	if n := r.admit(overwrites(3)); n != 1 {
		t.Errorf("the fifth passed: %d held", n)
	}
}

// held has so many scenes of a library held, of which so many items hold somebody's words.
func held(t *testing.T, scenes, theirs int) *rig {
	t.Helper()
	r := newRig(t, scenes)
	r.theirs(theirs)
	if n := r.admit(batch(scene.ID(theirs))...); n != theirs {
		t.Fatalf("%d are held, want %d", n, theirs)
	}
	return r
}

// count carries out the preview that counts.
func (r *rig) count() store.Report {
	r.t.Helper()
	if at := r.Due(r.now(), r.Settings); !at.Equal(r.now()) || !r.Counting() {
		r.t.Fatalf("no count is due: %v, counting %v", at, r.Counting())
	}
	r.must(r.WantDue(r.now(), r.Settings, servers))
	id := r.Running().Report
	r.end(r.start())
	return r.report(id)
}

func TestACountAsksWhenItIsTooMuch(t *testing.T) {
	t.Parallel()
	r := held(t, 10, 10)
	rep := r.count()
	if !rep.Preview || !rep.Deep || !rep.Scheduled || rep.Scope != "all" {
		t.Errorf("counted by %+v", rep)
	}
	a, asked := r.Question()
	if !asked || a.Kind != api.BrakeAsks || a.Report != rep.ID || a.Hint.IsZero() || r.Counting() {
		t.Fatalf("asked %+v, counting %v", a, r.Counting())
	}
	if want := "This would overwrite 10 of 10 summaries that Lockstep did not write."; a.Message.String() != want {
		t.Errorf("asked %q, want %q", a.Message, want)
	}
	if at := r.Due(r.now(), r.Settings); !at.IsZero() {
		t.Errorf("another count is due at %v", at)
	}
	r.restart()
	if b, _ := r.Question(); b.Report != a.Report || b.Message != a.Message {
		t.Errorf("after a restart %+v", b)
	}
	if words, err := r.Admit(audit.TakesAway([]worker.Planned{overwrites(99)}), r.Settings); err != nil || words[99] != a.Message {
		t.Errorf("the next is held for %q, %v", words, err)
	}
}

func TestACountThatFindsNothingToAskQueuesWhatWasHeld(t *testing.T) {
	t.Parallel()
	r := held(t, 10, 5)
	for id := 1; id <= 5; id++ { // somebody took their words back meanwhile
		key := fmt.Sprint(100 + id)
		it := r.Plex.Has[key]
		it.Summary = ""
		r.Plex.Has[key] = it
	}
	r.count()
	if _, asked := r.Question(); asked || r.Counting() {
		t.Errorf("asked %v, counting %v", asked, r.Counting())
	}
	if j := r.job(1); j.State != queue.Waiting || j.Cause != "counted" {
		t.Errorf("job %+v", j)
	}
}

func TestACountThatFailsIsTriedAgain(t *testing.T) {
	t.Parallel()
	r := held(t, 10, 10)
	r.refused = errStash
	r.count()
	if _, asked := r.Question(); asked || !r.Counting() {
		t.Errorf("asked %v, counting %v", asked, r.Counting())
	}
	if wait := r.Due(r.now(), r.Settings).Sub(r.now()); wait != 15*time.Minute {
		t.Errorf("tried again in %v", wait)
	}
	r.refused = nil
	r.Clock.Pass(15 * time.Minute)
	r.count()
	if _, asked := r.Question(); !asked {
		t.Error("not asked")
	}
}

var errStash = fault.New(fault.Unreachable, fault.Stash, message.Foreign("Stash does not answer."), message.None, nil)

func TestApplyingThePreviewIsTheAnswer(t *testing.T) {
	t.Parallel()
	r := held(t, 10, 10)
	rep := r.count()
	r.put(queue.Job{Scene: 50, State: queue.Skipped, Code: skip.Brake}) // held since the preview
	n, braked, err := audit.Apply(r.host, rep, nil)
	if n != 10 || err != nil {
		t.Fatalf("applied %d, %v", n, err)
	}
	if j := r.job(1); j.State != queue.Waiting || !j.Confirmed {
		t.Errorf("job %+v", j)
	}
	r.must(r.Answer(rep.ID, braked, true, r.Settings))
	if _, asked := r.Question(); asked || r.Counting() {
		t.Errorf("asked %v, counting %v", asked, r.Counting())
	}
	if j := r.job(50); j.State != queue.Waiting || j.Confirmed {
		t.Errorf("what was held since: %+v, want it to count as new", j)
	}
}

func TestApplyingAPartHasTheRestCountedAnew(t *testing.T) {
	t.Parallel()
	r := held(t, 10, 10)
	rep := r.count()
	n, braked, err := audit.Apply(r.host, rep, []scene.ID{2, 3})
	if n != 2 || err != nil || r.job(1).State != queue.Skipped || r.job(2).State != queue.Waiting {
		t.Fatalf("applied %d, %v", n, err)
	}
	r.must(r.Answer(rep.ID, braked, false, r.Settings))
	if _, asked := r.Question(); asked || !r.Counting() {
		t.Errorf("asked %v, counting %v; want the rest counted", asked, r.Counting())
	}
}

func TestAnotherReportAnswersNothing(t *testing.T) {
	t.Parallel()
	r := held(t, 10, 10)
	rep := r.count()
	r.must(r.Answer(rep.ID+5, false, true, r.Settings))
	if _, asked := r.Question(); !asked {
		t.Error("the question was taken back")
	}
	r.must(r.Answer(rep.ID+5, true, true, r.Settings)) // rows that the brake had held
	if _, asked := r.Question(); asked || !r.Counting() {
		t.Errorf("asked %v, counting %v", asked, r.Counting())
	}
}

func TestOtherSettingsHaveTheQuestionCountedAnew(t *testing.T) {
	t.Parallel()
	r := held(t, 10, 10)
	r.count()
	r.must(r.Under(r.Settings))
	if _, asked := r.Question(); !asked {
		t.Error("the same settings took the question back")
	}
	r.Settings.BrakePercent++
	r.must(r.Under(r.Settings))
	if _, asked := r.Question(); asked || !r.Counting() {
		t.Errorf("asked %v, counting %v", asked, r.Counting())
	}
	fresh := newRig(t, 0)
	fresh.must(fresh.Under(fresh.Settings)) // nothing was counted yet
	if fresh.Counting() {
		t.Error("counting")
	}
}

func TestAReconciliationHoldsWhatIsTooMuch(t *testing.T) {
	t.Parallel()
	r := newRig(t, 10)
	r.theirs(10)
	rep := r.reconcile(api.ReconcileRequest{})
	if rep.Skipped[skip.Brake] != 10 || !r.Counting() {
		t.Errorf("report %+v, counting %v", rep, r.Counting())
	}
}

func TestAYesConfirmsEverythingARunFinds(t *testing.T) {
	t.Parallel()
	r := held(t, 10, 10)
	r.count()
	r.reconcile(api.ReconcileRequest{Yes: true})
	if _, asked := r.Question(); asked || r.Counting() {
		t.Errorf("asked %v, counting %v", asked, r.Counting())
	}
	if j := r.job(1); j.State != queue.Waiting || !j.Confirmed {
		t.Errorf("job %+v", j)
	}
	part := held(t, 10, 10)
	part.count()
	_, err := part.Want(api.ReconcileRequest{Yes: true}, "new", servers)
	part.must(err)
	part.end(part.start())
	if _, asked := part.Question(); asked || !part.Counting() {
		t.Errorf("a part: asked %v, counting %v; want the rest counted", asked, part.Counting())
	}
}

func TestAQuestionWhoseCauseIsGoneIsCountedAnew(t *testing.T) {
	t.Parallel()
	r := held(t, 10, 10)
	r.count()
	for id := 1; id <= 10; id++ {
		key := fmt.Sprint(100 + id)
		it := r.Plex.Has[key]
		it.Summary = "About it."
		r.Plex.Has[key] = it
	}
	r.reconcile(api.ReconcileRequest{})
	if _, asked := r.Question(); asked || !r.Counting() {
		t.Errorf("asked %v, counting %v", asked, r.Counting())
	}
}

func TestOnlyRowsThatWantSomethingAreApplied(t *testing.T) {
	t.Parallel()
	r := newRig(t, 3)
	preview := r.reconcile(api.ReconcileRequest{Preview: true})
	full := r.reconcile(api.ReconcileRequest{})
	if n, braked, err := audit.Apply(r.host, full, nil); n != 0 || braked || err != nil {
		t.Errorf("of a run that has queued them: %d, %v, %v", n, braked, err)
	}
	if n, braked, err := audit.Apply(r.host, preview, []scene.ID{1, 77}); n != 1 || braked || err != nil {
		t.Errorf("of a preview: %d, %v, %v", n, braked, err)
	}
}
