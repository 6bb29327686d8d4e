package config

import (
	"maps"
	"slices"

	"lockstep/sync/scene"
)

// olderCollections is what collections were made of by default before their titles said that they
// are about a studio. Whoever has such collections keeps them.
var olderCollections = []string{"{studio}"}

// AsOlder is settings that were written while the older default held: where they say nothing of
// what collections are made of, it is that. Settings in which collections are off have none to keep.
func (s Settings) AsOlder() Settings {
	if s.Policy(scene.FieldCollections) == Off {
		return s
	}
	return s.MadeAsOlder()
}

// MadeAsOlder is AsOlder even where collections are off.
func (s Settings) MadeAsOlder() Settings {
	if len(s.Sources[scene.FieldCollections]) > 0 {
		return s
	}
	out := s.Clone()
	out.setSource(scene.FieldCollections, slices.Clone(olderCollections))
	return out
}

// WrittenOut is the settings as they are to be written to a file: it says what collections are made
// of even where that is the usual source, or AsOlder would take it for an older file.
func (s Settings) WrittenOut() Settings {
	out := s.Clone()
	if out.Policy(scene.FieldCollections) == Off || len(out.Sources[scene.FieldCollections]) > 0 {
		return out
	}
	sources := map[scene.Field][]string{}
	maps.Copy(sources, out.Sources)
	sources[scene.FieldCollections] = slices.Clone(out.Source(scene.FieldCollections))
	out.Sources = sources
	return out
}
