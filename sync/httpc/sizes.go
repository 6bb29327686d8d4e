package httpc

import (
	"context"
	"errors"
	"net/http"
	"sync"

	"lockstep/sync/fault"
)

// growAfter is how many good answers prove that more may be asked for again.
const growAfter = 10

// Sizes is how much one request asks for: as much as this server was seen to give and to
// take. It halves when a large request fails and grows again after ten good ones, but
// never beyond what the server gave or took at most. It is safe for concurrent use.
type Sizes struct {
	usual, least int

	mu    sync.Mutex
	now   int
	limit int // of the server, as far as it is known
	good  int
}

// NewSizes begins with the usual size and never goes below the least.
func NewSizes(usual, least int) *Sizes {
	return &Sizes{usual: usual, least: least, now: usual, limit: usual}
}

// Next is how much to ask for.
func (s *Sizes) Next() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

// Took notes that a request was answered in full.
func (s *Sizes) Took() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.good++; s.good >= growAfter && s.now < s.limit {
		s.now, s.good = min(2*s.now, s.limit), 0
	}
}

// Gave notes that the server gave less than it was asked for although it has more.
func (s *Sizes) Gave(n int) { s.bound(n) }

// Shrink notes that a request for n failed with err, and reports whether the same should
// be asked for at once in smaller parts: it was refused for its size. An error that may
// have other reasons makes the next request smaller.
func (s *Sizes) Shrink(n int, err error) (again bool) {
	switch {
	case n <= s.least:
		return false
	case TooLong(err):
		s.bound(n / 2)
		return true
	case StatusOf(err) == http.StatusInternalServerError, errors.Is(err, context.DeadlineExceeded):
		s.mu.Lock()
		defer s.mu.Unlock()
		s.now, s.good = max(min(n/2, s.now), s.least), 0
	}
	return false
}

func (s *Sizes) bound(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.limit = max(min(n, s.limit), s.least)
	s.now, s.good = min(s.now, s.limit), 0
}

// PerhapsTooLarge reports an answer that a smaller request may not get.
func PerhapsTooLarge(err error) bool {
	return TooLong(err) || StatusOf(err) == http.StatusInternalServerError
}

// TooLong reports an answer that may mean that a request asked for too much.
func TooLong(err error) bool {
	switch StatusOf(err) {
	case http.StatusRequestEntityTooLarge, http.StatusRequestURITooLong, http.StatusRequestHeaderFieldsTooLarge:
		return true
	case http.StatusBadRequest:
		return fault.Is(err, fault.Rejected)
	}
	return false
}
