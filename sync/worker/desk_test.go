package worker_test

import (
	"context"
	"testing"

	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/store"
	"lockstep/sync/testkit"
	"lockstep/sync/worker"
)

// desk is a shelf with a worker that keeps its results and stores what they say.
type desk struct {
	*testkit.Shelf
	w          *worker.Worker
	t          *testing.T
	soft, hard context.Context
	results    map[scene.ID]worker.Result
	steps      []string
	onStep     func(id scene.ID, step queue.Step)
}

func newDesk(t *testing.T, n int) *desk {
	t.Helper()
	d := &desk{Shelf: testkit.NewShelf(t, n), t: t, soft: t.Context(), hard: t.Context(), onStep: func(scene.ID, queue.Step) {}}
	d.w = &worker.Worker{
		Plex: d.Plex, RunID: 1, Streak: &worker.Streak{},
		Permit: func(ctx context.Context) error { return ctx.Err() },
		Report: func(list []worker.Result) bool {
			for _, r := range list {
				d.results[r.Job.Scene] = r
				d.Update(t, func(tx store.Tx) error { return d.keep(tx, r) })
			}
			return true
		},
		Step: func(j queue.Job, step queue.Step, fields []scene.Field) {
			if writes := step == "writing"; writes != (len(fields) > 0) {
				t.Errorf("%s scene %d tells the fields %v", step, j.Scene, fields)
			}
			d.steps = append(d.steps, string(step)+" "+j.Scene.String())
			d.onStep(j.Scene, step)
		},
	}
	return d
}

func (d *desk) keep(tx store.Tx, r worker.Result) error {
	for _, it := range r.Items {
		if err := tx.PutItemState(it.Key, it.State); err != nil {
			return err
		}
	}
	for _, seq := range r.Undone {
		if err := tx.MarkUndone(seq); err != nil {
			return err
		}
	}
	if r.Seen == nil || r.Scene == nil {
		return nil
	}
	if err := tx.PutSeen(r.Job.Scene, *r.Seen); err != nil {
		return err
	}
	return d.Remember(tx, *r.Scene)
}

// work carries out one batch and returns what became of its scenes.
func (d *desk) work(jobs ...queue.Job) (map[scene.ID]worker.Result, error) {
	d.results = map[scene.ID]worker.Result{}
	d.w.Reader = d.Shelf.Reader()
	err := d.w.Work(d.soft, d.hard, jobs)
	return d.results, err
}

// done works on scenes and fails the test unless each is in step afterwards.
func (d *desk) done(ids ...int) {
	d.t.Helper()
	results, err := d.work(d.jobs(ids...)...)
	if err != nil || outcomes(results, worker.Done) != len(ids) {
		d.t.Fatalf("%v, %+v", err, results)
	}
}

func (d *desk) jobs(ids ...int) []queue.Job {
	var out []queue.Job
	for _, id := range ids {
		now := d.Clock.Now()
		out = append(out, queue.Enqueue(nil, queue.Wish{Scene: scene.ID(id)}, now).Claim(now))
	}
	return out
}

// undo is a job that undoes a run.
func (d *desk) undo(id int, run uint64) queue.Job {
	j := d.jobs(id)[0]
	j.Undo = run
	return j
}

func (d *desk) state(key string) (store.ItemState, bool) {
	d.t.Helper()
	var s store.ItemState
	var known bool
	d.View(d.t, func(tx store.Tx) (err error) { s, known, err = tx.ItemState(testkit.Key(key)); return err })
	return s, known
}

func (d *desk) journal(id int) []store.JournalEntry {
	d.t.Helper()
	var list []store.JournalEntry
	d.View(d.t, func(tx store.Tx) (err error) { list, err = tx.JournalOf(0, scene.ID(id)); return err })
	return list
}

// scene is a scene as Stash has it.
func (d *desk) scene(id int) *scene.Scene { return d.Stash.Has[scene.ID(id)] }

// second gives a scene a second file with an item of its own, and returns its key.
func (d *desk) second(id int) string {
	d.t.Helper()
	s := d.scene(id)
	s.Files = append(s.Files, scene.File{Path: "/data/films/" + s.ID.String() + "-2.mkv"})
	key := "20" + s.ID.String()
	d.Put(d.t, key, "/media/films/"+s.ID.String()+"-2.mkv")
	return key
}

func (d *desk) seen(id int) store.Seen {
	d.t.Helper()
	var s store.Seen
	d.View(d.t, func(tx store.Tx) (err error) { s, _, err = tx.Seen(scene.ID(id)); return err })
	return s
}
