package present

import (
	"time"

	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/health"
	"lockstep/sync/outage"
	"lockstep/sync/store"
)

// Note is the text of a notification and the window that shows more.
type Note struct {
	Title, Body, Window string
}

// NoteDown announces an outage.
func NoteDown(s api.Snapshot, m Moment) Note {
	since, cause := s.Since, s.Breaker.Cause
	if s.Outage != nil && s.Outage.Ongoing() {
		since = s.Outage.Started
		if cause.IsZero() {
			cause = s.Outage.Cause
		}
	}
	body := T("Since %s", m.Clock(since)) + because(cause) + "."
	if n := s.Queue.Pending(); n > 0 {
		body += " " + Count(n, "change is queued", "changes are queued") + T("; Lockstep keeps trying.")
	} else {
		body += " " + T("Lockstep keeps trying.")
	}
	return Note{T("Plex is not reachable"), body, Outages}
}

// NoteBack announces the end of an outage that was announced.
func NoteBack(s api.Snapshot, r outage.Record, m Moment) Note {
	body := T("After %s.", Duration(r.Length(m.Now)))
	if n := s.Queue.Pending(); n > 0 {
		body += " " + T("%s being written.", Count(n, "change is", "changes are"))
	} else {
		body += " " + T("Nothing was queued.")
	}
	return Note{T("Plex is back"), body, Queue}
}

// NoteFlapping announces that Plex comes and goes.
func NoteFlapping(times int, since time.Time, m Moment) Note {
	return Note{T("Plex comes and goes"),
		Count(times, "interruption", "interruptions") + m.since(since) + ". " + T("Lockstep stays quiet until it is stable."), Outages}
}

// NoteNetwork announces that neither server answers.
func NoteNetwork(since time.Time, m Moment) Note {
	return Note{T("No network?"), m.nobodyAnswers(since) + ".", Queue}
}

// NoteAttention asks a person for what only a person can settle.
func NoteAttention(a api.Attention, s api.Snapshot) Note {
	n := Note{Window: WindowFor(a.Kind)}
	switch a.Kind {
	case api.SignInPlex:
		n.Title = T("Plex asks you to sign in again")
	case api.SignInStash:
		n.Title = T("Stash asks for its API key")
	case api.BrakeAsks, api.ActivityAsks:
		n.Title, n.Body = T("Lockstep needs your decision"), SaySentence(a.Message)
		return n
	case api.FixPlex, api.FixStash, api.DiskProblem, api.RestoredData, api.FirstRun:
		n.Title, n.Body = SayHeading(a.Message), SaySentence(a.Hint)
		return n
	}
	n.Body = T("Nothing is lost.")
	if k := s.Queue.Pending(); k > 0 {
		n.Body = T("Nothing is lost: %s.", Count(k, "change is queued", "changes are queued"))
	}
	return n
}

// NoteReconciled tells how an asked-for reconciliation ended.
func NoteReconciled(r store.Report) Note {
	if !r.Incomplete.IsZero() {
		return Note{T("Reconciliation stopped early"), Incomplete(r), Reports}
	}
	skipped := Skipped(r)
	body := T("%s checked: %s in step, %s, %s skipped", Number(r.Checked), Number(r.InStep), Number(r.Enqueued)+" "+queued(r), Number(skipped))
	if skipped > 0 {
		body += " — " + T("see reasons")
	}
	window := Reports
	if r.Preview {
		window = Preview
	}
	return Note{T("Reconciliation done"), body + ".", window}
}

// NoteExample is what a notification of a kind looks like, with its setting's name, and marked as a
// test: nothing of it has happened. It is empty for a setting that switches no kind.
func NoteExample(setting string, m Moment) Note {
	var n Note
	switch setting {
	case config.NotifyOutages:
		n = NoteDown(api.Snapshot{Since: m.Now.Add(-time.Minute), Verdict: health.Down}, m)
	case config.NotifyQuestions:
		n = NoteAttention(api.Attention{Kind: api.SignInPlex}, api.Snapshot{})
	case config.NotifyReconciliations:
		n = NoteReconciled(store.Report{Checked: 1204, InStep: 1204, Total: 1204})
	default:
		return n
	}
	n.Title = T("Test: %s", n.Title)
	return n
}
