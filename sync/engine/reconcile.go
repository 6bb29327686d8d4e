package engine

import (
	"context"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/fault"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// reconState is the reconciliation in hand and the newest finished one.
type reconState struct {
	last     *store.Report
	needLook int
}

func (r reconState) shown() *api.ReconcileState { return nil }

func (e *Engine) loadReports() error {
	return e.store.View(func(tx store.Tx) (err error) {
		e.recon.last, err = lastReport(tx)
		return err
	})
}

func (e *Engine) stopRecon() {}

func (e *Engine) dueReconcile(context.Context, time.Time) time.Time { return time.Time{} }

var errNoReconcile = fault.New(fault.Local, fault.None, "Reconciliation is not built yet.", "", nil)

func (e *Engine) Reconcile(context.Context, api.ReconcileRequest) (uint64, error) {
	return 0, errNoReconcile
}

func (e *Engine) StopReconcile(context.Context) error { return nil }

func (e *Engine) Apply(context.Context, uint64, []scene.ID) (int, error) { return 0, errNoReconcile }

func (e *Engine) Explain(context.Context, string) (api.Explanation, error) {
	return api.Explanation{}, errNoReconcile
}
