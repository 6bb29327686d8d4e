package compare

import (
	"context"
	"errors"
	"slices"
	"time"

	"lockstep/sync/fault"
	"lockstep/sync/filter"
	"lockstep/sync/match"
	"lockstep/sync/message"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
	"lockstep/sync/store"
)

// ErrHidden is in the chain of the fault of a Plex that shows none of the items it lists:
// its list has to be read again before anything is taken for gone.
var ErrHidden = errors.New("none of the items asked for was in the answer")

// Read reads scenes, finds their items and reads those. The error is that of a server as
// a whole, or our own. When it is Plex's, the comparisons come all the same, with what
// Stash and the index tell.
func (r *Reader) Read(ctx context.Context, requests []Request) ([]*Comparison, error) {
	at := r.Clock()
	scenes, recent, err := r.readScenes(ctx, requests, at)
	if err != nil {
		return nil, err
	}
	list := make([]*Comparison, len(requests))
	for i, q := range requests {
		c := &Comparison{Request: q, Scene: scenes.Values[q.Scene], Fault: scenes.Bad[q.Scene]}
		if c.Scene != nil {
			read := at
			if s, kept := recent[q.Scene]; kept {
				read = s.at
			}
			c.Stamp = store.StampOf(*c.Scene, read)
		}
		list[i] = c
	}
	known, err := Known(ctx, r.Stash, r.Store, r.Settings.Filter)
	if err != nil {
		return nil, err
	}
	if err := r.locate(list, scenes, known); err != nil {
		return nil, err
	}
	return list, r.readItems(ctx, list)
}

// readScenes reads scenes, those that were just read and found edited excepted. What a person
// asked for is read anew in any case.
func (r *Reader) readScenes(ctx context.Context, requests []Request, now time.Time) (Found[scene.ID, *scene.Scene], map[scene.ID]readScene, error) {
	var anew, asKept []scene.ID
	for _, q := range requests {
		if q.Forced {
			anew = append(anew, q.Scene)
		} else {
			asKept = append(asKept, q.Scene)
		}
	}
	recent, left := r.Recent.take(asKept, r.Settings.Parts(), now)
	scenes, err := r.Scenes(ctx, append(anew, left...))
	if err != nil {
		return scenes, nil, err
	}
	for id, s := range recent {
		scenes.Values[id] = s.scene
	}
	return scenes, recent, nil
}

// Edited is Scenes for scenes that changed: they are kept for whoever brings them in step.
func (r *Reader) Edited(ctx context.Context, ids []scene.ID) (Found[scene.ID, *scene.Scene], error) {
	at := r.Clock()
	found, err := r.Scenes(ctx, ids)
	if err == nil {
		r.Recent.keep(found.Values, r.Settings.Parts(), at)
	}
	return found, err
}

// Scenes reads scenes in one request per hundred. Those Stash could not read are among
// the bad ones, nil stands for one it no longer has.
func (r *Reader) Scenes(ctx context.Context, ids []scene.ID) (Found[scene.ID, *scene.Scene], error) {
	read := func(ctx context.Context, ids []scene.ID) (map[scene.ID]*scene.Scene, error) {
		return r.Stash.Scenes(ctx, ids, r.Settings.Parts())
	}
	s := splitter[scene.ID, *scene.Scene]{read: read, elsewhere: func(ctx context.Context) (int, error) {
		others, err := r.otherScenes(ids)
		if err != nil {
			return most, err
		}
		return anyOf(others, func(id scene.ID) error { _, err := read(ctx, []scene.ID{id}); return err })
	}}
	found, err := s.all(ctx, ids)
	if err != nil {
		return found, err
	}
	for _, id := range ids {
		if _, answered := found.Values[id]; !answered && found.Bad[id] == nil {
			found.Bad[id] = fault.New(fault.Temporary, fault.Stash, message.New(message.SceneUnread), message.New(message.AdviceStashLog), nil)
		}
	}
	return found, nil
}

// apart is how far two others lie apart: neighbours share what is wrong with them.
const apart = 40

// anyOf tries one after the other until one works, and tells how many it tried.
func anyOf[K any](others []K, try func(K) error) (tried int, err error) {
	for i, k := range others {
		if err = try(k); err == nil {
			return i + 1, nil
		}
	}
	return len(others), err
}

// most is how many others are tried.
const most = 2

// pickOthers picks the first and a later one of what is passed to take, which returns
// false when no more is needed.
func pickOthers[K comparable](avoid []K) (take func(K) bool, picked func() []K) {
	var list []K
	n := 0
	take = func(k K) bool {
		if slices.Contains(avoid, k) {
			return true
		}
		if n++; n == 1 || len(list) < most {
			list = append(list, k)
		} else {
			list[1] = k
		}
		return n < apart
	}
	return take, func() []K { return list }
}

// otherScenes are known scenes that are not among the ids.
func (r *Reader) otherScenes(ids []scene.ID) ([]scene.ID, error) {
	take, picked := pickOthers(ids)
	err := r.Store.View(func(tx store.Tx) error {
		return tx.EachSeen(0, func(id scene.ID, _ store.Seen) bool { return take(id) })
	})
	return picked(), err
}

