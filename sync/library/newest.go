package library

import (
	"context"
	"slices"

	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// The newest items are read again and again while idle: a glance at a few is enough then,
// and costs a fifth of a page. It is as many as a sync writes within the second that a
// stamp is. When it does not reach the known part, pages follow.
const (
	glance     = 50
	newestPage = 250
)

// newest reads the newest items until it meets the known part. It reports whether
// the known part plus what is new makes up the section; if not, something was
// deleted, restored or moved and only a full listing tells.
func (x *Index) newest(ctx context.Context, section string, mark store.SectionMark, r *Refreshed) (bool, error) {
	w := newestWalk{x: x, section: section, mark: mark, r: r}
	met, err := w.list(ctx, glance, 1)
	if err == nil && !met {
		_, err = w.list(ctx, newestPage, 0)
	}
	if err != nil {
		return false, err
	}
	if w.newest < mark.Newest || w.total != mark.Total+w.added {
		return false, nil
	}
	if mark.Total == w.total && mark.Newest == w.newest {
		return true, nil
	}
	mark.Total, mark.Newest = w.total, w.newest
	return true, x.putMark(section, mark)
}

// newestWalk is one look at the newest items of a section.
type newestWalk struct {
	x       *Index
	section string
	mark    store.SectionMark
	r       *Refreshed

	added, total int
	newest       int64
}

// list reads pages until the known part is met, which it reports, or so many were read;
// zero is no limit. A whole page that is no newer than the mark and known as it is counts
// as the known part: all items of a library can carry one stamp.
func (w *newestWalk) list(ctx context.Context, size, pages int) (met bool, err error) {
	read := 0
	err = w.x.Plex.List(ctx, w.section, scene.Listing{NewestFirst: true, Lean: true, PageSize: size}, func(p scene.ItemPage) (bool, error) {
		read++
		w.total = p.Total
		if p.Offset == 0 && len(p.Items) > 0 {
			w.newest = p.Items[0].UpdatedAt
		}
		cut := slices.IndexFunc(p.Items, func(it scene.Item) bool { return it.UpdatedAt < w.mark.Newest })
		items := p.Items
		if cut >= 0 {
			items = items[:cut]
		}
		added, changed, err := w.x.put(w.section, items, w.r)
		w.added += added
		newer := slices.ContainsFunc(items, func(it scene.Item) bool { return it.UpdatedAt > w.mark.Newest })
		met = cut >= 0 || size == newestPage && changed == 0 && !newer || p.Offset+len(p.Items) >= p.Total
		return !met && read != pages, err
	})
	return met, err
}
