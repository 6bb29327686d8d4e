package reconcile_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
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

// rig is a world that is in step, with a database and no engine.
type rig struct {
	t        *testing.T
	world    *sim.World
	db       *storage.DB
	stash    client
	plex     *plex.Client
	settings config.Settings
	sections []scene.Section
	ahead    time.Duration
}

func (r *rig) now() time.Time { return time.Now().Add(r.ahead) }

func newRig(t *testing.T, o sim.Options) *rig {
	t.Helper()
	r := &rig{t: t, settings: config.Defaults()}
	o.Now = r.now
	r.world = sim.NewWorld(o)
	r.must(r.world.Start())
	t.Cleanup(func() { _ = r.world.Close() })
	var err error
	r.db, _, err = storage.Open(storage.Options{Dir: t.TempDir(), Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Now: r.now})
	r.must(err)
	t.Cleanup(func() { r.must(r.db.Close()) })
	r.stash = client{stash.New(stash.Options{URL: r.world.Stash.URL()})}
	t.Cleanup(r.stash.Close)
	r.plex = plex.New(plex.Options{URL: r.world.Plex.URL(), Token: r.world.Plex.Token, ClientID: "test"})
	t.Cleanup(r.plex.Close)
	r.settings.PathMap = []config.Rule{{Stash: r.world.StashRoot(), Plex: r.world.PlexRoot()}}
	r.settings.Pace, r.settings.AskPlexScan = config.Full, false
	all, err := r.plex.Sections(t.Context())
	r.must(err)
	r.sections, _, err = library.Resolve(all, []string{r.world.Library()}, "", library.Known{})
	r.must(err)
	r.must(r.refresh(t.Context()))
	r.bringInStep()
	r.ahead = time.Minute
	return r
}

func (r *rig) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) mapper() match.Mapper { return match.NewMapper(r.settings.PathMap) }

func (r *rig) refresh(ctx context.Context) error {
	ix := &library.Index{Plex: r.plex, Store: r.db, Machine: r.world.Plex.MachineID(), Clock: r.now}
	_, err := ix.Refresh(ctx, r.sections, true)
	return err
}

func (r *rig) remember(tx store.Tx, s scene.Scene) error {
	var keys []string
	for _, p := range s.Paths() {
		keys = append(keys, match.Keys(r.mapper().Map(p))...)
	}
	return change.Remember(tx, s, keys)
}

// bringInStep writes every scene once.
func (r *rig) bringInStep() {
	r.t.Helper()
	w := &worker.Worker{
		Reader: &compare.Reader{
			Stash: r.stash, Plex: r.plex, Store: r.db, Settings: r.settings, Machine: r.world.Plex.MachineID(),
			Sections: r.sections, Mapper: r.mapper(), Clock: r.now, KeepCovers: true,
		},
		Plex: r.plex, Run: 1, Streak: &worker.Streak{},
		Permit: func(context.Context) error { return nil }, Step: func(queue.Job, string) {},
		Report: func(list []worker.Result) bool {
			r.must(r.db.Update(func(tx store.Tx) error {
				for _, res := range list {
					for _, it := range res.Items {
						r.must(tx.PutItemState(it.Key, it.State))
					}
					r.must(tx.PutSeen(res.Job.Scene, *res.Seen))
					r.must(r.remember(tx, *res.Scene))
				}
				return nil
			}))
			return true
		},
	}
	var jobs []queue.Job
	for _, id := range r.world.Stash.SceneIDs() {
		jobs = append(jobs, queue.Enqueue(nil, queue.Wish{Scene: scene.ID(id)}, r.now()).Claim(r.now()))
	}
	r.must(w.Work(r.t.Context(), r.t.Context(), jobs))
	r.must(r.refresh(r.t.Context()))
	r.must(r.stash.SweepFiles(r.t.Context(), func(page []scene.FileStamp) error { // stamps of moments ago are settled by now
		return r.db.Update(func(tx store.Tx) error {
			for _, fs := range page {
				s, _, err := tx.Seen(fs.ID)
				s.UpdatedAt = fs.UpdatedAt
				r.must(errors.Join(err, tx.PutSeen(fs.ID, s)))
			}
			return nil
		})
	}))
}

// run is a run over everything, as adjusted.
func (r *rig) run(adjust func(*reconcile.Run)) reconcile.Run {
	run := reconcile.Run{
		Stash: r.stash, Plex: r.plex, Store: r.db, Settings: r.settings, Machine: r.world.Plex.MachineID(), Sections: r.sections,
		Mapper: r.mapper(), Clock: r.now, Report: store.Report{Scope: "all"}, Refresh: r.refresh, Remember: r.remember,
		Forget: func(tx store.Tx, id scene.ID) error { return change.Forget(tx, id, r.now()) },
	}
	if adjust != nil {
		adjust(&run)
	}
	return run
}

// reconcile carries a run out and returns its report and rows by scene.
func (r *rig) reconcile(adjust func(*reconcile.Run)) (store.Report, map[scene.ID]store.ReportRow) {
	r.t.Helper()
	run := r.run(adjust)
	r.must(r.db.Update(func(tx store.Tx) (err error) { run.Report.ID, err = tx.NewReport(run.Report); return err }))
	out, err := run.Do(r.t.Context())
	r.must(err)
	rows := map[scene.ID]store.ReportRow{}
	r.must(r.db.View(func(tx store.Tx) error {
		page, err := tx.Rows(store.RowQuery{Report: run.Report.ID, Limit: 1000})
		for _, row := range page.Rows {
			rows[row.Scene] = row
		}
		return err
	}))
	return out.Report, rows
}
