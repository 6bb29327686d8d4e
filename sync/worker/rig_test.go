package worker_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"testing"
	"time"

	"lockstep/storage"
	"lockstep/sync/change"
	"lockstep/sync/compare"
	"lockstep/sync/config"
	"lockstep/sync/library"
	"lockstep/sync/match"
	"lockstep/sync/plex"
	"lockstep/sync/queue"
	"lockstep/sync/reconcile"
	"lockstep/sync/scene"
	"lockstep/sync/sim"
	"lockstep/sync/stash"
	"lockstep/sync/store"
	"lockstep/sync/worker"
)

// reporter is what a test and one check of a property have in common.
type reporter interface {
	Fatal(args ...any)
	Errorf(format string, args ...any)
}

// client is the adapter as the engine hands it out: scenes that could not be read are
// missing from the answer.
type client struct{ *stash.Client }

func (c client) Scenes(ctx context.Context, ids []scene.ID) (map[scene.ID]*scene.Scene, error) {
	m, err := c.Client.Scenes(ctx, ids)
	var partial *stash.Partial
	if errors.As(err, &partial) {
		return m, nil
	}
	return m, err
}

// rig is a world behind real HTTP with a database, and no engine: batches and previews are
// run one at a time.
type rig struct {
	t        reporter
	world    *sim.World
	db       *storage.DB
	stash    client
	plex     *plex.Client
	settings config.Settings
	sections []scene.Section
	ahead    time.Duration // of the clock of all
	streak   worker.Streak
	brake    func([]worker.Planned) (map[scene.ID]string, error)
}

func (r *rig) now() time.Time { return time.Now().Add(r.ahead) }

// newRig makes the rig; the function returned ends it.
func newRig(t reporter, dir string, o sim.Options) (*rig, func()) {
	r := &rig{t: t}
	o.Now = r.now
	r.world = sim.NewWorld(o)
	r.must(r.world.Start())
	var err error
	r.db, _, err = storage.Open(storage.Options{Dir: dir, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Now: r.now})
	r.must(err)
	r.stash = client{stash.New(stash.Options{URL: r.world.Stash.URL()})}
	r.plex = plex.New(plex.Options{URL: r.world.Plex.URL(), Token: r.world.Plex.Token, ClientID: "test"})
	r.settings = config.Defaults()
	r.settings.PathMap = []config.Rule{{Stash: r.world.StashRoot(), Plex: r.world.PlexRoot()}}
	r.settings.Pace, r.settings.AskPlexScan = config.Full, false
	all, err := r.plex.Sections(context.Background())
	r.must(err)
	r.sections, _, err = library.Resolve(all, []string{r.world.Library(), sim.ArchiveLibrary}, "", library.Known{})
	r.must(err)
	return r, func() {
		r.must(r.db.Close())
		r.plex.Close()
		r.stash.Close()
		_ = r.world.Close()
	}
}

// testRig is newRig for a test.
func testRig(t *testing.T, o sim.Options) *rig {
	t.Helper()
	r, end := newRig(t, t.TempDir(), o)
	t.Cleanup(end)
	r.look()
	return r
}

func (r *rig) must(err error) {
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) mapper() match.Mapper { return match.NewMapper(r.settings.PathMap) }

func (r *rig) claims(s scene.Scene) []string {
	var keys []string
	for _, p := range s.Paths() {
		keys = append(keys, match.Keys(r.mapper().Map(p))...)
	}
	return keys
}

// look brings the index and what is known of the scenes up to date. The jobs a sweep makes
// are dropped: a test says itself what is worked on.
func (r *rig) look() {
	ctx := context.Background()
	ix := &library.Index{Plex: r.plex, Store: r.db, Machine: r.world.Plex.MachineID(), Clock: r.now}
	_, err := ix.Refresh(ctx, r.sections, true)
	r.must(err)
	f := &change.Finder{Stash: r.stash, Store: r.db, Settings: r.settings, Claims: r.claims, Clock: r.now}
	_, err = f.Sweep(ctx)
	r.must(err)
	r.must(r.db.Update(func(tx store.Tx) error {
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
	}))
}

// preview compares all scenes, whatever is known of them, and returns the rows.
func (r *rig) preview() (store.Report, []store.ReportRow) {
	run := reconcile.Run{
		Stash: r.stash, Plex: r.plex, Store: r.db, Settings: r.settings.Clone(), Machine: r.world.Plex.MachineID(),
		Sections: r.sections, Mapper: r.mapper(), Clock: r.now, Report: store.Report{Scope: "all", Preview: true, Deep: true},
		Refresh:  func(context.Context) error { return nil },
		Forget:   func(store.Tx, scene.ID) error { return nil },
		Remember: func(store.Tx, scene.Scene) error { return nil },
	}
	r.must(r.db.Update(func(tx store.Tx) (err error) { run.Report.ID, err = tx.NewReport(run.Report); return err }))
	out, err := run.Do(context.Background())
	r.must(err)
	var page store.RowPage
	r.must(r.db.View(func(tx store.Tx) (err error) {
		page, err = tx.Rows(store.RowQuery{Report: run.Report.ID, Limit: 10000})
		return err
	}))
	return out.Report, page.Rows
}

// work carries out one batch and stores what its results say of items and scenes.
func (r *rig) work(jobs ...queue.Job) (map[scene.ID]worker.Result, error) {
	out := map[scene.ID]worker.Result{}
	w := &worker.Worker{
		Reader: &compare.Reader{
			Stash: r.stash, Plex: r.plex, Store: r.db, Settings: r.settings.Clone(), Machine: r.world.Plex.MachineID(),
			Sections: r.sections, Mapper: r.mapper(), Clock: r.now, KeepCovers: true,
		},
		Plex: r.plex, Run: 1, Streak: &r.streak, Brake: r.brake,
		Permit: func(context.Context) error { return nil }, Step: func(queue.Job, string) {},
		Report: func(list []worker.Result) bool {
			for _, res := range list {
				out[res.Job.Scene] = res
				r.must(r.db.Update(func(tx store.Tx) error { return r.remember(tx, res) }))
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
	return errors.Join(tx.PutSeen(res.Job.Scene, *res.Seen), change.Remember(tx, *res.Scene, r.claims(*res.Scene)))
}

// all are claimed jobs for every scene of Stash.
func (r *rig) all() []queue.Job {
	var jobs []queue.Job
	for _, id := range r.world.Stash.SceneIDs() {
		jobs = append(jobs, job(id))
	}
	return jobs
}

func job(id int) queue.Job {
	now := time.Now()
	return queue.Enqueue(nil, queue.Wish{Scene: scene.ID(id), Cause: "edited"}, now).Claim(now)
}

// folder is a folder for one check of a property.
func folder(t reporter) (dir string, remove func()) {
	dir, err := os.MkdirTemp("", "lockstep-worker")
	if err != nil {
		t.Fatal(err)
	}
	return dir, func() { _ = os.RemoveAll(dir) }
}
