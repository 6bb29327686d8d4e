package plan

import (
	"hash/fnv"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"lockstep/sync/message"
	"lockstep/sync/scene"
)

const (
	// contestedAfter and contestedWithin: somebody who changes an item back so often in
	// so short a time is another tool, not a person.
	contestedAfter  = 3
	contestedWithin = 24 * time.Hour
	// otherwiseAfter is how often a value must come back different from an edit that Plex
	// carried out, before Plex is taken to store it that way.
	otherwiseAfter = 2
)

// Memory is what Lockstep remembers of one item: the B of the three-way merge. It holds
// hashes, never values, and is stored as JSON. The zero value remembers nothing. Methods
// return a changed copy.
type Memory struct {
	Fields map[scene.Field]FieldMemory `json:"f,omitempty"`
	// Reverts are the last times somebody changed the item back.
	Reverts []time.Time `json:"r,omitempty"`
}

// FieldMemory is what is remembered of one field.
type FieldMemory struct {
	// Sent is the wanted value last written or adopted; for an image its SHA1.
	Sent scene.Hash `json:"s,omitempty"`
	// Intent is the wanted value about to be written, empty once that was verified.
	Intent scene.Hash `json:"i,omitempty"`
	// Back is the value as Plex gave it back.
	Back scene.Hash `json:"b,omitempty"`
	// Elements are the list elements known to have arrived, IntentElements those that
	// may have.
	Elements       []string `json:"e,omitempty"`
	IntentElements []string `json:"ie,omitempty"`
	// Thumb is the item's image path after the upload; it changes with each selection.
	Thumb string `json:"th,omitempty"`
	// Differs counts in a row how often Sent came back different although Plex had carried
	// the edit out. It stays 0 for an image.
	Differs int `json:"d,omitempty"`
	// At is when the field was last written and seen to have arrived, in unix seconds;
	// zero: adopted or never. Began is when Intent was stored.
	At    int64 `json:"t,omitempty"`
	Began int64 `json:"it,omitempty"`
	// Undone is a wanted value a person undid; it is not written again until Stash
	// wants something else.
	Undone scene.Hash `json:"u,omitempty"`
	// Undoing is true while an undo of the field was begun and not seen to end.
	Undoing bool `json:"ud,omitempty"`
	// Guard is a value that is not Lockstep's and was locked only because it is too long
	// to be sent along with an edit that might reset it. While it stands, its lock is not
	// a person's.
	Guard scene.Hash `json:"g,omitempty"`
}

// Known reports whether Lockstep ever wrote or adopted the field.
func (m Memory) Known(f scene.Field) bool {
	fm := m.Fields[f]
	return fm.Sent != "" || fm.Intent != ""
}

// ImageSent is the SHA1 last uploaded or adopted for an image field, empty if none.
func (m Memory) ImageSent(f scene.Field) string { return string(m.Fields[f].Sent) }

// Equal reports whether two memories say the same, so that storing one can be saved.
func (m Memory) Equal(o Memory) bool {
	return len(m.Reverts) == len(o.Reverts) && slices.EqualFunc(m.Reverts, o.Reverts, time.Time.Equal) &&
		(len(m.Fields) == 0 && len(o.Fields) == 0 || reflect.DeepEqual(m.Fields, o.Fields))
}

// NoteRevert remembers that the item was found changed back.
func (m Memory) NoteRevert(now time.Time) Memory {
	m.Reverts = append(slices.Clone(m.Reverts), now.UTC())
	if n := len(m.Reverts) - contestedAfter; n > 0 {
		m.Reverts = m.Reverts[n:]
	}
	return m
}

// Contested reports that the item was changed back 3 times within the last 24 hours.
func (m Memory) Contested(now time.Time) bool {
	n := 0
	for _, at := range m.Reverts {
		// A stamp from the future is a clock that was set back, not a revert to come.
		if age := now.Sub(at); age < contestedWithin && age > -contestedWithin {
			n++
		}
	}
	return n >= contestedAfter
}

// Retried forgets what holds a write back: reverts, values stored differently and undone
// ones. It is for a person who explicitly asks for the item again.
func (m Memory) Retried() Memory {
	m.Reverts = nil
	fields := make(map[scene.Field]FieldMemory, len(m.Fields))
	for f, fm := range m.Fields {
		fm.Differs, fm.Undone = 0, ""
		fields[f] = fm
	}
	m.Fields = fields
	return m
}

// with returns a copy in which one field is replaced.
func (m Memory) with(f scene.Field, fm FieldMemory) Memory {
	fields := maps.Clone(m.Fields)
	if fields == nil {
		fields = map[scene.Field]FieldMemory{}
	}
	fields[f] = fm
	m.Fields = fields
	return m
}

// owns reports whether a value hash is one of Lockstep's own.
func (fm FieldMemory) owns(h scene.Hash) bool {
	return h != "" && (h == fm.Sent || h == fm.Intent || h == fm.Back)
}

// otherwise reports a value that keeps coming back different, and still is as it came.
func (fm FieldMemory) otherwise(want, now scene.Hash) bool {
	return fm.Differs >= otherwiseAfter && fm.Sent == want && fm.Back == now
}

// settle remembers a wanted value that Plex was seen to hold.
func (fm FieldMemory) settle(h scene.Hash) FieldMemory {
	if fm.Intent != "" && fm.Intent == h { // nobody lived to see it arrive
		fm.At = fm.Began
	}
	fm.Began = 0
	fm.Sent, fm.Back, fm.Intent, fm.Undone, fm.Undoing, fm.Guard, fm.Differs = h, h, "", "", false, "", 0
	return fm
}

// differ counts a wanted value that came back different.
func (fm FieldMemory) differ(want, back scene.Hash) FieldMemory {
	if fm.Sent != want {
		fm.Differs = 0
	}
	fm.Differs++
	fm.Began = 0
	fm.Sent, fm.Back, fm.Intent, fm.Undone, fm.Undoing = want, back, "", "", false
	return fm
}

// written says when, in words, or nothing when Lockstep did not write the field.
func (fm FieldMemory) written() message.Message {
	if fm.At == 0 {
		return message.None
	}
	return message.New(message.PlanWrittenOn, message.Day(time.Unix(fm.At, 0)))
}

// canonical is the form in which two values of a scalar are the same value, however
// Plex prints it.
func canonical(f scene.Field, v string) string {
	v = strings.TrimSpace(norm.NFC.String(strings.ReplaceAll(v, "\r\n", "\n")))
	switch f {
	case scene.FieldRating:
		n, err := strconv.ParseFloat(v, 64)
		if err == nil && n <= 0 {
			return ""
		}
		if err == nil {
			return strconv.FormatFloat(n, 'f', -1, 64)
		}
	case scene.FieldDate:
		if len(v) > len(time.DateOnly) {
			return v[:len(time.DateOnly)]
		}
	}
	return v
}

func valueHash(f scene.Field, v string) scene.Hash { return scene.HashOf(canonical(f, v)) }

// key identifies a list element: names Plex takes for one have one key.
func key(name string) string {
	h := fnv.New64a()
	_, _ = h.Write([]byte(scene.Fold(strings.TrimSpace(name))))
	return strconv.FormatUint(h.Sum64(), 36)
}

// listHash identifies a set of names regardless of order.
func listHash(s set) scene.Hash {
	keys := slices.Sorted(maps.Keys(s.has))
	return scene.HashOf(slices.Compact(keys))
}
