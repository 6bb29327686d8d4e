// Package plan decides what is written to one Plex item: the wanted values of a scene,
// the three-way merge with what Plex holds and what Lockstep wrote before, the edit, the
// journal entry and its undo. Preview, write, verification and undo run the same code.
// It reads nothing and writes nothing.
package plan

import "lockstep/sync/scene"

// The numbers Plex has for kinds of items (facts: type numbers).
const (
	// ItemType is a movie.
	ItemType = 1
	// CollectionType is a collection.
	CollectionType = 18
)

// Edit is everything one PUT carries for one item. Names are Plex's wire names
// ("title", "originallyAvailableAt", "genre", "actor", "thumb" …).
type Edit struct {
	RatingKey string
	Section   string
	// Type is that of the item, zero: ItemType.
	Type int
	// Scalars are the values to send; an empty value clears the field. It holds the
	// changed ones and every other non-empty scalar at its present value, because a tag
	// edit was seen to reset unlocked fields it does not carry.
	Scalars map[string]string
	// Lists are complete wanted lists with the names to take away.
	Lists map[string]ListEdit
	// Locks says for each field carried whether it is locked afterwards.
	Locks map[string]bool
}

// ListEdit is the new state of one tag list. Plex appends, so removal is explicit.
type ListEdit struct {
	Want   []string
	Remove []string
	// Roles are what Plex shows beside wanted names of actors; an empty one is taken away. Names
	// that are missing keep theirs.
	Roles map[string]string
	// Thumbs are the addresses of pictures of wanted names, likewise.
	Thumbs map[string]string
}

// Empty reports an edit that would change nothing because it carries nothing.
func (e Edit) Empty() bool { return len(e.Scalars) == 0 && len(e.Lists) == 0 && len(e.Locks) == 0 }

// Upload names an image that must be sent before the edit.
type Upload struct {
	Field scene.Field
	SHA1  string // of the bytes, lower-case hexadecimal: how Plex addresses uploads
}

// Refused is the error of an edit that was carried out except for single values, which
// the server does not take.
type Refused struct {
	Fields []string // wire names
	Err    error    // why, for people; never nil
}

// Error is that of the cause.
func (r *Refused) Error() string { return r.Err.Error() }

// Unwrap gives the cause.
func (r *Refused) Unwrap() error { return r.Err }