// locate reads what the store knows of the scenes and finds their items in the index.
func (r *Reader) locate(list []*Comparison, scenes Found[scene.ID, *scene.Scene], known filter.Known) error {
	return r.Store.View(func(tx store.Tx) error {
		ix := store.Lookup(tx, r.Machine)
		if r.Index != nil {
			ix = r.Index(tx)
		}
		for _, c := range list {
			var err error
			if c.Seen, c.Known, err = tx.Seen(c.Request.Scene); err != nil {
				return err
			}
			if _, answered := scenes.Values[c.Request.Scene]; answered && c.Scene == nil {
				c.Code = skip.DeletedInStash
			}
			if c.Scene == nil {
				continue
			}
			if err := r.find(tx, ix, c); err != nil {
				return err
			}
			r.gate(c, known)
		}
		return nil
	})
}

// find finds the items of one scene.
func (r *Reader) find(tx store.Tx, ix match.Index, c *Comparison) (err error) {
	if c.Match, err = match.Resolve(*c.Scene, r.Mapper, ix); err != nil {
		return err
	}
	for _, g := range c.Match.Targets {
		it := &Item{Target: g}
		if it.State, it.Known, err = store.Remembered(tx, g.Key, c.Scene.ID, g.Path); err != nil {
			return err
		}
		c.Items = append(c.Items, it)
	}
	return nil
}

// gate says why a scene is left alone before its items are read.
func (r *Reader) gate(c *Comparison, known filter.Known) {
	if !c.Ungated {
		if c.Code, c.Message = filter.Gate(*c.Scene, r.Settings.Filter, known); c.Code != "" {
			return
		}
	}
	if len(c.Items) > 0 {
		return
	}
	r.place(c)
	c.Code, c.Message = c.Match.Skip, c.Match.Why
	if c.Code == skip.NotInPlex && c.Section == "" {
		c.Code = skip.OutsideLibrary
	}
}

// place finds the chosen library in whose folders one of the files should lie.
func (r *Reader) place(c *Comparison) {
	c.Section, c.Folder = Place(r.Sections, c.PlexPaths())
}

// Place finds the first library one of the paths lies in, and the path's folder; both are
// empty when there is none.
func Place(sections []scene.Section, paths []string) (section, folder string) {
	for _, p := range paths {
		for _, s := range sections {
			for _, l := range s.Locations {
				if match.Under(p, l) {
					return s.ID, match.Dir(p)
				}
			}
		}
	}
	return "", ""
}

// readItems reads the items in full and drops those that do not hold the scene's file any
// more: a re-keyed item, a stale index or a restored server.
func (r *Reader) readItems(ctx context.Context, list []*Comparison) error {
	var keys []string
	for _, c := range list {
		if !c.Open() {
			continue
		}
		for _, it := range c.Items {
			keys = append(keys, it.Key.RatingKey)
		}
	}
	found, err := r.Items(ctx, keys)
	if err != nil {
		return err
	}
	if len(found.Values)+len(found.Bad) == 0 && len(slices.Compact(slices.Sorted(slices.Values(keys)))) > 1 {
		return fault.New(fault.Temporary, fault.Plex, message.New(message.ItemsHidden), message.New(message.AdviceItemsHidden), ErrHidden)
	}
	for _, c := range list {
		if c.Open() {
			r.takeItems(c, found)
		}
	}
	return nil
}

// takeItems takes the items that were read into a comparison.
func (r *Reader) takeItems(c *Comparison, found Found[string, scene.Item]) {
	why := message.New(message.NoItemAnyMore)
	c.Items = slices.DeleteFunc(c.Items, func(g *Item) bool {
		it, ok := found.Values[g.Key.RatingKey]
		switch bad := found.Bad[g.Key.RatingKey]; {
		case bad != nil:
			c.Fault = bad
			return true
		case !ok || !slices.ContainsFunc(it.Files, func(f string) bool { return match.Same(f, g.Path) }):
			c.Gone = append(c.Gone, g.Key)
			return true
		case it.Trashed: // what is remembered of it stays: it may come back
			c.Trashed, why = append(c.Trashed, g.Key), match.InTrash(it.Title)
			return true
		}
		g.InPlex = it
		g.InPlex.Section = g.Section
		return false
	})
	if len(c.Items) == 0 && c.Fault == nil {
		r.place(c)
		c.Code, c.Message = skip.NotInPlex, why
	}
}

// Items reads items in full, in one request per batch. Those Plex does not have are
// missing, those it cannot read are among the bad ones.
func (r *Reader) Items(ctx context.Context, keys []string) (Found[string, scene.Item], error) {
	s := splitter[string, scene.Item]{read: r.Plex.Items, elsewhere: func(ctx context.Context) (int, error) {
		others, err := r.otherItems(keys)
		if err != nil {
			return most, err
		}
		return anyOf(others, func(key string) error { _, err := r.Plex.Items(ctx, []string{key}); return err })
	}}
	return s.all(ctx, keys)
}

// otherItems are items of the index that are not among the keys.
func (r *Reader) otherItems(keys []string) ([]string, error) {
	take, picked := pickOthers(keys)
	err := r.Store.View(func(tx store.Tx) error {
		return tx.EachIndexed(r.Machine, func(it store.Indexed) bool { return take(it.Key.RatingKey) })
	})
	return picked(), err
}
