package scan

import (
	"sync"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/fault"
)

// progressEvery bounds how often progress is shown.
const progressEvery = 250 * time.Millisecond

// Progress is how far a Scan is with both servers. It is safe for concurrent use.
type Progress struct {
	clock func() time.Time
	show  func(api.Scan)

	mu          sync.Mutex
	total       int       // scenes in Stash, as far as is known
	stash, plex *api.Scan // nil where nothing is left to be read
	shown       time.Time
}

// NewProgress begins with Stash, which is to have so many scenes. show is called now and
// then, from any goroutine.
func NewProgress(clock func() time.Time, scenes int, show func(api.Scan)) *Progress {
	return &Progress{clock: clock, show: show, total: scenes, stash: &api.Scan{Server: fault.Stash, Total: scenes}}
}

// Stash takes in how many scenes were listed.
func (p *Progress) Stash(done int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stash = &api.Scan{Server: fault.Stash, Done: done, Total: p.total}
	p.showNow(*p.stash)
}

// Plex takes in how many items of how many were listed.
func (p *Progress) Plex(done, total int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.plex = &api.Scan{Server: fault.Plex, Done: done, Total: total}
	p.showNow(*p.plex)
}

// showNow shows it unless something was shown a moment ago.
func (p *Progress) showNow(s api.Scan) {
	if now := p.clock(); now.Sub(p.shown) >= progressEvery {
		p.shown = now
		p.show(s)
	}
}

// expect takes in how many scenes Stash has.
func (p *Progress) expect(scenes int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.total = max(p.total, scenes)
}

// listPlex notes that Plex is read as well.
func (p *Progress) listPlex() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.plex = &api.Scan{Server: fault.Plex}
}

// ended shows that only the other server is waited for now.
func (p *Progress) ended(s fault.Server) {
	p.mu.Lock()
	defer p.mu.Unlock()
	left := &p.stash
	if s == fault.Stash {
		p.stash, left = nil, &p.plex
	} else {
		p.plex = nil
	}
	if *left != nil {
		p.shown = p.clock()
		p.show(**left)
	}
}
