package present

import (
	"cmp"
	"strings"

	"lockstep/sync/api"
	"lockstep/sync/message"
	"lockstep/sync/queue"
	"lockstep/sync/skip"
	"lockstep/sync/store"
)

// JobRow is one line of the queue.
type JobRow struct {
	Mark   string // a sign in front of the name, "" for none
	Name   string
	State  string // "writing", "retrying 14:32"
	Detail string // why it stands there, and what to do
	Tone   Tone
	// What can be done with it.
	Retry, Discard bool
}

// Job makes a line of a job; the snapshot tells which step a running one is in.
func Job(j queue.Job, s api.Snapshot, m Moment) JobRow {
	r := JobRow{Name: Named(j.Name, j.Scene), State: StateWords(j.State), Detail: Say(j.Message)}
	switch j.State {
	case queue.Running:
		r.Mark, r.Tone, r.State, r.Detail = "►", Busy, step(j, s), cmp.Or(writes(j, s), begun(j))
	case queue.Waiting:
		r.Detail, r.Discard = begun(j), true
	case queue.Retrying:
		r.State, r.Tone = T("retrying %s", m.Clock(j.Due)), Warn
		r.Detail, r.Retry, r.Discard = lastTry(j), true, true
	case queue.Parked:
		r.Retry, r.Discard = true, true
		r.Detail = join(Say(j.Message), T("waiting until %s", m.Clock(j.Due)))
	case queue.Dead:
		r.Mark, r.Tone, r.Retry, r.Discard = "✕", Bad, true, true
		r.Detail = givenUp(j)
	case queue.Skipped:
		r.Retry, r.Detail = true, reasonAnd(j.Code, j.Message)
	case queue.Done:
		r.Mark, r.State, r.Tone = "✓", T("in step at %s", m.Clock(j.Due)), Good
	}
	if j.Undo != 0 && j.State.Live() {
		r.Detail = join(T("being undone"), Say(j.Message))
	}
	return r
}

func step(j queue.Job, s api.Snapshot) string {
	for _, h := range s.InHand {
		if h.Scene == j.Scene && h.Step != "" {
			return T(string(h.Step))
		}
	}
	return T("in progress")
}

// writes lists the fields of a job that are being written, "" while none is.
func writes(j queue.Job, s api.Snapshot) string {
	var names []string
	for _, h := range s.InHand {
		if h.Scene == j.Scene {
			for _, f := range h.Fields {
				names = append(names, T(string(f)))
			}
		}
	}
	return strings.Join(names, ", ")
}

// failure says what went wrong, and what can be done about it where that is known.
func failure(words, hint message.Message) string {
	return strings.TrimSpace(SaySentence(words) + " " + SaySentence(hint))
}

// givenUp says why a job failed, and always what to do.
func givenUp(j queue.Job) string {
	switch {
	case j.Message.IsZero():
		return Reason(j.Code)
	case j.Hint.IsZero():
		return strings.TrimSpace(SaySentence(j.Message) + " " + T("Fix the cause, then press Retry."))
	}
	return failure(j.Message, j.Hint)
}

// begun is why a job is there that has not ended: what its last attempt said, before the first
// why it exists.
func begun(j queue.Job) string {
	if j.Attempts == 0 {
		return Cause(j.Cause)
	}
	return lastTry(j)
}

// lastTry is why the last attempt failed, and how many there were.
func lastTry(j queue.Job) string {
	return join(strings.TrimSuffix(failure(j.Message, j.Hint), "."), tries(j.Attempts))
}

func tries(n int) string {
	switch n {
	case 0:
		return ""
	case 1:
		return T("tried once")
	case 2:
		return T("tried twice")
	}
	return T("tried %s of %s times", Number(n), Number(queue.MaxAttempts))
}

// Cause says why a job exists.
func Cause(c queue.Cause) string { return Say(c.Message()) }

// stateWords are the states of a job as people read them, from the glossary in the docs,
// and what an empty list of that state says.
var stateWords = map[queue.State]struct{ is, none string }{
	queue.Running:  {"in progress", "No scenes in progress."},
	queue.Waiting:  {"queued", "No queued scenes."},
	queue.Retrying: {"retrying", "No scenes are being retried."},
	queue.Parked:   {"not in Plex yet", "No scenes are missing in Plex."},
	queue.Dead:     {"failed", "No failed scenes."},
	queue.Skipped:  {"skipped", "No skipped scenes."},
	queue.Done:     {"in step", "No scenes are in step yet."},
}

