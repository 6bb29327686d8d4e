package reconcile_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"lockstep/sync/change"
	"lockstep/sync/queue"
	"lockstep/sync/reconcile"
	"lockstep/sync/scene"
	"lockstep/sync/sim"
	"lockstep/sync/store"
	"lockstep/sync/testkit"
	"lockstep/sync/worker"
)

// rig is a world that is in step, without an engine.
type rig struct {
	*testkit.Rig
	t *testing.T
}

func newRig(t *testing.T, o sim.Options) *rig {
	t.Helper()
	r := &rig{testkit.ForTest(t, o), t}
	r.Must(r.Refresh(t.Context()))
	r.bringInStep()
	r.Clock.Pass(time.Minute)
	return r
}

// bringInStep writes every scene once.
func (r *rig) bringInStep() {
	r.T.Helper()
	w := &worker.Worker{
		Reader: r.Reader(),
		Plex:   r.Plex, RunID: 1, Streak: &worker.Streak{},
		Permit: func(context.Context) error { return nil }, Step: func(queue.Job, queue.Step, []scene.Field) {},
		Report: func(list []worker.Result) bool {
			r.Must(r.DB.Update(func(tx store.Tx) error {
				for _, res := range list {
					for _, it := range res.Items {
						r.Must(tx.PutItemState(it.Key, it.State))
					}
					r.Must(tx.PutSeen(res.Job.Scene, *res.Seen))
					r.Must(r.Remember(tx, *res.Scene))
				}
				return nil
			}))
			return true
		},
	}
	var jobs []queue.Job
	for _, id := range r.World.Stash.SceneIDs() {
		jobs = append(jobs, queue.Enqueue(nil, queue.Wish{Scene: scene.ID(id)}, r.Clock.Now()).Claim(r.Clock.Now()))
	}
	r.Must(w.Work(r.t.Context(), r.t.Context(), jobs))
	r.Must(r.Refresh(r.t.Context()))
	r.Must(r.Stash.SweepFiles(r.t.Context(), 0, func(page []scene.FileStamp) error { // stamps of moments ago are settled by now
		return r.DB.Update(func(tx store.Tx) error {
			for _, fs := range page {
				s, _, err := tx.Seen(fs.ID)
				s.UpdatedAt = fs.UpdatedAt
				r.Must(errors.Join(err, tx.PutSeen(fs.ID, s)))
			}
			return nil
		})
	}))
}

// run is a run over everything, as adjusted.
func (r *rig) run(adjust func(*reconcile.Run)) reconcile.Run {
	run := reconcile.Run{
		Stash: r.Stash, Plex: r.Plex, Store: r.DB, Settings: r.Settings, Machine: r.Machine(), Sections: r.Sections,
		Mapper: r.Mapper(), Clock: r.Clock.Now, Report: store.Report{Scope: "all"}, Refresh: r.Refresh, Remember: r.Remember,
		Forget: func(tx store.Tx, id scene.ID) error { return change.Forget(tx, id, r.Clock.Now()) },
	}
	if adjust != nil {
		adjust(&run)
	}
	return run
}

// reconcile carries a run out and returns its report and rows by scene.
func (r *rig) reconcile(adjust func(*reconcile.Run)) (store.Report, map[scene.ID]store.ReportRow) {
	r.T.Helper()
	run := r.run(adjust)
	r.Must(r.DB.Update(func(tx store.Tx) (err error) { run.Report.ID, err = tx.NewReport(run.Report); return err }))
	out, err := run.Do(r.t.Context())
	r.Must(err)
	rows := map[scene.ID]store.ReportRow{}
	r.Must(r.DB.View(func(tx store.Tx) error {
		page, err := tx.Rows(store.RowQuery{Report: run.Report.ID, Limit: 1000})
		for _, row := range page.Rows {
			rows[row.Scene] = row
		}
		return err
	}))
	return out.Report, rows
}
