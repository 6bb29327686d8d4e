package breaker

import "lockstep/sync/message"

// Kind says what happened.
type Kind int

// The events. Success and Failure are results of ordinary calls, including the probe of an idle closed
// breaker; what counts as a failure is decided by the caller.
const (
	// Success is a call that Plex answered.
	Success Kind = iota
	// Failure is a call that proves Plex unreachable.
	Failure
	// ProbeStarted asks to begin a probe, due or not ("try now"); it needs no generation. Only the
	// transition HalfOpened permits to send it.
	ProbeStarted
	// ProbeSucceeded and ProbeFailed end the probe that is under way.
	ProbeSucceeded
	ProbeFailed
	// ProbeAbandoned ends the probe without a verdict on Plex: cancelled, or our own fault.
	ProbeAbandoned
	// Woke is a wake-up or a clock jump: nothing begun before it counts, and an open breaker is to be
	// probed at once. It needs no generation.
	Woke
)

// String gives the word used in logs.
func (k Kind) String() string {
	return word(int(k), "success", "failure", "probe started", "probe succeeded", "probe failed", "probe abandoned", "woke")
}

// Event is one thing that happened.
type Event struct {
	Kind Kind
	// Generation is Breaker.Generation when the call or probe began. A result whose generation is not the
	// current one is ignored, so a result counts once and never across a transition.
	Generation uint64
	// Cause is a failure in words for people; it must hold no secrets.
	Cause message.Message
}

// Transition says how an event moved the breaker.
type Transition int

// The transitions. Opened happens once per outage: a failed probe makes Reopened.
const (
	None       Transition = iota
	Opened                // closed → open
	HalfOpened            // open → half-open: the caller sends one probe now
	Reopened              // half-open → open: the probe failed
	Withdrawn             // half-open → open: the probe ended without a verdict
	Recovered             // half-open → closed: the probe succeeded
)

// String gives the word used in logs.
func (t Transition) String() string {
	return word(int(t), "none", "opened", "half-opened", "reopened", "withdrawn", "closed")
}

func word(i int, words ...string) string {
	if i < 0 || i >= len(words) {
		return "unknown"
	}
	return words[i]
}
