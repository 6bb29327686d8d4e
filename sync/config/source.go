package config

import (
	"slices"
	"strings"

	"lockstep/sync/scene"
	"lockstep/sync/template"
)

// SourceFields lists the fields whose source can be chosen, in display order.
func SourceFields() []scene.Field {
	var out []scene.Field
	for _, r := range fieldTable {
		if r.Chosen() {
			out = append(out, r.Field)
		}
	}
	return out
}

// Source is what a field is made of: one template, or several for a list. It is empty for a
// field whose source cannot be chosen, and for one that has none as long as nobody chose one.
func (s Settings) Source(f scene.Field) []string {
	if t := s.Sources[f]; len(t) > 0 {
		return t
	}
	r, _ := Field(f)
	return r.Source
}

// PictureSource is what a picture is made of. The zero value is the cover.
type PictureSource string

// The sources of the background.
const (
	FromCover   PictureSource = "cover"
	FromGallery PictureSource = "gallery"
	// GalleryOrCover is the cover where no gallery has a picture for it.
	GalleryOrCover PictureSource = "gallery-or-cover"
)

// FromGallery reports that the background is wanted and made of a picture of a gallery, if there
// is one.
func (s Settings) FromGallery() bool {
	return s.Policy(scene.FieldBackground) != Off && (s.Background == FromGallery || s.Background == GalleryOrCover)
}

// NeedsCover reports that a picture is wanted that is made of the cover, if only of some scenes.
func (s Settings) NeedsCover() bool {
	return s.Policy(scene.FieldPoster) != Off || s.Policy(scene.FieldBackground) != Off && s.Background != FromGallery
}

// partOf are the parts of a scene that placeholders need beside what every sync reads.
var partOf = map[string]scene.Parts{
	"code": scene.PartCode, "director": scene.PartDirector, "url": scene.PartURLs, "stash_id": scene.PartStashIDs,
	"parent_studio": scene.PartParents, "network": scene.PartParents,
	"performer_country": scene.PartCountry, "performer_tag": scene.PartPerformerTags,
	"tag<": scene.PartTagTree | scene.PartAliases, "group": scene.PartGroups, "group_number": scene.PartGroups,
	"resolution": scene.PartVideo, "duration": scene.PartVideo,
}

// partOfText is partOf for placeholders with a text after the name.
var partOfText = map[string]scene.Parts{"performer": scene.PartGender, "tag": scene.PartAliases}

// Parts are what has to be read of a scene beside what every sync needs, because of the sources
// of fields that are not off, of lists of tags, and of the filter.
func (s Settings) Parts() scene.Parts {
	var out scene.Parts
	if len(s.OnlyTags)+len(s.OmitTags) > 0 && s.Policy(scene.FieldTags) != Off {
		out |= scene.PartAliases
	}
	if s.Policy(scene.FieldPerformerPictures) != Off {
		out |= scene.PartPictures
	}
	if s.FromGallery() {
		out |= scene.PartGalleries
	}
	for _, f := range SourceFields() {
		if s.Policy(f) == Off {
			continue
		}
		for _, text := range s.Source(f) {
			if t, err := template.Parse(text); err == nil {
				out |= partsOf(t)
			}
		}
	}
	return out | s.Filter.parts()
}

func partsOf(t template.Template) (out scene.Parts) {
	for _, p := range t.Uses() {
		out |= partOf[p.Name]
		if p.Arg != "" {
			out |= partOfText[p.Name]
		}
	}
	return out
}

// setSource stores a source unless it is the usual one. The map must be the caller's own.
func (s *Settings) setSource(f scene.Field, templates []string) {
	r, _ := Field(f)
	if len(templates) == 0 || slices.Equal(templates, r.Source) {
		if delete(s.Sources, f); len(s.Sources) == 0 {
			s.Sources = nil
		}
		return
	}
	if s.Sources == nil {
		s.Sources = map[scene.Field][]string{}
	}
	s.Sources[f] = templates
}

// source is the setting of what a field is made of; an empty text brings the usual source
// back.
func source(f scene.Field, title, words string) Option {
	o := Option{
		Name: "field-" + string(f) + "-source", Group: FieldsGroup, Title: title, Words: words,
		Range: "text with placeholders in braces; empty for the usual one",
	}
	list := f.Kind() == scene.List && f != scene.FieldRoles // of which each actor has one
	if list {
		o.Range = "texts with placeholders in braces, separated by semicolons; empty for the usual one"
	}
	o.Get = func(s Settings) string {
		if list {
			return JoinList(s.Source(f))
		}
		return strings.Join(s.Source(f), "")
	}
	o.Set = func(s *Settings, v string) error {
		templates := SplitList(v)
		if !list {
			templates = slices.DeleteFunc([]string{strings.TrimSpace(v)}, func(t string) bool { return t == "" })
		}
		for _, t := range templates {
			if _, err := template.Parse(t); err != nil {
				return err
			}
		}
		*s = s.Clone()
		s.setSource(f, templates)
		return nil
	}
	return o
}
