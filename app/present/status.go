package present

import (
	"time"

	"lockstep/sync/api"
	"lockstep/sync/breaker"
)

// Status is the one line that tells how things stand: tooltip, first menu line and
// head of the Queue window.
func Status(s api.Snapshot, m Moment) string {
	switch StateOf(s) {
	case NotRunning:
		return T("Lockstep is not running")
	case NetworkAway:
		return join(m.nobodyAnswers(s.Since), left(s))
	case PlexDown:
		return join(T("Plex down")+m.since(s.Since), left(s))
	case NeedsYou:
		a, _ := Urgent(s)
		return join(SayHeading(a.Message), left(s))
	case Checking:
		return T("Checking Plex…")
	case StashAway:
		return join(m.stashSilent(s.Stash.Since), left(s))
	case Quitting:
		return T("Quitting: %s", SayClause(s.Stopping))
	case OnPause:
		return join(paused(s, m), left(s))
	case Comparing:
		return Reconciling(*s.Reconcile)
	case Writing:
		return Progress(s)
	case Stuck:
		return join(Failing(*stuck(s), m), left(s))
	case Scanning:
		return Scan(*s.Scan)
	case Held:
		return held(s)
	case Unsettled, Idle:
	}
	return idle(s)
}

// Progress is the line over the progress bar: "Writing 23 of 42 — Tidal Pools at
// Dawn", or "Checking 5 143 of 20 000 · 12 written" while most scenes need no write. It is ""
// while no run goes on.
func Progress(s api.Snapshot) string {
	if !underWay(s) {
		return ""
	}
	if s.Run.Total > 0 && examining(s) {
		return join(T("Checking %s", Step(s)), some(s.Run.Written, T("%s written", Number(s.Run.Written))))
	}
	name := s.Run.Current
	if name == "" && len(s.InHand) > 0 {
		name = Named(s.InHand[0].Name, s.InHand[0].Scene)
	}
	if name != "" {
		name = " — " + name
	}
	if s.Run.Total == 0 {
		return T("Writing") + name
	}
	return T("Writing %s", Step(s)) + name
}

// examining reports that the run mostly finds out what is to be written: of the scenes that
// are left not all are known to need a write. It depends on the run and not on the batch in
// hand, whose steps would have the words change to and fro.
func examining(s api.Snapshot) bool {
	p := s.Run
	left := p.Total - p.Finished() - p.Unchecked
	return p.ToWrite == 0 || p.ToWrite-p.Written < left
}

// Step is how far the run is: which of all scenes is looked at, or which of those to be
// written is, "23 of 42".
func Step(s api.Snapshot) string {
	p := s.Run
	n, of := p.Position(), p.Total
	if !examining(s) {
		n = max(p.Written, 1)
		of = max(p.ToWrite, n)
	}
	return T("%s of %s", Number(n), Number(of))
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

// Rate is speed and remaining time, "0.9 scenes/s · about 20 s left"; the speed alone, or
// "", while no more can be told.
func Rate(s api.Snapshot, m Moment) string {
	p := s.Run
	if StateOf(s) != Writing || p.Rate <= 0 || p.Started == 0 || m.Now.Sub(time.Unix(p.Started, 0)) < trustAfter {
		return ""
	}
	if p.Left <= 0 {
		return speed(p.Rate)
	}
	left := time.Duration(p.Left * float64(time.Second))
	return join(speed(p.Rate), T("%s left", roughly(max(left-m.Now.Sub(s.At), left/2))))
}

func speed(perSecond float64) string {
	if perSecond < 0.1 {
		return Count(max(int(perSecond*60+0.5), 1), "scene a minute", "scenes a minute")
	}
	whole := int(perSecond*10 + 0.5)
	if whole >= 100 {
		return T("%s scenes/s", Number(whole/10))
	}
	return T("%s scenes/s", Number(whole/10)+point()+Number(whole%10))
}

// Band is the line that stands in for the progress while a server is away: "Next try in
// 40 s.". That it is away, and since when, stands in the status above it and is not said
// twice. Plex is away only when the verdict says down.
func Band(s api.Snapshot, m Moment) string {
	switch StateOf(s) {
	case PlexDown, NetworkAway:
	case StashAway:
		return T("Lockstep keeps trying.")
	default:
		return ""
	}
	if s.Breaker.State == breaker.HalfOpen || !s.Breaker.NextProbe.After(m.Now.Add(time.Second-1)) {
		return T("Trying now.")
	}
	return T("Next try %s.", m.In(s.Breaker.NextProbe))
}

// AwayBecause is the sentence about why a server is away, "" when none is or nobody knows.
func AwayBecause(s api.Snapshot) string {
	switch StateOf(s) {
	case PlexDown, NetworkAway:
		return SaySentence(s.Breaker.Cause)
	case StashAway:
		return SaySentence(s.Stash.Error)
	}
	return ""
}

// Today is what happened since midnight: "today 214 written · 3 skipped · 0 failed".
func Today(t api.Today) string {
	return join(T("today %s written", Number(t.Written)), T("%s skipped", Number(t.Skipped)), T("%s failed", Number(t.Dead)))
}

func left(s api.Snapshot) string {
	if n := s.Queue.Pending(); n > 0 {
		return waiting(n)
	}
	return ""
}

func waiting(n int) string { return T("%s queued", Number(n)) }

// Pause says that Lockstep is paused and until when, whatever else is the case; "" when it
// is not.
func Pause(s api.Snapshot, m Moment) string {
	if !s.Paused {
		return ""
	}
	return paused(s, m)
}

func paused(s api.Snapshot, m Moment) string {
	if s.PausedTill.IsZero() {
		return T("Paused")
	}
	return T("Paused until %s", m.Clock(s.PausedTill))
}

// Reconciling tells how far a reconciliation is.
func Reconciling(r api.ReconcileState) string {
	if r.Total == 0 {
		return T("Comparing the libraries…")
	}
	return T("Comparing %s of %s scenes", Number(r.Checked), Number(r.Total))
}

func held(s api.Snapshot) string {
	if s.Queue.Waiting+s.Queue.Running == 0 {
		return retrying(s)
	}
	return waiting(s.Queue.Pending())
}

// idle is how the scenes stand. In step are all only when every one is, or was left out by
// a person's choice.
func idle(s api.Snapshot) string {
	x := SharesOf(s)
	switch {
	case x.Total == 0:
		return T("Nothing to do yet")
	case x.InStep+x.LeftOut == x.Total:
		return join(T("In step"), Count(x.InStep, "scene", "scenes"), some(x.LeftOut, T("%s skipped by your filter", Number(x.LeftOut))))
	}
	return join(T("%s in step", Number(x.InStep)), rest(x), retrying(s))
}

// retrying is how many scenes are tried again, with the reason of one that has failed several
// times.
func retrying(s api.Snapshot) string {
	if s.Queue.Retrying == 0 {
		return ""
	}
	words := T("%s retrying", Number(s.Queue.Retrying))
	if s.Retrying != nil {
		words = join(words, SayHeading(s.Retrying.Message))
	}
	return words
}

func attention(n int) string {
	if n == 1 {
		return T("1 needs attention")
	}
	return some(n, T("%s need attention", Number(n)))
}

// some is words about a number, "" when it is none.
func some(n int, words string) string {
	if n <= 0 {
		return ""
	}
	return words
}
