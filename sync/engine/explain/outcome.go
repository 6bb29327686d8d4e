package explain

import (
	"fmt"
	"slices"
	"strings"

	"lockstep/sync/api"
	"lockstep/sync/fault"
	"lockstep/sync/plan"
	"lockstep/sync/queue"
	"lockstep/sync/reconcile"
	"lockstep/sync/skip"
)

// inQueue tells how the scene's job stands.
func inQueue(j queue.Job) api.ExplainStep {
	s := api.ExplainStep{Topic: "Queue", Words: jobWords(j)}
	if j.Words != "" {
		s.Lines = append(s.Lines, "last: "+j.Words)
	}
	if j.Cause != "" {
		s.Lines = append(s.Lines, "queued because: "+j.Cause)
	}
	return s
}

func jobWords(j queue.Job) string {
	at := stamp(j.Due)
	switch j.State {
	case queue.Waiting:
		return "waits since " + stamp(j.Enqueued)
	case queue.Running:
		return "is being worked on"
	case queue.Retrying:
		return fmt.Sprintf("failed tries: %d; next try %s", j.Attempts, at)
	case queue.Parked:
		return "waits for Plex until " + at
	case queue.Dead:
		return fmt.Sprintf("failed tries: %d; given up %s", j.Attempts, at)
	case queue.Done:
		return "done " + at
	case queue.Skipped:
		return fmt.Sprintf("left alone %s: %s", at, skip.Of(j.Code).Words)
	}
	return "not in the queue"
}

// outcome is the closing sentence.
func (x explanation) outcome(f reconcile.Finding) string {
	switch {
	case f.Job.State == queue.Running:
		return sentenceOf(skip.RunningNow, "")
	case x.unlisted != nil && (f.Code == "" || f.Code == skip.NotInPlex):
		return "Plex could not be asked: " + x.unlisted.Message.String()
	case f.Code != "":
		return sentenceOf(f.Code, f.Words)
	case f.Fault != nil && f.Fault.Class == fault.Unauthorized, f.Outcome != "" && x.SignIn:
		return sentenceOf(skip.NeedsSignIn, "")
	case f.Fault != nil:
		return "Plex could not be asked: " + f.Fault.Message.String()
	case f.Outcome == "":
		return inStep(f)
	case f.Job.State == queue.Dead:
		return sentenceOf(skip.FailedBefore, f.Job.Words)
	case f.Job.State == queue.Skipped && f.Job.Code == skip.Brake:
		return sentenceOf(skip.Brake, f.Job.Words)
	case x.Paused:
		return sentenceOf(skip.Paused, "")
	case x.PlexDown:
		return "Plex is away; the scene is written when it is back."
	case f.Job.State == queue.Waiting || f.Job.State == queue.Retrying:
		return sentenceOf(skip.AlreadyQueued, "")
	}
	return "It differs from Stash and is not in the queue yet; the next look for edits or the next reconciliation puts it there."
}

// inStep says that nothing is to be written, and what is kept although it differs.
func inStep(f reconcile.Finding) string {
	var kept []string
	for _, it := range f.Items {
		for _, d := range it.Plan.Decisions {
			if name := string(d.Field); d.Action == plan.Keep && !slices.Contains(kept, name) {
				kept = append(kept, name)
			}
		}
	}
	if len(kept) == 0 {
		return sentenceOf(skip.InStep, "")
	}
	return fmt.Sprintf("In step, except for what is kept as it is in Plex: %s. The reasons stand under Fields.", strings.Join(kept, ", "))
}

// sentenceOf is a reason with its details and advice.
func sentenceOf(code skip.Code, words string) string {
	r := skip.Of(code)
	out, more := r.With(strings.TrimSuffix(words, "."))
	if more != "" {
		out += ": " + more
	}
	out += "."
	if r.Advice != "" {
		out += " " + strings.ToUpper(r.Advice[:1]) + r.Advice[1:] + "."
	}
	return out
}
