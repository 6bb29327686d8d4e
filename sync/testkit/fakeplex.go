package testkit

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"lockstep/sync/plan"
	"lockstep/sync/scene"
)

// FakePlex is a Plex in memory that carries out what it is sent. Its requests are noted as
// "items KEY…", "pictures KEY FIELD", "edit KEY", "try KEY", "upload KEY FIELD", "select
// KEY FIELD PICTURE", "unselect KEY FIELD", "scan SECTION FOLDER" and "sections".
type FakePlex struct {
	calls
	Has    map[string]scene.Item
	Offers map[string][]scene.Picture // by rating key and field, see Slot
	Sects  []scene.Section
	// Refuses are single values, by wire name, of which an edit carries out the rest; Drops
	// are those an edit forgets without a word.
	Refuses, Drops []string
	// Edits are those it carried out, Tries those that were to change nothing.
	Edits, Tries []plan.Edit
	// Sent are the bytes of the uploads.
	Sent [][]byte

	selections int
}

// Slot is the key of what is offered for a field.
func Slot(ratingKey string, f scene.Field) string { return ratingKey + " " + string(f) }

// Items is part of compare.Plex.
func (f *FakePlex) Items(_ context.Context, keys []string) (map[string]scene.Item, error) {
	if err := f.note("items", keys...); err != nil {
		return nil, err
	}
	out := map[string]scene.Item{}
	for _, k := range keys {
		if it, ok := f.Has[k]; ok {
			it.Locked = maps.Clone(it.Locked)
			out[k] = it
		}
	}
	return out, nil
}

// Pictures is part of compare.Plex.
func (f *FakePlex) Pictures(_ context.Context, key string, field scene.Field) ([]scene.Picture, error) {
	err := f.note("pictures", key, string(field))
	return slices.Clone(f.Offers[Slot(key, field)]), err
}

// Sections is part of reconcile.Plex.
func (f *FakePlex) Sections(context.Context) ([]scene.Section, error) {
	return f.Sects, f.note("sections")
}

// Scan is part of worker.Plex.
func (f *FakePlex) Scan(_ context.Context, section, dir string) error {
	return f.note("scan", section, dir)
}

// Try is part of worker.Plex.
func (f *FakePlex) Try(_ context.Context, e plan.Edit) error {
	if err := f.note("try", e.RatingKey); err != nil {
		return err
	}
	f.Tries = append(f.Tries, e)
	return nil
}

// Edit carries an edit out, the way Plex does.
func (f *FakePlex) Edit(_ context.Context, e plan.Edit) error {
	if err := f.note("edit", e.RatingKey); err != nil {
		return err
	}
	f.Edits = append(f.Edits, e)
	it := f.Has[e.RatingKey]
	locks := maps.Clone(it.Locked)
	maps.Copy(locks, e.Locks)
	maps.DeleteFunc(locks, func(_ string, on bool) bool { return !on })
	for name, value := range e.Scalars {
		if to := scalar(&it, name); to != nil && !slices.Contains(f.Refuses, name) && !slices.Contains(f.Drops, name) {
			*to = value
		}
	}
	for name, list := range e.Lists {
		if to := listOf(&it, name); to != nil && !slices.Contains(f.Refuses, name) && !slices.Contains(f.Drops, name) {
			*to = slices.Clone(list.Want)
		}
	}
	it.Locked = locks
	it.UpdatedAt++
	f.Has[e.RatingKey] = it
	var refused []string
	for _, name := range f.Refuses {
		if _, ok := e.Scalars[name]; ok {
			refused = append(refused, name)
		}
	}
	if len(refused) > 0 {
		return &plan.Refused{Fields: refused, Err: Trouble("rejected", "Plex")}
	}
	return nil
}

