// Package eta estimates how fast a run gets on and how long it still takes. It has no
// clock. What it knows comes in whole batches, because work does: a hundred scenes are
// read at once, written one by one and checked at once, so that anything shorter sees
// bursts and standstills instead of a rate.
package eta

import "time"

// Run is the estimate of one run. The zero value knows nothing yet. Methods return a
// changed copy.
type Run struct {
	batches int
	done    int           // scenes finished by whole batches
	spent   time.Duration // on them: pauses, outages and waits are in no batch
	shown   shown
}

// shown is the time left as it was last estimated.
type shown struct {
	at    time.Time // zero: nothing was estimated, or the next may be anything
	todo  int
	value time.Duration
}

// least is how many batches an estimate needs: the first begins with what is easy.
const least = 2

// most is the factor by which the time left may jump from one estimate to the next while
// the same work goes on at the same pace: people take more for a fault.
const most = 2

// Batch takes in a batch that ran to its end at now: how many scenes it finished, how long
// it took and how many are left.
func (r Run) Batch(done int, took time.Duration, todo int, now time.Time) Run {
	if done <= 0 || took <= 0 {
		return r
	}
	r.batches++
	r.done += done
	r.spent += took
	if r.batches < least {
		return r
	}
	value := time.Duration(float64(todo) / float64(r.done) * float64(r.spent))
	if before, ok := r.Left(now); ok && !r.otherWork(done, todo) {
		value = min(max(value, before/most), before*most)
	}
	r.shown = shown{at: now, todo: todo, value: value}
	return r
}

// otherWork reports that much was added to or taken from what is left, so that a jump of
// the time left is the truth.
func (r Run) otherWork(done, todo int) bool {
	expected := max(r.shown.todo-done, 0)
	return todo > most*expected || expected > most*todo
}

// Broken forgets what was shown, after a pause, an outage or a change of pace: the next
// estimate may be anything.
func (r Run) Broken() Run {
	r.shown = shown{}
	return r
}

// Restart begins anew, because another pace was chosen.
func (Run) Restart() Run { return Run{} }

// Rate is scenes per second over the whole run, with what the batch in progress finished
// so far; zero while nothing is known.
func (r Run) Rate(soFar int, began time.Duration) float64 {
	spent := r.spent
	if soFar > 0 {
		spent += began
	}
	if spent <= 0 {
		return 0
	}
	return float64(r.done+soFar) / spent.Seconds()
}

// Left is how long the run still takes; false when that is not known. Between two batches
// it goes down with the clock, but not below half of what it was: a batch that takes
// longer than thought is not yet the end.
func (r Run) Left(now time.Time) (time.Duration, bool) {
	if r.shown.at.IsZero() {
		return 0, false
	}
	return max(r.shown.value-now.Sub(r.shown.at), r.shown.value/most), true
}
