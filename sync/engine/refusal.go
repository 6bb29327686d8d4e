package engine

import (
	"time"

	"lockstep/sync/api"
	"lockstep/sync/fault"
	"lockstep/sync/queue"
	"lockstep/sync/worker"
)

// refusal is what is known against writing: a write that changes nothing was refused. A
// server that can be read proves nothing about it, so only a write that was taken takes
// it back. It is no outage: Plex is there.
type refusal struct {
	fault *fault.Error
	kind  api.AttentionKind // how a person is asked
	wait  time.Duration     // until writing is tried again
}

// firstRefused is the first wait before writing is tried again; it doubles.
const firstRefused = 30 * time.Second

// refuse takes in that Plex takes no writes, and why. What waits is tried again by itself.
func (e *Engine) refuse(f *fault.Error) {
	w := &e.work
	r := &refusal{fault: f, kind: api.FixPlex, wait: firstRefused}
	words, hint := "Plex refuses every change: "+f.Words, "Look at Plex, then press Sync now."
	switch {
	case f.Class == fault.Forbidden:
		r.kind, r.wait, words, hint = api.SignInPlex, askRecheck, f.Words, f.Hint
	case f.Class == fault.Rejected:
		r.wait = askRecheck
	case w.refused != nil:
		r.wait = min(queue.MaxDelay, 2*w.refused.wait)
	}
	w.refused = r
	w.holdUntil = e.now().Add(max(r.wait, min(f.RetryAfter, queue.MaxDelay)))
	e.log.Warn("Plex takes no writes", "class", f.Class, "detail", f.Error(), "again", r.wait)
	e.note(r.kind, words, hint)
}

// writable takes in that Plex took a write.
func (e *Engine) writable() {
	if e.work.refused != nil {
		e.log.Info("Plex takes writes again")
		e.forgetRefusal()
	}
}

// forgetRefusal begins anew: a write was taken, a person asked for it, or the server or
// the token is another one.
func (e *Engine) forgetRefusal() {
	if r := e.work.refused; r != nil {
		e.clear(r.kind)
	}
	e.work.refused = nil
}

// tookWrite reports a result that proves that an edit was accepted.
func tookWrite(r worker.Result) bool { return r.Wrote && r.Outcome == worker.Done }
