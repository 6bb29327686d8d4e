package stash

import "sync"

// doubts are what is remembered between probes.
type doubts struct {
	mu     sync.Mutex
	movies bool  // groups are asked for as movies
	both   bool  // they were not had by either name
	err    error // the last probe failed of this, maybe because of the signs
}

func (d *doubts) last() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.err
}

func (d *doubts) note(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.err = err
}

// other changes between the two names of groups, and reports that the other one may do.
func (d *doubts) other() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	again := !d.both
	d.movies, d.both = !d.movies, true
	return again
}

func (d *doubts) found() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.both = false
}