// StateWords is a state of a job in front of people.
func StateWords(s queue.State) string { return T(stateWords[s].is) }

// StateName is the name of a state on a filter button.
func StateName(s queue.State) string { return upper(StateWords(s)) }

// Filter is a filter button of the queue.
type Filter struct {
	States []queue.State // empty: all
	Reason skip.Code     // only what was skipped for it; empty: for whatever
	Label  string        // "Queued 18"
	Count  int
}

// ReasonFilter is the button for what was skipped for one reason.
func ReasonFilter(c skip.Code, s api.Snapshot) Filter {
	f := Filter{States: []queue.State{queue.Skipped}, Reason: c, Label: ReasonName(c)}
	for _, r := range s.Reasons {
		if r.Code == c {
			f.Count = r.Scenes
			f.Label += " " + Number(r.Scenes)
		}
	}
	return f
}

// Filters are the buttons over the queue, All first. All of them are always there, so
// that they do not move under the pointer.
func Filters(c queue.Counts) []Filter {
	all := Filter{Label: T("All")}
	out := []Filter{all}
	for _, s := range queue.States() {
		n := c.Of(s)
		out[0].Count += n
		label := StateName(s)
		if n > 0 {
			label += " " + Number(n)
		}
		out = append(out, Filter{States: []queue.State{s}, Label: label, Count: n})
	}
	return out
}

// EmptyQueue is what an empty list of the jobs in some states says; without states it is
// about all.
func EmptyQueue(s api.Snapshot, search string, states []queue.State) string {
	switch {
	case search != "":
		return T("Nothing here matches “%s”.", search)
	case len(states) > 0:
		return T(stateWords[states[0]].none)
	case !s.Configured:
		return T("Lockstep does not know your servers yet. Open the settings to begin.")
	case StateOf(s) != Idle:
		return T("The queue is empty. Edits you make in Stash appear here within a minute.")
	}
	return T("Everything is in step. Edits you make in Stash appear here within a minute.")
}

// Activity is one line of history.
type Activity struct {
	When, Name, What string
	Changes          []string
}

// HistoryLine makes a line of what happened to a scene.
func HistoryLine(a store.Activity, m Moment) Activity {
	line := Activity{When: m.Stamp(a.At), Name: Named(a.Name, a.Scene), What: Say(a.Message)}
	switch {
	case line.What != "":
	case len(a.Changes) > 0: // also when the scene waits again, for what was edited meanwhile
		line.What = T("written")
	default:
		line.What = StateWords(a.State)
	}
	for _, c := range a.Changes {
		line.Changes = append(line.Changes, Change(c))
	}
	return line
}

// Run says what a run did: "23 Nov 14:02 – 14:05 · 42 written · 3 skipped".
func Run(r store.Run, m Moment) string {
	words := m.Stamp(r.Started)
	if !r.Ended.IsZero() {
		words = m.Span(r.Started, r.Ended)
	}
	return join(words, ran(r))
}

// ran is what a run did, without when.
func ran(r store.Run) string {
	parts := []string{T("%s written", Number(r.Written))}
	if r.Cause == queue.Activity {
		parts = []string{T("%s stored in Stash from Plex", Number(r.Written))}
	}
	for _, part := range []struct {
		n     int
		words string
	}{
		{r.InStep, T("%s in step already", Number(r.InStep))}, {r.Parked, T("%s not in Plex yet", Number(r.Parked))},
		{r.Skipped, T("%s skipped", Number(r.Skipped))}, {r.Dead, T("%s failed", Number(r.Dead))},
	} {
		if part.n > 0 {
			parts = append(parts, part.words)
		}
	}
	if r.Undone {
		parts = append(parts, T("undone"))
	}
	return join(parts...)
}

// QueuedNow answers the wish to bring one scene in step.
const QueuedNow = "Added to the queue."

// Undoing answers the wish to undo.
func Undoing(r api.UndoResult) string {
	var out string
	switch r.Enqueued {
	case 0:
		out = T("There is nothing left to undo.")
	case 1:
		out = T("1 scene is queued to be restored.")
	default:
		out = T("%s scenes are queued to be restored.", Number(r.Enqueued))
	}
	if r.Lost > 0 {
		out += " " + T("Scenes that cannot be restored completely because their record was damaged on disk: %s.", Number(r.Lost))
	}
	return out
}
