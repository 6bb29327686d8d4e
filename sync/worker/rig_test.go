package worker_test

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"

	"lockstep/sync/message"
	"lockstep/sync/queue"
	"lockstep/sync/reconcile"
	"lockstep/sync/scene"
	"lockstep/sync/sim"
	"lockstep/sync/store"
	"lockstep/sync/testkit"
	"lockstep/sync/worker"
)

// rig is a world without an engine: batches and previews are run one at a time.
type rig struct {
	*testkit.Rig
	streak worker.Streak
	brake  func([]worker.Planned) (map[scene.ID]message.Message, error)
}

// newRig makes the rig; the function returned ends it.
func newRig(t testkit.T, dir string, o sim.Options) (*rig, func()) {
	t.Helper()
	r, end := testkit.NewRig(t, dir, o, sim.ArchiveLibrary)
	return &rig{Rig: r}, end
}

// testRig is newRig for a test.
func testRig(t *testing.T, o sim.Options) *rig {
	t.Helper()
	r, end := newRig(t, t.TempDir(), o)
	t.Cleanup(end)
	r.scan()
	return r
}

// scan brings the index and what is known of the scenes up to date. The jobs a sweep makes
// are dropped: a test says itself what is worked on.
func (r *rig) scan() {
	r.T.Helper()
	ctx := context.Background()
	r.Must(r.Refresh(ctx))
	_, err := r.Finder().Sweep(ctx)
	r.Must(err)
	r.Update(func(tx store.Tx) error {
		var ids []scene.ID
		for _, s := range queue.States() {
			if err := tx.JobsIn(s, func(j queue.Job) bool { ids = append(ids, j.Scene); return true }); err != nil {
				return err
			}
		}
		for _, id := range ids {
			if err := tx.DeleteJob(id); err != nil {
				return err
			}
		}
		return nil
	})
}

// preview compares all scenes, whatever is known of them, and returns the rows.
func (r *rig) preview() (store.Report, []store.ReportRow) {
	run := reconcile.Run{
		Stash: r.Stash, Plex: r.Plex, Store: r.DB, Settings: r.Settings.Clone(), Machine: r.Machine(),
		Sections: r.Sections, Mapper: r.Mapper(), Clock: r.Clock.Now, Report: store.Report{Scope: "all", Preview: true, Deep: true},
		Refresh:  func(context.Context) error { return nil },
		Forget:   func(store.Tx, scene.ID) error { return nil },
		Remember: func(store.Tx, scene.Scene) error { return nil },
	}
	r.Must(r.DB.Update(func(tx store.Tx) (err error) { run.Report.ID, err = tx.NewReport(run.Report); return err }))
	out, err := run.Do(context.Background())
	r.Must(err)
	var page store.RowPage
	r.Must(r.DB.View(func(tx store.Tx) (err error) {
		page, err = tx.Rows(store.RowQuery{Report: run.Report.ID, Limit: 10000})
		return err
	}))
	return out.Report, page.Rows
}

// work carries out one batch and stores what its results say of items and scenes.
func (r *rig) work(jobs ...queue.Job) (map[scene.ID]worker.Result, error) {
	out := map[scene.ID]worker.Result{}
	w := &worker.Worker{
		Reader: r.Reader(),
		Plex:   r.Plex, RunID: 1, Streak: &r.streak, Brake: r.brake,
		Permit: func(context.Context) error { return nil }, Step: func(queue.Job, queue.Step, []scene.Field) {},
		Report: func(list []worker.Result) bool {
			for _, res := range list {
				out[res.Job.Scene] = res
				r.Must(r.DB.Update(func(tx store.Tx) error { return r.remember(tx, res) }))
			}
			return true
		},
	}
	err := w.Work(context.Background(), context.Background(), jobs)
	return out, err
}

func (r *rig) remember(tx store.Tx, res worker.Result) error {
	for _, k := range res.Gone {
		if err := tx.DeleteIndexed(k); err != nil {
			return err
		}
	}
	for _, it := range res.Items {
		if err := tx.PutItemState(it.Key, it.State); err != nil {
			return err
		}
	}
	if res.Seen == nil || res.Scene == nil {
		return nil
	}
	return errors.Join(tx.PutSeen(res.Job.Scene, *res.Seen), r.Remember(tx, *res.Scene))
}

// all are claimed jobs for every scene of Stash.
func (r *rig) all() []queue.Job {
	var jobs []queue.Job
	for _, id := range r.World.Stash.SceneIDs() {
		jobs = append(jobs, job(id))
	}
	return jobs
}

func job(id int) queue.Job {
	now := time.Now()
	return queue.Enqueue(nil, queue.Wish{Scene: scene.ID(id), Cause: "edited"}, now).Claim(now)
}

// folder is a folder for one check of a property.
func folder(t testkit.T) (dir string, remove func()) {
	dir, err := os.MkdirTemp("", "lockstep-worker")
	if err != nil {
		t.Fatal(err)
	}
	return dir, func() { _ = os.RemoveAll(dir) }
}
