package engine

import (
	"lockstep/sync/api"
	"lockstep/sync/queue"
	"lockstep/sync/skip"
	"lockstep/sync/store"
)

// standingState is how the scenes stand, counted anew only when the jobs have changed: it
// takes a walk over all that were skipped.
type standingState struct {
	value   api.Standing
	counts  queue.Counts
	counted bool
}

// deliberate are the reasons a person chose.
var deliberate = map[skip.Code]bool{skip.Excluded: true, skip.DeletedInStash: true}

// standing counts how the scenes stand. While a batch is worked on the last count stands.
func (e *Engine) standing() api.Standing {
	s, q := &e.stands, e.store.Counts()
	if s.counted && (e.work.active || s.counts == q) {
		s.value.InStep = q.Done
		return s.value
	}
	value := api.Standing{InStep: q.Done, NeedYou: q.Dead}
	err := e.store.View(func(tx store.Tx) error {
		return tx.JobsIn(queue.Skipped, func(j queue.Job) bool {
			switch {
			case deliberate[j.Code]:
				value.LeftOut++
			case skip.Of(j.Code).Act:
				value.NeedYou++
			}
			return true
		})
	})
	if err != nil {
		e.noteLocal(err)
		return s.value
	}
	*s = standingState{value, q, true}
	return value
}

// recount has the standing counted anew: reasons may have changed although their number
// has not.
func (e *Engine) recount() { e.stands.counted = false }
