package reconcile

import (
	"context"
	"slices"

	"golang.org/x/sync/errgroup"

	"lockstep/sync/fault"
	"lockstep/sync/match"
	"lockstep/sync/plan"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
	"lockstep/sync/store"
)

// coverReaders is how many covers are read at once; Stash gains nothing from more.
const coverReaders = 4

// details judges the scenes that wait, by one read of scenes and one of items. What a
// server fails to tell is left unjudged.
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
	open, err := s.readScenes(ctx, subs)
	if err != nil {
		return err
	}
	if open, err = s.readItems(ctx, open); err != nil {
		return err
	}
	for _, sub := range open {
		sub.want = plan.Want(*sub.scene, s.Settings)
	}
	if err := s.readCovers(ctx, open); err != nil {
		return err
	}
	for _, sub := range open {
		if err := s.plan(ctx, sub); err != nil {
			return err
		}
		s.tally.checked++
		s.judge(sub)
	}
	if s.report.Preview {
		return nil
	}
	return s.learn(subs)
}

// readScenes reads the scenes and ends those that are gone, raw, left out or without an
// item. It returns the others.
func (s *session) readScenes(ctx context.Context, subs []*subject) ([]*subject, error) {
	ids := make([]scene.ID, len(subs))
	for i, sub := range subs {
		ids[i] = sub.id
	}
	scenes, err := s.Stash.Scenes(ctx, ids)
	if err != nil {
		return nil, err
	}
	for _, sub := range subs {
		sub.scene = scenes[sub.id]
	}
	if err := s.follow(subs); err != nil {
		return nil, err
	}
	var open []*subject
	for _, sub := range subs {
		if _, answered := scenes[sub.id]; !answered {
			s.unread++
			continue
		}
		if !s.gated(sub) {
			open = append(open, sub)
			continue
		}
		s.tally.checked++
	}
	return open, nil
}

// follow finds the items again of scenes whose files changed since they were listed.
func (s *session) follow(subs []*subject) error {
	return s.Store.View(func(tx store.Tx) error {
		for _, sub := range subs {
			if sub.scene == nil || pathHash(sub.files) == sub.scene.PathHash() {
				continue
			}
			sub.files, sub.fresh, sub.moved = sub.scene.Files, true, true
			if err := s.find(tx, sub); err != nil {
				return err
			}
		}
		return nil
	})
}

// gated ends a scene that is gone, must not be written, or has no item.
func (s *session) gated(sub *subject) bool {
	if sub.scene == nil {
		return s.skip(sub, "", skip.DeletedInStash, "")
	}
	if code, words := plan.Gate(*sub.scene, s.Settings); code != "" {
		kind := ""
		if code == skip.NoMetadata {
			kind = sub.kind()
		}
		return s.skip(sub, kind, code, words)
	}
	return len(sub.targets) == 0 && s.missing(sub)
}

// readItems reads the items in full and drops those that do not hold the scene's file
// any more. A server that shows none of what it just listed is not believed.
func (s *session) readItems(ctx context.Context, subs []*subject) ([]*subject, error) {
	var keys []string
	for _, sub := range subs {
		for _, t := range sub.targets {
			keys = append(keys, t.Key.RatingKey)
		}
	}
	slices.Sort(keys)
	keys = slices.Compact(keys)
	if len(keys) == 0 {
		return subs, nil
	}
	items, err := s.Plex.Items(ctx, keys)
	if err != nil {
		return nil, err
	}
	if len(items) == 0 && len(keys) > 1 {
		return nil, fault.New(fault.Temporary, fault.Plex, "Plex does not show the items it lists.", "See Plex's log.", nil)
	}
	var open []*subject
	for _, sub := range subs {
		sub.keep(items)
		if len(sub.targets) > 0 {
			open = append(open, sub)
			continue
		}
		s.tally.checked++
		s.enqueue(sub, Missing, nil) // the worker looks again before it does anything
	}
	return open, nil
}

