package worker

import (
	"fmt"

	"lockstep/sync/fault"
	"lockstep/sync/queue"
)

// Blame is the verdict that a server, not its items, is at fault: the same fault on
// five different items in a row.
type Blame struct {
	Fault *fault.Error
	Jobs  []queue.Job // as claimed; they go back without an attempt
}

// Error is the operator's text.
func (e *Blame) Error() string {
	return fmt.Sprintf("%d items in a row failed alike: %v", len(e.Jobs), e.Fault)
}

// Unwrap gives the fault of the last item.
func (e *Blame) Unwrap() error { return e.Fault }

// Streak counts different items that failed alike in a row. It outlives a batch. The
// zero value is ready; it is not safe for concurrent use.
type Streak struct {
	class fault.Class
	jobs  []queue.Job
}

// Success ends the row.
func (s *Streak) Success() { s.jobs = nil }

// Fail counts an item and reports whether the server is to blame now.
func (s *Streak) Fail(j queue.Job, f *fault.Error) bool {
	if f.Class != s.class {
		s.class, s.jobs = f.Class, nil
	}
	for _, o := range s.jobs {
		if o.Scene == j.Scene {
			return false // the same item again says nothing new
		}
	}
	s.jobs = append(s.jobs, j)
	return len(s.jobs) >= sameFault
}

// Take hands the jobs of the row out and starts a new one.
func (s *Streak) Take() []queue.Job {
	jobs := s.jobs
	s.jobs = nil
	return jobs
}
