package httpc

import (
	"errors"
	"sync"
	"time"

	"lockstep/sync/budget"
	"lockstep/sync/fault"
	"lockstep/sync/message"
)

// believedAfter is how long an answer that contradicts the server's former ones must last
// before it is taken for a wrong setting: a restart behind a proxy shows the proxy's own
// pages for seconds, a server that starts a stop-gap certificate for a minute.
const believedAfter = 2 * time.Minute

// doubt says when an answer is not believed at once.
type doubt int

const (
	believed doubt = iota
	// contradicts: it speaks against the settings only if they never led to the server.
	contradicts
	// unproven: it may pass even if the server never answered.
	unproven
)

// Contradiction makes a fault of an answer that something else gave, or that a server
// gives in passing: Unreachable at first when this server answered well before, and a
// Config fault when it lasts two minutes or when there was no good answer yet.
func (c *Client) Contradiction(op string, said, hint message.Message, err error) *fault.Error {
	why := c.because(op, err)
	why.doubt = contradicts
	return c.Fault(fault.Config, said, hint, why)
}

// standing remembers whether a server ever answered well, and which kinds of request
// something else has answered since when.
type standing struct {
	mu   sync.Mutex
	well bool
	odd  map[budget.Kind]time.Time
}

// settle notes how a request ended, and says how its fault is to be taken.
func (s *standing) settle(kind budget.Kind, err error, now time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var why *cause
	var f *fault.Error
	if !errors.As(err, &f) || !errors.As(f.Err, &why) || why.doubt == believed {
		delete(s.odd, kind)
		s.well = s.well || err == nil
		return err
	}
	since, known := s.odd[kind]
	if !known {
		if s.odd == nil {
			s.odd = map[budget.Kind]time.Time{}
		}
		since = now
		s.odd[kind] = now
	}
	if now.Sub(since) >= believedAfter || why.doubt == contradicts && !s.well {
		return err
	}
	return inPassing(f, why.doubt)
}

// inPassing is a fault that may be over in a moment. A certificate keeps its own words.
func inPassing(f *fault.Error, d doubt) error {
	out := *f
	out.Class = fault.Unreachable
	if d == contradicts {
		out.Message = message.New(message.HTTPInPassing, message.Word(f.Server))
		out.Hint = message.New(message.AdviceInPassing)
	}
	return &out
}
