package compare

import (
	"context"

	"lockstep/sync/plan"
)

// Plan makes the plans for the items that were read. Only a stop or a fault of our own is
// an error: a picture that cannot be read is left out of the plan.
func (r *Reader) Plan(ctx context.Context, list []*Comparison) error {
	var open []*Comparison
	for _, c := range list {
		if c.Open() {
			c.Want = plan.Want(*c.Scene, r.Settings)
			open = append(open, c)
		}
	}
	if err := r.readWanted(ctx, open); err != nil {
		return err
	}
	for _, c := range open {
		for _, it := range c.Items {
			if err := r.plan(ctx, c, it); err != nil {
				return err
			}
		}
	}
	return nil
}

// plan plans one item and learns whether somebody else keeps changing it back.
func (r *Reader) plan(ctx context.Context, c *Comparison, it *Item) error {
	if c.Forced {
		it.State.Memory = it.State.Memory.Retried()
	}
	want, err := r.readPictures(ctx, c, it)
	if err != nil {
		return err
	}
	it.Plan = plan.Make(it.InPlex, want, it.State.Memory, r.Settings)
	it.Plan.Item = it.Key
	if !it.Plan.Reverted {
		return nil
	}
	now := r.Clock()
	if !c.Repeated {
		it.State.Memory = it.State.Memory.NoteRevert(now)
	}
	it.Contested = it.State.Memory.Contested(now)
	return nil
}
