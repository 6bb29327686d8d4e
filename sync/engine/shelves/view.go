package shelves

import (
	"context"

	"lockstep/sync/api"
	"lockstep/sync/collection"
	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/plan"
	"lockstep/sync/store"
)

// Viewer shows how collections stand. It works beside the loop and writes nothing.
type Viewer struct{ keeper *Keeper }

// NewViewer makes a Viewer of what a Keeper keeps.
func NewViewer(k *Keeper) *Viewer { return &Viewer{k} }

// deps are the present servers and settings.
func (v *Viewer) deps(ctx context.Context) (d collection.Deps, err error) {
	loop := v.keeper.loop
	err = loop.Ask(ctx, func() error {
		if !loop.Ready() {
			return fault.New(fault.Config, fault.None, message.New(message.NotBothAnswer), message.New(message.AdviceNotBothAnswer), nil)
		}
		d = loop.Deps()
		return nil
	})
	return d, err
}

// Collections compares all collections that are about a studio or a group, and has them written if
// that is asked for.
func (v *Viewer) Collections(ctx context.Context, q api.CollectionsRequest) (api.Collections, error) {
	d, err := v.deps(ctx)
	if err != nil {
		return api.Collections{}, err
	}
	if !collection.Wanted(d.Settings) {
		return api.Collections{}, fault.New(fault.Rejected, fault.None, message.New(message.CollectionOff), message.New(message.AdviceCollectionOff), nil)
	}
	list, err := d.Compare(ctx)
	if err != nil {
		return api.Collections{}, err
	}
	out := api.Collections{Rows: make([]api.CollectionRow, 0, len(list))}
	for _, c := range list {
		out.Rows = append(out.Rows, row(c))
	}
	if q.Write {
		err = v.keeper.loop.Ask(ctx, func() error { v.keeper.Write(q.Yes); return nil })
	}
	return out, err
}

func row(c *collection.Comparison) api.CollectionRow {
	r := api.CollectionRow{
		Library: c.Library, Title: c.Title, Subject: string(c.Subject.Kind), Name: c.Subject.Name, Item: c.RatingKey,
		State: api.CollectionInStep,
	}
	for _, d := range c.Plan.Decisions {
		switch {
		case d.Changes():
			r.Changes = append(r.Changes, store.ChangeOf(d))
		case d.Action == plan.Keep:
			r.Kept = append(r.Kept, store.ChangeOf(d))
		}
	}
	switch {
	case c.Fault != nil:
		r.State, r.Message = api.CollectionFailed, c.Fault.Message
	case !c.Left.IsZero():
		r.State, r.Message = api.CollectionLeft, c.Left
	case c.Plan.Changed:
		r.State = api.CollectionChanges
	case c.Picture != nil:
		r.State = api.CollectionFailed
	case len(r.Kept) > 0:
		r.State = api.CollectionKept
	}
	if c.Picture != nil {
		r.Message = c.Picture.Message
	}
	return r
}
