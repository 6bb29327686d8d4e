package reconcile

import (
	"context"
	"slices"

	"lockstep/sync/compare"
	"lockstep/sync/plan"
	"lockstep/sync/queue"
	"lockstep/sync/skip"
	"lockstep/sync/store"
)

// reader compares scenes the way the worker does.
func (s *session) reader() *compare.Reader {
	return &compare.Reader{
		Stash: s.Stash, Plex: s.Plex, Store: s.Store, Settings: s.Settings, Machine: s.Machine, Sections: s.Sections,
		Mapper: s.Mapper, Clock: s.Clock, Index: s.index,
	}
}

// details judges the scenes that wait, by one read of scenes and one of items. What a
// failing server does not tell is left unjudged.
func (s *session) details(ctx context.Context) error {
	subs := s.pending
	s.pending = nil
	for part := range slices.Chunk(subs, detailBatch) {
		if err := s.batch(ctx, part); err != nil {
			return err
		}
	}
	return nil
}

func (s *session) batch(ctx context.Context, subs []*subject) error {
	requests := make([]compare.Request, len(subs))
	for i, sub := range subs {
		requests[i].Scene = sub.id
	}
	list, err := s.reader().Compare(ctx, requests)
	if err != nil {
		return err
	}
	for i, sub := range subs {
		sub.Comparison = list[i]
	}
	if err := s.follow(subs); err != nil {
		return err
	}
	for _, sub := range subs {
		s.weigh(sub)
		s.tally.checked++
	}
	if s.report.Preview {
		return nil
	}
	return s.learn(subs)
}

// follow takes in the files of scenes that changed since they were listed.
func (s *session) follow(subs []*subject) error {
	return s.Store.View(func(tx store.Tx) error {
		for _, sub := range subs {
			if sub.Scene == nil || pathHash(sub.files) == sub.Scene.PathHash() {
				continue
			}
			sub.files, sub.fresh, sub.moved = sub.Scene.Files, true, true
			if err := s.find(tx, sub); err != nil {
				return err
			}
		}
		return nil
	})
}

// weigh gives a result to a scene that was compared.
func (s *session) weigh(sub *subject) {
	switch {
	case sub.Code == skip.NoMetadata:
		s.skip(sub, sub.kind(), sub.Code, sub.Message)
	case sub.Code.Deliberate(), sub.Code == skip.FilterUnknown, sub.Code == skip.NoFile:
		s.skip(sub, "", sub.Code, sub.Message)
	case sub.Code != "" && len(sub.Gone) > 0:
		s.enqueue(sub, queue.Missing, nil) // the worker looks again before it does anything
	case sub.Code != "":
		s.missing(sub)
	case len(sub.Items) == 0:
		s.skip(sub, "", skip.Unreadable, sub.Fault.Message)
	default:
		s.judge(sub)
	}
}

// learn stores what the read showed: new stamps of items that are in step all the same,
// and who claims which file.
func (s *session) learn(subs []*subject) error {
	return s.Store.Update(func(tx store.Tx) error {
		for _, sub := range subs {
			if sub.Scene == nil {
				continue
			}
			if sub.moved {
				if err := s.Remember(tx, *sub.Scene); err != nil {
					return err
				}
			}
			for _, it := range sub.Items {
				if err := restamp(tx, it); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// restamp stores a new stamp of an item that holds what it should.
func restamp(tx store.Tx, it *compare.Item) error {
	if !it.Known || !it.InPlex.Detailed || it.Plan.Changed || it.State.UpdatedAt == it.InPlex.UpdatedAt {
		return nil
	}
	now, ok, err := tx.ItemState(it.Key)
	if err != nil || !ok || now.UpdatedAt != it.State.UpdatedAt {
		return err
	}
	now.UpdatedAt = it.InPlex.UpdatedAt
	return tx.PutItemState(it.Key, now)
}

// plans are those of all items of a scene.
func (sub *subject) plans() []plan.Plan {
	out := make([]plan.Plan, 0, len(sub.Items))
	for _, it := range sub.Items {
		out = append(out, it.Plan)
	}
	return out
}
