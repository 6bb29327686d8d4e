package health

import (
	"errors"
	"fmt"
	"time"

	"lockstep/sync/breaker"
	"lockstep/sync/outage"
)

// SaidKind is what can be announced about an outage; it is stored, so its values never change.
type SaidKind string

// The announcements. The zero value means that nothing was said yet.
const (
	SaidDown SaidKind = "down"
	SaidBack SaidKind = "back"
)

// Said is the last announcement, kept on disk. The zero value: nothing was ever said.
type Said struct {
	Outage uint64    `json:"outage"`
	Kind   SaidKind  `json:"kind"`
	At     time.Time `json:"at,omitzero"`
}

// Why an announcement is refused.
var (
	ErrVerdict  = errors.New("breaker and outage record do not both say so")
	ErrSaid     = errors.New("already said for this outage")
	ErrNotSaid  = errors.New("the outage was never announced")
	ErrRepaired = errors.New("the outage record was repaired, not observed")
)

// MayAnnounce returns nil if the announcement is true by both witnesses and due: "down" once per outage
// while it lasts, "back" once after an outage whose "down" was said, neither for a repaired record. It must
// be asked with values read in the transaction that stores the outcome.
func MayAnnounce(kind SaidKind, b *breaker.Breaker, newest *outage.Record, said Said) error {
	verdict := Judge(b, newest)
	about := newest != nil && newest.ID != 0 && said.Outage == newest.ID
	switch {
	case kind == SaidDown && verdict == Down:
		if about && said.Kind != "" {
			return ErrSaid
		}
	case kind == SaidBack && verdict == Up:
		if !about || said.Kind == "" {
			return ErrNotSaid
		}
		if said.Kind != SaidDown {
			return ErrSaid
		}
	default:
		return fmt.Errorf("announce %.10q while %q: %w", string(kind), string(verdict), ErrVerdict)
	}
	if newest.Repaired {
		return ErrRepaired
	}
	return nil
}

// Announce returns what to store before the message is sent, or why it must not be sent.
func Announce(kind SaidKind, b *breaker.Breaker, newest *outage.Record, said Said, now time.Time) (Said, error) {
	if err := MayAnnounce(kind, b, newest, said); err != nil {
		return said, err
	}
	return Said{Outage: newest.ID, Kind: kind, At: stamp(now)}, nil
}
