package reconcile

import (
	"fmt"

	"lockstep/sync/queue"
	"lockstep/sync/skip"
	"lockstep/sync/store"
)

// tally counts what became of the scenes. Scenes are counted when their check begins to
// have a result and again by that result, so that a lost one shows.
type tally struct {
	checked, inStep, enqueued int
	skipped                   map[skip.Code]int
	gaps                      map[queue.Cause]int
	gapsSkipped               int
}

func newTally() tally { return tally{skipped: map[skip.Code]int{}, gaps: map[queue.Cause]int{}} }

func (t *tally) step() { t.inStep++ }

func (t *tally) enqueue(kind queue.Cause) {
	t.enqueued++
	t.gaps[kind]++
}

// skip counts a scene that is left alone; with a kind it is a gap.
func (t *tally) skip(kind queue.Cause, code skip.Code) {
	t.skipped[code]++
	if kind != "" {
		t.gaps[kind]++
		t.gapsSkipped++
	}
}

// hold turns an enqueued scene into one the brake keeps back.
func (t *tally) hold() {
	t.enqueued--
	t.skipped[skip.Brake]++
	t.gapsSkipped++
}

// into writes the sums into a report and checks that they add up: checked = in step +
// enqueued + all skipped, and gaps = enqueued + skipped gaps.
func (t *tally) into(r *store.Report) error {
	r.Checked, r.InStep, r.Enqueued, r.Skipped, r.GapsByKind = t.checked, t.inStep, t.enqueued, t.skipped, t.gaps
	r.Gaps = 0
	for _, n := range t.gaps {
		r.Gaps += n
	}
	sum := t.inStep + t.enqueued
	for _, n := range t.skipped {
		sum += n
	}
	if sum != t.checked || r.Gaps != t.enqueued+t.gapsSkipped {
		return fmt.Errorf("the report does not add up: %d checked, %d in step, %d enqueued, %v skipped, %d gaps of which %d skipped",
			t.checked, t.inStep, t.enqueued, t.skipped, r.Gaps, t.gapsSkipped)
	}
	return nil
}
