package monitor

import (
	"slices"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/breaker"
	"lockstep/sync/health"
	"lockstep/sync/outage"
	"lockstep/sync/store"
	"lockstep/sync/zone"
)

// Verdict is the one everybody sees.
func (m *Monitor) Verdict() health.Verdict { return m.state.Verdict() }

// Allows reports whether Plex may be asked for work.
func (m *Monitor) Allows() bool { return m.state.Breaker.Allows() }

// Open reports whether a probe may be sent.
func (m *Monitor) Open() bool { return m.state.Breaker.State == breaker.Open }

// Generation tells the requests of one state of the breaker from those of an older one.
func (m *Monitor) Generation() uint64 { return m.state.Breaker.Generation }

// youngFor is how long an outage is young: its end is noticed within seconds.
const youngFor = 10 * time.Minute

// Young reports that the present outage began a short while ago.
func (m *Monitor) Young(now time.Time) bool {
	age := now.Round(0).Sub(m.state.Breaker.OpenedAt)
	return m.state.Breaker.Tripped() && age >= 0 && age < youngFor
}

// Show puts what is known of Plex into a snapshot. PlexSince is when its connection came to
// be as it is.
func (m *Monitor) Show(s *api.Snapshot, plexSince time.Time) {
	s.Verdict, s.Breaker, s.Said = m.Verdict(), ShownBreaker(m.state.Breaker), m.said
	s.Interruptions, s.Proved = outage.Starts(m.recent, m.host.Stamp()), zone.Stamp(m.proved())
	s.Since = m.since(plexSince)
	if r := m.state.Newest; r.ID != 0 {
		s.Outage = &r
	}
}

// since is when the present verdict began.
func (m *Monitor) since(plexSince time.Time) time.Time {
	switch m.Verdict() {
	case health.Down:
		return m.state.Newest.Started
	case health.Up:
		if ended := m.state.Newest.Ended; ended.After(plexSince) {
			return ended
		}
		return plexSince // nobody watched before this process began
	}
	return time.Time{}
}

// ShownBreaker is the breaker as the snapshot has it.
func ShownBreaker(b breaker.Breaker) api.Breaker {
	s := api.Breaker{State: b.State, Failures: b.Failures, Cause: b.Cause, OpenedAt: b.OpenedAt}
	if s.State == "" {
		s.State = breaker.Closed
	}
	s.NextProbe, _ = b.NextProbe()
	return s
}

// defaultWindow is what the outage history covers unless asked otherwise.
const defaultWindow = 30 * 24 * time.Hour

// History is the outage history of a window ending at a moment, without the verdict.
// Watching is true while somebody watches Plex: then the time since its last sign of life is
// known. Imported reads the records of outages that somebody else watched: they are listed,
// but no part of the timeline.
func History(st store.Store, to time.Time, watching bool, q api.OutageQuery, imported func(store.Tx) ([]outage.Record, error)) (api.OutagePage, error) {
	if q.Window <= 0 {
		q.Window = defaultWindow
	}
	to = to.UTC().Round(0)
	p := api.OutagePage{From: to.Add(-q.Window), To: to, Records: []outage.Record{}, Gaps: []outage.Gap{}}
	var own, others []outage.Record
	err := st.View(func(tx store.Tx) (err error) {
		if own, err = tx.Outages(0); err != nil {
			return err
		}
		if others, err = imported(tx); err != nil {
			return err
		}
		p.Gaps, err = gaps(tx, to, watching)
		return err
	})
	if err != nil {
		return p, err
	}
	p.Timeline = outage.Timeline(own, p.Gaps, p.From, to)
	p.Metrics = outage.Summarise(p.Timeline)
	for _, rec := range append(own, others...) {
		if rec.Ongoing() || rec.Ended.After(p.From) {
			p.Records = append(p.Records, rec)
		}
	}
	slices.SortStableFunc(p.Records, func(a, b outage.Record) int { return b.Started.Compare(a.Started) })
	return p, nil
}

// gaps are those stored, and the present one while nobody watches.
func gaps(tx store.Tx, to time.Time, watching bool) ([]outage.Gap, error) {
	list, err := tx.OffGaps()
	if err != nil || watching {
		return append([]outage.Gap{}, list...), err
	}
	g, err := unwatched(tx, to)
	return append(list, g), err
}
