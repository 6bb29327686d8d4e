package sim

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Effect is what a scripted fault does to a request.
type Effect int

// The effects. Status, Maintenance, Starting and Login answer the way the server in question words them.
const (
	// Refuse closes the port until cleared; with Count it resets that many requests' connections instead.
	Refuse Effect = iota + 1
	// Reset breaks the connection before the request is carried out.
	Reset
	// Lost carries the request out, then breaks the connection instead of answering.
	Lost
	// Hang never answers: until the client gives up, the fault is cleared (then it is answered) or the server closes.
	Hang
	// Slow waits Delay, then answers.
	Slow
	// CutOff carries the request out and sends only half of the answer's body.
	CutOff
	// Garbage answers 200 with a body that is neither JSON nor XML, under the usual content type.
	Garbage
	// HTML answers 200 with a web page, as a proxy, a captive portal or a wrong base path does.
	HTML
	// Login redirects to /login.
	Login
	// Status answers with Fault.Status and the server's own error body; 429 and 503 carry RetryAfter when set.
	Status
	// Maintenance answers 503 the way Plex does while its database is being migrated.
	Maintenance
	// Errors answers 200 with GraphQL errors and no data.
	Errors
	// Short carries the request out, and the answer claims one item more than there is.
	Short
	// Starting lets Plex's identity carry startState and answers 400 "still starting up" elsewhere.
	Starting
	// Bomb sends a small compressed answer that unpacks to Size bytes.
	Bomb
	// Entries sends a small compressed list of millions of empty entries.
	Entries
	// Nested sends lists in lists, Size deep.
	Nested
	// Endless sends an answer that has no end.
	Endless
	// Headers sends the answer with headers of several megabytes.
	Headers
	// Noise sends a text of bytes that are no UTF-8.
	Noise
	// Types carries the request out, and everything in the answer has another type than it should.
	Types
)

var effectNames = map[Effect]string{
	Refuse: "refuse", Reset: "reset", Lost: "lost", Hang: "hang", Slow: "slow", CutOff: "cutoff", Garbage: "garbage",
	Errors: "errors", Short: "short", HTML: "html", Login: "login", Status: "status", Maintenance: "maintenance", Starting: "starting",
	Bomb: "bomb", Entries: "entries", Nested: "nested", Endless: "endless", Headers: "headers", Noise: "noise", Types: "types",
}

// String is the word ParseEffect understands.
func (e Effect) String() string { return effectNames[e] }

// ParseEffect reads the word of an effect, as the sim command takes it.
func ParseEffect(word string) (Effect, error) {
	for effect, name := range effectNames {
		if strings.EqualFold(name, word) {
			return effect, nil
		}
	}
	return 0, fmt.Errorf("read a fault: no effect is called %q", word)
}

// Match selects requests; nil selects all.
type Match func(Call) bool

// Kinds selects requests of the named kinds, as Counts names them.
func Kinds(names ...string) Match {
	return func(c Call) bool { return slices.Contains(names, c.Kind) }
}

// Named selects GraphQL operations by name: each of a client's questions has its own.
func Named(names ...string) Match {
	return func(c Call) bool { return slices.Contains(names, c.Name) }
}

// Writes selects every request that changes something.
func Writes() Match { return func(c Call) bool { return c.Write } }

// ForItem selects Plex requests that name the rating key, alone or in a batch.
func ForItem(ratingKey string) Match {
	return func(c Call) bool { return slices.Contains(c.Items, ratingKey) }
}

// All selects requests that every one of the matches selects.
func All(matches ...Match) Match {
	return func(c Call) bool {
		return !slices.ContainsFunc(matches, func(m Match) bool { return !m(c) })
	}
}

// Fault is one scripted failure. The zero value does nothing.
type Fault struct {
	Effect     Effect
	Status     int           // for Status
	Body       string        // for Status: replaces the server's own error body
	Carried    bool          // for Status: the request is carried out all the same
	RetryAfter time.Duration // sent in whole seconds when positive
	Delay      time.Duration // for Slow
	Size       int           // of the body of a hostile answer; 0: 128 MB
	Match      Match         // nil: every request
	Skip       int           // requests let through first
	Count      int           // requests hit before it ends by itself; 0: until cleared
}

type activeFault struct {
	Fault
	cleared chan struct{}
	clear   func()
}

// script holds the faults in force; the oldest that selects a request acts.
type script struct {
	mu     sync.Mutex
	faults []*activeFault
}

