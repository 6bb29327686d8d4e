package dispatch_test

import (
	"slices"
	"testing"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/engine/dispatch"
	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
	"lockstep/sync/store"
	"lockstep/sync/testkit"
	"lockstep/sync/worker"
)

// runs lists the stored runs, the newest first.
func (r *rig) runs() (runs []store.Run) {
	r.t.Helper()
	r.View(r.t, func(tx store.Tx) (err error) { runs, err = tx.Runs(0); return err })
	return runs
}

func TestARunGoesFromAnIdleQueueToTheNext(t *testing.T) {
	t.Parallel()
	r := newRig(t, 3)
	if r.Progress(r.now(), 0) != (api.Progress{}) {
		t.Error("progress without a run")
	}
	r.enqueue(1, 2)
	r.begin()
	first := r.runs()
	if len(first) != 1 || !first[0].Ended.IsZero() {
		t.Fatalf("runs %+v", first)
	}
	r.take(worker.Result{Job: r.job(1), Outcome: worker.Done, Wrote: true})
	r.End(nil, r.now())
	if _, ended, _ := r.EndRun(); ended {
		t.Error("ended although a job waits")
	}
	r.Clock.Pass(time.Minute)
	r.begin()
	r.take(worker.Result{Job: r.job(2), Outcome: worker.Done})
	if _, ended, _ := r.EndRun(); ended {
		t.Error("ended although a batch is in hand")
	}
	r.End(nil, r.now())
	if closed, ended, err := r.EndRun(); !ended || err != nil || closed.Written != 1 {
		t.Errorf("ended %v with %+v, %v", ended, closed, err)
	}
	runs := r.runs()
	if len(runs) != 1 || runs[0].Written != 1 || runs[0].InStep != 1 || !runs[0].Ended.Equal(r.now()) {
		t.Errorf("runs %+v", runs)
	}
	r.Clock.Pass(time.Minute)
	r.enqueue(3)
	r.begin()
	if runs := r.runs(); len(runs) != 2 || runs[0].ID == runs[1].ID {
		t.Errorf("runs %+v, want another", runs)
	}
}

func TestARunCountsEachSceneOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t, 6)
	r.enqueue(1, 2, 3, 4, 5, 6)
	r.begin()
	trouble := fault.New(fault.Temporary, fault.Plex, message.Foreign("Later."), message.None, nil)
	r.take(
		worker.Result{Job: r.job(1), Outcome: worker.Done, Wrote: true},
		worker.Result{Job: r.job(2), Outcome: worker.Done},
		worker.Result{Job: r.job(3), Outcome: worker.Skipped, Code: skip.FilteredTag},
		worker.Result{Job: r.job(4), Outcome: worker.Parked},
		worker.Result{Job: r.job(5), Outcome: worker.Failed, Fault: fault.New(fault.Rejected, fault.Plex, message.Foreign("No."), message.None, nil)},
		worker.Result{Job: r.job(6), Outcome: worker.Failed, Fault: trouble, Wrote: true}, // half of it
	)
	if p := r.Progress(r.now(), 1); p.Finished() != 5 || p.Total != 6 || p.Done != 2 || p.Parked != 1 || p.Skipped != 1 || p.Dead != 1 {
		t.Errorf("progress %+v", p)
	}
	r.End(nil, r.now())
	r.Clock.Pass(time.Hour)
	r.begin()
	r.take(worker.Result{Job: r.job(6), Outcome: worker.Done}) // what it wrote before counts
	if got := r.runs()[0]; got.Written != 2 || got.InStep != 1 {
		t.Errorf("run %+v, want the one that was written in two parts counted as written", got)
	}
	if today := r.Today(r.now()); today != (api.Today{Written: 2, Skipped: 1, Dead: 1}) {
		t.Errorf("today %+v", today)
	}
}

func TestTodayBeginsAnewAtMidnightAndSurvivesARestart(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1)
	r.take(worker.Result{Job: r.running(1), Outcome: worker.Done, Wrote: true})
	r.restart()
	if today := r.Today(r.now()); today.Written != 1 {
		t.Errorf("after a restart %+v", today)
	}
	r.Clock.Pass(48 * time.Hour)
	if today := r.Today(r.now()); today != (api.Today{}) {
		t.Errorf("two days later %+v", today)
	}
	r.take(worker.Result{Job: r.running(1), Outcome: worker.Done, Wrote: true})
	if today := r.Today(r.now()); today.Written != 1 {
		t.Errorf("counted on: %+v", today)
	}
}

