package worker

import (
	"slices"
	"time"

	"lockstep/sync/fault"
	"lockstep/sync/match"
	"lockstep/sync/plan"
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
	b.readAt = b.Clock()
	scenes, err := b.Stash.Scenes(b.hard, ids)
	if err != nil {
		return err
	}
	if err := b.readSeen(); err != nil {
		return err
	}
	for _, t := range b.tasks {
		sc, answered := scenes[t.job.Scene]
		if !answered {
			f := fault.New(fault.Temporary, fault.Stash, "Stash could not read this scene.", "See Stash's log.", nil)
			if err := b.end(t, Result{Outcome: Failed, Fault: f}); err != nil {
				return err
			}
			continue
		}
		t.scene, t.stamp = sc, stampOf(sc, b.readAt)
		if sc == nil {
			if err := b.end(t, Result{Outcome: Skipped, Code: skip.DeletedInStash, Deleted: true}); err != nil {
				return err
			}
			continue
		}
		if code, words := plan.Gate(*t.scene, b.Settings); code != "" && t.job.Undo == 0 {
			if err := b.skip(t, code, words); err != nil {
				return err
			}
		}
	}
	return nil
}

// stampOf is the scene's stamp as it is remembered.
func stampOf(sc *scene.Scene, readAt time.Time) string {
	if sc == nil {
		return ""
	}
	return store.Stamp(sc.UpdatedAt, readAt)
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

// findItems finds the items of each scene in the index.
func (b *batch) findItems() error {
	found := map[*task]match.Result{}
	err := b.Store.View(func(tx store.Tx) error {
		ix := store.Lookup(tx, b.Machine)
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
	return b.end(t, Result{Outcome: Parked, Code: skip.NotInPlex, Words: words, Awaits: match.Keys(paths), Seen: t.looked()})
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
	r, err := b.readAll(keys)
	if err != nil {
		return err
	}
	for _, t := range b.open() {
		t.keepTrue(r)
		if err := b.bereft(t); err != nil {
			return err
		}
	}
	return nil
}

func (t *task) keepTrue(r itemRead) {
	var stay []*target
	for _, g := range t.targets {
		it, ok := r.items[g.Key.RatingKey]
		switch {
		case r.bad[g.Key.RatingKey] != nil:
			t.fault = r.bad[g.Key.RatingKey]
		case !ok || !slices.ContainsFunc(it.Files, func(f string) bool { return match.Same(f, g.Path) }):
			t.gone = append(t.gone, g.Key)
		default:
			g.item = it
			g.item.Section = g.Section
			stay = append(stay, g)
		}
	}
	t.targets = stay
}
