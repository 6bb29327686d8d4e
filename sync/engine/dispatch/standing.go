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
