package store

import (
	"strconv"
	"strings"
	"time"

	"lockstep/sync/message"
	"lockstep/sync/playback"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
)

// PlaybackState is what became of something Plex knows about a film being watched. The texts
// are stored, and printed as JSON.
type PlaybackState string

// The states.
const (
	PlaybackNew       PlaybackState = "new"       // not compared with Stash yet
	PlaybackUnmatched PlaybackState = "unmatched" // there is no one scene for it
	PlaybackWaiting   PlaybackState = "waiting"   // Stash lacks it
	PlaybackIntent    PlaybackState = "writing"   // being written, or perhaps was
	PlaybackWritten   PlaybackState = "written"
	PlaybackPresent   PlaybackState = "present"  // Stash had it already
	PlaybackKept      PlaybackState = "kept"     // both sides changed: Stash's stays
	PlaybackDeclined  PlaybackState = "declined" // a person wanted it left
	PlaybackFailed    PlaybackState = "failed"   // Stash refused it again and again
	PlaybackUndo      PlaybackState = "undoing"  // to be taken back
	PlaybackUndone    PlaybackState = "undone"
)

// PlaybackStates lists them in display order.
func PlaybackStates() []PlaybackState {
	return []PlaybackState{
		PlaybackWaiting, PlaybackIntent, PlaybackNew, PlaybackFailed, PlaybackUnmatched, PlaybackKept,
		PlaybackWritten, PlaybackPresent, PlaybackDeclined, PlaybackUndo, PlaybackUndone,
	}
}

// Playback is one play, or the rating or resume point of an item, on its way from Plex to
// Stash. Records of plays stay for good: a play is written once.
type Playback struct {
	Kind playback.Kind `json:"kind"`
	Item scene.ItemKey `json:"item"`
	// At is when it was watched, in whole seconds; of a rating or resume point when it was
	// found.
	At time.Time `json:"at"`
	// As is when Stash has a play that is written, or was there; zero: At.
	As      time.Time       `json:"as,omitzero"`
	Account int64           `json:"account,omitempty"` // who watched; zero for other kinds
	Section string          `json:"section,omitempty"`
	Title   string          `json:"title,omitempty"` // as Plex names it
	Scene   scene.ID        `json:"scene,omitempty"`
	Name    string          `json:"name,omitempty"` // of the scene, for display
	State   PlaybackState   `json:"state"`
	Code    skip.Code       `json:"code,omitempty"` // why it is unmatched, if that has a code
	Why     message.Message `json:"words,omitzero"` // why it is not written
	// Confirmed is set when a person wants it written however many there are.
	Confirmed bool      `json:"confirmed,omitempty"`
	Run       uint64    `json:"run,omitempty"` // that wrote it
	Changed   time.Time `json:"changed"`       // when State was entered
	Tries     int       `json:"tries,omitempty"`
	Next      time.Time `json:"next,omitzero"` // not before
	// Begun is set once it may be that a request is under way, or arrived, that takes it back.
	Begun bool `json:"begun,omitempty"`

	// New is what Plex has, Old what Stash had when it was written: a rating from 1 to 100, a
	// resume point in milliseconds.
	New int64 `json:"new,omitempty"`
	Old int64 `json:"old,omitempty"`
	// Gained is for how many milliseconds it was watched, OldWatched what Stash had before it
	// was added, or, once Begun, before it is taken back.
	Gained     int64 `json:"gained,omitempty"`
	OldWatched int64 `json:"oldWatched,omitempty"`
	// Stays is set when the resume point of Stash stays, so that New is the same: only the
	// time watched is told.
	Stays bool `json:"stays,omitempty"`
	// Later is what was watched while this was being written: it goes with the next one.
	Later int64 `json:"later,omitempty"`
}

// InStash is the time at which Stash has a play, or gets it.
func (p Playback) InStash() time.Time {
	if p.As.IsZero() {
		return p.At
	}
	return p.As
}

// Key is what a record is stored by: the item, and of plays the time and account too.
func (p Playback) Key() string {
	parts := []string{string(p.Kind), p.Item.String()}
	if p.Kind == playback.Play {
		parts = append(parts, strconv.FormatInt(p.At.Unix(), 10), strconv.FormatInt(p.Account, 10))
	}
	return strings.Join(parts, "/")
}

// PlaybackBase is what is remembered of an item between two looks.
type PlaybackBase struct {
	// Rating and Point are what both sides had when they last agreed or were compared.
	Rating playback.Base  `json:"rating,omitzero"`
	Point  playback.Point `json:"point,omitzero"`
	// Seen is what Plex said at the last look, from which follows how long it was watched.
	Seen scene.Viewing `json:"seen,omitzero"`
}

// Playbacks holds what Stash learns from Plex.
type Playbacks interface {
	// Playback returns the record with the same key.
	Playback(p Playback) (Playback, bool, error)
	PutPlayback(p Playback) error
	// EachPlayback walks all records until fn returns false. fn may change them.
	EachPlayback(fn func(Playback) bool) error
	PlaybackBase(item scene.ItemKey) (PlaybackBase, bool, error)
	PutPlaybackBase(item scene.ItemKey, b PlaybackBase) error
}

// Sent is what was changed in Stash, as the journal keeps it: with its item and scene it can
// be taken back.
type Sent struct {
	Kind       playback.Kind `json:"kind"`
	At         time.Time     `json:"at"`
	Account    int64         `json:"account,omitempty"`
	New        int64         `json:"new,omitempty"`
	Old        int64         `json:"old,omitempty"`
	Gained     int64         `json:"gained,omitempty"`
	OldWatched int64         `json:"oldWatched,omitempty"`
}
