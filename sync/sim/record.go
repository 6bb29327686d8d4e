package sim

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// logLength is how many requests Log keeps; maxTarget keeps a long edit from filling it.
const (
	logLength = 1000
	maxTarget = 400
)

// maxViolations bounds the list when a client repeats one mistake for ever.
const maxViolations = 200

// Call describes one request to hooks, faults and the log. It never carries a token.
type Call struct {
	// Kind is one of the words of the servers' docs, e.g. "edit" or "findScenes".
	Kind string
	// Name is the name of a GraphQL operation: it tells apart questions that ask for the same
	// field. Empty for everything else.
	Name string
	// Method and Target are the request line without host, token and API key.
	Method, Target string
	// Write says that the request changes something.
	Write bool
	// Items are the rating keys or scene ids the request names.
	Items []string
	// Query is the decoded query without token and API key.
	Query url.Values
}

// LogEntry is one request that was answered, or given up when Status is 0.
type LogEntry struct {
	At     time.Time
	Took   time.Duration
	Kind   string
	Method string
	Target string
	Status int
}

// record counts requests; its zero value needs reset.
type record struct {
	mu         sync.Mutex
	kinds      map[string]int
	writes     map[string]int
	total      int
	mutations  int
	active     int
	peak       int
	log        []LogEntry
	next       int
	violations []string
}

func (r *record) reset() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.kinds, r.writes = map[string]int{}, map[string]int{}
	r.total, r.mutations, r.peak, r.next = 0, 0, r.active, 0
	r.log, r.violations = nil, nil
}

func (r *record) begin(c Call) (end func(status int)) {
	start := time.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.kinds[c.Kind]++
	r.total++
	r.active++
	r.peak = max(r.peak, r.active)
	if c.Write {
		r.mutations++
		for _, item := range c.Items {
			r.writes[item]++
		}
	}
	return func(status int) { r.finish(c, start, status) }
}

func (r *record) finish(c Call, start time.Time, status int) {
	e := LogEntry{At: start, Took: time.Since(start), Kind: c.Kind, Method: c.Method, Target: c.Target, Status: status}
	if len(e.Target) > maxTarget {
		e.Target = strings.ToValidUTF8(e.Target[:maxTarget], "") + "…"
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.active--
	if len(r.log) < logLength {
		r.log = append(r.log, e)
		return
	}
	r.log[r.next] = e
	r.next = (r.next + 1) % logLength
}

// Counts returns the number of requests by kind since the start or the last ResetCounts.
func (s *Server) Counts() map[string]int {
	s.rec.mu.Lock()
	defer s.rec.mu.Unlock()
	return maps.Clone(s.rec.kinds)
}

// Total is the number of requests of all kinds.
func (s *Server) Total() int {
	s.rec.mu.Lock()
	defer s.rec.mu.Unlock()
	return s.rec.total
}

// Mutations is the number of requests that change something, whether or not they were answered.
func (s *Server) Mutations() int {
	s.rec.mu.Lock()
	defer s.rec.mu.Unlock()
	return s.rec.mutations
}

// Writes returns the number of changing requests by rating key (Plex) or scene id (Stash).
func (s *Server) Writes() map[string]int {
	s.rec.mu.Lock()
	defer s.rec.mu.Unlock()
	return maps.Clone(s.rec.writes)
}

// Peak is the largest number of requests, websockets included, that were in hand at once.
func (s *Server) Peak() int {
	s.rec.mu.Lock()
	defer s.rec.mu.Unlock()
	return s.rec.peak
}

// Log returns the latest requests that have ended, oldest first, without tokens.
func (s *Server) Log() []LogEntry {
	s.rec.mu.Lock()
	defer s.rec.mu.Unlock()
	return append(append([]LogEntry{}, s.rec.log[s.rec.next:]...), s.rec.log[:s.rec.next]...)
}

// Violations lists what no well-behaved client does, e.g. an edit without an id; the first 200.
func (s *Server) Violations() []string {
	s.rec.mu.Lock()
	defer s.rec.mu.Unlock()
	return append([]string{}, s.rec.violations...)
}

// ResetCounts forgets counts, log and violations.
func (s *Server) ResetCounts() { s.rec.reset() }

func (s *Server) violate(format string, args ...any) {
	s.rec.mu.Lock()
	defer s.rec.mu.Unlock()
	if len(s.rec.violations) < maxViolations {
		s.rec.violations = append(s.rec.violations, fmt.Sprintf(format, args...))
	}
}

var secretParams = []string{"x-plex-token", "apikey"}

func isSecret(rawPair string) bool {
	name, _, _ := strings.Cut(rawPair, "=")
	name, err := url.QueryUnescape(name)
	if err != nil {
		return true
	}
	for _, secret := range secretParams {
		if strings.EqualFold(name, secret) {
			return true
		}
	}
	return false
}

// newCall fills the parts of a Call that do not depend on the server.
func newCall(r *http.Request, kind string) Call {
	var kept []string
	for pair := range strings.SplitSeq(r.URL.RawQuery, "&") {
		if pair != "" && !isSecret(pair) {
			kept = append(kept, pair)
		}
	}
	raw := strings.Join(kept, "&")
	query, _ := url.ParseQuery(raw)
	target := r.URL.EscapedPath()
	if raw != "" {
		target += "?" + raw
	}
	return Call{Kind: kind, Method: r.Method, Target: target, Query: query}
}
