package breaker

import (
	"fmt"
	"math"
	"time"

	"lockstep/sync/zone"
)

// earliest is older than any stamp this program can have written; nulls and epoch zeros lie before it.
var earliest = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// Load makes a stored breaker fit for use and says in words what had to be repaired. Unknown states are
// closed, stamps are never later than now (ProbeAt: than now + Settings.MaxWait), counts never negative.
// A probe that was under way when the program stopped is due again at once, and nobody knows how the
// time since the first failure went on; that is no repair.
func Load(b Breaker, s Settings, now time.Time) (Breaker, []string) {
	s, now = s.orDefault(), zone.Stamp(now)
	b, repairs := b.sane(s, now)
	if b.State == HalfOpen {
		b.State, b.ProbeAt = Open, now
		b.Generation++
	}
	b.FailingSince = time.Time{}
	return b, repairs
}

func (b Breaker) sane(s Settings, now time.Time) (Breaker, []string) {
	var words []string
	if !b.State.Valid() {
		words = append(words, fmt.Sprintf("breaker: state %.20q is unknown, taken as closed", string(b.State)))
		b = Breaker{State: Closed, Generation: b.Generation + 1}
	}
	if !b.Tripped() {
		b, more := b.saneClosed(s, now)
		return b, append(words, more...)
	}
	return b.saneOpen(s, now)
}

func (b Breaker) saneClosed(s Settings, now time.Time) (Breaker, []string) {
	var words []string
	since := zone.Stamp(b.FailingSince)
	switch {
	case b.Failures <= 0 || since.Before(earliest):
		since = time.Time{}
	case since.After(now): // the clock was set back
		since = now
	}
	if b.Failures < 0 {
		words = append(words, fmt.Sprintf("breaker: %d failures counted, taken as none", b.Failures))
	}
	if !b.OpenedAt.IsZero() || !b.ProbeAt.IsZero() || b.Probes != 0 {
		words = append(words, "breaker: closed, yet with marks of an outage; they were removed")
	}
	return Breaker{
		State: Closed,
		// A lowered threshold leaves the count at most one failure short: loading alone opens nothing.
		Failures:     max(0, min(b.Failures, s.Threshold-1)),
		FailingSince: since,
		Generation:   b.Generation,
		Cause:        b.Cause,
	}, words
}

func (b Breaker) saneOpen(s Settings, now time.Time) (Breaker, []string) {
	var words []string
	note := func(format string, args ...any) { words = append(words, fmt.Sprintf(format, args...)) }
	b.OpenedAt, b.ProbeAt, b.Failures, b.FailingSince = zone.Stamp(b.OpenedAt), zone.Stamp(b.ProbeAt), 0, time.Time{}
	switch {
	case b.OpenedAt.Before(earliest):
		note("breaker: opened at an unknown time, taken as now")
		b.OpenedAt = now
	case b.OpenedAt.After(now):
		note("breaker: opened in the future (%s), taken as now", b.OpenedAt.Format(time.RFC3339))
		b.OpenedAt = now
	}
	latest := now.Add(s.MaxWait())
	switch {
	case b.ProbeAt.Before(earliest):
		note("breaker: no time for the next probe, due now")
		b.ProbeAt = now
	case b.ProbeAt.After(latest):
		note("breaker: next probe too far away (%s), drawn near", b.ProbeAt.Format(time.RFC3339))
		b.ProbeAt = latest
	}
	if b.Probes < 0 || b.Probes > math.MaxInt32 {
		note("breaker: %d failed probes counted, taken as none", b.Probes)
		b.Probes = 0
	}
	return b, words
}
