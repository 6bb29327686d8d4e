package plan

import (
	"cmp"

	"lockstep/sync/scene"
)

// The hashes of fields that hold nothing.
var (
	emptyScalar = scene.HashOf("")
	emptyList   = listHash(setOf(nil))
)

// Holds reports whether the field held a value in Plex when the memory was made. What
// is not known holds nothing.
func (m Memory) Holds(f scene.Field) bool {
	fm := m.Fields[f]
	back := cmp.Or(fm.Back, fm.Sent)
	if f.Kind() == scene.Image {
		back = fm.Sent
	}
	return back != "" && back != emptyScalar && back != emptyList
}

// Owns reports whether a value of a scalar field is one that Lockstep wrote, or took for its
// own because it was as wanted. Nothing is owned of a field that is not known.
func (m Memory) Owns(f scene.Field, value string) bool {
	fm := m.Fields[f]
	return fm.owns(valueHash(f, value))
}