func scalar(it *scene.Item, name string) *string {
	switch name {
	case scene.FieldTitle.Wire():
		return &it.Title
	case scene.FieldStudio.Wire():
		return &it.Studio
	case scene.FieldSummary.Wire():
		return &it.Summary
	case scene.FieldDate.Wire():
		return &it.Date
	case scene.FieldRating.Wire():
		return &it.Rating
	case scene.FieldSortTitle.Wire():
		return &it.TitleSort
	case scene.FieldOriginalTitle.Wire():
		return &it.OriginalTitle
	case scene.FieldTagline.Wire():
		return &it.Tagline
	case scene.FieldEdition.Wire():
		return &it.Edition
	case scene.FieldContentRating.Wire():
		return &it.ContentRating
	}
	return nil
}

func listOf(it *scene.Item, name string) *[]string {
	switch name {
	case scene.FieldPerformers.Wire():
		return &it.Performers
	case scene.FieldTags.Wire():
		return &it.Tags
	case scene.FieldCollections.Wire():
		return &it.Collections
	case scene.FieldLabels.Wire():
		return &it.Labels
	case scene.FieldDirectors.Wire():
		return &it.Directors
	case scene.FieldWriters.Wire():
		return &it.Writers
	case scene.FieldProducers.Wire():
		return &it.Producers
	case scene.FieldCountries.Wire():
		return &it.Countries
	}
	return nil
}

// Upload keeps a picture and selects it.
func (f *FakePlex) Upload(_ context.Context, key string, field scene.Field, body []byte, _ string) error {
	if err := f.note("upload", key, string(field)); err != nil {
		return err
	}
	f.Sent = append(f.Sent, body)
	sha := SHA(body)
	f.Offers[Slot(key, field)] = append(f.Offers[Slot(key, field)], scene.Picture{Key: "upload://" + sha, SHA1: sha})
	f.choose(key, field, func(p scene.Picture) bool { return p.SHA1 == sha })
	return nil
}

// Select selects a picture.
func (f *FakePlex) Select(_ context.Context, key string, field scene.Field, picture string) error {
	if err := f.note("select", key, string(field), picture); err != nil {
		return err
	}
	f.choose(key, field, func(p scene.Picture) bool { return p.Key == picture })
	return nil
}

// Unselect selects none.
func (f *FakePlex) Unselect(_ context.Context, key string, field scene.Field) error {
	if err := f.note("unselect", key, string(field)); err != nil {
		return err
	}
	f.choose(key, field, func(scene.Picture) bool { return false })
	return nil
}

// choose selects the one that fits; the item's path to its picture is another one with
// every selection.
func (f *FakePlex) choose(key string, field scene.Field, fits func(scene.Picture) bool) {
	path := ""
	for i, p := range f.Offers[Slot(key, field)] {
		on := fits(p)
		f.Offers[Slot(key, field)][i].Selected = on
		if on {
			f.selections++
			path = fmt.Sprintf("/library/metadata/%s/%s/%d", key, field.Wire(), f.selections)
		}
	}
	it := f.Has[key]
	if field == scene.FieldPoster {
		it.Thumb = path
	} else {
		it.Art = path
	}
	it.Locked = maps.Clone(it.Locked)
	it.Locked[field.Wire()] = true
	it.UpdatedAt++
	f.Has[key] = it
}

// List is part of library.Plex: all items, whatever the section, in pages.
func (f *FakePlex) List(_ context.Context, section string, o scene.Listing, page func(scene.ItemPage) (bool, error)) error {
	if err := f.note("list", section); err != nil {
		return err
	}
	items := slices.Collect(maps.Values(f.Has))
	items = slices.DeleteFunc(items, func(it scene.Item) bool { return it.Section != "" && it.Section != section })
	slices.SortFunc(items, func(a, b scene.Item) int {
		if o.NewestFirst && a.UpdatedAt != b.UpdatedAt {
			return cmp.Compare(b.UpdatedAt, a.UpdatedAt)
		}
		return cmp.Compare(a.RatingKey, b.RatingKey)
	})
	size := cmp.Or(o.PageSize, 500)
	for at := 0; at == 0 || at < len(items); at += size {
		part := items[at:min(len(items), at+size)]
		if err := f.note("page", section, strconv.Itoa(at)); err != nil {
			return err
		}
		more, err := page(scene.ItemPage{Items: part, Offset: at, Total: len(items)})
		if err != nil || !more {
			return err
		}
	}
	return nil
}
