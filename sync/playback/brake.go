package playback

import (
	"slices"
	"time"
)

// day is how long what was written counts.
const day = 24 * time.Hour

// Spent is what was written lately without a person being asked, as it is stored. The zero
// value is nothing.
type Spent struct {
	List []Portion `json:"list,omitempty"`
}

// Portion is how many values of a kind were written at one time.
type Portion struct {
	Kind Kind      `json:"kind"`
	At   time.Time `json:"at"`
	N    int       `json:"n"`
}

// Admit lets n values of a kind pass when no more than limit are then written within a day,
// and returns what is spent with them. Otherwise none passes.
func (s Spent) Admit(k Kind, n, limit int, now time.Time) (Spent, bool) {
	next := Spent{slices.DeleteFunc(slices.Clone(s.List), func(p Portion) bool { return now.Sub(p.At) >= day || p.At.After(now) })}
	sum := n
	for _, p := range next.List {
		if p.Kind == k {
			sum += p.N
		}
	}
	if sum > limit {
		return s, false
	}
	if n > 0 {
		next.List = append(next.List, Portion{k, now, n})
	}
	return next, true
}
