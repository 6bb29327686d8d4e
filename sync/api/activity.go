package api

import (
	"time"

	"lockstep/sync/message"
	"lockstep/sync/playback"
	"lockstep/sync/store"
)

// Activity is how far Stash knows what was watched and rated in Plex.
type Activity struct {
	Kinds []ActivityKind `json:"kinds"` // in display order
	// Looked is when Plex was last asked with success, zero if never.
	Looked time.Time `json:"looked,omitzero"`
	// Looking is true while Plex or Stash is being asked.
	Looking bool `json:"looking,omitempty"`
	// Asking is how many values wait for a person's decision.
	Asking int `json:"asking"`
	// Why is what stands in the way, if anything does.
	Why message.Message `json:"words,omitzero"`
}

// ActivityKind is one kind of what Stash learns from Plex.
type ActivityKind struct {
	Kind playback.Kind `json:"kind"`
	On   bool          `json:"on"`
	// Allowed is true once a person said that it may be written to Stash.
	Allowed bool `json:"allowed"`
	// Counts are the numbers by state of all that is known; a state that is missing has none.
	Counts map[store.PlaybackState]int `json:"counts"`
}

// ActivityQuery selects what Stash learns from Plex, for display.
type ActivityQuery struct {
	States []store.PlaybackState `json:"states,omitempty"` // empty: all but what is written or was there
	Limit  int                   `json:"limit,omitempty"`  // zero: 100; at most 10 000
}

// ActivityPage is a part of it with the number of all that match, the latest first.
type ActivityPage struct {
	Activity

	Rows  []store.Playback `json:"rows"`
	Total int              `json:"total"`
}

// ActivityCheck says how Plex is asked.
type ActivityCheck struct {
	// Preview writes nothing to Stash, whatever was allowed.
	Preview bool `json:"preview,omitempty"`
}

// ActivityAnswer is a person's decision about what waits.
type ActivityAnswer struct {
	// Write has all that waits written to Stash; without it what waits is left out for good.
	// Either way what comes later is written unasked, unless it is very much in a day.
	Write bool `json:"write"`
}
