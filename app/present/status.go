package present

import (
	"strings"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/breaker"
)

// Status is the one line that tells how things stand: tooltip, first menu line and
// head of the Queue window.
func Status(s api.Snapshot, m Moment) string {
	switch StateOf(s) {
	case NotRunning:
		return "Lockstep is not running"
	case NetworkAway:
		return join("Neither Stash nor Plex answers"+m.since(s.Since), left(s))
	case PlexDown:
		return join("Plex down"+m.since(s.Since), left(s))
	case NeedsYou:
		a, _ := Urgent(s)
		return join(upper(strings.TrimSuffix(a.Words, ".")), left(s))
	case Checking:
		return "Checking Plex…"
	case StashAway:
		return join("Stash does not answer"+m.since(s.Stash.Since), left(s))
	case Quitting:
		return "Quitting: " + s.Stopping
	case OnPause:
		return join(paused(s, m), left(s))
	case Comparing:
		return Reconciling(*s.Reconcile)
	case Writing:
		return Progress(s)
	case Held:
		return held(s)
	case Idle:
	}
	return idle(s)
}

// Progress is the line over the progress bar: "Writing 23 of 42 — Tidal Pools at
// Dawn". It is "" when nothing is in hand.
func Progress(s api.Snapshot) string {
	if len(s.InHand) == 0 {
		return ""
	}
	name := s.Run.Current
	if name == "" {
		name = s.InHand[0].Name
	}
	if name != "" {
		name = " — " + name
	}
	if s.Run.Total == 0 {
		return "Writing" + name
	}
	return "Writing " + Step(s.Run) + name
}

// Step is how far the run is, the scene in hand included: "23 of 42".
func Step(p api.Progress) string {
	return Number(p.Position()) + " of " + Number(p.Total)
}

// Fraction is how much of the run is through or written, from 0 to 1, so that the bar
// goes with Step; 1 while there is nothing to do, so that an empty bar always means work.
func Fraction(p api.Progress) float64 {
	if p.Total <= 0 {
		return 1
	}
	return min(float64(p.Finished()+p.Unchecked)/float64(p.Total), 1)
}

// trustAfter is how long a run must have lasted before its rate means anything: the
// first scenes are read in one batch and written in a burst.
const trustAfter = 15 * time.Second

// Rate is speed and remaining time, "0.9 scenes/s · about 20 s left", or "" unless
// the last minute allows to tell.
func Rate(s api.Snapshot, m Moment) string {
	p := s.Run
	if StateOf(s) != Writing || p.Rate <= 0 || p.Started == 0 || m.Now.Sub(time.Unix(p.Started, 0)) < trustAfter {
		return ""
	}
	todo := p.Total - p.Finished()
	if todo <= 0 {
		return speed(p.Rate)
	}
	return join(speed(p.Rate), roughly(time.Duration(float64(todo)/p.Rate*float64(time.Second)))+" left")
}

func speed(perSecond float64) string {
	if perSecond < 0.1 {
		return Count(max(int(perSecond*60+0.5), 1), "scene a minute", "scenes a minute")
	}
	whole := int(perSecond*10 + 0.5)
	if whole >= 100 {
		return Number(whole/10) + " scenes/s"
	}
	return Number(whole/10) + "." + Number(whole%10) + " scenes/s"
}

// Band is the line that stands in for the progress while Plex is down: "Waiting for
// Plex since 14:02 — next try in 40 s". It is "" unless the verdict says down.
func Band(s api.Snapshot, m Moment) string {
	st := StateOf(s)
	if st != PlexDown && st != NetworkAway {
		return ""
	}
	words := "Waiting for Plex" + m.since(s.Since)
	if st == NetworkAway {
		words = "Waiting for the network" + m.since(s.Since)
	}
	if s.Breaker.State == breaker.HalfOpen || m.In(s.Breaker.NextProbe) == "now" {
		return words + " — trying now"
	}
	return words + " — next try " + m.In(s.Breaker.NextProbe)
}

// Today is what happened since midnight: "today 214 written · 3 skipped · 0 dead".
func Today(t api.Today) string {
	return join("today "+Number(t.Written)+" written", Number(t.Skipped)+" skipped", Number(t.Dead)+" dead")
}

func left(s api.Snapshot) string {
	if n := s.Queue.Pending(); n > 0 {
		return Number(n) + " waiting"
	}
	return ""
}

func paused(s api.Snapshot, m Moment) string {
	if s.PausedTill.IsZero() {
		return "Paused"
	}
	return "Paused until " + m.Clock(s.PausedTill)
}

// Reconciling tells how far a reconciliation is.
func Reconciling(r api.ReconcileState) string {
	if r.Total == 0 {
		return "Comparing the libraries…"
	}
	return "Comparing " + Number(r.Checked) + " of " + Number(r.Total) + " scenes"
}

func held(s api.Snapshot) string {
	if s.Queue.Waiting+s.Queue.Running == 0 {
		return Count(s.Queue.Retrying, "change", "changes") + " to be tried again"
	}
	return Number(s.Queue.Pending()) + " waiting"
}

func idle(s api.Snapshot) string {
	q := s.Queue
	if q.Dead == 0 && q.Parked == 0 {
		if s.Scenes == 0 {
			return "Nothing to do yet"
		}
		return join("In step", Count(s.Scenes, "scene", "scenes"))
	}
	parts := []string{"Nothing to do"}
	if q.Dead > 0 {
		parts = append(parts, Number(q.Dead)+" dead")
	}
	if q.Parked > 0 {
		parts = append(parts, Number(q.Parked)+" not in Plex yet")
	}
	return join(parts...)
}
