package library

import (
	"slices"

	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// chosenValue names the stored list of section ids the index of a server was built for.
func (x *Index) chosenValue() string { return "library.sections." + x.Machine }

// dropOthers forgets sections that are no longer chosen, so that nothing is matched
// there.
func (x *Index) dropOthers(chosen []scene.Section) error {
	keep := map[string]bool{}
	ids := make([]string, 0, len(chosen))
	for _, s := range chosen {
		keep[s.ID] = true
		ids = append(ids, s.ID)
	}
	slices.Sort(ids)
	var before []string
	if err := x.Store.View(func(tx store.Tx) error { _, err := tx.Value(x.chosenValue(), &before); return err }); err != nil {
		return err
	}
	if slices.Equal(before, ids) {
		return nil // walking the whole index is for a changed choice only
	}
	drop := map[string]bool{}
	err := x.Store.View(func(tx store.Tx) error {
		return tx.EachIndexed(x.Machine, func(it store.Indexed) bool {
			if !keep[it.Section] {
				drop[it.Section] = true
			}
			return true
		})
	})
	if err != nil {
		return err
	}
	for section := range drop {
		err := x.Store.Update(func(tx store.Tx) error { return tx.DropSection(x.Machine, section) })
		if err != nil {
			return err
		}
	}
	return x.Store.Update(func(tx store.Tx) error { return tx.PutValue(x.chosenValue(), ids) })
}

// sweepOut forgets the items of a section that a complete listing did not show.
func (x *Index) sweepOut(section string, seen map[string]bool, r *Refreshed) error {
	var gone []scene.ItemKey
	err := x.Store.View(func(tx store.Tx) error {
		return tx.EachIndexed(x.Machine, func(it store.Indexed) bool {
			if it.Section == section && !seen[it.Key.RatingKey] {
				gone = append(gone, it.Key)
			}
			return true
		})
	})
	if err != nil {
		return err
	}
	r.Gone += len(gone)
	for len(gone) > 0 {
		part := gone[:min(txBatch, len(gone))]
		gone = gone[len(part):]
		err := x.Store.Update(func(tx store.Tx) error {
			for _, k := range part {
				if err := tx.DeleteIndexed(k); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (x *Index) mark(section string) (m store.SectionMark, known bool, err error) {
	err = x.Store.View(func(tx store.Tx) error {
		m, known, err = tx.SectionMark(x.Machine, section)
		return err
	})
	return m, known, err
}

func (x *Index) putMark(section string, m store.SectionMark) error {
	return x.Store.Update(func(tx store.Tx) error { return tx.PutSectionMark(x.Machine, section, m) })
}
