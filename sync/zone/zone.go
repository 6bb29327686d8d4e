// Package zone knows the time zone the computer is set to now. Go reads it once at the
// start of a program; one that runs for months lives through journeys. Local is for showing
// times, Stamp for storing them.
package zone

import (
	"os"
	"sync/atomic"
	"time"
)

// localtime is where Linux, macOS and the BSDs keep the zone. Windows keeps it elsewhere:
// there a change takes effect at the next start.
const localtime = "/etc/localtime"

// here is the zone of this computer.
var here = newWatch(localtime, os.Getenv("TZ"))

// Local is the zone the computer is set to now. It may be called from any goroutine, and
// as often as times are written: the file is looked at once a second at most.
func Local() *time.Location { return here.local(time.Now()) }

// watch follows a file with a zone.
type watch struct {
	path  string
	fixed bool // TZ has the last word
	state atomic.Pointer[state]
}

// state is what was found when the file was looked at.
type state struct {
	checked time.Time
	mark    mark
	loc     *time.Location
}

// mark tells two states of the file apart. It is mostly a link to one of many.
type mark struct {
	link     string
	modified time.Time
	size     int64
}

func newWatch(path, tz string) *watch {
	w := &watch{path: path, fixed: tz != ""}
	w.state.Store(&state{mark: markOf(path), loc: time.Local}) // what Go reads too
	return w
}

// rest is how often the file is looked at, at most.
const rest = time.Second

func (w *watch) local(now time.Time) *time.Location {
	s := w.state.Load()
	if w.fixed || now.Sub(s.checked).Abs() < rest {
		return s.loc
	}
	next := &state{now, markOf(w.path), s.loc}
	if next.mark != s.mark {
		if loc, ok := load(w.path); ok {
			next.loc = loc
		} else {
			next.mark = s.mark // it may be half written; the next look tries again
		}
	}
	w.state.Store(next)
	return next.loc
}

func markOf(path string) (m mark) {
	m.link, _ = os.Readlink(path) // a plain file has none
	if info, err := os.Stat(path); err == nil {
		m.modified, m.size = info.ModTime(), info.Size()
	}
	return m
}

func load(path string) (*time.Location, bool) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, false
	}
	loc, err := time.LoadLocationFromTZData("Local", data)
	return loc, err == nil
}
