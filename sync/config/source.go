package config

import (
	"slices"
	"strings"

	"lockstep/sync/scene"
	"lockstep/sync/template"
)

// usualSources are the sources of the fields that have one, as long as nobody chose others.
var usualSources = map[scene.Field][]string{
	scene.FieldTitle:       {"{title}"},
	scene.FieldStudio:      {"{studio}"},
	scene.FieldSummary:     {"{details}"},
	scene.FieldPerformers:  {"{performer}"},
	scene.FieldTags:        {"{tag}"},
	scene.FieldCollections: {"{studio}"},
}

// SourceFields lists the fields whose source can be chosen, in display order.
func SourceFields() []scene.Field {
	return slices.DeleteFunc(scene.Fields(), func(f scene.Field) bool { return usualSources[f] == nil })
}

// Source is what a field is made of: one template, or several for a list. It is empty for a
// field whose source cannot be chosen.
func (s Settings) Source(f scene.Field) []string {
	if t := s.Sources[f]; len(t) > 0 {
		return t
	}
	return usualSources[f]
}

// setSource stores a source unless it is the usual one. The map must be the caller's own.
func (s *Settings) setSource(f scene.Field, templates []string) {
	if len(templates) == 0 || slices.Equal(templates, usualSources[f]) {
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
	list := f.Kind() == scene.List
	if list {
		o.Range = "texts with placeholders in braces, separated by semicolons; empty for the usual one"
	}
	o.Get = func(s Settings) string {
		if list {
			return joinList(s.Source(f))
		}
		return s.Source(f)[0]
	}
	o.Set = func(s *Settings, v string) error {
		templates := splitList(v)
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
