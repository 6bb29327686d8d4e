package reconcile

import (
	"context"

	"lockstep/sync/compare"
	"lockstep/sync/fault"
	"lockstep/sync/match"
	"lockstep/sync/message"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
	"lockstep/sync/store"
)

// Finding is what a run thinks of one scene, with everything it looked at.
type Finding struct {
	*compare.Comparison
	Job queue.Job // its state is empty when there is none
	// Outcome is Enqueued for a gap to be closed, Skipped with a code, or empty: in step
	// or, with a fault, not known.
	Outcome string
	Kind    queue.Cause
	Code    skip.Code
	Message message.Message
	// Fault is why something could not be read.
	Fault *fault.Error
}

// Examine looks at one scene the way a preview does and changes nothing. The index is
// taken as it is; without a match it is walked for items of the same name. The error is
// the store's own, or Stash's.
func (r Run) Examine(ctx context.Context, sc scene.Scene) (Finding, error) {
	r.Report = store.Report{Preview: true}
	s := newSession(r)
	sub := &subject{id: sc.ID, updatedAt: sc.UpdatedAt, files: sc.Files}
	if err := r.Store.View(func(tx store.Tx) error { return s.recall(tx, sub) }); err != nil {
		return Finding{}, err
	}
	f, err := s.examine(ctx, sub)
	if ours := fault.Of(err); ours != nil && ours.Server != fault.Plex {
		return Finding{}, err
	}
	if sub.Scene == nil {
		sub.Scene = &sc // read a moment ago, and gone or unreadable now
	}
	f.Comparison, f.Job = sub.Comparison, sub.job
	if len(s.rows) > 0 {
		row := s.rows[0]
		f.Outcome, f.Kind, f.Code, f.Message = row.Outcome, row.Kind, row.Reason, row.Message
	}
	return f, nil
}

// recall reads what the store knows of a scene, and finds its items.
func (s *session) recall(tx store.Tx, sub *subject) (err error) {
	var known bool
	if sub.seen, known, err = tx.Seen(sub.id); err != nil {
		return err
	}
	if sub.job, _, err = tx.Job(sub.id); err != nil {
		return err
	}
	sub.moved = !known || sub.seen.Paths != pathHash(sub.files)
	sub.fresh = sub.moved || sub.seen.UpdatedAt != sub.updatedAt
	return s.find(tx, sub)
}

// examine compares a scene and judges it. A scene that is left alone whatever Plex says is
// judged without Plex.
func (s *session) examine(ctx context.Context, sub *subject) (Finding, error) {
	sections, away := s.Plex.Sections(ctx)
	for _, sec := range sections {
		s.scanning[sec.ID] = sec.Refreshing
	}
	r := s.reader()
	r.Index = s.indexWithNames
	list, err := r.Compare(ctx, []compare.Request{{Scene: sub.id}})
	if len(list) == 0 {
		return Finding{}, err
	}
	sub.Comparison = list[0]
	sub.found = sub.Match
	if err == nil && sub.Code == "" {
		err = away
	}
	if err != nil && sub.Code == "" {
		return Finding{Fault: fault.Of(err)}, err
	}
	s.weigh(sub)
	return Finding{Fault: sub.unread()}, nil
}

// indexWithNames answers match.Resolve and also finds items of the same file name.
func (s *session) indexWithNames(tx store.Tx) match.Index {
	ix := s.index(tx)
	ix.Names = func(name string) ([]match.Candidate, error) { return s.named(tx, name) }
	return ix
}

// maxNamed bounds the suggestions by file name.
const maxNamed = 10

// named walks the index for items that hold a file of this name.
func (s *session) named(tx store.Tx, name string) ([]match.Candidate, error) {
	var out []match.Candidate
	err := tx.EachIndexed(s.Machine, func(it store.Indexed) bool {
		for _, f := range it.Files {
			if match.NameKey(f) == name {
				out = append(out, it.Candidate())
				break
			}
		}
		return len(out) < maxNamed
	})
	return out, err
}
