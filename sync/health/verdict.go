// Package health compares the breaker with the outage records and is the only place that may say "down".
// It owns the verdict, the one step that moves both together, the repair of every disagreement and the
// rule for what may be announced. It keeps no state of its own: no clock, no I/O, no channel.
package health

import (
	"lockstep/sync/breaker"
	"lockstep/sync/outage"
)

// Verdict is what every surface shows about Plex; its values are used in JSON.
type Verdict string

// The verdicts. The zero value claims nothing.
const (
	Unknown  Verdict = ""         // the breaker is not loaded, or is garbage
	Up       Verdict = "up"       // closed, and no outage lasts
	Down     Verdict = "down"     // open or half-open, and an outage lasts
	Disputed Verdict = "disputed" // the two witnesses disagree; Heal settles it
)

// Judge compares breaker and newest outage record. A nil breaker is one not loaded; a nil record, or one
// without an id, is none.
func Judge(b *breaker.Breaker, newest *outage.Record) Verdict {
	if b == nil || !b.State.Valid() {
		return Unknown
	}
	lasts := newest != nil && newest.Ongoing()
	switch {
	case b.Tripped() && lasts:
		return Down
	case !b.Tripped() && !lasts:
		return Up
	default:
		return Disputed
	}
}
