package engine

import (
	"sync"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/fault"
)

// reading is how far a look is with both servers, nil where it has ended. It is safe for
// concurrent use.
type reading struct {
	now  func() time.Time
	show func(api.Scan)

	mu          sync.Mutex
	stash, plex *api.Scan
	shown       time.Time
}

// newReading shows how far a look is as long as it runs.
func (e *Engine) newReading() *reading {
	epoch := e.links.epoch
	return &reading{now: e.now, stash: &api.Scan{Server: fault.Stash, Total: e.look.lastNewest.Count}, show: func(s api.Scan) {
		e.post(func() {
			if epoch == e.links.epoch && e.look.running {
				e.look.scan = &s
				e.publish()
			}
		})
	}}
}

func (r *reading) of(s fault.Server) **api.Scan {
	if s == fault.Plex {
		return &r.plex
	}
	return &r.stash
}

// at takes in how far one server is, and shows it now and then.
func (r *reading) at(s api.Scan) {
	r.mu.Lock()
	defer r.mu.Unlock()
	*r.of(s.Server) = &s
	if now := r.now(); now.Sub(r.shown) >= progressEvery {
		r.shown = now
		r.show(s)
	}
}

// ended shows that only the other server is waited for now.
func (r *reading) ended(s fault.Server) {
	r.mu.Lock()
	defer r.mu.Unlock()
	*r.of(s) = nil
	for _, left := range []*api.Scan{r.stash, r.plex} {
		if left != nil {
			r.shown = r.now()
			r.show(*left)
		}
	}
}
