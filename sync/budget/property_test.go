package budget_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"lockstep/sync/budget"
	"lockstep/sync/fault"
)

// allKinds are requests; tasks are bounded by theirs.
var allKinds = []budget.Kind{
	budget.Identity, budget.Sections, budget.Listing, budget.Items, budget.Scenes, budget.Edit, budget.Pictures, budget.Upload, budget.Scan,
	budget.Socket, budget.Status, budget.Newest, budget.Stamps, budget.Names, budget.Paths, budget.Scenes, budget.Cover, budget.Plugin,
}

var allClasses = []fault.Class{
	fault.Unreachable, fault.Unauthorized, fault.NotFound, fault.Busy, fault.Temporary, fault.Rejected, fault.Config,
}

// try is one request; old when its kind had failed for more than a minute by then.
type try struct {
	at  time.Time
	old bool
}

// most is the largest number of young or old tries in any minute.
func most(tries []try, old bool) int {
	top := 0
	for i, from := range tries {
		n := 0
		for _, t := range tries[i:] {
			if t.old == old && t.at.Before(from.at.Add(time.Minute)) {
				n++
			}
		}
		top = max(top, n)
	}
	return top
}

// perItem is how many tries of some kinds may each be another item's fault.
func perItem(kinds []budget.Kind) int {
	n := 0
	for _, k := range kinds {
		switch k {
		case budget.Items, budget.Scenes, budget.Edit, budget.Pictures, budget.Upload, budget.Scan, budget.Cover:
			n += 4
		}
	}
	return n
}

func failingSince(b *budget.Budget, k budget.Kind, now time.Time) time.Time {
	for _, f := range b.Failing() {
		if f.Kind == k {
			return f.Since
		}
	}
	return now
}

// However eagerly any mix of kinds is tried against a server that answers nothing well, it
// gets no more requests than the limit says.
func TestPropertyAFailingServerIsNeverAskedMoreThanTheLimit(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		b, c := newBudget(rapid.Float64Range(0, 0.999).Draw(t, "jitter"))
		kinds := rapid.SliceOfNDistinct(rapid.SampledFrom(allKinds), 1, 6, rapid.ID).Draw(t, "kinds")
		class := rapid.SampledFrom(allClasses[:2]).Draw(t, "class")
		var tries []try
		for range rapid.IntRange(100, 600).Draw(t, "turns") {
			k := rapid.SampledFrom(kinds).Draw(t, "kind")
			since := failingSince(b, k, c.now())
			if b.Allow(k) == nil {
				tries = append(tries, try{c.now(), c.now().Sub(since) >= time.Minute})
				b.Done(k, broken(class))
			}
			if rapid.IntRange(0, 20).Draw(t, "wake") == 0 {
				b.Wake()
			}
			c.advance(time.Duration(rapid.IntRange(0, 2000).Draw(t, "ms")) * time.Millisecond)
		}
		if n, limit := most(tries, false), 30+perItem(kinds); n > limit {
			t.Fatalf("%d requests in a minute while the fault was young, want at most %d", n, limit)
		}
		if n := most(tries, true); n > 4 {
			t.Fatalf("%d requests in a minute once the fault was old", n)
		}
	})
}

// Next and Allow agree, and what one kind does changes nothing for another but the limit.
func TestPropertyNextIsWhenAllowSaysYes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		b, c := newBudget(rapid.Float64Range(0, 0.999).Draw(t, "jitter"))
		for range rapid.IntRange(1, 80).Draw(t, "steps") {
			k := rapid.SampledFrom(allKinds).Draw(t, "kind")
			failing := b.Fails(k)
			due := b.Next(k)
			err := b.Allow(k)
			if (err == nil) == due.After(c.now()) {
				t.Fatalf("%s: due in %v, allowed: %v", k, due.Sub(c.now()), err)
			}
			if !failing && err != nil {
				t.Fatalf("%s works and is held: %v", k, err)
			}
			if f := fault.Of(err); f != nil && f.RetryAfter != due.Sub(c.now()) {
				t.Fatalf("%s: says to wait %v, due in %v", k, f.RetryAfter, due.Sub(c.now()))
			}
			if err == nil && rapid.Bool().Draw(t, "fails") {
				b.Done(k, broken(rapid.SampledFrom(allClasses).Draw(t, "class")))
			} else if err == nil {
				b.Done(k, nil)
				if b.Fails(k) {
					t.Fatalf("%s fails after a success", k)
				}
			}
			c.advance(time.Duration(rapid.IntRange(0, 5000).Draw(t, "ms")) * time.Millisecond)
		}
	})
}

// Whatever was tried before, what works again is found out: no kind is held for ever.
func TestPropertyNothingIsHeldForEver(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		b, c := newBudget(rapid.Float64Range(0, 0.999).Draw(t, "jitter"))
		for range rapid.IntRange(1, 200).Draw(t, "steps") {
			k := rapid.SampledFrom(allKinds).Draw(t, "kind")
			if b.Allow(k) == nil {
				b.Done(k, broken(rapid.SampledFrom(allClasses).Draw(t, "class")))
			}
			c.advance(time.Duration(rapid.IntRange(0, 2000).Draw(t, "ms")) * time.Millisecond)
		}
		// Five minutes of back-off, and at worst a turn of four a minute among all kinds.
		c.advance(5 * time.Minute)
		for _, f := range b.Failing() {
			if wait := f.Next.Sub(c.now()); wait > 0 {
				t.Fatalf("%s is held for %v more after five minutes of rest", f.Kind, wait)
			}
		}
	})
}
