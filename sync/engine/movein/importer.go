package movein

import (
	"context"

	"lockstep/sync/api"
	"lockstep/sync/engine/host"
)

// Loop is what an Importer asks of the loop.
type Loop struct {
	// Present is how things are now.
	Present func() Present
	// Ask carries something out on the loop, Save stores settings and goes on with them.
	Ask  func(context.Context, func() error) error
	Save func(context.Context, api.SettingsChange) error
	// Done shows what was taken over.
	Done func()
}

// Importer carries out what people ask of a Movein. It may be used by any goroutine.
type Importer struct {
	movein Movein
	loop   Loop
}

// NewImporter makes an Importer.
func NewImporter(h host.Host, l Loop) *Importer { return &Importer{New(h), l} }

// Import takes over what Stash2Plex left behind: outages, scenes to compare and settings.
func (i *Importer) Import(ctx context.Context, q api.ImportRequest) (api.Import, error) {
	var now Present
	if err := i.loop.Ask(ctx, func() error { now = i.loop.Present(); return nil }); err != nil {
		return api.Import{}, err
	}
	out, plan, err := i.movein.Import(ctx, q, now)
	if err != nil || q.Preview {
		return out, err
	}
	if c, changes := plan.Settings(); changes {
		if err := i.loop.Save(ctx, c); err != nil {
			return out, err
		}
	}
	return out, i.loop.Ask(ctx, func() error {
		defer i.loop.Done()
		return i.movein.Do(plan)
	})
}
