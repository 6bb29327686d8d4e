package present

import (
	"time"

	"lockstep/sync/zone"
)

// Moment is when and where words are read: it decides what "today" is and which
// zone a time is shown in. A nil Zone means the one the machine is set to now.
type Moment struct {
	Now  time.Time
	Zone *time.Location
}

func (m Moment) local(t time.Time) time.Time {
	if m.Zone == nil {
		return t.In(zone.Local())
	}
	return t.In(m.Zone)
}

// Clock writes a time as short as it is clear: 14:02 today, 23 Nov 14:02 on another
// day, with the year in another year. The zero time is "".
func (m Moment) Clock(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	if sameDay(m.local(t), m.local(m.Now)) {
		return clock(m.local(t))
	}
	return m.Stamp(t)
}

// Stamp writes day and time, for tables: 23 Nov 14:02. The zero time is "".
func (m Moment) Stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return stamped(m.Day(t), clock(m.local(t)))
}

// Day writes a day: 23 Nov, with the year in another year.
func (m Moment) Day(t time.Time) string {
	if m.local(t).Year() != m.local(m.Now).Year() {
		return date(m.local(t), "2 Jan 2006")
	}
	return date(m.local(t), "2 Jan")
}

// Span writes a stretch of time: 23 Nov 14:02 – 14:25.
func (m Moment) Span(from, to time.Time) string {
	if sameDay(m.local(from), m.local(to)) {
		return m.Stamp(from) + " – " + clock(m.local(to))
	}
	return m.Stamp(from) + " – " + m.Stamp(to)
}

// In writes how long it is until t: "in 40 s", or "now" when it has come.
func (m Moment) In(t time.Time) string {
	if d := t.Sub(m.Now); d >= time.Second {
		return T("in %s", Duration(d))
	}
	return T("now")
}

func (m Moment) since(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return " " + T("since %s", m.Clock(t))
}

// nobodyAnswers says that neither server answers, and since when.
func (m Moment) nobodyAnswers(since time.Time) string {
	if since.IsZero() {
		return T("Neither Stash nor Plex answers")
	}
	return T("Neither Stash nor Plex has answered since %s", m.Clock(since))
}

// stashSilent says that Stash does not answer, and since when.
func (m Moment) stashSilent(since time.Time) string {
	if since.IsZero() {
		return T("Stash does not answer")
	}
	return T("Stash has not answered since %s", m.Clock(since))
}

func sameDay(a, b time.Time) bool {
	return a.Year() == b.Year() && a.YearDay() == b.YearDay()
}
