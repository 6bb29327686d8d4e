package api

import (
	"lockstep/sync/message"
	"lockstep/sync/outage"
	"lockstep/sync/stash2plex"
)

// ImportRequest names what Stash2Plex left behind.
type ImportRequest struct {
	// Folder is its data folder, a whole path on the computer Lockstep runs on. Empty takes over
	// its settings in Stash alone.
	Folder string `json:"folder"`
	// Preview changes nothing.
	Preview bool `json:"preview,omitempty"`
}

// Import is what was taken over from Stash2Plex, or would be.
type Import struct {
	Files    []stash2plex.File    `json:"files"` // empty without a folder
	Outages  ImportedOutages      `json:"outages"`
	Scenes   ImportedScenes       `json:"scenes"`
	Settings []stash2plex.Setting `json:"settings"`
	// Reconciliation and Statistics are what it last said of itself; nil when it never did.
	Reconciliation *stash2plex.Reconciliation `json:"reconciliation,omitempty"`
	Statistics     *stash2plex.Statistics     `json:"statistics,omitempty"`
	// Plugin is what Stash says of it.
	Plugin PluginState `json:"plugin"`
	// Why says why Stash could not be asked, Hint what to do about it.
	Why  message.Message `json:"why,omitzero"`
	Hint message.Message `json:"hint,omitzero"`
}

// PluginState says whether a plugin writes at present.
type PluginState string

// The states of a plugin.
const (
	PluginUnknown PluginState = "unknown" // Stash did not answer
	PluginAbsent  PluginState = "absent"
	PluginOff     PluginState = "disabled"
	PluginOn      PluginState = "enabled" // two programs write to Plex
)

// ImportedOutages counts the records of outages: Read = Dropped + Joined + Added + Known + Old.
type ImportedOutages struct {
	Read    int `json:"read"`
	Dropped int `json:"dropped"` // without a start that can be
	Joined  int `json:"joined"`  // of an outage that has another record
	Known   int `json:"known"`   // taken over before, or observed by Lockstep
	Old     int `json:"old"`     // from before the time for which outages are kept
	// Added are those that are new.
	Added []outage.Record `json:"added"`
}

// ImportedScenes counts the scenes it says it wrote: Read = InStep + Queued + Waiting + Later. None counts as
// in step because of what it says.
type ImportedScenes struct {
	Read    int `json:"read"`
	Dropped int `json:"dropped"` // entries without a usable id or time, not in Read
	InStep  int `json:"inStep"`  // Lockstep itself has compared them with Plex
	Queued  int `json:"queued"`  // to be compared, because of the import
	Waiting int `json:"waiting"` // to be compared anyway, or ended with a reason
	Later   int `json:"later"`   // Lockstep has not seen them in Stash yet: the first look does, or they are gone
}
