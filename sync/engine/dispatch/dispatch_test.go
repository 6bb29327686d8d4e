package dispatch_test

import (
	"context"
	"log/slog"
	"slices"
	"testing"
	"time"

	"lockstep/sync/budget"
	"lockstep/sync/config"
	"lockstep/sync/engine/dispatch"
	"lockstep/sync/engine/host"
	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/store"
	"lockstep/sync/testkit"
	"lockstep/sync/worker"
)

// rig is a Dispatcher on a shelf, with budgets and no engine.
type rig struct {
	*dispatch.Dispatcher
	*testkit.Shelf
	t           *testing.T
	host        host.Host
	stash, plex *budget.Budget
	reported    []worker.Result // by the batch that runs
	through     []scene.ID      // of the last results
	followed    dispatch.Followed
	brake       func([]worker.Planned) (map[scene.ID]message.Message, error)
}

func newRig(t *testing.T, scenes int) *rig {
	t.Helper()
	s := testkit.NewShelf(t, scenes)
	s.Settings.Fields[scene.FieldPoster] = config.Off
	s.Settings.Fields[scene.FieldBackground] = config.Off
	r := &rig{Shelf: s, t: t, host: host.Host{Now: s.Clock.Now, Store: s.DB, Log: slog.New(slog.DiscardHandler)}}
	half := func() float64 { return 0.5 }
	r.stash, r.plex = budget.New(s.Clock.Now, half), budget.New(s.Clock.Now, half)
	r.restart()
	return r
}

// restart makes another Dispatcher on the same database.
func (r *rig) restart() {
	r.t.Helper()
	r.Dispatcher = dispatch.New(r.host, func() float64 { return 0.5 })
	r.must(r.Load())
}

func (r *rig) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) now() time.Time { return r.Clock.Now() }

func (r *rig) budgets() dispatch.Budgets { return dispatch.Budgets{Stash: r.stash, Plex: r.plex} }

// enqueue puts scenes into the queue.
func (r *rig) enqueue(ids ...scene.ID) {
	r.t.Helper()
	r.must(r.host.PutWishForEach(ids, queue.Wish{Cause: "edited"}))
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

// job is the job of a scene.
func (r *rig) job(id scene.ID) (j queue.Job) {
	r.t.Helper()
	r.View(r.t, func(tx store.Tx) (err error) { j, _, err = tx.Job(id); return err })
	return j
}

// claimed are the scenes that are running.
func (r *rig) claimed() (ids []scene.ID) {
	r.t.Helper()
	r.View(r.t, func(tx store.Tx) error {
		return tx.JobsIn(queue.Running, func(j queue.Job) bool { ids = append(ids, j.Scene); return true })
	})
	slices.Sort(ids)
	return ids
}

// due is when the next batch may begin.
func (r *rig) due() time.Time {
	r.t.Helper()
	at, err := r.Due(r.now(), r.budgets())
	r.must(err)
	return at
}

// begin begins a batch; nil when nothing is claimed.
func (r *rig) begin() *dispatch.Batch {
	r.t.Helper()
	b, err := r.Begin(context.Background(), r.now(), r.budgets(), 3, dispatch.Deps{
		Reader: r.Reader(), Plex: r.Plex, Brake: r.brake, Step: r.Step,
		Report: func(rs []worker.Result) bool {
			r.reported = append(r.reported, rs...)
			r.take(rs...)
			return true
		},
	})
	r.must(err)
	return b
}

// take takes results in, as the loop does.
func (r *rig) take(rs ...worker.Result) dispatch.Followed {
	r.t.Helper()
	results := r.Take(rs, r.library())
	r.must(r.DB.Update(results.Put))
	r.through = results.Through()
	r.followed = results.Stored()
	return r.followed
}

func (r *rig) library() dispatch.Library {
	return dispatch.Library{
		Machine: testkit.Machine, Mapper: r.Mapper(), ParkFor: r.Settings.ParkFor,
		PathKeys: func(scene.Scene) []string { return nil },
	}
}

// work carries out what is due.
func (r *rig) work() dispatch.Ended {
	r.t.Helper()
	b := r.begin()
	if b == nil {
		r.t.Fatal("nothing was claimed")
	}
	return r.End(b.Run(context.Background()), r.now())
}

func TestADueJobIsWrittenAndEndsTheRun(t *testing.T) {
	t.Parallel()
	r := newRig(t, 3)
	if !r.due().IsZero() {
		t.Fatal("a batch is due without jobs")
	}
	r.enqueue(1, 2, 3)
	if at := r.due(); !at.Equal(r.now()) {
		t.Fatalf("due at %v, want now", at)
	}
	if e := r.work(); e.Fault != nil || e.Err != nil || e.Refused || e.Generation != 3 {
		t.Fatalf("ended with %+v", e)
	}
	if r.Active() || len(r.claimed()) > 0 {
		t.Error("the batch is still in hand")
	}
	for _, key := range []string{"101", "102", "103"} {
		if got := r.Plex.Has[key].Summary; got != "About it." {
			t.Errorf("item %s says %q", key, got)
		}
	}
	if today := r.Today(r.now()); today.Written != 3 {
		t.Errorf("today %+v", today)
	}
	_, ended, err := r.EndRun()
	if !ended || err != nil {
		t.Errorf("the run did not end: %v", err)
	}
	if _, again, _ := r.EndRun(); again {
		t.Error("it ended twice")
	}
}

func TestDueWaitsForWhatHoldsWorkBack(t *testing.T) {
	t.Parallel()
	busy := fault.New(fault.Unreachable, fault.Plex, message.Foreign("Plex is away."), message.None, nil)
	for name, hold := range map[string]func(*rig){
		"a disk that failed":        func(r *rig) { r.Rest(r.now()) },
		"batches of Plex that fail": func(r *rig) { r.plex.Done(budget.Batch, busy) },
		"batches of Stash":          func(r *rig) { r.stash.Done(budget.Batch, busy) },
		"writes that are refused":   func(r *rig) { r.plex.Done(budget.Write, busy) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, 1)
			r.enqueue(1)
			hold(r)
			at := r.due()
			if !at.After(r.now()) {
				t.Fatalf("due at %v, it is %v", at, r.now())
			}
			r.Clock.Pass(at.Sub(r.now()))
			if at := r.due(); at.After(r.now()) {
				t.Errorf("later due at %v, it is %v", at, r.now())
			}
		})
	}
}

