package app

import (
	"context"
	"errors"
	"time"

	"lockstep/app/present"
	"lockstep/sync/api"
	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/queue"
	"lockstep/sync/skip"
	"lockstep/sync/store"
)

var (
	// errFailed ends a command with ExitError; everything was said already.
	errFailed = errors.New("failed")
	// errForgotten says that a secret has no place to stay.
	errForgotten = fault.New(fault.Local, fault.None, message.New(message.CommandNoKeyring), message.New(message.AdviceNoKeyring), nil)
)

// summaryJSON is what `sync --json` and `headless --once --json` print.
type summaryJSON struct {
	// Finished is false when something is left to be done.
	Finished bool         `json:"finished"`
	Error    *errorJSON   `json:"error"` // null when finished
	Words    string       `json:"words"`
	Message  *messageJSON `json:"message"`
	Written  int          `json:"written"` // since the start of the command
	InStep   int          `json:"inStep"`  // looked at since then, and right in Plex already
	Skipped  int          `json:"skipped"`
	Dead     int          `json:"dead"`
	Queue    queue.Counts `json:"queue"` // all jobs there are, also from before
	// Reasons counts all skipped and parked jobs by reason; NeedsYou those of them, and
	// dead ones, that wait for a person.
	Reasons  map[skip.Code]int `json:"reasons"`
	NeedsYou int               `json:"needsYou"`
	// Question is what the mass-change brake asks before it lets the rest be written.
	Question *questionJSON `json:"question"` // null without one
	Seconds  float64       `json:"seconds"`
}

// questionJSON is a question of the brake: what a yes covers stands in its report.
type questionJSON struct {
	Words       string       `json:"words"`
	Message     *messageJSON `json:"message"`
	Hint        string       `json:"hint"`
	HintMessage *messageJSON `json:"hintMessage"`
	Report      uint64       `json:"report"`
}

// asked is the question of a snapshot with how to answer it, nil when there is none.
func (s *session) asked(snap api.Snapshot) *questionJSON {
	a, ok := question(snap)
	if !ok {
		return nil
	}
	s.asking = a.Message
	said := s.log.Message(a.Message)
	hint := message.New(message.AdviceConfirm, message.Number(a.Report))
	return &questionJSON{said.String(), messageOf(said), hint.String(), messageOf(hint), a.Report}
}

// Run looks for edits, writes them and waits until that is done.
func (c *syncCmd) Run(s *session) error {
	ids, err := sceneIDs(c.Scene)
	if err != nil {
		return err
	}
	if c.All && len(ids) > 0 {
		return errUsage{errors.New("--all and --scene exclude each other")}
	}
	return s.work(func(a api.API, live bool) error {
		return s.syncAndWait(a, live, api.SyncRequest{All: c.All, Scenes: ids}, c.MaxWait)
	})
}

// syncAndWait brings everything in step and prints what came of it. An engine of our
// own looks for edits by itself as soon as it runs.
func (s *session) syncAndWait(a api.API, live bool, q api.SyncRequest, maxWait time.Duration) error {
	begun := now()
	before, err := runsOf(s.ctx, a)
	if err != nil {
		return err
	}
	d := &drain{api: a, maxWait: maxWait, onState: s.announce}
	if live || q.All || len(q.Scenes) > 0 {
		d.wish = func(ctx context.Context) error { _, err := a.SyncNow(ctx, q); return err }
	}
	snap, waited := d.run(s.ctx)
	if s.interrupted(waited) {
		return waited
	}
	sum, err := s.summary(a, before, snap)
	if err != nil {
		return errors.Join(waited, err)
	}
	sum.Seconds = now().Sub(begun).Seconds()
	sum.Finished = waited == nil
	if f := fault.Shown(waited); f != nil {
		out := s.failure(f, f.Message, f.Hint)
		sum.Error = &out
		sum.Words, sum.Message = sum.Error.Words, sum.Error.Message
	}
	s.answer(sum, func() { s.summarise(sum) })
	return s.outcome(sum, waited)
}

// outcome turns a summary into the error that carries the exit code.
func (s *session) outcome(sum summaryJSON, waited error) error {
	switch {
	case waited != nil && s.g.JSON:
		s.log.log.Error("the sync was not finished", "words", sum.Error.Words, "hint", sum.Error.Hint)
		return errFailed // the JSON says it already
	case waited != nil:
		return waited
	case sum.NeedsYou > 0:
		return errAttention
	}
	return nil
}

