package store

// Order is by what a list is sorted for display. Texts are compared without regard to case,
// and equal rows keep the list's own order.
type Order string

// The orders. Not every list has each of them; one it has not is its own order.
const (
	ByListOrder Order = "" // the list's own
	ByName      Order = "name"
	ByState     Order = "state"   // of jobs and history: as the states are listed
	ByReason    Order = "reason"  // what is said of it, in the language asked for
	ByKind      Order = "kind"    // of a gap
	ByOutcome   Order = "outcome" // of a row of a report
	ByFields    Order = "fields"  // how many fields change
	ByTime      Order = "time"    // of history, the oldest first
)

// Sort is how a list is sorted. The zero value is the list's own order.
type Sort struct {
	By   Order `json:"by,omitempty"`
	Down bool  `json:"down,omitempty"` // from the greatest to the least
}

// MostSorted is how many records of a list without an end, the history, are sorted: the newest.
const MostSorted = 200_000
