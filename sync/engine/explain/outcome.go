package explain

import (
	"lockstep/sync/api"
	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/plan"
	"lockstep/sync/queue"
	"lockstep/sync/reconcile"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
)

// inQueue tells how the scene's job stands.
func inQueue(j queue.Job) api.ExplainStep {
	s := api.ExplainStep{Topic: "Queue", Message: jobWords(j)}
	if !j.Message.IsZero() {
		s.Lines = append(s.Lines, message.New(message.ExplainLast, message.Of(j.Message)))
	}
	if j.Cause != "" {
		s.Lines = append(s.Lines, message.New(message.ExplainCause, message.Of(j.Cause.Message())))
	}
	return s
}

func jobWords(j queue.Job) message.Message {
	switch j.State {
	case queue.Waiting:
		return message.New(message.ExplainWaits, message.Time(j.Enqueued))
	case queue.Running:
		return message.New(message.ExplainRunning)
	case queue.Retrying:
		return message.New(message.ExplainRetrying, message.Count(j.Attempts), message.Time(j.Due))
	case queue.Parked:
		return message.New(message.ExplainParked, message.Time(j.Due))
	case queue.Dead:
		return message.New(message.ExplainGivenUp, message.Count(j.Attempts), message.Time(j.Due))
	case queue.Done:
		return message.New(message.ExplainDone, message.Time(j.Due))
	case queue.Skipped:
		return message.New(message.ExplainLeftAlone, message.Time(j.Due), message.Of(skip.Of(j.Code).Message))
	}
	return message.New(message.ExplainNotQueued)
}

// outcome is the closing sentence.
func (x explanation) outcome(f reconcile.Finding) message.Message {
	switch {
	case f.Job.State == queue.Running:
		return sentenceOf(skip.RunningNow, message.None)
	case x.unlisted != nil && (f.Code == "" || f.Code == skip.NotInPlex):
		return message.New(message.ExplainUnasked, message.Of(x.unlisted.Message))
	case f.Code != "":
		return sentenceOf(f.Code, f.Message)
	case f.Fault != nil && f.Fault.Class == fault.Unauthorized, f.Outcome != "" && x.SignIn:
		return sentenceOf(skip.NeedsSignIn, message.None)
	case f.Fault != nil:
		return message.New(message.ExplainUnasked, message.Of(f.Fault.Message))
	case f.Outcome == "":
		return inStep(f)
	case f.Job.State == queue.Dead:
		return sentenceOf(skip.FailedBefore, f.Job.Message)
	case f.Job.State == queue.Skipped && f.Job.Code == skip.Brake:
		return sentenceOf(skip.Brake, f.Job.Message)
	case x.Paused:
		return sentenceOf(skip.Paused, message.None)
	case x.PlexDown:
		return message.New(message.ExplainPlexAway)
	case f.Job.State == queue.Waiting || f.Job.State == queue.Retrying:
		return sentenceOf(skip.AlreadyQueued, message.None)
	}
	return message.New(message.ExplainDiffers)
}

// inStep says that nothing is to be written, and what is kept although it differs.
func inStep(f reconcile.Finding) message.Message {
	seen := map[scene.Field]bool{}
	var kept []message.Arg
	for _, it := range f.Items {
		for _, d := range it.Plan.Decisions {
			if d.Action == plan.Keep && !seen[d.Field] {
				seen[d.Field] = true
				kept = append(kept, message.Of(d.Field.Message()))
			}
		}
	}
	if len(kept) == 0 {
		return sentenceOf(skip.InStep, message.None)
	}
	return message.New(message.ExplainKept, message.List(kept...))
}

// sentenceOf is a reason with its details and advice.
func sentenceOf(code skip.Code, words message.Message) message.Message {
	r := skip.Of(code)
	out, more := r.With(words)
	if !more.IsZero() {
		out = message.New(message.Headed, message.Of(out), message.Of(more))
	}
	return message.Sentences(out, r.Advice)
}
