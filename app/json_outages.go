package app

import (
	"time"

	"lockstep/sync/api"
	"lockstep/sync/outage"
)

// outageJSON is one outage of Plex.
type outageJSON struct {
	ID           uint64       `json:"id"`
	Started      *time.Time   `json:"started"`
	Ended        *time.Time   `json:"ended"`   // null while it lasts
	Seconds      float64      `json:"seconds"` // so far, while it lasts
	Cause        string       `json:"cause"`
	CauseMessage *messageJSON `json:"causeMessage"`
	JobsHeld     int          `json:"jobsHeld"` // that waited for the end of it, at most
	FailedProbes int          `json:"failedProbes"`
	Requeued     int          `json:"requeued"` // failed jobs given another life after it
	Repaired     bool         `json:"repaired"` // put right at a start instead of being observed
	Imported     bool         `json:"imported"` // observed by Stash2Plex; in no number and never announced
	Note         string       `json:"note"`
	NoteMessage  *messageJSON `json:"noteMessage"`
}

func outageOf(r outage.Record) outageJSON {
	return outageJSON{
		r.ID, stamp(r.Started), stamp(r.Ended), r.Length(now()).Seconds(), r.Cause.String(), messageOf(r.Cause), r.JobsHeld, r.FailedProbes,
		r.Requeued, r.Repaired, r.Imported, r.Note.String(), messageOf(r.Note),
	}
}

// gapJSON is a time nobody watched Plex.
type gapJSON struct {
	From *time.Time `json:"from"` // null: since ever
	To   *time.Time `json:"to"`
}

// segmentJSON is a part of a timeline of which all is alike.
type segmentJSON struct {
	From   *time.Time  `json:"from"`
	To     *time.Time  `json:"to"`
	Kind   outage.Kind `json:"kind"`
	Outage uint64      `json:"outage"` // id of the outage, 0 without one
}

// metricsJSON are the numbers of a window.
type metricsJSON struct {
	Count           int     `json:"count"`
	KnownSeconds    float64 `json:"knownSeconds"`    // of the window, less what nobody watched
	DowntimeSeconds float64 `json:"downtimeSeconds"` // of the known time
	RecoverySeconds float64 `json:"recoverySeconds"` // average length of an outage
	BetweenSeconds  float64 `json:"betweenSeconds"`  // average time between outages
	Availability    float64 `json:"availability"`    // 0 to 1, of the known time
}

// outagesJSON is what `outages --json` prints.
type outagesJSON struct {
	Verdict  string        `json:"verdict"`
	From     *time.Time    `json:"from"`
	To       *time.Time    `json:"to"`
	Records  []outageJSON  `json:"records"` // the newest first
	Gaps     []gapJSON     `json:"gaps"`
	Metrics  metricsJSON   `json:"metrics"`
	Timeline []segmentJSON `json:"timeline"`
}

func outagesOf(verdict string, p api.OutagePage) outagesJSON {
	m := p.Metrics
	return outagesJSON{
		verdict, stamp(p.From), stamp(p.To), each(p.Records, outageOf),
		each(p.Gaps, func(g outage.Gap) gapJSON { return gapJSON{stamp(g.From), stamp(g.To)} }),
		metricsJSON{m.Count, m.Known.Seconds(), m.Downtime.Seconds(), m.MTTR.Seconds(), m.MTBF.Seconds(), m.Availability},
		each(p.Timeline, func(s outage.Segment) segmentJSON {
			return segmentJSON{stamp(s.From), stamp(s.To), s.Kind, s.Record}
		}),
	}
}