func (sub *subject) keep(items map[string]scene.Item) {
	sub.targets = slices.DeleteFunc(sub.targets, func(t *target) bool {
		it, ok := items[t.Key.RatingKey]
		t.item = it
		t.item.Section = t.Section
		return !ok || !slices.ContainsFunc(it.Files, func(f string) bool { return match.Same(f, t.Path) })
	})
}

// readCovers learns which picture Stash has: without a request for scenes that were not
// touched, without bytes where the ETag fits.
func (s *session) readCovers(ctx context.Context, subs []*subject) error {
	group, gctx := errgroup.WithContext(ctx)
	group.SetLimit(coverReaders)
	for _, sub := range subs {
		if len(sub.want.Images) == 0 {
			continue
		}
		if sub.seen.CoverAt != "" && sub.seen.CoverAt == sub.scene.UpdatedAt {
			sub.picture(sub.seen.SHA1)
			continue
		}
		group.Go(func() error { return s.readCover(gctx, sub) })
	}
	return group.Wait()
}

func (s *session) readCover(ctx context.Context, sub *subject) error {
	c, err := s.Stash.Cover(ctx, sub.id, sub.seen.Cover)
	switch {
	case fault.Is(err, fault.NotFound), fault.Is(err, fault.Rejected):
		sub.picture("")
		return nil
	case err != nil:
		return err
	case c.NotModified:
		sub.picture(sub.seen.SHA1)
	default:
		sub.picture(c.SHA1)
	}
	return nil
}

func (sub *subject) picture(sha string) {
	for _, f := range []scene.Field{scene.FieldPoster, scene.FieldBackground} {
		if _, wished := sub.want.Images[f]; wished {
			sub.want.Images[f] = plan.Image{SHA1: sha}
		}
	}
}

// plan plans every item of a scene just as the worker would.
func (s *session) plan(ctx context.Context, sub *subject) error {
	now := s.Clock()
	for _, t := range sub.targets {
		want, err := s.look(ctx, t, sub.want)
		if err != nil {
			return err
		}
		t.plan = plan.Make(t.item, want, t.state.Memory, s.Settings)
		t.plan.Item = t.Key
		t.contest = t.plan.Reverted && t.state.Memory.NoteRevert(now).Contested(now)
	}
	return nil
}

// look asks Plex which picture is selected where only that tells whether it is ours.
func (s *session) look(ctx context.Context, t *target, want plan.Wanted) (plan.Wanted, error) {
	fields := plan.Look(t.item, want, t.state.Memory, s.Settings)
	if len(fields) == 0 {
		return want, nil
	}
	images := map[scene.Field]plan.Image{}
	for f, im := range want.Images {
		images[f] = im
	}
	for _, f := range fields {
		pics, err := s.Plex.Pictures(ctx, t.Key.RatingKey, f)
		if err != nil {
			return want, err
		}
		im := images[f]
		im.Looked = true
		if i := slices.IndexFunc(pics, func(p scene.Picture) bool { return p.Selected }); i >= 0 {
			im.Selected = pics[i].SHA1
		}
		images[f] = im
	}
	want.Images = images
	return want, nil
}

// learn stores what the read showed: new stamps of items that are in step all the same,
// and who claims which file.
func (s *session) learn(subs []*subject) error {
	return s.Store.Update(func(tx store.Tx) error {
		for _, sub := range subs {
			if sub.scene == nil {
				continue
			}
			if sub.moved {
				if err := s.Remember(tx, *sub.scene); err != nil {
					return err
				}
			}
			for _, t := range sub.targets {
				if err := t.restamp(tx); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// restamp stores a new stamp of an item that holds what it should.
func (t *target) restamp(tx store.Tx) error {
	if !t.known || !t.item.Detailed || t.plan.Changed || t.state.UpdatedAt == t.item.UpdatedAt {
		return nil
	}
	now, ok, err := tx.ItemState(t.Key)
	if err != nil || !ok || now.UpdatedAt != t.state.UpdatedAt {
		return err
	}
	now.UpdatedAt = t.item.UpdatedAt
	return tx.PutItemState(t.Key, now)
}
