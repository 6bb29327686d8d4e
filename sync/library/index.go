// Package library keeps the index of Plex items by path in step with Plex: a full
// listing when it must, the newest items only when it may. It looks and remembers; it
// never writes to Plex.
package library

import (
	"context"
	"fmt"
	"slices"
	"time"

	"lockstep/sync/fault"
	"lockstep/sync/match"
	"lockstep/sync/message"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// Plex is what the index needs of the server.
type Plex interface {
	Sections(ctx context.Context) ([]scene.Section, error)
	// List reads a section page by page until page returns false or the end.
	List(ctx context.Context, section string, o scene.Listing, page func(scene.ItemPage) (bool, error)) error
}

// Index refreshes what the store knows of the Plex libraries. It holds no state.
type Index struct {
	Plex    Plex
	Store   store.Store
	Machine string // of the server; items of another one are not touched
	Clock   func() time.Time
	// Progress is told the items listed so far and how many there are, page by page; may
	// be nil.
	Progress func(done, total int)
}

// Refreshed says what a refresh found.
type Refreshed struct {
	Items int // listed, not necessarily changed
	// Appeared are the path keys that had no item before.
	Appeared []string
	Gone     int
	Full     int // sections listed in full
	// Failed are the sections that could not be listed while another one could: what is known
	// of them stays as it was.
	Failed []Failed
}

// Failed is a section that could not be listed, and why.
type Failed struct {
	Section scene.Section
	Err     error
}

// txBatch bounds what one transaction changes.
const txBatch = 500

// Refresh brings the index up to date. A full refresh lists everything; otherwise
// only what is newer than the known part is read, unless the numbers do not fit. A section
// that cannot be listed keeps no other waiting: the error is that of all of them, or our own.
func (x *Index) Refresh(ctx context.Context, sections []scene.Section, full bool) (Refreshed, error) {
	var r Refreshed
	if err := x.dropOthers(sections); err != nil {
		return r, err
	}
	listed := 0
	for _, s := range sections {
		err := x.refresh(ctx, s, full, &r)
		switch {
		case err == nil:
			listed++
		case !ownFault(err):
			return r, err
		case listed == 0 && len(r.Failed) > 0 && fault.Is(err, fault.Unreachable): // it is the server
			return r, err
		default:
			r.Failed = append(r.Failed, Failed{s, err})
		}
	}
	if listed == 0 && len(r.Failed) > 0 {
		return r, r.Failed[0].Err
	}
	return r, x.owe(r.Failed, full)
}

// ownFault reports a fault that may be one section's own.
func ownFault(err error) bool {
	switch fault.Of(err).Class {
	case fault.Canceled, fault.Local, fault.Unauthorized, fault.Config:
		return false
	}
	return true
}

// owe remembers which sections are still to be listed in full.
func (x *Index) owe(failed []Failed, full bool) error {
	for _, f := range failed {
		mark, known, err := x.mark(f.Section.ID)
		if err != nil {
			return err
		}
		if mark.Owed || !known || !full {
			continue
		}
		mark.Owed = true
		if err := x.putMark(f.Section.ID, mark); err != nil {
			return err
		}
	}
	return nil
}

// refresh brings the index of one section up to date.
func (x *Index) refresh(ctx context.Context, s scene.Section, full bool, r *Refreshed) error {
	mark, known, err := x.mark(s.ID)
	if err != nil {
		return err
	}
	if known && !full && !mark.Owed {
		fits, err := x.newest(ctx, s.ID, mark, r)
		if err != nil {
			return fmt.Errorf("list the newest items of library %s: %w", s.Title, err)
		}
		if fits {
			return nil
		}
	}
	if err := x.all(ctx, s.ID, r); err != nil {
		return fmt.Errorf("list library %s: %w", s.Title, err)
	}
	r.Full++
	return nil
}

// all lists a section in full and forgets what is no longer in it. An incomplete
// listing forgets nothing and leaves no mark; neither does one that shrank meanwhile,
// because what moved up to a page already read was never seen.
func (x *Index) all(ctx context.Context, section string, r *Refreshed) error {
	seen := map[string]bool{}
	var newest int64
	total := 0
	err := x.Plex.List(ctx, section, scene.Listing{Lean: true}, func(p scene.ItemPage) (bool, error) {
		total = max(total, p.Total)
		if x.Progress != nil {
			x.Progress(p.Offset+len(p.Items), p.Total)
		}
		for _, it := range p.Items {
			seen[it.RatingKey] = true
			newest = max(newest, it.UpdatedAt)
		}
		_, _, err := x.put(section, p.Items, r)
		return true, err
	})
	if err != nil {
		return err
	}
	if len(seen) < total {
		return fault.New(fault.Temporary, fault.Plex,
			message.New(message.LibraryShort, message.Number(len(seen)), message.Number(total)), message.New(message.AdviceListedAgain), nil)
	}
	if err := x.sweepOut(section, seen, r); err != nil {
		return err
	}
	return x.putMark(section, store.SectionMark{Total: len(seen), Newest: newest, Listed: x.Clock()})
}

// put stores listed items and returns how many were not known before, and how many not
// as they are.
func (x *Index) put(section string, items []scene.Item, r *Refreshed) (added, changed int, err error) {
	r.Items += len(items)
	items, err = x.changed(section, items)
	if err != nil {
		return 0, 0, err
	}
	changed = len(items)
	for len(items) > 0 {
		part := items[:min(txBatch, len(items))]
		items = items[len(part):]
		var n int
		var appeared []string
		err := x.Store.Update(func(tx store.Tx) error {
			for _, it := range part {
				isNew, paths, err := x.putOne(tx, section, it)
				if err != nil {
					return err
				}
				if isNew {
					n++
				}
				appeared = append(appeared, paths...)
			}
			return nil
		})
		if err != nil {
			return added, changed, fmt.Errorf("store the index of Plex items: %w", err)
		}
		added += n
		r.Appeared = append(r.Appeared, appeared...)
	}
	return added, changed, nil
}

// changed leaves out the items the store knows as they are: most looks find nothing
// else, and even an empty transaction waits for the disk.
func (x *Index) changed(section string, items []scene.Item) ([]scene.Item, error) {
	var out []scene.Item
	err := x.Store.View(func(tx store.Tx) error {
		for _, it := range items {
			next := x.indexed(section, it)
			old, known, err := tx.Indexed(next.Key)
			if err != nil {
				return err
			}
			if !known || !same(old, next) {
				out = append(out, it)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the index of Plex items: %w", err)
	}
	return out, nil
}

func (x *Index) indexed(section string, it scene.Item) store.Indexed {
	return store.Indexed{
		Key: scene.ItemKey{Machine: x.Machine, RatingKey: it.RatingKey}, Section: section,
		Title: it.Title, Files: it.Files, UpdatedAt: it.UpdatedAt, Trashed: it.Trashed,
	}
}

func same(a, b store.Indexed) bool {
	return a.UpdatedAt == b.UpdatedAt && a.Section == b.Section && a.Title == b.Title && a.Trashed == b.Trashed && slices.Equal(a.Files, b.Files)
}

func (x *Index) putOne(tx store.Tx, section string, it scene.Item) (isNew bool, appeared []string, err error) {
	next := x.indexed(section, it)
	old, known, err := tx.Indexed(next.Key)
	if err != nil {
		return false, nil, err
	}
	isNew = !known || old.Section != section
	if known && same(old, next) {
		return false, nil, nil
	}
	keys := match.Keys(it.Files)
	if !it.Trashed && (!known || old.Trashed || !slices.Equal(old.Files, it.Files)) {
		appeared = keys
	}
	return isNew, appeared, tx.PutIndexed(next, keys)
}
