package reconcile

import (
	"context"
	"slices"

	"lockstep/sync/compare"
	"lockstep/sync/match"
	"lockstep/sync/message"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
	"lockstep/sync/store"
)

// subject is one scene on its way to a result.
type subject struct {
	*compare.Comparison // nil until the scene was compared

	id        scene.ID
	name      string
	updatedAt string
	files     []scene.File
	seen      store.Seen
	job       queue.Job // its state is empty when there is none
	fresh     bool      // not as last seen
	moved     bool
	found     match.Result
	targets   []*target
}

// target is one Plex item of a subject, as the index knows it.
type target struct {
	match.Target
	state store.ItemState
	known bool
	stamp int64 // updatedAt by the index
}

// page judges the scenes of a page; those that need details wait for a full batch.
func (s *session) page(ctx context.Context, page []scene.FileStamp) error {
	subjects := make([]*subject, 0, len(page))
	err := s.Store.View(func(tx store.Tx) error {
		for _, fs := range page {
			sub, in, err := s.subject(tx, fs)
			if err != nil {
				return err
			}
			if in {
				subjects = append(subjects, sub)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, sub := range subjects {
		if err := s.quick(ctx, sub); err != nil {
			return err
		}
	}
	return s.flushRows(rowBatch)
}

// subject collects what is known of a scene without asking a server.
func (s *session) subject(tx store.Tx, fs scene.FileStamp) (*subject, bool, error) {
	seen, known, err := tx.Seen(fs.ID)
	if err != nil {
		return nil, false, err
	}
	sub := &subject{id: fs.ID, name: seen.Name, updatedAt: fs.UpdatedAt, files: fs.Files, seen: seen}
	sub.moved = !known || seen.Paths != pathHash(fs.Files)
	sub.fresh = s.differs(fs, seen, known, sub.moved)
	if s.scope.only == 0 && !s.scope.holds(fs, seen, sub.fresh, s.Mapper) {
		return nil, false, nil
	}
	if sub.job, _, err = tx.Job(fs.ID); err != nil {
		return nil, false, err
	}
	return sub, true, s.find(tx, sub)
}

// find looks the scene's files up in the index.
func (s *session) find(tx store.Tx, sub *subject) error {
	sub.targets = nil
	if len(sub.files) == 0 {
		return nil
	}
	stamps := map[scene.ItemKey]int64{}
	var err error
	sub.found, err = match.Resolve(scene.Scene{ID: sub.id, Files: sub.files}, s.Mapper, s.lookup(tx, stamps))
	if err != nil {
		return err
	}
	for _, m := range sub.found.Targets {
		t := &target{Target: m, stamp: stamps[m.Key]}
		if t.state, t.known, err = store.Remembered(tx, m.Key, sub.id, m.Path); err != nil {
			return err
		}
		sub.targets = append(sub.targets, t)
	}
	return nil
}

// index answers match.Resolve with what this run knows of who claims which file.
func (s *session) index(tx store.Tx) match.Index { return s.lookup(tx, map[scene.ItemKey]int64{}) }

// lookup answers match.Resolve from the index, and notes the stamps of what it hands out.
func (s *session) lookup(tx store.Tx, stamps map[scene.ItemKey]int64) match.Index {
	return match.Index{
		Items: func(key string) ([]match.Candidate, error) {
			items, err := tx.ItemsAt(key)
			if err != nil {
				return nil, err
			}
			out := make([]match.Candidate, 0, len(items))
			for _, it := range items {
				if it.Key.Machine == s.Machine {
					stamps[it.Key] = it.UpdatedAt
					out = append(out, it.Candidate())
				}
			}
			return out, nil
		},
		Owners: func(path string) ([]scene.ID, error) { return s.claims.owners(tx, path) },
	}
}

// quick judges a scene by what is stored and listed, if that is enough.
func (s *session) quick(ctx context.Context, sub *subject) error {
	if s.settled(sub) {
		s.tally.checked++
		return nil
	}
	s.pending = append(s.pending, sub)
	if len(s.pending) < detailBatch {
		return nil
	}
	err := s.details(ctx)
	s.progress()
	return err
}

// settled gives a result to a scene that needs no details.
func (s *session) settled(sub *subject) bool {
	if code := inQueue(sub.job.State); code != "" && !s.report.Preview {
		return s.queued(sub, code)
	}
	if len(sub.files) == 0 {
		return s.skip(sub, "", skip.NoFile, message.None)
	}
	if sub.fresh {
		return false
	}
	if done := s.ended(sub); done || sub.seen.Content == "" {
		return done
	}
	if len(sub.targets) == 0 {
		return s.missing(sub)
	}
	held := sub.job.State == queue.Skipped && sub.job.Code == skip.Brake
	if s.report.Deep || held || sub.job.Picture || sub.job.State.Live() || !sub.asRead() {
		return false
	}
	for _, t := range sub.targets {
		s.brake.InStep(t.state.Memory)
	}
	s.tally.step()
	return true
}

// inQueue is the word for a job that will be written, or is; "" for any other. A preview
// looks past it at what will be written.
func inQueue(s queue.State) skip.Code {
	switch s {
	case queue.Running:
		return skip.RunningNow
	case queue.Waiting, queue.Retrying:
		return skip.AlreadyQueued
	}
	return ""
}

// ended takes over the reason for which the job of an unchanged scene ended.
func (s *session) ended(sub *subject) bool {
	switch {
	case sub.job.State == queue.Dead && sub.job.Picture:
		return false // what failed may work by now, and nothing else would try it again
	case sub.job.State == queue.Dead:
		return s.skip(sub, sub.kind(), skip.FailedBefore, sub.job.Message)
	case sub.job.State == queue.Parked && len(sub.targets) == 0:
		return s.missing(sub)
	case sub.job.State != queue.Skipped:
		return false
	}
	if sub.job.Code.Filtered() {
		return s.skip(sub, "", sub.job.Code, sub.job.Message)
	}
	switch sub.job.Code {
	case skip.NoMetadata, skip.Contested:
		return s.skip(sub, sub.kind(), sub.job.Code, sub.job.Message)
	case skip.NotInPlex, skip.Ambiguous, skip.PathNotMapped, skip.PathCase, skip.OutsideLibrary:
		return len(sub.targets) == 0 && s.missing(sub)
	}
	return false
}

// asRead reports that all items are as they were when they were last in step.
func (sub *subject) asRead() bool {
	for _, t := range sub.targets {
		if !t.known || t.state.Scene != sub.id || t.state.UpdatedAt != t.stamp {
			return false
		}
	}
	return true
}

// kind is the kind of gap as far as it is known without details.
func (sub *subject) kind() queue.Cause {
	switch {
	case len(sub.targets) == 0 && len(sub.found.Candidates) == 0:
		return queue.Missing
	case sub.seen.Content == "":
		return queue.NeverSynced
	case sub.fresh:
		return queue.Changed
	case slices.Contains(queue.Gaps, sub.job.Cause):
		return sub.job.Cause
	case len(sub.targets) > 0 && !sub.asRead():
		return queue.Drifted
	}
	return queue.Changed
}

// missing gives a result to a scene without item that passed the gate.
func (s *session) missing(sub *subject) bool {
	code := sub.found.Skip
	switch {
	case code != skip.NotInPlex:
		return s.skip(sub, sub.kind(), code, sub.found.Why)
	case s.section(sub) == "":
		return s.skip(sub, queue.Missing, skip.OutsideLibrary, sub.found.Why)
	case s.scanning[s.section(sub)]:
		return s.skip(sub, queue.Missing, skip.LibraryScanning, message.None)
	case sub.job.State == queue.Parked, !sub.fresh && sub.job.State == queue.Skipped && sub.job.Code == skip.NotInPlex:
		return s.skip(sub, queue.Missing, skip.NotInPlex, sub.job.Message)
	case s.report.Preview: // queued it would have Plex look for the file, but nothing would be written
		return s.skip(sub, queue.Missing, skip.NotInPlex, sub.found.Why)
	}
	return s.enqueue(sub, queue.Missing, nil)
}

// section is the chosen library in whose folders one of the files should lie.
func (s *session) section(sub *subject) string {
	var paths []string
	for _, m := range sub.found.Paths {
		paths = append(paths, m.Plex...)
	}
	id, _ := compare.Place(s.Sections, paths)
	return id
}
