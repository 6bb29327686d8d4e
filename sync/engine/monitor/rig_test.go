package monitor_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"lockstep/sync/breaker"
	"lockstep/sync/engine/host"
	"lockstep/sync/engine/monitor"
	"lockstep/sync/fault"
	"lockstep/sync/health"
	"lockstep/sync/message"
	"lockstep/sync/outage"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/store"
	"lockstep/sync/testkit"
)

// rig is a Monitor on a database with a clock moved by hand.
type rig struct {
	*monitor.Monitor
	t        *testing.T
	shelf    *testkit.Shelf
	host     host.Host
	settings monitor.Settings
}

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{t: t, shelf: testkit.NewShelf(t, 0)}
	r.host = host.Host{Now: r.shelf.Clock.Now, Store: r.shelf.DB, Log: slog.New(slog.DiscardHandler)}
	r.settings = monitor.Settings{Watched: true, Breaker: breaker.Settings{Threshold: 2, Backoff: []time.Duration{30 * time.Second, time.Minute}}}
	r.restart()
	return r
}

// restart makes another Monitor on the same database.
func (r *rig) restart() {
	r.t.Helper()
	r.Monitor = monitor.New(r.host, func() monitor.Settings { return r.settings })
	r.must(r.Load())
}

func (r *rig) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) now() time.Time { return r.shelf.Clock.Now() }

func (r *rig) pass(d time.Duration) { r.shelf.Clock.Pass(d) }

// step applies an event of the present generation.
func (r *rig) step(k breaker.Kind) breaker.Transition {
	r.t.Helper()
	t, err := r.Step(breaker.Event{Kind: k, Generation: r.Generation(), Cause: message.Foreign("it is away")}, nil)
	r.must(err)
	return t
}

// down lets Plex go away.
func (r *rig) down() {
	r.t.Helper()
	r.step(breaker.Failure)
	if t := r.step(breaker.Failure); t != breaker.Opened || r.Verdict() != health.Down {
		r.t.Fatalf("%v, %v after two failures", t, r.Verdict())
	}
}

// probe carries a probe out that ends with err.
func (r *rig) probe(err error) (breaker.Transition, *fault.Error) {
	r.t.Helper()
	p := r.begin(&plex{err: err})
	p.Run(context.Background())
	t, f, err := r.Probed(p, false)
	r.must(err)
	return t, f
}

// begin begins a probe of a Plex.
func (r *rig) begin(x *plex) *monitor.Probe {
	r.t.Helper()
	p, err := r.BeginProbe(func() monitor.Target { return monitor.Target{Plex: x} })
	r.must(err)
	if p == nil {
		r.t.Fatal("no probe began")
	}
	return p
}

// records are the stored outages, the newest first.
func (r *rig) records() (list []outage.Record) {
	r.t.Helper()
	r.shelf.View(r.t, func(tx store.Tx) (err error) { list, err = tx.Outages(0); return err })
	return list
}

// gaps are the stored times in which nobody watched.
func (r *rig) gaps() (list []outage.Gap) {
	r.t.Helper()
	r.shelf.View(r.t, func(tx store.Tx) (err error) { list, err = tx.OffGaps(); return err })
	return list
}

// put stores jobs as they are.
func (r *rig) put(jobs ...queue.Job) {
	r.t.Helper()
	r.shelf.Update(r.t, func(tx store.Tx) error {
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
	r.shelf.View(r.t, func(tx store.Tx) (err error) { j, _, err = tx.Job(id); return err })
	return j
}

// alive stores that Plex was watched until now.
func (r *rig) alive() {
	r.t.Helper()
	r.shelf.Update(r.t, func(tx store.Tx) error { return r.Alive(tx, r.host.Stamp()) })
}

// plex is a Plex that answers a probe.
type plex struct {
	err      error
	machine  string
	readyErr error
	probed   int
	ready    int
}

func (p *plex) Probe(context.Context) error { p.probed++; return p.err }

func (p *plex) Ready(context.Context) (scene.Identity, []scene.Section, error) {
	p.ready++
	return scene.Identity{Machine: p.machine}, nil, p.readyErr
}

// away is what nobody answers.
var away = testkit.Trouble(fault.Unreachable, fault.Plex)