func TestTheTimeLeftIsToldWhileABatchIsInHand(t *testing.T) {
	t.Parallel()
	r := newRig(t, 0)
	for id := range scene.ID(40) {
		r.put(queue.Job{Scene: id + 1, State: queue.Waiting, Due: testkit.Start.Add(time.Duration(id/10) * time.Minute)})
	}
	for range 2 { // what comes in whole batches is estimated from two on
		r.begin()
		r.Clock.Pass(20 * time.Second)
		for _, id := range r.claimed() {
			r.take(worker.Result{Job: r.job(id), Outcome: worker.Done, Wrote: true})
		}
		r.End(nil, r.now())
		r.Clock.Pass(time.Minute)
	}
	if p := r.Progress(r.now(), 20); p.Left != 0 || p.Rate != 0 {
		t.Errorf("told between batches: %+v", p)
	}
	r.begin()
	if p := r.Progress(r.now(), 20); p.Left <= 0 || p.Rate <= 0 {
		t.Errorf("not told: %+v", p)
	}
	r.End(fault.New(fault.Unreachable, fault.Plex, message.Foreign("Away."), message.None, nil), r.now())
	r.Clock.Pass(time.Minute)
	r.begin()
	if p := r.Progress(r.now(), 20); p.Left != 0 {
		t.Errorf("after a batch that was broken off: %+v", p)
	}
}

func TestWhatIsToBeWrittenIsExpectedFromWhatWas(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		written, inStep int
		want            int // of 10 in the batch and 90 after it
	}{
		"nothing was in step":    {20, 0, 120},
		"one in twenty was":      {20, 1, 120},
		"one in three was":       {20, 10, 30},
		"the beginning of a run": {0, 0, 100},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, 0)
			id := scene.ID(0)
			var rs []worker.Result
			for range tt.written + tt.inStep {
				id++
				r.enqueue(id)
			}
			if id > 0 {
				r.begin()
				for i := range id {
					rs = append(rs, worker.Result{Job: r.job(i + 1), Outcome: worker.Done, Wrote: int(i) < tt.written})
				}
				r.take(rs...)
				r.End(nil, r.now())
			}
			for range 10 {
				id++
				r.enqueue(id)
			}
			r.begin()
			r.Step(queue.Job{Scene: id}, "writing", nil)
			if p := r.Progress(r.now(), 100); p.ToWrite != tt.want {
				t.Errorf("%d are to be written, want %d", p.ToWrite, tt.want)
			}
		})
	}
}

func TestScenesStandAsTheirJobsDo(t *testing.T) {
	t.Parallel()
	r := newRig(t, 0)
	standing := func() api.Standing {
		s, err := r.Standing()
		r.must(err)
		return s
	}
	r.put(
		queue.Job{Scene: 1, State: queue.Done}, queue.Job{Scene: 2, State: queue.Dead},
		queue.Job{Scene: 3, State: queue.Skipped, Code: skip.FilteredTag}, queue.Job{Scene: 4, State: queue.Skipped, Code: skip.DeletedInStash},
		queue.Job{Scene: 5, State: queue.Skipped, Code: skip.NoMetadata}, queue.Job{Scene: 6, State: queue.Parked},
	)
	want := api.Standing{InStep: 1, LeftOut: 2, NeedYou: 1}
	if skip.Of(skip.NoMetadata).Act {
		want.NeedYou++
	}
	if got := standing(); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	r.put(queue.Job{Scene: 5, State: queue.Skipped, Code: skip.FilteredTag}) // the numbers per state are the same
	if got := standing(); got != want {
		t.Errorf("%+v, want the last count as long as nobody says otherwise", got)
	}
	if got, want := r.Reasons(), []api.Reason{{Code: skip.DeletedInStash, Scenes: 1}, {Code: skip.FilteredTag, Scenes: 1}, {Code: skip.NoMetadata, Scenes: 1}}; !slices.Equal(got, want) {
		t.Errorf("reasons %+v, want %+v", got, want)
	}
	r.Recount()
	want.LeftOut, want.NeedYou = 3, 1
	if got := standing(); got != want {
		t.Errorf("counted anew %+v, want %+v", got, want)
	}
	if got, want := r.Reasons(), []api.Reason{{Code: skip.FilteredTag, Scenes: 2}, {Code: skip.DeletedInStash, Scenes: 1}}; !slices.Equal(got, want) {
		t.Errorf("reasons %+v, want %+v", got, want)
	}
	r.put(queue.Job{Scene: 7, State: queue.Skipped, Code: skip.FilteredTag})
	r.enqueue(8)
	r.begin()
	if got := standing(); got != want {
		t.Errorf("while a batch is in hand %+v, want %+v", got, want)
	}
	r.End(nil, r.now())
	want.LeftOut = 4
	if got := standing(); got != want {
		t.Errorf("afterwards %+v, want %+v", got, want)
	}
}