// runsOf are the newest runs by id.
func runsOf(ctx context.Context, a reading) (map[uint64]store.Run, error) {
	runs, err := a.Runs(ctx, recentRuns)
	if err != nil {
		return nil, wrap("read the runs", err)
	}
	out := make(map[uint64]store.Run, len(runs))
	for _, r := range runs {
		out[r.ID] = r
	}
	return out, nil
}

// summary counts what was done since the runs were as before, by runs that have not ended
// as well, and what is left for a person.
func (s *session) summary(a api.API, before map[uint64]store.Run, snap api.Snapshot) (summaryJSON, error) {
	sum := summaryJSON{Queue: snap.Queue, Reasons: map[skip.Code]int{}, Question: s.asked(snap)}
	ctx := context.WithoutCancel(s.ctx)
	runs, err := runsOf(ctx, a)
	if err != nil {
		return sum, err
	}
	for id, r := range runs {
		was := before[id]
		sum.Written += r.Written - was.Written
		sum.InStep += r.InStep - was.InStep
		sum.Skipped += r.Skipped - was.Skipped
		sum.Dead += r.Dead - was.Dead
	}
	err = eachJob(ctx, a, []queue.State{queue.Skipped, queue.Parked, queue.Dead}, func(j queue.Job) {
		if j.State != queue.Dead {
			sum.Reasons[j.Code]++
		}
		if j.State == queue.Dead || j.State == queue.Skipped && skip.Of(j.Code).Act {
			sum.NeedsYou++
		}
	})
	said := sum.said()
	sum.Words, sum.Message = said.String(), messageOf(said)
	return sum, err
}

// defaultWait is how long commands without --max-wait wait; the flag's default is the same.
const defaultWait = 2 * time.Minute

// recentRuns is how many runs one command can possibly have begun, with room to spare.
const recentRuns = 50

// pageSize is how many jobs or rows are read at once.
const pageSize = 1000

// eachJob walks all jobs of some states.
func eachJob(ctx context.Context, a reading, states []queue.State, fn func(queue.Job)) error {
	for offset := 0; ; {
		page, err := a.Jobs(ctx, store.JobQuery{States: states, Offset: offset, Limit: pageSize})
		if err != nil {
			return wrap("read the queue", err)
		}
		for _, j := range page.Jobs {
			fn(j)
		}
		if offset += len(page.Jobs); len(page.Jobs) == 0 || offset >= page.Total {
			return nil
		}
	}
}

// said tells what was done. What was written need not be in step: an undo writes too.
func (sum summaryJSON) said() message.Message {
	if sum.Written+sum.InStep+sum.Skipped+sum.Dead == 0 {
		return message.New(message.CommandNothingToWrite)
	}
	return present.Tallies(message.CommandCounts, message.New(message.CommandWritten, message.Count(sum.Written)),
		present.Tally{Code: message.CommandInStep, N: sum.InStep}, present.Tally{Code: message.CommandSkipped, N: sum.Skipped},
		present.Tally{Code: message.CommandFailed, N: sum.Dead}, present.Tally{Code: message.CommandNotInPlex, N: sum.Queue.Parked})
}

func (s *session) sayQuestion(q *questionJSON) {
	if q != nil {
		s.say("! %s\n  %s", present.Brake(s.asking), q.Hint)
	}
}

func (s *session) summarise(sum summaryJSON) {
	if !sum.Finished {
		return // the error says why, and the numbers are not the last ones
	}
	s.say("%s (%s)", present.Say(sum.said()), present.Duration(time.Duration(sum.Seconds*float64(time.Second))))
	for _, r := range skip.All() {
		if n := sum.Reasons[r.Code]; n > 0 {
			s.say("  %s: %s", present.Number(n), present.Reason(r.Code))
		}
	}
	s.sayQuestion(sum.Question)
	if sum.Queue.Dead > 0 {
		s.say("  %s: see `lockstep queue --state failed`, then `lockstep retry --failed`", present.Count(sum.Queue.Dead, "failed scene", "failed scenes"))
	}
}
