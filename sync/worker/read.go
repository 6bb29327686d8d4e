package worker

import (
	"fmt"
	"slices"
	"strings"

	"lockstep/sync/config"
	"lockstep/sync/fault"
	"lockstep/sync/library"
	"lockstep/sync/match"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
	"lockstep/sync/store"
)

// readScenes reads all scenes of the batch in one request and ends the jobs of scenes
// that are gone, raw or left out by the settings.
func (b *batch) readScenes() error {
	ids := make([]scene.ID, len(b.tasks))
	for i, t := range b.tasks {
		ids[i] = t.job.Scene
		b.Step(t.job, "reading")
	}
	scenes, err := b.Stash.Scenes(b.hard, ids)
	if err != nil {
		return err
	}
	if err := b.readSeen(); err != nil {
		return err
	}
	for _, t := range b.tasks {
		t.scene = scenes[t.job.Scene]
		if t.scene == nil {
			if err := b.end(t, Result{Outcome: Skipped, Code: skip.DeletedInStash, Deleted: true}); err != nil {
				return err
			}
			continue
		}
		if code, words := Gate(*t.scene, b.Settings); code != "" && t.job.Undo == 0 {
			if err := b.skip(t, code, words); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *batch) readSeen() error {
	return b.Store.View(func(tx store.Tx) error {
		for _, t := range b.tasks {
			s, _, err := tx.Seen(t.job.Scene)
			if err != nil {
				return err
			}
			t.seen = s
		}
		return nil
	})
}

// Gate decides whether a scene may be synced at all: it must be curated, have a file
// and not be left out by the settings. An empty code lets it pass.
func Gate(s scene.Scene, set config.Settings) (skip.Code, string) {
	for _, t := range s.Tags {
		if slices.ContainsFunc(set.ExcludeTags, func(x string) bool { return strings.EqualFold(x, t.Name) }) {
			return skip.Excluded, fmt.Sprintf("it has the tag %q", t.Name)
		}
	}
	switch {
	case set.OrganizedOnly && !s.Organized:
		return skip.Excluded, "it is not marked as organized"
	case len(s.Files) == 0:
		return skip.NoFile, ""
	case s.Raw():
		return skip.NoMetadata, ""
	}
	return "", ""
}

// Lookup answers match.Resolve from the store, within one transaction.
func Lookup(tx store.Tx, machine string) match.Index {
	return match.Index{
		Items: func(key string) ([]match.Candidate, error) {
			items, err := tx.ItemsAt(key)
			if err != nil {
				return nil, err
			}
			out := make([]match.Candidate, 0, len(items))
			for _, it := range items {
				if it.Key.Machine == machine {
					out = append(out, match.Candidate{Key: it.Key, Section: it.Section, Title: it.Title, Files: it.Files})
				}
			}
			return out, nil
		},
		Owners: func(path string) ([]scene.ID, error) { return tx.Claimants(match.Key(path)) },
	}
}

// findItems finds the items of each scene in the index.
func (b *batch) findItems() error {
	found := map[*task]match.Result{}
	err := b.Store.View(func(tx store.Tx) error {
		ix := Lookup(tx, b.Machine)
		for _, t := range b.open() {
			r, err := match.Resolve(*t.scene, b.Mapper, ix)
			if err != nil {
				return err
			}
			found[t] = r
			for _, g := range r.Targets {
				st, known, err := tx.ItemState(g.Key)
				if err != nil {
					return err
				}
				t.targets = append(t.targets, &target{Target: g, state: st, known: known})
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, t := range b.open() {
		if err := b.unmatched(t, found[t]); err != nil {
			return err
		}
	}
	return nil
}

// unmatched ends a task that has no target.
func (b *batch) unmatched(t *task, r match.Result) error {
	if len(r.Targets) > 0 {
		return nil
	}
	if r.Skip != skip.NotInPlex {
		return b.skip(t, r.Skip, r.Why)
	}
	paths := plexPaths(r)
	section, dir := b.place(paths)
	if section == "" {
		return b.skip(t, skip.OutsideLibrary, r.Why)
	}
	return b.park(t, paths, section, dir, r.Why)
}

func plexPaths(r match.Result) []string {
	var out []string
	for _, p := range r.Paths {
		out = append(out, p.Plex...)
	}
	return out
}

// place finds the chosen library one of the paths lies in, and the folder to scan.
func (b *batch) place(paths []string) (section, dir string) {
	for _, p := range paths {
		for _, s := range b.Sections {
			for _, l := range s.Locations {
				if match.Under(p, l) {
					return s.ID, match.Dir(p)
				}
			}
		}
	}
	return "", ""
}

func (b *batch) park(t *task, paths []string, section, dir, why string) error {
	words := why
	if b.Settings.AskPlexScan && b.scans.add(section, dir) {
		if err := b.Plex.Scan(b.hard, section, dir); err == nil {
			words = "asked Plex to scan " + dir
		} else if fault.Is(err, fault.Unreachable) {
			return err
		}
	} else if b.Settings.AskPlexScan {
		words = "asked Plex to scan " + dir
	}
	return b.end(t, Result{Outcome: Parked, Code: skip.NotInPlex, Words: words, Awaits: library.Keys(paths), Seen: t.looked()})
}

// readItems reads all items of the batch and drops those that do not hold the scene's
// file any more: a re-keyed item, a stale index or a restored server.
func (b *batch) readItems() error {
	var keys []string
	for _, t := range b.open() {
		b.Step(t.job, "reading")
		for _, g := range t.targets {
			keys = append(keys, g.Key.RatingKey)
		}
	}
	slices.Sort(keys)
	items, err := b.Plex.Items(b.hard, slices.Compact(keys))
	if err != nil {
		return err
	}
	for _, t := range b.open() {
		if err := b.keepTrue(t, items); err != nil {
			return err
		}
	}
	return nil
}

func (b *batch) keepTrue(t *task, items map[string]scene.Item) error {
	var stay []*target
	var gone []scene.ItemKey
	for _, g := range t.targets {
		it, ok := items[g.Key.RatingKey]
		if !ok || !slices.ContainsFunc(it.Files, func(f string) bool { return match.Same(f, g.Path) }) {
			gone = append(gone, g.Key)
			continue
		}
		g.item = it
		g.item.Section = g.Section
		stay = append(stay, g)
	}
	t.targets = stay
	if len(stay) > 0 {
		return nil
	}
	return b.end(t, Result{Outcome: Parked, Code: skip.NotInPlex, Gone: gone, Awaits: b.awaits(t), Seen: t.looked(),
		Words: "Plex no longer has the item this file belonged to"})
}
