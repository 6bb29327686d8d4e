package app

import (
	"errors"
	"time"

	"lockstep/app/present"
	"lockstep/storage"
	"lockstep/sync/api"
	"lockstep/sync/breaker"
	"lockstep/sync/health"
	"lockstep/sync/queue"
	"lockstep/sync/statistics"
)

// statusJSON is what `status --json` prints. Keys are never renamed or removed.
type statusJSON struct {
	Verdict string       `json:"verdict"` // up, down, disputed or unknown
	Breaker breakerJSON  `json:"breaker"`
	Outage  *outageJSON  `json:"outage"` // null unless one lasts
	Queue   queue.Counts `json:"queue"`
	Stash   serverJSON   `json:"stash"`
	Plex    serverJSON   `json:"plex"`
	// LastReconciliation is null until one has ended, and so is LastOutage.
	LastReconciliation *reportJSON `json:"lastReconciliation"`
	LastOutage         *outageJSON `json:"lastOutage"`
	Today              dayJSON     `json:"today"`

	// Running is false when this is the last known state.
	Running    bool            `json:"running"`
	Version    string          `json:"version"`
	At         *time.Time      `json:"at"`
	Words      string          `json:"words"`
	Paused     bool            `json:"paused"`
	Hold       bool            `json:"hold"`
	PausedTill *time.Time      `json:"pausedTill"`
	Configured bool            `json:"configured"`
	Scenes     int             `json:"scenes"`
	Attention  []attentionJSON `json:"attention"`
	Failing    []failingJSON   `json:"failing"` // what is asked for in vain at present
	// Retrying is a scene that failed several times and is tried again; null while none is.
	Retrying *retryingJSON `json:"retrying"`
	// Activity is what Stash learns from Plex; null while nothing of that is switched on.
	Activity *activityStatusJSON `json:"activity"`
}

type breakerJSON struct {
	State        breaker.State `json:"state"`
	Failures     int           `json:"failures"`
	NextProbe    *time.Time    `json:"nextProbe"`
	Cause        string        `json:"cause"`
	CauseMessage *messageJSON  `json:"causeMessage"`
}

type serverJSON struct {
	OK           bool         `json:"ok"`
	Error        string       `json:"error"`
	ErrorMessage *messageJSON `json:"errorMessage"`
	Hint         string       `json:"hint"`
	HintMessage  *messageJSON `json:"hintMessage"`
}

// statusOf makes the machine's form of a snapshot and what was done today.
func statusOf(s api.Snapshot, today statistics.Day) statusJSON {
	server := func(c api.Connection) serverJSON {
		return serverJSON{c.OK, c.Error.String(), messageOf(c.Error), c.Hint.String(), messageOf(c.Hint)}
	}
	out := statusJSON{
		Verdict: verdictWord(s.Verdict), Breaker: breakerJSON{s.Breaker.State, s.Breaker.Failures, stamp(s.Breaker.NextProbe), s.Breaker.Cause.String(), messageOf(s.Breaker.Cause)},
		Queue: s.Queue, Stash: server(s.Stash), Plex: server(s.Plex),
		Running: s.Live, Version: s.Version, At: stamp(s.At), Words: present.Status(s, moment()),
		Paused: s.Paused, Hold: s.Hold, PausedTill: stamp(s.PausedTill), Configured: s.Configured, Scenes: s.Scenes,
		Attention: each(s.Attention, attentionOf), Failing: each(s.Failing, failingOf),
		Today: dayOf(today),
	}
	if r := s.Retrying; r != nil {
		out.Retrying = &retryingJSON{r.Scene, r.Name, r.Message.String(), messageOf(r.Message), r.Tries, stamp(r.Next)}
	}
	if a := s.Activity; a != nil {
		page := activityPageOf(api.ActivityPage{Activity: *a})
		out.Activity = &activityStatusJSON{page.Looked, page.Asking, page.Words, page.Message, page.Kinds}
	}
	if o := s.Outage; o != nil && o.Ongoing() {
		view := outageOf(*o)
		out.Outage = &view
	} else if o != nil {
		view := outageOf(*o)
		out.LastOutage = &view
	}
	if r := s.LastReconciliation; r != nil {
		view := reportOf(*r)
		out.LastReconciliation = &view
	}
	return out
}