func TestReleaseTakesBackARest(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1)
	r.enqueue(1)
	if until := r.Rest(r.now()); until.Sub(r.now()) != 30*time.Second || !r.due().Equal(until) {
		t.Errorf("rests until %v, due %v", until, r.due())
	}
	r.Release(r.now())
	if at := r.due(); at.After(r.now()) {
		t.Errorf("due at %v", at)
	}
}

func TestDueIsWhenTheNextJobIs(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1)
	at := r.now().Add(time.Hour)
	r.put(queue.Job{Scene: 1, State: queue.Retrying, Due: at})
	if got := r.due(); !got.Equal(at) {
		t.Errorf("due %v, want %v", got, at)
	}
	if got, err := r.NextJob(); err != nil || !got.Equal(at) {
		t.Errorf("next job %v, %v", got, err)
	}
	r.Clock.Pass(time.Hour)
	r.begin()
	if got := r.due(); !got.IsZero() {
		t.Errorf("due %v while a batch is in hand", got)
	}
}

func TestHaltEndsABatchAfterItsStep(t *testing.T) {
	t.Parallel()
	r := newRig(t, 2)
	r.Halt() // nothing is in hand
	r.enqueue(1, 2)
	b := r.begin()
	r.Halt()
	if e := r.End(b.Run(context.Background()), r.now()); e.Fault != nil || e.Err != nil {
		t.Errorf("ended with %+v", e)
	}
	if len(r.Plex.Edits) > 0 || r.DB.Counts().Waiting != 2 {
		t.Errorf("%d edits, %+v", len(r.Plex.Edits), r.DB.Counts())
	}
}

func TestAPanicOfTheWorkerIsAFaultOfOurOwn(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1)
	r.enqueue(1)
	r.brake = func([]worker.Planned) (map[scene.ID]message.Message, error) { panic("a bad value") }
	e := r.work()
	if e.Fault == nil || e.Fault.Class != fault.Local {
		t.Fatalf("ended with %+v", e.Fault)
	}
	if j := r.job(1); j.State != queue.Waiting || j.Attempts != 0 {
		t.Errorf("job %+v, want it given back", j)
	}
	if at := r.due(); at.Sub(r.now()) != 30*time.Second {
		t.Errorf("tried again in %v, want a rest", at.Sub(r.now()))
	}
}

// beginWith is begin with a listener for steps.
func (r *rig) beginWith(step func(queue.Job, queue.Step, []scene.Field)) *dispatch.Batch {
	r.t.Helper()
	b, err := r.Begin(context.Background(), r.now(), r.budgets(), 3, dispatch.Deps{
		Reader: r.Reader(), Plex: r.Plex, Step: step, Report: func(rs []worker.Result) bool { r.take(rs...); return true },
		Brake: r.brake,
	})
	r.must(err)
	return b
}
