package present

import (
	"lockstep/assets"
	"lockstep/sync/api"
	"lockstep/sync/fault"
	"lockstep/sync/health"
	"lockstep/sync/message"
)

// State is what a snapshot comes down to at a glance. There is one for every
// snapshot, and each gives way as soon as the snapshot no longer supports it: nothing
// is remembered.
type State int

// The states, in order of precedence: what is broken stands before what is asked,
// that before what is not known, that before what was chosen, that before what is
// going on.
const (
	NotRunning  State = iota // the snapshot is the last known one; nobody works
	NetworkAway              // Down, and Stash does not answer either
	PlexDown                 // the verdict is Down
	NeedsYou                 // only a person can settle something
	Checking                 // the verdict is Unknown or Disputed
	StashAway                // Stash does not answer
	Quitting                 // the step in hand is being finished
	OnPause
	Comparing // a reconciliation runs
	Writing   // a batch is worked on, or the next one is about to be
	Stuck     // something that changes depend on fails again and again
	Scanning  // the first scan of both servers
	Held      // work is left, but none is to be done right now
	Unsettled // nothing left to do, but not all is in step and a person can do something about it
	Idle      // nothing left to do
)

// StateOf classifies a snapshot.
func StateOf(s api.Snapshot) State {
	switch {
	case !s.Live:
		return NotRunning
	case s.Verdict == health.Down && Away(s.Stash):
		return NetworkAway
	case s.Verdict == health.Down:
		return PlexDown
	case !s.Configured || s.Hold || len(s.Attention) > 0:
		return NeedsYou
	case s.Verdict != health.Up:
		return Checking
	case Away(s.Stash):
		return StashAway
	}
	return working(s)
}

func working(s api.Snapshot) State {
	switch {
	case !s.Stopping.IsZero():
		return Quitting
	case s.Paused:
		return OnPause
	case underWay(s):
		return Writing
	case s.Reconcile != nil:
		return Comparing
	case stuck(s) != nil:
		return Stuck
	case s.Scan != nil:
		return Scanning
	case s.Queue.Waiting+s.Queue.Running > 0:
		return Held
	case unsettled(s): // also while something is tried again for hours
		return Unsettled
	case s.Queue.Retrying > 0:
		return Held
	}
	return Idle
}

// underWay reports that a run goes on. Between two of its batches nothing is in hand for a
// moment, which must not show.
func underWay(s api.Snapshot) bool {
	if len(s.InHand) > 0 || s.Active {
		return true
	}
	return s.Run.Started != 0 && s.Queue.Waiting > 0 && !s.Counting && stuck(s) == nil
}

// unsettled reports scenes that wait for a person, or that not a single one is in step.
func unsettled(s api.Snapshot) bool {
	return s.Standing.NeedYou > 0 || s.Scenes > s.Standing.LeftOut && s.Standing.InStep == 0
}

// Icon is the tray shape of a snapshot, a name assets.Tray knows.
func Icon(s api.Snapshot) string {
	switch StateOf(s) {
	case PlexDown, NetworkAway:
		return assets.Down
	case NeedsYou, Unsettled:
		return assets.Attention
	case NotRunning, Checking, StashAway, Stuck:
		return assets.Unsure
	case OnPause:
		return assets.Paused
	case Quitting, Comparing, Writing, Scanning, Held:
		return assets.Working
	case Idle:
	}
	return assets.Up
}

// Headline is the status with the tone of its state: the head of the overview.
func Headline(s api.Snapshot, m Moment) Line {
	l := Line{Words: Status(s, m)}
	switch StateOf(s) {
	case PlexDown, NetworkAway:
		l.Tone = Bad
	case NeedsYou, Unsettled, Stuck, StashAway:
		l.Tone = Warn
	case NotRunning, Checking, OnPause:
		l.Tone = Muted
	case Quitting, Comparing, Writing, Scanning, Held:
		l.Tone = Busy
	case Idle:
		l.Tone = Good
	}
	return l
}

// Away reports a server that was asked and did not answer. It is for Stash: what is
// said of Plex comes from the verdict.
func Away(c api.Connection) bool {
	return c.Checked && !c.OK && c.Class == string(fault.Unreachable)
}

// Urgent is the attention that stands before all others; false when nothing is asked.
func Urgent(s api.Snapshot) (api.Attention, bool) {
	order := []api.AttentionKind{
		api.SignInPlex, api.SignInStash, api.FixPlex, api.FixStash, api.DiskProblem,
		api.BrakeAsks, api.ActivityAsks, api.FirstRun, api.RestoredData,
	}
	for _, kind := range order {
		for _, a := range s.Attention {
			if a.Kind == kind {
				return a, true
			}
		}
	}
	if len(s.Attention) > 0 {
		return s.Attention[0], true
	}
	if s.Live && !s.Configured {
		return api.Attention{Kind: api.FirstRun, Message: message.New(message.FirstRunServers), Hint: message.New(message.AdviceFirstRunServers)}, true
	}
	if s.Live && s.Hold {
		return api.Attention{Kind: api.FirstRun, Message: message.New(message.FirstRunUnfinished), Hint: message.New(message.AdviceFirstRunUnfinished)}, true
	}
	return api.Attention{}, false
}

// AskedBelow is what Asked says beside a headline that says what is asked for already: what to
// do about it.
func AskedBelow(a api.Attention, s api.Snapshot) string {
	switch {
	case StateOf(s) != NeedsYou:
		return Asked(a)
	case a.Kind == api.BrakeAsks:
		return T("Look at the preview, then decide.")
	case a.Hint.IsZero():
		return Asked(a)
	}
	return SaySentence(a.Hint)
}

// AskedButton is the label of the button that leads to what a person is asked for.
func AskedButton(k api.AttentionKind) string {
	switch k {
	case api.SignInPlex, api.SignInStash:
		return T("Sign in…")
	case api.FixPlex, api.FixStash:
		return T("Open Settings…")
	case api.BrakeAsks, api.ActivityAsks:
		return T("Decide…")
	case api.FirstRun:
		return T("Set up…")
	}
	return T("Show")
}

// Asked is what a person is asked for with what to do about it, for a band.
func Asked(a api.Attention) string {
	if a.Kind == api.BrakeAsks {
		return Brake(a.Message)
	}
	words := SaySentence(a.Message)
	if !a.Hint.IsZero() {
		words += " " + SaySentence(a.Hint)
	}
	return words
}
