package engine_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"lockstep/sync/change"
	"lockstep/sync/config"
	"lockstep/sync/dial"
	"lockstep/sync/engine"
	"lockstep/sync/engine/link"
	"lockstep/sync/library"
	"lockstep/sync/match"
	"lockstep/sync/reconcile"
	"lockstep/sync/scene"
	"lockstep/sync/sim"
	"lockstep/sync/store"
)

// worldClock is the servers' clock: their stamps have whole seconds, so a test moves it
// on before it changes something.
type worldClock struct{ ahead atomic.Int64 }

func (c *worldClock) now() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }

func (c *worldClock) pass(d time.Duration) { c.ahead.Add(int64(d)) }

// bench is a rig whose engine does not run: what happens next is the test's choice alone.
type bench struct {
	*rig
	clock *worldClock
}

// newBench makes a world and lets an engine bring it in step.
func newBench(t testing.TB, o sim.Options, adjust func(*config.Settings)) *bench {
	t.Helper()
	b := &bench{clock: &worldClock{}}
	o.Now = b.clock.now
	b.rig = newRig(t, o)
	b.now = b.clock.now
	if adjust != nil {
		adjust(&b.settings)
	}
	b.work()
	b.clock.pass(time.Minute)
	return b
}

// work runs an engine until nothing is left to do.
func (b *bench) work() {
	b.t.Helper()
	l := b.start()
	l.settled()
	l.scan()
	l.end()
}

// drain runs an engine until the queue is empty, without asking for anything.
func (b *bench) drain() {
	b.t.Helper()
	l := b.start()
	l.settled()
	l.end()
}

// run makes a reconciliation on the stored state while no engine runs.
func (b *bench) run(db store.Store, adjust func(*reconcile.Run)) reconcile.Run {
	b.t.Helper()
	ctx := context.Background()
	stash, plex := dial.Servers("test")(link.Address{
		StashURL: b.settings.StashURL, PlexURL: b.settings.PlexURL,
		APIKey: func() string { return b.secrets.m[engine.StashAPIKey] }, Token: func() string { return b.secrets.m[engine.PlexToken] },
		ClientID: "test",
	})
	r := reconcile.Run{
		Stash: stash, Plex: plex, Store: db, Settings: b.settings.Clone(), Machine: b.world.Plex.MachineID(),
		Mapper: match.NewMapper(b.settings.PathMap), Clock: b.now, Report: store.Report{Scope: "all"},
	}
	all, err := plex.Sections(ctx)
	if err == nil {
		var chosen library.Resolved
		chosen, err = library.Resolve(all, b.settings.Libraries, "", library.Known{})
		r.Sections = chosen.Sections
	}
	if err != nil {
		b.t.Fatal(err)
	}
	ix := &library.Index{Plex: plex, Store: db, Machine: r.Machine, Clock: b.now}
	r.Refresh = func(ctx context.Context) error { _, err := ix.Refresh(ctx, r.Sections, true); return err }
	r.Forget = func(tx store.Tx, id scene.ID) error { return change.Forget(tx, id, b.now()) }
	r.Remember = func(tx store.Tx, s scene.Scene) error {
		var keys []string
		for _, p := range s.Paths() {
			keys = append(keys, match.Keys(r.Mapper.Map(p))...)
		}
		return change.Remember(tx, s, keys)
	}
	if adjust != nil {
		adjust(&r)
	}
	return r
}

// compare reconciles and returns the checked report with its rows.
func (b *bench) compare(adjust func(*reconcile.Run)) (reconcile.Outcome, []store.ReportRow) {
	b.t.Helper()
	l := b.open()
	defer func() {
		if err := l.db.Close(); err != nil {
			b.t.Error(err)
		}
	}()
	return b.compareOn(context.Background(), l, adjust)
}

func (b *bench) compareOn(ctx context.Context, l *life, adjust func(*reconcile.Run)) (reconcile.Outcome, []store.ReportRow) {
	b.t.Helper()
	r := b.run(l.db, adjust)
	err := l.db.Update(func(tx store.Tx) (err error) {
		r.Report.ID, err = tx.NewReport(r.Report)
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	out, err := r.Do(ctx)
	if err != nil {
		b.t.Fatal(err)
	}
	var rows []store.ReportRow
	err = l.db.View(func(tx store.Tx) error {
		stored, ok, err := tx.Report(r.Report.ID)
		if err != nil || !ok || stored.Checked != out.Report.Checked || stored.Ended.IsZero() {
			b.t.Errorf("stored report %+v, %v %v", stored, ok, err)
		}
		page, err := tx.Rows(store.RowQuery{Report: r.Report.ID, Limit: 200000})
		rows = page.Rows
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	l.addsUp(out.Report, rows)
	return out, rows
}

func preview(r *reconcile.Run) { r.Report.Preview = true }
