package reconcile

import (
	"slices"

	"lockstep/sync/plan"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
)

// judge decides about a scene by the plans of its items.
func (s *session) judge(sub *subject) {
	plans := make([]plan.Plan, 0, len(sub.targets))
	changed, adopt, contested := false, sub.seen.Content == "", false
	for _, t := range sub.targets {
		plans = append(plans, t.plan)
		changed = changed || t.plan.Changed
		adopt = adopt || !t.known || t.state.Scene != sub.id
		contested = contested || t.contest
	}
	switch {
	case contested:
		s.skip(sub, Drifted, skip.Contested, "")
	case changed || adopt:
		s.enqueue(sub, sub.gap(), plans)
	default:
		for _, p := range plans {
			s.brake.Plan(p)
		}
		s.tally.step()
	}
}

// gap is the kind of gap by what was read.
func (sub *subject) gap() string {
	known := slices.ContainsFunc(sub.targets, func(t *target) bool { return t.known })
	switch {
	case sub.seen.Content == "" || !known:
		return NeverSynced
	case slices.ContainsFunc(sub.targets, (*target).emptied):
		return Emptied
	case sub.moved || sub.seen.Content != sub.scene.ContentHash():
		return Changed
	case slices.ContainsFunc(sub.targets, func(t *target) bool { return !t.known }):
		return NeverSynced
	}
	return Drifted
}

// curated are the fields no item has by itself.
var curated = []scene.Field{scene.FieldStudio, scene.FieldSummary, scene.FieldDate, scene.FieldPerformers, scene.FieldTags}

// emptied reports an item that holds nothing of what it held when it was last in step.
func (t *target) emptied() bool {
	held := false
	for _, f := range curated {
		if t.item.Scalar(f) != "" || len(t.item.List(f)) > 0 {
			return false
		}
		held = held || t.state.Memory.Holds(f)
	}
	return held && t.plan.Changed
}