// verdictWord is a verdict in JSON.
func verdictWord(v health.Verdict) string {
	if v == health.Unknown {
		return "unknown"
	}
	return string(v)
}

// Run tells how things stand. A data folder that was never used is no error.
func (c *statusCmd) Run(s *session) error {
	err := s.read(func(r reading) error {
		snap, err := r.Snapshot(s.ctx)
		if err != nil {
			return wrap("read the state", err)
		}
		days, err := r.Statistics(s.ctx, statistics.Name(now()))
		if err == nil {
			s.status(snap, onDay(days, now()))
		}
		return wrap("read the statistics", err)
	})
	if errors.Is(err, storage.ErrNone) {
		s.status(api.Snapshot{Version: s.Version, Breaker: api.Breaker{State: breaker.Closed}}, onDay(nil, now()))
		return nil
	}
	return err
}

func (s *session) status(snap api.Snapshot, today statistics.Day) {
	s.answer(statusOf(snap, today), func() {
		s.say("%s", present.Status(snap, moment()))
		if !snap.Live {
			s.say("Lockstep is not running on %s; this is the last known state.", s.dir)
		}
		if snap.Live {
			s.say("%s", present.Plex(snap, moment()).Words)
			s.say("%s", present.Stash(snap, moment()).Words)
		}
		if words := present.Pause(snap, moment()); words != "" && words != present.Status(snap, moment()) {
			s.say("%s", words)
		}
		if words := present.NewToken(snap, moment()); words != "" {
			s.say("%s", words)
		}
		s.say("Queue: %s", countsWords(snap.Queue))
		s.say("Today: %s", present.Done(today))
		for _, f := range snap.Failing {
			s.say("! %s", present.Failing(f, moment()))
		}
		if words := present.Retrying(snap, moment()); words != "" {
			s.say("! %s", words)
		}
		for _, a := range snap.Attention {
			s.say("! %s", present.Asked(a))
		}
		if a := snap.Activity; a != nil {
			s.say("From Plex to Stash: %s", present.ActivityLine(*a, moment()).Words)
			for _, k := range a.Kinds {
				if k.On {
					s.say("%s", present.PlaybackCounts(k))
				}
			}
		}
		if r := snap.LastReconciliation; r != nil {
			s.say("%s: %s", present.ReportTitle(*r, moment()), present.Summary(*r))
		}
	})
}

// countsWords lists the counts that are not zero.
func countsWords(c queue.Counts) string {
	words := ""
	for _, st := range queue.States() {
		if n := c.Of(st); n > 0 {
			if words != "" {
				words += present.Dot
			}
			words += present.Number(n) + " " + present.StateWords(st)
		}
	}
	if words == "" {
		return "empty"
	}
	return words
}

// Run lists the outages of a window.
func (c *outagesCmd) Run(s *session) error {
	window, err := span(c.Window)
	if err != nil {
		return err
	}
	return s.read(func(r reading) error {
		page, err := r.Outages(s.ctx, api.OutageQuery{Window: window})
		if err != nil {
			return wrap("read the outages", err)
		}
		snap, err := r.Snapshot(s.ctx)
		if err != nil {
			return wrap("read the state", err)
		}
		s.answer(outagesOf(verdictWord(snap.Verdict), page), func() { s.outages(page, snap) })
		return nil
	})
}

func (s *session) outages(page api.OutagePage, snap api.Snapshot) {
	s.say("%s", present.OutageHead(page, snap, moment()).Words)
	s.say("%s", present.Metrics(page.Metrics))
	var rows [][]string
	for _, rec := range page.Records {
		o := present.Outage(rec, page.Verdict, moment())
		rows = append(rows, []string{o.When, o.Length, o.Cause, o.Held, o.Note})
	}
	if len(rows) > 0 {
		s.table([]string{"WHEN", "LENGTH", "CAUSE", "HELD", ""}, rows)
	}
}