// Inject puts a fault in force; the returned function ends it and may be called twice.
func (s *Server) Inject(f Fault) (clear func()) {
	a := &activeFault{Fault: f, cleared: make(chan struct{})}
	restore := func() {}
	if f.Effect == Refuse && f.Count == 0 {
		restore = s.sock.refuse()
	}
	a.clear = sync.OnceFunc(func() {
		close(a.cleared)
		s.script.remove(a)
		restore()
	})
	s.script.mu.Lock()
	s.script.faults = append(s.script.faults, a)
	s.script.mu.Unlock()
	return a.clear
}

// ClearFaults ends every fault in force.
func (s *Server) ClearFaults() {
	s.script.mu.Lock()
	faults := slices.Clone(s.script.faults)
	s.script.mu.Unlock()
	for _, f := range faults {
		f.clear()
	}
}

func (s *script) remove(a *activeFault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = slices.DeleteFunc(s.faults, func(f *activeFault) bool { return f == a })
}

func (s *script) pick(c Call) *activeFault {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, f := range s.faults {
		if f.Match != nil && !f.Match(c) {
			continue
		}
		if f.Skip > 0 {
			f.Skip--
			continue
		}
		if f.Count > 0 {
			f.Count--
			if f.Count == 0 {
				s.faults = slices.Delete(s.faults, i, i+1)
			}
		}
		return f
	}
	return nil
}

// apply lets a fault act on a request.
func (s *Server) apply(f *activeFault, c Call, w http.ResponseWriter, r *http.Request) {
	if f.Effect == CutOff || f.Effect == Types {
		r.Header.Del("If-None-Match") // "not modified" has no body to be spoilt
	}
	switch f.Effect {
	case Refuse, Reset:
		resetConn(w)
	case Lost:
		s.handle(newHeld(), r)
		resetConn(w)
	case CutOff:
		h := newHeld()
		s.handle(h, r)
		cutAnswer(w, h)
	case Short:
		h := newHeld()
		s.handle(h, r)
		claimMore(h)
		h.sendTo(w)
	case Hang:
		if s.wait(r, -1, f.cleared) {
			s.answer(c, w, r)
		}
	case Slow:
		if s.wait(r, f.Delay, f.cleared) {
			s.answer(c, w, r)
		}
	default:
		s.spoil(f, c, w, r)
	}
}

// totalSize is how Plex says how many items there are.
var totalSize = regexp.MustCompile(`("?totalSize"?[:=]"?)(\d+)`)

// claimMore makes an answer claim one item more than there is.
func claimMore(h *held) {
	body := totalSize.ReplaceAllStringFunc(h.body.String(), func(m string) string {
		part := totalSize.FindStringSubmatch(m)
		n, _ := strconv.Atoi(part[2])
		return part[1] + strconv.Itoa(n+1)
	})
	h.body.Reset()
	h.body.WriteString(body)
	h.header.Del("X-Plex-Container-Total-Size")
}

// spoil answers in place of the simulated server.
func (s *Server) spoil(f *activeFault, c Call, w http.ResponseWriter, r *http.Request) {
	switch f.Effect {
	case Garbage:
		w.Header().Set("Content-Type", s.words.contentType(r))
		_, _ = w.Write([]byte("\x00\x1f{<\"unfinished"))
	case HTML:
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte("<!DOCTYPE html><html><head><title>Welcome</title></head><body>It works.</body></html>"))
	case Errors:
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"errors":[{"message":"database is locked"}],"data":null}`))
	case Login:
		http.Redirect(w, r, "/login?returnURL="+r.URL.Path, http.StatusFound)
	case Status:
		if f.Carried {
			s.handle(newHeld(), r)
		}
		if f.RetryAfter > 0 {
			w.Header().Set("Retry-After", fmt.Sprint(int(f.RetryAfter.Round(time.Second)/time.Second)))
		}
		if f.Body != "" {
			http.Error(w, f.Body, f.Status)
			return
		}
		s.words.failure(w, f.Status)
	case Maintenance:
		s.words.maintenance(w)
	case Starting:
		s.words.starting(w, r, c, s)
	default:
		if !s.hostile(f, c, w, r) {
			s.answer(c, w, r)
		}
	}
}

// phrases is how a server words its errors.
type phrases struct {
	contentType func(*http.Request) string
	opening     func(c Call) string // how the list in an answer begins
	failure     func(w http.ResponseWriter, status int)
	maintenance func(w http.ResponseWriter)
	starting    func(w http.ResponseWriter, r *http.Request, c Call, s *Server)
}
