package reconcile

import (
	"context"

	"lockstep/sync/fault"
	"lockstep/sync/match"
	"lockstep/sync/plan"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
	"lockstep/sync/store"
)

// Finding is what a run thinks of one scene, with everything it looked at.
type Finding struct {
	Scene scene.Scene
	Match match.Result
	Seen  store.Seen
	Job   queue.Job // its state is empty when there is none
	Items []Examined
	// Outcome is Enqueued for a gap to be closed, Skipped with a code, or empty: in step
	// or, with a fault, not known.
	Outcome string
	Kind    string
	Code    skip.Code
	Words   string
	// Fault is why the items could not be read.
	Fault *fault.Error
}

// Examined is one item of a scene and the plan for it.
type Examined struct {
	Target match.Target
	State  store.ItemState
	Plan   plan.Plan
}

// Examine looks at one scene the way a preview does and changes nothing. The index is
// taken as it is; without a match it is walked for items of the same name. The error is
// the store's own, or Stash's.
func (r Run) Examine(ctx context.Context, sc scene.Scene) (Finding, error) {
	r.Report = store.Report{Preview: true}
	s := newSession(r)
	sub := &subject{id: sc.ID, updatedAt: sc.UpdatedAt, files: sc.Files, scene: &sc}
	err := r.Store.View(func(tx store.Tx) error { return s.recall(tx, sub) })
	if err != nil {
		return Finding{}, err
	}
	f := Finding{Scene: sc, Match: sub.found, Seen: sub.seen, Job: sub.job}
	err = s.examine(ctx, sub)
	if ours := fault.Of(err); ours != nil && ours.Server != fault.Plex {
		return f, err
	}
	f.Fault = fault.Of(err)
	for _, t := range sub.targets {
		f.Items = append(f.Items, Examined{t.Target, t.state, t.plan})
	}
	if len(s.rows) > 0 {
		row := s.rows[0]
		f.Outcome, f.Kind, f.Code, f.Words = row.Outcome, row.Kind, row.Reason, row.Words
	}
	return f, nil
}

// recall reads what the store knows of a scene, and looks for its items.
func (s *session) recall(tx store.Tx, sub *subject) (err error) {
	known := false
	if sub.seen, known, err = tx.Seen(sub.id); err != nil {
		return err
	}
	if sub.job, _, err = tx.Job(sub.id); err != nil {
		return err
	}
	sub.moved = !known || sub.seen.Paths != pathHash(sub.files)
	sub.fresh = sub.moved || sub.seen.UpdatedAt != sub.updatedAt
	if err := s.find(tx, sub); err != nil || len(sub.targets) > 0 {
		return err
	}
	ix := s.lookup(tx, map[scene.ItemKey]int64{})
	ix.Names = func(name string) ([]match.Candidate, error) { return s.named(tx, name) }
	sub.found, err = match.Resolve(scene.Scene{ID: sub.id, Files: sub.files}, s.Mapper, ix)
	return err
}

// maxNamed bounds the suggestions by file name.
const maxNamed = 10

// named walks the index for items that hold a file of this name.
func (s *session) named(tx store.Tx, name string) ([]match.Candidate, error) {
	var out []match.Candidate
	err := tx.EachIndexed(s.Machine, func(it store.Indexed) bool {
		for _, f := range it.Files {
			if match.NameKey(f) == name {
				out = append(out, match.Candidate{Key: it.Key, Section: it.Section, Title: it.Title, Files: it.Files})
				break
			}
		}
		return len(out) < maxNamed
	})
	return out, err
}

func (s *session) examine(ctx context.Context, sub *subject) error {
	sections, err := s.Plex.Sections(ctx)
	for _, sec := range sections {
		s.scanning[sec.ID] = sec.Refreshing
	}
	if s.gated(sub) {
		return nil
	}
	if err != nil {
		return err
	}
	open, err := s.readItems(ctx, []*subject{sub})
	if err != nil || len(open) == 0 {
		return err
	}
	sub.want = plan.Want(*sub.scene, s.Settings)
	if err := s.readCovers(ctx, open); err != nil {
		return err
	}
	if err := s.plan(ctx, sub); err != nil {
		return err
	}
	s.judge(sub)
	return nil
}
