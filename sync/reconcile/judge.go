package reconcile

import (
	"slices"

	"lockstep/sync/compare"
	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
)

// judge decides about a scene by the plans of its items.
func (s *session) judge(sub *subject) {
	adopt, contested := sub.Seen.Content == "", false
	for _, it := range sub.Items {
		adopt = adopt || !it.Known || it.State.Scene != sub.id
		contested = contested || it.Contested
	}
	unread := sub.unread()
	switch {
	case contested:
		s.skip(sub, queue.Drifted, skip.Contested, message.None)
	case sub.Changed(), adopt && unread == nil && !s.report.Preview: // nothing would be written to adopt it
		s.enqueue(sub, sub.gap(), sub.plans())
	case unread != nil:
		s.skip(sub, "", skip.Unreadable, unread.Message)
	default:
		for _, p := range sub.plans() {
			s.brake.Plan(p)
		}
		s.tally.step()
	}
}

// unread is why a part of a scene could not be looked at, nil when all of it was.
func (sub *subject) unread() *fault.Error {
	if sub.Fault != nil {
		return sub.Fault
	}
	return sub.Picture
}

// gap is the kind of gap by what was read.
func (sub *subject) gap() queue.Cause {
	unknown := func(it *compare.Item) bool { return !it.Known }
	switch {
	case sub.Seen.Content == "" || !slices.ContainsFunc(sub.Items, func(it *compare.Item) bool { return it.Known }):
		return queue.NeverSynced
	case slices.ContainsFunc(sub.Items, emptied):
		return queue.Emptied
	case sub.moved || sub.Seen.Content != sub.Scene.ContentHash():
		return queue.Changed
	case slices.ContainsFunc(sub.Items, unknown):
		return queue.NeverSynced
	}
	return queue.Drifted
}

// curated are the fields no item has by itself.
var curated = []scene.Field{scene.FieldStudio, scene.FieldSummary, scene.FieldDate, scene.FieldPerformers, scene.FieldTags}

// emptied reports an item that holds nothing of what it held when it was last in step.
func emptied(it *compare.Item) bool {
	held := false
	for _, f := range curated {
		if it.InPlex.Scalar(f) != "" || len(it.InPlex.List(f)) > 0 {
			return false
		}
		held = held || it.State.Memory.Holds(f)
	}
	return held && it.Plan.Changed
}
