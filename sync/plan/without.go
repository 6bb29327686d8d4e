package plan

import (
	"slices"

	"lockstep/sync/message"
	"lockstep/sync/scene"
)

// Without is the plan with one picture left as it is, because it could not be sent: the
// other fields do not wait for it, and its lock stays as it was. The plan must be one of
// Make's.
func (p Plan) Without(f scene.Field, why message.Message) Plan {
	i := slices.IndexFunc(p.Decisions, func(d Decision) bool { return d.Field == f })
	if i < 0 || f.Kind() != scene.Image || !p.Decisions[i].Changes() {
		return p
	}
	out := Plan{Item: p.Item, Decisions: slices.Clone(p.Decisions), Reverted: p.Reverted, before: p.before, want: p.want, shelf: p.shelf}
	d := &out.Decisions[i]
	d.Action, d.Why, d.New, d.Foreign, d.lock = Skip, why, d.Old, false, p.before.Locked[f.Wire()]
	out.compose(Memory{})
	return out
}
