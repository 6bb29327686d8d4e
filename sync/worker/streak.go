package worker

import (
	"fmt"

	"lockstep/sync/fault"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
)

// Blame is the verdict that Plex refuses to be written, whatever it is: a write that
// changes nothing was refused too.
type Blame struct {
	Fault *fault.Error
	Jobs  []queue.Job // as claimed; they go back without an attempt
}

// Error is the operator's text.
func (e *Blame) Error() string {
	return fmt.Sprintf("no write was taken, the last for %d scenes: %v", len(e.Jobs), e.Fault)
}

// Unwrap gives the fault of the write that changes nothing.
func (e *Blame) Unwrap() error { return e.Fault }

// sameFault is how many different scenes in a row may fail alike before it is asked
// whether Plex takes writes at all. The budget of edits leaves room for both tries of that.
const sameFault = 3

// Streak counts different scenes that failed alike in a row. It outlives a batch. The
// zero value is ready; it is not safe for concurrent use.
type Streak struct {
	// Doubt is set while the last thing known is that Plex does not accept writes: then the first
	// failure counts. A success takes it back.
	Doubt bool

	class fault.Class
	jobs  []queue.Job
}

// Success ends the row.
func (s *Streak) Success() { s.jobs, s.Doubt = nil, false }

// Fail counts a scene and reports whether it is time to doubt the server.
func (s *Streak) Fail(j queue.Job, f *fault.Error) bool {
	if f.Class != s.class {
		s.class, s.jobs = f.Class, nil
	}
	for _, o := range s.jobs {
		if o.Scene == j.Scene {
			return s.Doubt // the same scene again says nothing new
		}
	}
	s.jobs = append(s.jobs, j)
	return s.Doubt || len(s.jobs) >= sameFault
}

// Take hands the jobs of the row out and starts a new one.
func (s *Streak) Take() []queue.Job {
	jobs := s.jobs
	s.jobs = nil
	return jobs
}

// scenes are those of the row.
func (s *Streak) scenes() map[scene.ID]bool {
	out := make(map[scene.ID]bool, len(s.jobs))
	for _, j := range s.jobs {
		out[j.Scene] = true
	}
	return out
}
