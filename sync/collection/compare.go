package collection

import (
	"cmp"
	"context"
	"slices"

	"lockstep/sync/compare"
	"lockstep/sync/config"
	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/plan"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// Compare reads studios, groups and collections and plans what to write. Those it returns are
// about a studio or a group; the others are nobody's concern. The error is that of a server as a
// whole, or our own: a library whose collections cannot be listed is left out while another one can.
func (d Deps) Compare(ctx context.Context) ([]*Comparison, error) {
	subjects, err := d.subjects(ctx)
	if err != nil || len(subjects) == 0 {
		return nil, err
	}
	list, err := d.listed(ctx, subjects)
	if err != nil {
		return nil, err
	}
	if err := d.read(ctx, list); err != nil {
		return nil, err
	}
	return list, d.plan(ctx, list)
}

// subjects are those of Stash by the title of their collections.
func (d Deps) subjects(ctx context.Context) (map[string][]scene.Subject, error) {
	out := map[string][]scene.Subject{}
	for kind, read := range map[scene.SubjectKind]func(context.Context) ([]scene.Subject, error){
		scene.StudioSubject: d.Stash.Studios, scene.GroupSubject: d.Stash.Groups,
	} {
		if len(plan.AboutSubjects(d.Settings, kind)) == 0 {
			continue
		}
		list, err := read(ctx)
		if err != nil {
			return nil, err
		}
		for _, s := range list {
			for _, title := range plan.CollectionTitles(d.Settings, s) {
				key := plan.TitleKey(title)
				out[key] = append(out[key], s)
			}
		}
	}
	return out, nil
}

// listed are the collections of the chosen libraries that are about a subject, in the order of
// libraries and titles.
func (d Deps) listed(ctx context.Context, subjects map[string][]scene.Subject) ([]*Comparison, error) {
	var out []*Comparison
	var failed error
	listed := 0
	for _, s := range d.Sections {
		all, err := d.Plex.Collections(ctx, s.ID)
		if f := fault.Of(err); f != nil {
			switch f.Class {
			case fault.Canceled, fault.Local, fault.Unauthorized, fault.Config:
				return nil, err
			}
			failed = cmp.Or(failed, err)
			continue
		}
		listed++
		for _, x := range all {
			about := subjects[plan.TitleKey(x.Title)]
			if len(about) == 0 {
				continue
			}
			c := &Comparison{Collection: x, Library: s.Title, Subject: about[0]}
			switch {
			case x.Smart:
				c.Left = message.New(message.CollectionSmart)
			case len(about) > 1:
				c.Left = message.New(message.CollectionSeveral)
			}
			out = append(out, c)
		}
	}
	if listed == 0 {
		return nil, failed
	}
	slices.SortStableFunc(out, func(a, b *Comparison) int {
		return cmp.Or(cmp.Compare(a.Library, b.Library), cmp.Compare(scene.Fold(a.Title), scene.Fold(b.Title)))
	})
	return out, nil
}

// films reads collections where items are asked for.
type films struct {
	compare.Plex
	collections Plex
}

func (f films) Items(ctx context.Context, keys []string) (map[string]scene.Item, error) {
	return f.collections.CollectionItems(ctx, keys)
}

func (f films) Pictures(ctx context.Context, key string, field scene.Field) ([]scene.Picture, error) {
	return f.collections.Pictures(ctx, key, field)
}

// reader reads collections as items: in halves until the bad ones stand alone.
func (d Deps) reader() *compare.Reader {
	return &compare.Reader{Plex: films{collections: d.Plex}, Store: d.Store, Machine: d.Machine, Clock: d.Clock}
}

// read reads the collections in full, with what is remembered of each.
func (d Deps) read(ctx context.Context, list []*Comparison) error {
	var keys []string
	for _, c := range list {
		d.leaveUnread(c)
		if c.Open() {
			keys = append(keys, c.RatingKey)
		}
	}
	found, err := d.reader().Items(ctx, keys)
	if err != nil {
		return err
	}
	return d.Store.View(func(tx store.Tx) error {
		for _, c := range list {
			if !c.Open() {
				continue
			}
			it, ok := found.Values[c.RatingKey]
			if c.Fault = found.Bad[c.RatingKey]; c.Fault != nil {
				continue
			}
			if !ok || !plan.SameTitle(it.Title, c.Title) {
				c.Left = message.New(message.CollectionGone)
				continue
			}
			c.InPlex, c.InPlex.Section = it, c.Section
			if c.State, err = remembered(tx, d.key(c), c.Title); err != nil {
				return err
			}
		}
		return nil
	})
}

// leaveUnread leaves a collection alone that could not be read a short while ago: to find out which
// ones cannot be costs two requests for each.
func (d Deps) leaveUnread(c *Comparison) {
	if d.Unread == nil || !c.Open() {
		return
	}
	if left := d.Unread(c.RatingKey); left > 0 {
		c.Fault, c.Rested = fault.New(fault.Temporary, fault.Plex, message.New(message.CollectionUnread, message.Span(left)), message.None, nil), true
	}
}

// remembered is what is known of a collection under its present title.
func remembered(tx store.Items, key scene.ItemKey, title string) (store.ItemState, error) {
	s, known, err := tx.ItemState(key)
	if err != nil || !known || s.Scene != 0 || s.Path != mark(title) {
		return store.ItemState{Path: mark(title)}, err
	}
	return s, nil
}

// plan plans every collection that was read.
func (d Deps) plan(ctx context.Context, list []*Comparison) error {
	known, err := d.pictures(ctx, list)
	if err != nil {
		return err
	}
	for _, c := range list {
		if !c.Open() {
			continue
		}
		if err := d.planOne(ctx, c, known[pictureKey(c.Subject)]); err != nil {
			return err
		}
	}
	return nil
}

func (d Deps) planOne(ctx context.Context, c *Comparison, p seenPicture) error {
	want := plan.SubjectWanted(c.Subject)
	img := plan.Image{SHA1: p.SHA1, Unknown: c.Picture != nil}
	want.Images = map[scene.Field]plan.Image{scene.FieldPoster: img}
	if plan.CollectionPicturesToRead(c.InPlex, want, c.State.Memory) {
		sha, none, err := d.selected(ctx, c)
		switch f := fault.Of(err); {
		case f == nil:
			img.Listed, img.Selected = true, sha
		case f.Class == fault.Canceled, f.Class == fault.Local:
			return f
		default:
			img.Unknown, c.Picture = true, f
		}
		if none { // nobody chose one: what is shown Plex made itself
			c.InPlex.Thumb = ""
		}
		want.Images[scene.FieldPoster] = img
	}
	c.Plan = plan.Collection(c.InPlex, want, c.State.Memory, cmp.Or(d.Settings.CollectionLook, config.Off))
	c.Plan.Item = d.key(c)
	return nil
}

// selected is the SHA-1 of the selected picture, empty when that is no upload; none when nothing is
// selected.
func (d Deps) selected(ctx context.Context, c *Comparison) (sha string, none bool, err error) {
	pics, err := d.Plex.Pictures(ctx, c.RatingKey, scene.FieldPoster)
	if err != nil {
		return "", false, err
	}
	i := slices.IndexFunc(pics, func(p scene.Picture) bool { return p.Selected })
	if i < 0 {
		return "", true, nil
	}
	return pics[i].SHA1, false, nil
}
