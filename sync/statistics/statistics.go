// Package statistics counts what was done, by day: what was written, what was right already,
// what was skipped and why, what failed, what was tried again, and how many requests both
// servers got. Days are those of the zone the computer is set to.
package statistics

import (
	"maps"
	"slices"
	"time"

	"lockstep/sync/skip"
)

// Most is how many days are kept: a year, and a month to compare it with.
const Most = 400

// Day is what was done on one day. The zero value is a day on which nothing happened.
type Day struct {
	Day     string            `json:"day"`     // 2026-03-01, local; empty for a sum
	Written int               `json:"written"` // scenes of which something was written
	InStep  int               `json:"in_step"` // scenes that were examined and right already
	Failed  int               `json:"failed"`  // scenes given up until somebody acts
	Retried int               `json:"retried"` // tries that failed and are repeated
	Skipped map[skip.Code]int `json:"skipped,omitempty"`
	Plex    int               `json:"plex"`  // requests
	Stash   int               `json:"stash"` // requests
}

// Name is the name of the day of a moment, in the zone the moment is in.
func Name(t time.Time) string { return t.Format(time.DateOnly) }

// Skip is the day with one more scene skipped for a reason.
func (d Day) Skip(c skip.Code) Day {
	skipped := maps.Clone(d.Skipped)
	if skipped == nil {
		skipped = map[skip.Code]int{}
	}
	skipped[c]++
	d.Skipped = skipped
	return d
}

// Skips is how many scenes were skipped, for whatever reason.
func (d Day) Skips() (n int) {
	for _, k := range d.Skipped {
		n += k
	}
	return n
}

// Empty reports whether nothing happened.
func (d Day) Empty() bool {
	return d.Written+d.InStep+d.Failed+d.Retried+d.Plex+d.Stash+d.Skips() == 0
}

// Right is how many scenes are as they should be, and how many were examined. Skips that need
// nobody are deliberate and not counted.
func (d Day) Right() (right, examined int) {
	right, examined = d.Written+d.InStep, d.Written+d.InStep+d.Failed
	for code, n := range d.Skipped {
		if skip.Of(code).Act {
			examined += n
		}
	}
	return right, examined
}

// Success is Right as a share from 0 to 1. It is unknown when none was examined.
func (d Day) Success() (share float64, known bool) {
	right, examined := d.Right()
	if examined == 0 {
		return 0, false
	}
	return float64(right) / float64(examined), true
}

// Sum is what was done on several days.
func Sum(days []Day) Day {
	out := Day{Skipped: map[skip.Code]int{}}
	for _, d := range days {
		out.Written, out.InStep = out.Written+d.Written, out.InStep+d.InStep
		out.Failed, out.Retried = out.Failed+d.Failed, out.Retried+d.Retried
		out.Plex, out.Stash = out.Plex+d.Plex, out.Stash+d.Stash
		for code, n := range d.Skipped {
			out.Skipped[code] += n
		}
	}
	return out
}

// Book is today and the days before it, the oldest first.
type Book struct {
	Today Day
	Past  []Day
}

// On is the book on a day, and whether a day has ended since it was last opened. A day that
// was seen before goes on: the clock was set back, or the zone is another one.
func (b Book) On(day string) (_ Book, ended bool) {
	if b.Today.Day == day {
		return b, false
	}
	past := make([]Day, 0, len(b.Past)+1)
	today := Day{Day: day}
	for _, d := range append(slices.Clip(b.Past), b.Today) {
		switch {
		case d.Day == day:
			today = d
		case !d.Empty():
			past = append(past, d)
		}
	}
	return Book{today, past[max(0, len(past)-Most+1):]}, true
}

// Since are the days from one on, the oldest first.
func (b Book) Since(day string) []Day {
	var out []Day
	for _, d := range append(slices.Clip(b.Past), b.Today) {
		if d.Day >= day && !d.Empty() {
			out = append(out, d)
		}
	}
	return out
}

// The names of what is stored.
const (
	todayValue = "statistics.today"
	pastValue  = "statistics.past"
)

// Values is where a book is kept.
type Values interface {
	Value(name string, v any) (bool, error)
	PutValue(name string, v any) error
}

// Load reads a book.
func Load(from Values) (b Book, err error) {
	if _, err = from.Value(todayValue, &b.Today); err == nil {
		_, err = from.Value(pastValue, &b.Past)
	}
	return b, err
}

// Put stores a book. The days before today change only when a day has ended.
func (b Book) Put(into Values, ended bool) error {
	if ended {
		if err := into.PutValue(pastValue, b.Past); err != nil {
			return err
		}
	}
	return into.PutValue(todayValue, b.Today)
}
