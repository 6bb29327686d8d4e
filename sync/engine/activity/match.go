package activity

import (
	"slices"

	"lockstep/sync/compare"
	"lockstep/sync/filter"
	"lockstep/sync/match"
	"lockstep/sync/message"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
	"lockstep/sync/store"
)

// match finds the scene of each record, by the files of its item. Plex does not say which of
// several versions was watched: an item with files of several scenes is nobody's.
func (l *Look) match() error {
	var news []*store.Playback
	left := l.open[:0]
	err := l.host.Store.View(func(tx store.Tx) error {
		for _, p := range l.open {
			if p.Scene != 0 && p.State != store.PlaybackUnmatched && p.State != store.PlaybackNew {
				left = append(left, p) // it goes where it was begun
				continue
			}
			id, to, err := l.sceneOf(tx, *p)
			if err != nil {
				return err
			}
			if id != 0 {
				p.Scene = id
				left = append(left, p)
				continue
			}
			if l.enter(p, to) {
				news = append(news, p)
			}
		}
		return nil
	})
	l.open = left
	if err != nil {
		return err
	}
	return l.put(news)
}

// sceneOf is the one scene that has a file of the item; without one it is the record with the
// reason.
func (l *Look) sceneOf(tx store.Tx, p store.Playback) (scene.ID, store.Playback, error) {
	p.State, p.Scene, p.Code = store.PlaybackUnmatched, 0, ""
	it, known, err := tx.Indexed(p.Item)
	if err != nil || !known {
		p.Code, p.Why = skip.NotInPlex, message.New(message.ActivityGone)
		return 0, p, err
	}
	var owners []scene.ID
	for _, f := range it.Files {
		claim, err := tx.Claimants(match.Key(f))
		if err != nil {
			return 0, p, err
		}
		owners = append(owners, claim...)
	}
	slices.Sort(owners)
	switch owners = slices.Compact(owners); len(owners) {
	case 0:
		p.Why = message.New(message.ActivityNoScene)
	case 1:
		return owners[0], p, nil
	default:
		args := make([]message.Arg, len(owners))
		for i, id := range owners {
			args[i] = message.Number(id)
		}
		p.Code, p.Why = skip.Ambiguous, message.New(message.ActivityShared, message.List(args...))
	}
	return 0, p, nil
}

// fits asks whether a scene, as it was just read, is the item's by the same rules as for
// writing to Plex, and is not left out by the settings. Why not stands in the record.
func (l *Look) fits(tx store.Tx, p store.Playback, s scene.Scene) (bool, store.Playback, error) {
	p.Name = s.Name()
	known, err := compare.KnownIn(tx)
	if err != nil {
		return false, p, err
	}
	if code, why := filter.Gate(s, l.Settings.Filter, known); code.Filtered() || code == skip.FilterUnknown {
		p.State, p.Code, p.Why = store.PlaybackUnmatched, code, why
		return false, p, nil
	}
	found, err := match.Resolve(s, match.Of(l.Settings), store.Lookup(tx, l.Machine))
	if err != nil {
		return false, p, err
	}
	if slices.ContainsFunc(found.Targets, func(t match.Target) bool { return t.Key == p.Item }) {
		return true, p, nil
	}
	p.State, p.Code, p.Why = store.PlaybackUnmatched, found.Skip, found.Why
	if found.Skip == "" { // another item of the scene is, this one is not
		p.Code, p.Why = skip.Ambiguous, message.New(message.ActivityNoScene)
	}
	return false, p, nil
}
