package engine

import (
	"time"

	"lockstep/sync/queue"
	"lockstep/sync/store"
	"lockstep/sync/worker"
	"lockstep/sync/zone"
)

// todayState counts since local midnight; it survives restarts.
type todayState struct {
	Day     string `json:"day"`
	Written int    `json:"written"`
	Skipped int    `json:"skipped"`
	Dead    int    `json:"dead"`
}

const todayValue = "today"

func (t *todayState) roll(now time.Time) {
	if d := now.In(zone.Local()).Format(time.DateOnly); d != t.Day {
		*t = todayState{Day: d}
	}
}

// wrote reports whether the run changed anything in Plex for a scene it is through with.
func (e *Engine) wrote(r worker.Result) bool { return r.Wrote || e.run.touched[r.Job.Scene] }

// tally is the run and today with these results among them.
func (e *Engine) tally(rs []worker.Result, ended []queue.Job) (store.Run, todayState) {
	run, today := e.run.Run, e.today
	today.roll(e.now())
	for i, j := range ended {
		switch {
		case j.State == queue.Done && e.wrote(rs[i]):
			run.Written++
			today.Written++
		case j.State == queue.Done:
			run.InStep++
		case j.State == queue.Parked:
			run.Parked++
		case j.State == queue.Skipped:
			run.Skipped++
			today.Skipped++
		case j.State == queue.Dead:
			run.Dead++
			today.Dead++
		}
	}
	return run, today
}

// mostlyWritten: while at most one scene in so many of a run was in step already, those
// that were not looked at yet are expected to need a write as well.
const mostlyWritten = 10

// toWrite is how many scenes of the run are to be written, those that were included:
// batch of those in the batch in progress, pending all that are left.
func (r *runState) toWrite(batch, pending int) int {
	switch {
	case batch == 0 && r.Written == 0:
		return 0
	case r.InStep*mostlyWritten <= r.Written+batch:
		return r.Written + pending
	}
	return r.Written + batch
}
