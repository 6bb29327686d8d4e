package health

import (
	"errors"
	"fmt"
	"time"

	"lockstep/sync/breaker"
	"lockstep/sync/outage"
	"lockstep/sync/zone"
)

// SaidKind is what can be announced about an outage; it is stored, so its values never change.
type SaidKind string

// The announcements. The zero value means that nothing was said yet.
const (
	SaidDown    SaidKind = "down"
	SaidBack    SaidKind = "back"
	SaidNetwork SaidKind = "network" // neither Plex nor Stash answers: nothing is proven about Plex
)

// Said is the last announcement, kept on disk. It is stored twice: before the message is sent, as the
// intention to say it, and with Delivered once somebody has shown it. The zero value: nothing was ever said.
type Said struct {
	Outage uint64    `json:"outage"`
	Kind   SaidKind  `json:"kind"`
	At     time.Time `json:"at,omitzero"`
	// Delivered is false while the message is only meant to be sent; such a message may be tried again.
	Delivered bool `json:"delivered,omitempty"`
	// Flapping means that the message summed up several outages.
	Flapping bool `json:"flapping,omitempty"`
}

// Why an announcement is refused.
var (
	ErrVerdict  = errors.New("breaker and outage record do not both say so")
	ErrSaid     = errors.New("already said for this outage")
	ErrNotSaid  = errors.New("the outage was never announced")
	ErrRepaired = errors.New("the outage record was repaired, not observed")
	ErrStale    = errors.New("the verdict was not proved lately")
)

// FreshFor is how long a verdict may be announced after it was proved: as long as a probe takes at most,
// and a little. An older one may be from before the process was frozen or the machine slept.
const FreshFor = 15 * time.Second

// Fresh reports whether something proved at one moment may still be said at another. It asks the wall
// clock, which goes on while a machine sleeps, and the monotonic one, which nobody sets. The zero time
// proves nothing.
func Fresh(proved, now time.Time) bool {
	if proved.IsZero() {
		return false
	}
	wall := now.Round(0).Sub(proved.Round(0))
	return now.Sub(proved).Abs() <= FreshFor && wall.Abs() <= FreshFor
}

// Evidence is all that an announcement is judged by. What is on disk must be read in the transaction that
// stores the outcome.
type Evidence struct {
	Breaker *breaker.Breaker // nil: not loaded
	Newest  *outage.Record   // nil: there was never an outage
	Said    Said
	// Proved is when the request was begun that last proved the verdict; zero if none did.
	Proved time.Time
	Now    time.Time
}

// May returns nil if the announcement is true by both witnesses, proved lately, and due: "down" until it
// was delivered, once per outage and while it lasts; "back" until it was delivered, after an outage whose
// "down" was delivered; "network" before either of them. None is made for a repaired record.
func (e Evidence) May(kind SaidKind) error {
	verdict, said := Judge(e.Breaker, e.Newest), e.about()
	switch {
	case kind == SaidDown && verdict == Down:
		if said.Kind == SaidBack || said.Kind == SaidDown && said.Delivered {
			return ErrSaid
		}
	case kind == SaidNetwork && verdict == Down:
		if said.Kind != "" && (said.Kind != SaidNetwork || said.Delivered) {
			return ErrSaid
		}
	case kind == SaidBack && verdict == Up:
		if err := mayBack(said); err != nil {
			return err
		}
	default:
		return fmt.Errorf("announce %.10q while %q: %w", string(kind), string(verdict), ErrVerdict)
	}
	if e.Newest.Repaired {
		return ErrRepaired
	}
	if !Fresh(e.Proved, e.Now) {
		return ErrStale
	}
	return nil
}

// mayBack: what nobody was shown to be away is not announced as being back.
func mayBack(said Said) error {
	switch {
	case said.Kind == SaidDown && said.Delivered, said.Kind == SaidBack && !said.Delivered:
		return nil
	case said.Kind == SaidBack:
		return ErrSaid
	}
	return ErrNotSaid
}

// about is what was said of the newest outage.
func (e Evidence) about() Said {
	if e.Newest == nil || e.Newest.ID == 0 || e.Said.Outage != e.Newest.ID {
		return Said{}
	}
	return e.Said
}

// Announce returns what to store, or why the message must not be sent. A wish with Delivered tells that a
// message allowed before was shown; it is refused when something else was said meanwhile.
func (e Evidence) Announce(wish Said) (Said, error) {
	if wish.Delivered {
		if e.Said.Outage != wish.Outage || e.Said.Kind != wish.Kind {
			return e.Said, ErrNotSaid
		}
		said := e.Said
		said.Delivered = true
		return said, nil
	}
	if e.Newest == nil || e.Newest.ID != wish.Outage {
		return e.Said, ErrVerdict
	}
	if err := e.May(wish.Kind); err != nil {
		return e.Said, err
	}
	return Said{Outage: wish.Outage, Kind: wish.Kind, At: zone.Stamp(e.Now), Flapping: wish.Flapping && wish.Kind == SaidDown}, nil
}
