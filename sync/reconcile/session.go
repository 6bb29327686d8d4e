package reconcile

import (
	"context"
	"fmt"

	"lockstep/sync/brake"
	"lockstep/sync/change"
	"lockstep/sync/compare"
	"lockstep/sync/config"
	"lockstep/sync/message"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
	"lockstep/sync/store"
)

// session is the state of one run.
type session struct {
	Run
	report   store.Report
	scope    scope
	tally    tally
	brake    *brake.Tally
	claims   *claims
	renamed  map[scene.ID]bool // scenes whose tag, performer or studio was renamed or removed
	scanning map[string]bool   // sections Plex is scanning
	gone     []change.Lost
	pending  []*subject // wait for their details
	rows     []store.ReportRow
	masks    map[scene.ID]brake.Fields // what enqueued scenes would lose
}

const (
	// detailBatch is how many scenes share a read of details.
	detailBatch = compare.MaxBatch
	// rowBatch bounds the rows of one transaction.
	rowBatch = 5000
)

func newSession(r Run) *session {
	s := &session{
		Run: r, report: r.Report, tally: newTally(), brake: brake.NewTally(),
		renamed: map[scene.ID]bool{}, scanning: map[string]bool{}, masks: map[scene.ID]brake.Fields{},
	}
	s.claims = newClaims(r.Mapper)
	return s
}

// compare judges every scene in scope.
func (s *session) compare(ctx context.Context) error {
	var err error
	if s.scope, err = scopeOf(config.Scope(s.report.Scope), s.Sections, s.Clock()); err != nil {
		return err
	}
	if err := s.prepare(ctx); err != nil {
		return err
	}
	if s.scope.only != 0 {
		return s.one(ctx)
	}
	if err := s.survey(ctx); err != nil {
		return err
	}
	s.progress()
	err = s.Stash.SweepFiles(ctx, s.Settings.Parts(), func(page []scene.FileStamp) error {
		if err := s.page(ctx, page); err != nil {
			return err
		}
		s.progress()
		return ctx.Err()
	})
	if err == nil {
		err = s.details(ctx)
	}
	if err != nil {
		return err
	}
	return s.vanished()
}

// prepare brings the index of Plex up to date and learns which names changed in Stash.
func (s *session) prepare(ctx context.Context) error {
	sections, err := s.Plex.Sections(ctx)
	if err != nil {
		return err
	}
	for _, sec := range sections {
		s.scanning[sec.ID] = sec.Refreshing
	}
	if err := s.Refresh(ctx); err != nil {
		return fmt.Errorf("list the Plex libraries: %w", err)
	}
	names, err := s.Stash.Names(ctx, s.Settings.Parts())
	if err != nil {
		return err
	}
	return s.Store.View(func(tx store.Tx) error { return s.learnNames(tx, names) })
}

// learnNames notes the scenes that used a name which is not as it was.
func (s *session) learnNames(tx store.Tx, names scene.Names) error {
	for kind, list := range map[store.NameKind][]scene.Named{
		store.TagName: names.Tags, store.PerformerName: names.Performers, store.StudioName: names.Studios, store.GroupName: names.Groups, store.GalleryName: names.Galleries,
	} {
		old, err := tx.Names(kind)
		if err != nil {
			return err
		}
		for _, n := range list {
			if old[n.ID] == n.Name {
				delete(old, n.ID)
			}
		}
		for id := range old {
			users, err := tx.Using(store.Use{Kind: kind, ID: id})
			if err != nil {
				return err
			}
			for _, u := range users {
				s.renamed[u] = true
			}
		}
	}
	return nil
}

// one judges a single scene.
func (s *session) one(ctx context.Context) error {
	s.report.Total = 1
	found, err := s.reader().Scenes(ctx, []scene.ID{s.scope.only})
	if err != nil {
		return err
	}
	sc, bad := found.Values[s.scope.only], found.Bad[s.scope.only]
	if sc != nil {
		fs := scene.FileStamp{ID: sc.ID, UpdatedAt: sc.UpdatedAt, Files: sc.Files}
		if err := s.page(ctx, []scene.FileStamp{fs}); err != nil {
			return err
		}
		return s.details(ctx)
	}
	s.tally.checked++
	if bad != nil {
		s.skip(&subject{id: s.scope.only}, "", skip.Unreadable, bad.Message)
	} else {
		s.skip(&subject{id: s.scope.only}, "", skip.DeletedInStash, message.None)
	}
	return nil
}

// vanished reports the scenes that are no longer in Stash.
func (s *session) vanished() error {
	if !s.scope.whole {
		return nil
	}
	for _, l := range s.gone {
		s.tally.checked++
		s.skip(&subject{id: l.ID, name: l.Name}, "", skip.DeletedInStash, message.None)
		if err := s.flushRows(rowBatch); err != nil {
			return err
		}
	}
	return nil
}

func (s *session) progress() {
	if s.Progress != nil {
		s.Progress(s.tally.checked, max(s.report.Total, s.tally.checked))
	}
}
