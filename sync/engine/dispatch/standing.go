package dispatch

import (
	"cmp"
	"slices"
	"strings"

	"lockstep/sync/api"
	"lockstep/sync/queue"
	"lockstep/sync/skip"
	"lockstep/sync/store"
)

// Standing counts how the scenes stand. While a batch is worked on the last count stands, and
// so it does when the jobs cannot be read.
func (d *Dispatcher) Standing() (api.Standing, error) {
	s, q := &d.standing, d.host.Store.Counts()
	if s.counted && (d.batch != nil || s.counts == q) {
		s.value.InStep = q.Done
		return s.value, nil
	}
	value := api.Standing{InStep: q.Done, NeedYou: q.Dead}
	scenes := map[skip.Code]int{}
	err := d.host.Store.View(func(tx store.Tx) error {
		return tx.JobsIn(queue.Skipped, func(j queue.Job) bool {
			scenes[j.Code]++
			switch {
			case j.Code.Deliberate():
				value.LeftOut++
			case skip.Of(j.Code).Act:
				value.NeedYou++
			}
			return true
		})
	})
	if err == nil {
		*s = standing{value, ranked(scenes), q, true}
	}
	return s.value, err
}

// Reasons are why scenes were skipped when they were counted last, the commonest first.
func (d *Dispatcher) Reasons() []api.Reason { return d.standing.reasons }

func ranked(scenes map[skip.Code]int) []api.Reason {
	out := make([]api.Reason, 0, len(scenes))
	for code, n := range scenes {
		out = append(out, api.Reason{Code: code, Scenes: n})
	}
	slices.SortFunc(out, func(a, b api.Reason) int {
		return cmp.Or(b.Scenes-a.Scenes, strings.Compare(string(a.Code), string(b.Code)))
	})
	return out
}

// Recount has the standing counted anew: reasons may have changed although their number
// has not.
func (d *Dispatcher) Recount() { d.standing.counted = false }

const (
	// toldFrom is the number of tries from which a scene is spoken of that is tried again.
	toldFrom = 3
	// mostAsked is how many of those that are due next are looked at.
	mostAsked = 20
)

// Retrying is the scene that was tried most often of those that are due next, nil while none
// was tried several times. It is read from the queue, so it ends with what it tells of.
func (d *Dispatcher) Retrying(q queue.Counts) (out *api.Retrying) {
	if q.Retrying == 0 {
		return nil
	}
	asked := 0
	_ = d.host.Store.View(func(tx store.Tx) error { // what cannot be read is told of elsewhere
		return tx.JobsIn(queue.Retrying, func(j queue.Job) bool {
			if j.Attempts >= toldFrom && (out == nil || j.Attempts > out.Tries) {
				out = &api.Retrying{Scene: j.Scene, Name: j.Name, Message: j.Message, Tries: j.Attempts, Next: j.Due}
			}
			asked++
			return asked < mostAsked
		})
	})
	return out
}
