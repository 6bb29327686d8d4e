package audit

import (
	"context"

	"lockstep/sync/config"
	"lockstep/sync/engine/host"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// ApplierLoop is what an Applier asks of the loop.
type ApplierLoop struct {
	Ask      func(context.Context, func() error) error
	Report   func(ctx context.Context, id uint64) (store.Report, error)
	Settings func() config.Settings
	// Done shows what was queued.
	Done func()
}

// Applier queues what a preview wants to write. It may be used by any goroutine.
type Applier struct {
	host    host.Host
	auditor *Auditor
	loop    ApplierLoop
}

// NewApplier makes an Applier of the previews of an Auditor.
func NewApplier(h host.Host, a *Auditor, l ApplierLoop) *Applier { return &Applier{h, a, l} }

// Apply enqueues the scenes a preview wants to write, all of them when ids is empty. It
// is also the answer to the brake: what it held of them may be written.
func (p *Applier) Apply(ctx context.Context, report uint64, ids []scene.ID) (int, error) {
	var rep store.Report
	err := p.loop.Ask(ctx, func() (err error) {
		rep, err = p.loop.Report(ctx, p.auditor.Meant(report))
		return err
	})
	if err != nil {
		return 0, err
	}
	n, braked, err := Apply(p.host, rep, ids)
	if err != nil {
		return n, err
	}
	return n, p.loop.Ask(ctx, func() error {
		defer p.loop.Done()
		return p.auditor.Answer(rep.ID, braked, len(ids) == 0, p.loop.Settings())
	})
}
