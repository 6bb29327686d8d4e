package reconcile

import (
	"slices"
	"strings"

	"lockstep/sync/brake"
	"lockstep/sync/message"
	"lockstep/sync/plan"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
	"lockstep/sync/store"
)

// row begins the report row of a subject.
func (sub *subject) row(kind queue.Cause) store.ReportRow {
	r := store.ReportRow{Scene: sub.id, Title: sub.name, Kind: kind}
	if len(sub.files) > 0 {
		r.Path = sub.files[0].Path
	}
	if sub.Comparison != nil && sub.Scene != nil {
		r.Title = sub.Scene.Name()
	}
	if r.Title == "" {
		r.Title = scene.Scene{ID: sub.id, Files: sub.files}.Name()
	}
	keys := make([]string, 0, len(sub.targets))
	for _, t := range sub.targets {
		keys = append(keys, t.Key.RatingKey)
	}
	r.Item = strings.Join(keys, ",")
	return r
}

// skip ends a subject with a reason; it returns true.
func (s *session) skip(sub *subject, kind queue.Cause, code skip.Code, words message.Message) bool {
	r := sub.row(kind)
	r.Outcome, r.Reason, r.Message = Skipped, code, words
	s.rows = append(s.rows, r)
	s.tally.skip(kind, code)
	return true
}

// queued ends a subject that is in the queue already; it returns true.
func (s *session) queued(sub *subject, code skip.Code) bool {
	r := sub.row(sub.kind())
	r.Outcome, r.Reason, r.Message = Enqueued, code, sub.job.Message
	s.rows = append(s.rows, r)
	s.tally.enqueue(r.Kind)
	return true
}

// enqueue ends a subject as one to be written; it returns true.
func (s *session) enqueue(sub *subject, kind queue.Cause, plans []plan.Plan) bool {
	r := sub.row(kind)
	r.Outcome = Enqueued
	var mask brake.Fields
	for _, p := range plans {
		mask |= s.brake.Plan(p)
		describe(&r, p)
	}
	sub.leftOut(&r)
	if mask != 0 {
		s.masks[sub.id] = mask
	}
	s.rows = append(s.rows, r)
	s.tally.enqueue(kind)
	return true
}

// describe adds what a plan changes and keeps to a row. Fields that are the same for
// several items of a scene are listed once.
func describe(r *store.ReportRow, p plan.Plan) {
	for _, d := range p.Decisions {
		c := store.ChangeOf(d)
		switch {
		case d.Changes():
			r.Changes = addChange(r.Changes, c)
		case d.Code != "" && d.Code != skip.PolicyOff:
			r.Kept = addChange(r.Kept, c)
		}
	}
	var names []message.Arg
	var seen []scene.Field
	for _, c := range r.Changes {
		if !slices.Contains(seen, c.Field) {
			seen = append(seen, c.Field)
			names = append(names, message.Of(c.Field.Message()))
		}
	}
	r.Message = message.New(message.ReconcileFields, message.List(names...))
}

// leftOut names the pictures that could not be looked at.
func (sub *subject) leftOut(r *store.ReportRow) {
	if sub.Comparison == nil || sub.Picture == nil {
		return
	}
	for _, f := range []scene.Field{scene.FieldPoster, scene.FieldBackground} {
		if _, wished := sub.Want.Images[f]; wished {
			r.Kept = append(r.Kept, store.Change{Field: f, Why: sub.Picture.Message})
		}
	}
}

func addChange(list []store.Change, c store.Change) []store.Change {
	if slices.Contains(list, c) {
		return list
	}
	return append(list, c)
}