func TestJobsAreSelectedByWhatBecameOfThem(t *testing.T) {
	t.Parallel()
	r := newRig(t, 0)
	r.put(
		queue.Job{Scene: 1, State: queue.Done}, queue.Job{Scene: 2, State: queue.Dead}, queue.Job{Scene: 3, State: queue.Skipped, Code: skip.FilteredTag},
		queue.Job{Scene: 4, State: queue.Skipped, Code: skip.Unreadable}, queue.Job{Scene: 5, State: queue.Parked}, queue.Job{Scene: 6, State: queue.Skipped, Code: skip.Unreadable},
	)
	for name, tc := range map[string]struct {
		q      api.Selection
		want   []scene.ID
		byName bool
	}{
		"named":  {api.Selection{Scenes: []scene.ID{3}}, []scene.ID{3}, true},
		"dead":   {api.Selection{AllDead: true}, []scene.ID{2}, false},
		"parked": {api.Selection{Parked: true}, []scene.ID{5}, false},
		"reason": {api.Selection{Reason: skip.Unreadable}, []scene.ID{4, 6}, false},
		"none":   {api.Selection{}, nil, true},
	} {
		got, err := dispatch.Selected(r.host, tc.q)
		slices.Sort(got)
		if err != nil || !slices.Equal(got, tc.want) || tc.q.ByName() != tc.byName {
			t.Errorf("%s: %v, by name %v, %v", name, got, tc.q.ByName(), err)
		}
	}
}

func TestARunThatWroteMuchHasTheIndexRefreshed(t *testing.T) {
	t.Parallel()
	for written, want := range map[int]bool{0: false, 24: false, 25: true, 2000: true} {
		if got := dispatch.MovedMuch(store.Run{Written: written, InStep: 500}); got != want {
			t.Errorf("%d written: %v, want %v", written, got, want)
		}
	}
}

func TestASceneThatFailsAgainAndAgainIsTold(t *testing.T) {
	t.Parallel()
	r := newRig(t, 4)
	why := message.New(message.ChangeRefused)
	job := func(id scene.ID, s queue.State, attempts int) queue.Job {
		return queue.Job{Scene: id, Name: "Harbour", State: s, Attempts: attempts, Message: why, Due: r.now().Add(time.Duration(id) * time.Second), Enqueued: r.now()}
	}
	told := func() *api.Retrying { return r.Retrying(r.host.Store.Counts()) }
	r.put(job(1, queue.Retrying, 1), job(2, queue.Retrying, 2), job(3, queue.Dead, 8))
	if got := told(); got != nil {
		t.Errorf("told %+v: two tries are soon over, and what failed for good is told elsewhere", got)
	}
	r.put(job(2, queue.Retrying, 3), job(4, queue.Retrying, 5))
	want := api.Retrying{Scene: 4, Name: "Harbour", Message: why, Tries: 5, Next: r.now().Add(4 * time.Second)}
	if got := told(); got == nil || *got != want {
		t.Errorf("told %+v, want %+v", got, want)
	}
	r.put(job(2, queue.Done, 0), job(4, queue.Waiting, 5))
	if got := told(); got != nil {
		t.Errorf("told %+v after its end", got)
	}
}
