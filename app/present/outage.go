package present

import (
	"fmt"
	"strings"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/health"
	"lockstep/sync/message"
	"lockstep/sync/outage"
)

// OutageRow is one line of the outage table.
type OutageRow struct {
	When   string // 23 Nov 14:02 – 14:25
	Length string
	Cause  string
	Held   string // 14 changes held
	Note   string // what was repaired, and what came back after it
	Tone   Tone
}

// Outage makes a line of a record. A record without an end is said to last only when
// the verdict says so too.
func Outage(r outage.Record, v health.Verdict, m Moment) OutageRow {
	row := OutageRow{Cause: strings.TrimSuffix(Say(r.Cause), "."), Length: Duration(r.Length(m.Now))}
	switch {
	case !r.Ongoing():
		row.When = m.Span(r.Started, r.Ended)
	case v == health.Down:
		row.When, row.Tone = m.Stamp(r.Started)+" – "+T("now"), Bad
	default:
		row.When, row.Length, row.Tone = m.Stamp(r.Started)+" – ?", T("being checked"), Warn
	}
	if r.JobsHeld > 0 {
		row.Held = Count(r.JobsHeld, "change held", "changes held")
	}
	row.Note = Say(r.Note)
	if r.Repaired && !r.Imported { // an imported one says so itself
		row.Note = T("repaired at start") + about(r.Note)
	}
	if r.Requeued > 0 {
		row.Note = join(row.Note, T("%s retried afterwards", Number(r.Requeued)))
	}
	if row.Cause == "" {
		row.Cause = T("unknown cause")
	}
	return row
}

// about is a message after a colon, "" for none.
func about(m message.Message) string {
	if m.IsZero() {
		return ""
	}
	return ": " + Say(m)
}

// Metrics is the sentence over the outage chart.
func Metrics(x outage.Metrics) string {
	if x.Known <= 0 {
		return T("Plex was not monitored during this time.")
	}
	words := ""
	if telling(x) {
		words = T("Plex available %s", Percent(x.Availability, 2))
	}
	if x.Count == 0 {
		return Begun(join(words, T("no outage"), T("monitored for %s", Duration(x.Known))))
	}
	if x.Count == 1 { // an average of one, perhaps not over yet, would say nothing
		return join(words, Count(1, "outage", "outages"), T("down for %s", Duration(x.MTTR)), T("monitored for %s", Duration(x.Known)))
	}
	words = join(words, Count(x.Count, "outage", "outages"), T("average recovery %s", Duration(x.MTTR)), T("%s between outages", Duration(x.MTBF)))
	if !telling(x) {
		words = join(words, T("monitored for %s", Duration(x.Known)))
	}
	return words
}

// telling reports that Plex was watched long enough for a share of the time to mean something.
func telling(x outage.Metrics) bool { return x.Known >= day }

// shortestChart is how long a stretch a chart shows at least.
const shortestChart = time.Hour

// Watched is an outage page that begins when Plex was first watched, at the earliest: a chart of
// months of which nothing is known says nothing.
func Watched(p api.OutagePage) api.OutagePage {
	for i, s := range p.Timeline {
		if s.Kind == outage.Off {
			continue
		}
		if from := p.To.Add(-shortestChart); i > 0 && s.From.After(from) {
			p.From = later(p.From, from)
		} else if i > 0 {
			p.From = s.From
		}
		return p
	}
	return p
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// WeekHead is the heading of the chart of the last week, which shows less at the beginning.
func WeekHead(p api.OutagePage) string {
	switch span := p.To.Sub(p.From); {
	case span <= 0, span > 6*day:
		return T("Plex, last 7 days")
	case span < 2*time.Hour:
		return T("Plex, last hour")
	case span < 2*day:
		return T("Plex, last %s hours", Number(int(span/time.Hour)))
	default:
		return T("Plex, last %s days", Number(int(span/day)))
	}
}

// WindowName names the stretch an outage page looks at.
func WindowName(window time.Duration) string {
	if window <= day {
		return Count(int(window/time.Hour), "hour", "hours")
	}
	return Count(int(window/day), "day", "days")
}

// OutageHead is the line that tells how Plex stands now. Why it is down stands in the
// table below.
func OutageHead(p api.OutagePage, s api.Snapshot, m Moment) Line {
	s.Breaker.Cause = message.None
	if p.Verdict == health.Down && s.Verdict == health.Down {
		return Line{Plex(s, m).Words + Dot + Count(s.Queue.Pending(), "change is queued", "changes are queued"), Bad}
	}
	return Plex(s, m)
}

// Segment says what a stretch of the chart means.
func Segment(g outage.Segment, m Moment) string {
	words := map[outage.Kind]string{outage.Up: T("Plex reachable"), outage.Down: T("Plex down"), outage.Off: T("Plex not monitored")}[g.Kind]
	if g.Repaired {
		words += ", " + T("repaired record")
	}
	return fmt.Sprintf("%s: %s (%s)", m.Span(g.From, g.To), words, Duration(g.To.Sub(g.From)))
}

// OutageWords is a row in full, for the foot of the table.
func OutageWords(r OutageRow) string {
	return join(r.When+" ("+r.Length+")", r.Cause, r.Held, r.Note)
}
