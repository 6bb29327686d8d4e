package api

import (
	"lockstep/sync/message"
	"lockstep/sync/store"
)

// CollectionsRequest asks what collections show and what would be written to them. The zero value
// writes nothing.
type CollectionsRequest struct {
	// Write has what was found written at once; Yes also what the mass-change brake holds.
	Write bool `json:"write,omitempty"`
	Yes   bool `json:"yes,omitempty"`
}

// Collections are those that are about a studio or a group of Stash, by library and title.
type Collections struct {
	Rows []CollectionRow `json:"rows"`
}

// CollectionState is how a collection stands.
type CollectionState string

// The states. The texts appear in JSON and are never renamed.
const (
	CollectionInStep  CollectionState = "in-step"
	CollectionChanges CollectionState = "changes" // something is to be written
	CollectionKept    CollectionState = "kept"    // somebody else set what differs
	CollectionLeft    CollectionState = "left"    // never touched
	CollectionFailed  CollectionState = "failed"  // it, or its picture, cannot be read or sent
)

// CollectionRow is one collection.
type CollectionRow struct {
	Library string          `json:"library"`
	Title   string          `json:"title"`
	Subject string          `json:"subject"` // studio or group
	Name    string          `json:"name"`    // of the studio or group
	Item    string          `json:"item"`    // rating key
	State   CollectionState `json:"state"`
	// Changes are what would be written, Kept what differs and stays, with the reason.
	Changes []store.Change  `json:"changes,omitempty"`
	Kept    []store.Change  `json:"kept,omitempty"`
	Message message.Message `json:"words,omitzero"` // why it is left alone, or fails
}
