package budget_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"lockstep/sync/budget"
	"lockstep/sync/fault"
	"lockstep/sync/message"
)

// clock is moved by hand.
type clock struct{ at time.Time }

func (c *clock) now() time.Time          { return c.at }
func (c *clock) advance(d time.Duration) { c.at = c.at.Add(d) }

func newBudget(jitter float64) (*budget.Budget, *clock) {
	c := &clock{time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)}
	return budget.New(c.now, func() float64 { return jitter }), c
}

func broken(class fault.Class) *fault.Error {
	return fault.New(class, fault.Plex, message.Foreign("Plex answered with an error (500)."), message.Foreign("See the log of Plex."), errors.New("answer 500"))
}

// fail tries a kind as soon as it may and has it fail; it returns the wait before.
func fail(t *testing.T, b *budget.Budget, c *clock, k budget.Kind, f *fault.Error) time.Duration {
	t.Helper()
	wait := max(0, b.Next(k).Sub(c.now()))
	c.advance(wait)
	if err := b.Allow(k); err != nil {
		t.Fatalf("%s is due and not allowed: %v", k, err)
	}
	b.Done(k, f)
	return wait
}

func TestWhatWorksIsNeverHeld(t *testing.T) {
	t.Parallel()
	b, _ := newBudget(0)
	for range 1000 {
		if err := b.Allow(budget.Listing); err != nil {
			t.Fatal(err)
		}
		b.Done(budget.Listing, nil)
	}
	if got := b.Failing(); len(got) != 0 {
		t.Errorf("failing: %v", got)
	}
}

func TestWaitsGrowToTheCapOfTheKindAndTheFault(t *testing.T) {
	t.Parallel()
	const s = time.Second
	half := s / 2
	for name, tc := range map[string]struct {
		kind  budget.Kind
		class fault.Class
		want  []time.Duration
	}{
		"what heals by itself":      {budget.Listing, fault.Temporary, []time.Duration{0, half, s, 2 * s, 4 * s, 8 * s, 16 * s, 32 * s, 60 * s, 60 * s}},
		"what a person has to mend": {budget.Listing, fault.Unauthorized, []time.Duration{0, half, s, 2 * s, 4 * s, 8 * s, 16 * s, 32 * s, 64 * s, 128 * s, 256 * s, 300 * s}},
		"whether a server is back":  {budget.Connect, fault.Unreachable, []time.Duration{0, half, s, 2 * s, 4 * s, 8 * s, 16 * s, 20 * s, 20 * s}},
		"one item's request":        {budget.Edit, fault.Rejected, []time.Duration{0, 0, 0, 0, 0, half, s, 2 * s}},
	} {
		b, c := newBudget(0)
		for i, want := range tc.want {
			if got := fail(t, b, c, tc.kind, broken(tc.class)); got != want {
				t.Errorf("%s: wait before try %d is %v, want %v", name, i+1, got, want)
			}
		}
	}
}

func TestAShortOutageIsAskedAboutMoreOftenThanALongOne(t *testing.T) {
	t.Parallel()
	b, c := newBudget(0)
	start := c.now()
	for c.now().Sub(start) < 10*time.Minute {
		fail(t, b, c, budget.Connect, broken(fault.Unreachable))
	}
	if got := fail(t, b, c, budget.Connect, broken(fault.Unreachable)); got > time.Minute {
		t.Errorf("wait after ten minutes: %v", got)
	}
	if got := fail(t, b, c, budget.Connect, broken(fault.Unreachable)); got != time.Minute {
		t.Errorf("wait after more than ten minutes: %v, want a minute", got)
	}
}

func TestChanceShortensAWaitByAQuarterAtMost(t *testing.T) {
	t.Parallel()
	b, c := newBudget(0.999999)
	fail(t, b, c, budget.Listing, broken(fault.Temporary))
	got := fail(t, b, c, budget.Listing, broken(fault.Temporary))
	if got < 375*time.Millisecond || got >= 500*time.Millisecond {
		t.Errorf("shortest first wait: %v, want three quarters of half a second", got)
	}
}

func TestOnlyASuccessOfTheSameKindEndsAFailure(t *testing.T) {
	t.Parallel()
	b, c := newBudget(0)
	for range 4 {
		fail(t, b, c, budget.Listing, broken(fault.Temporary))
		b.Done(budget.Identity, nil)
		b.Done(budget.Listing, context.Canceled)
		b.Done(budget.Listing, errors.New("our own disk"))
		b.Done(budget.Listing, broken(fault.Local))
	}
	got := b.Failing()
	if len(got) != 1 || got[0].Kind != budget.Listing || got[0].Tries != 4 || got[0].Fault.Class != fault.Temporary {
		t.Fatalf("failing: %+v, want four tries of the listing", got)
	}
	b.Done(budget.Listing, nil)
	if b.Fails(budget.Listing) || len(b.Failing()) != 0 {
		t.Error("the listing still fails after a success")
	}
	if wait := fail(t, b, c, budget.Listing, broken(fault.Temporary)); wait != 0 {
		t.Errorf("first try after a success waits %v", wait)
	}
}

func TestWhatIsMissingIsAnAnswerWhereItemsAreAskedFor(t *testing.T) {
	t.Parallel()
	b, _ := newBudget(0)
	b.Done(budget.Items, broken(fault.NotFound))
	b.Done(budget.Listing, broken(fault.NotFound))
	if b.Fails(budget.Items) || !b.Fails(budget.Listing) {
		t.Errorf("items fail %v, listing fails %v; want only the listing", b.Fails(budget.Items), b.Fails(budget.Listing))
	}
}

func TestTheEchoNamesTheFaultAndTheWaitAndCountsNowhere(t *testing.T) {
	t.Parallel()
	b, c := newBudget(0)
	fail(t, b, c, budget.Listing, broken(fault.Temporary))
	c.advance(100 * time.Millisecond)
	err := b.Allow(budget.Listing)
	f := fault.Of(err)
	if !budget.Held(err) || f.Class != fault.Temporary || f.Message.String() != "Plex answered with an error (500)." || f.RetryAfter != 400*time.Millisecond {
		t.Fatalf("held: %+v", f)
	}
	b.Done(budget.Listing, err)
	if got := b.Failing()[0].Tries; got != 1 {
		t.Errorf("%d tries after an echo, want 1", got)
	}
	if budget.Held(b.Failing()[0].Fault) {
		t.Error("the fault kept is the echo")
	}
}

func TestOneTryAtATime(t *testing.T) {
	t.Parallel()
	b, c := newBudget(0)
	fail(t, b, c, budget.Listing, broken(fault.Temporary))
	c.advance(time.Second)
	if err := b.Allow(budget.Listing); err != nil {
		t.Fatal(err)
	}
	if err := b.Allow(budget.Listing); !budget.Held(err) {
		t.Errorf("a second try beside the first: %v", err)
	}
}

func TestWhatTheServerAsksForIsKeptTo(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ asked, want time.Duration }{
		"more than the back-off": {40 * time.Second, 40 * time.Second},
		"less than the back-off": {time.Millisecond, 500 * time.Millisecond},
		"an hour":                {time.Hour, time.Hour},
		"absurd":                 {1000 * time.Hour, time.Hour},
	} {
		b, c := newBudget(0)
		f := broken(fault.Busy)
		f.RetryAfter = tc.asked
		b.Done(budget.Upload, f)
		b.Done(budget.Status, f)
		b.Wake() // nobody but a person goes against what the server asked for
		got := b.Next(budget.Status).Sub(c.now())
		if got != tc.want && tc.asked > time.Second {
			t.Errorf("%s: asked again after %v, want %v", name, got, tc.want)
		}
		if up := b.Next(budget.Upload).Sub(c.now()); up < tc.asked && up != time.Hour {
			t.Errorf("%s: one item's request is asked again after %v", name, up)
		}
	}
}

func TestAWakeUpMakesEverythingDueAndBeginsAtAFewSeconds(t *testing.T) {
	t.Parallel()
	b, c := newBudget(0)
	for range 12 {
		fail(t, b, c, budget.Listing, broken(fault.Unreachable))
	}
	b.Wake()
	if wait := fail(t, b, c, budget.Listing, broken(fault.Unreachable)); wait > 15*time.Second {
		t.Errorf("due %v after a wake-up", wait)
	}
	if wait := fail(t, b, c, budget.Listing, broken(fault.Unreachable)); wait < time.Second || wait > 15*time.Second {
		t.Errorf("next wait %v, want a few seconds", wait)
	}
	if got := b.Failing()[0].Tries; got != 14 {
		t.Errorf("%d tries shown, want all 14", got)
	}
}

func TestAPersonIsNeverKeptWaiting(t *testing.T) {
	t.Parallel()
	b, c := newBudget(0)
	for range 20 {
		fail(t, b, c, budget.Listing, broken(fault.Unauthorized))
	}
	b.Forget()
	if err := b.Allow(budget.Listing); err != nil {
		t.Error(err)
	}
}

func TestAClockSetBackHoldsNothingForLong(t *testing.T) {
	t.Parallel()
	b, c := newBudget(0)
	for range 20 {
		fail(t, b, c, budget.Listing, broken(fault.Temporary))
	}
	c.advance(-48 * time.Hour)
	if err := b.Allow(budget.Listing); err != nil {
		t.Errorf("two days before the last failure: %v", err)
	}
}

func TestWithoutABudgetEverythingIsAllowed(t *testing.T) {
	t.Parallel()
	var b *budget.Budget
	b.Done(budget.Edit, broken(fault.Temporary))
	b.Wake()
	b.Forget()
	if b.Allow(budget.Edit) != nil || b.Fails(budget.Edit) || b.Failing() != nil || !b.Next(budget.Edit).IsZero() {
		t.Error("a nil budget holds something")
	}
}

func TestATaskWaitsForItsRequestsAndIsShownAsTheOneThatFails(t *testing.T) {
	t.Parallel()
	b, c := newBudget(0)
	f := broken(fault.Busy)
	f.RetryAfter = 30 * time.Second
	b.Done(budget.Listing, f)
	if got := b.Next(budget.Index).Sub(c.now()); got != 30*time.Second {
		t.Errorf("the index is due in %v, want when the listing is", got)
	}
	b.Done(budget.Index, f)
	if got := b.Failing(); len(got) != 1 || got[0].Kind != budget.Listing {
		t.Errorf("shown: %+v, want the listing alone", got)
	}
	b.Done(budget.Listing, nil)
	if got := b.Failing(); len(got) != 1 || got[0].Kind != budget.Index {
		t.Errorf("shown: %+v, want the index: every page arrived, and it did not come out right", got)
	}
}

func TestATaskHeldBackForARequestOfAnotherWaitsAsLong(t *testing.T) {
	t.Parallel()
	b, c := newBudget(0)
	fail(t, b, c, budget.Newest, broken(fault.Temporary))
	b.Done(budget.Index, b.Allow(budget.Newest))
	if got := b.Next(budget.Index).Sub(c.now()); got != 500*time.Millisecond {
		t.Errorf("due in %v, want when the request is", got)
	}
	b.Done(budget.Index, nil)
	if b.Fails(budget.Index) {
		t.Error("still fails after a success")
	}
}

func TestTheCheckOfAConnectionIsDueOnceItsRequestWorksForAnother(t *testing.T) {
	t.Parallel()
	b, c := newBudget(0)
	for range 5 {
		fail(t, b, c, budget.Identity, broken(fault.Rejected))
		b.Done(budget.Connect, broken(fault.Rejected))
	}
	b.Done(budget.Newest, nil)
	if got := b.Next(budget.Connect).Sub(c.now()); got < 5*time.Second {
		t.Errorf("due in %v after a success of another kind", got)
	}
	b.Done(budget.Identity, nil)
	if got := b.Next(budget.Connect).Sub(c.now()); got > 0 {
		t.Errorf("due in %v, want now", got)
	}
	b.Done(budget.Connect, broken(fault.Rejected))
	b.Done(budget.Identity, nil)
	if got := b.Next(budget.Connect).Sub(c.now()); got < 5*time.Second {
		t.Errorf("due in %v: who it is was never in doubt, so the check fails by itself", got)
	}
}

func TestATryWithATimetableOfItsOwnKeepsToWhatTheServerAskedFor(t *testing.T) {
	t.Parallel()
	b, c := newBudget(0)
	for range 12 {
		fail(t, b, c, budget.Listing, broken(fault.Unreachable))
	}
	b.Due(budget.Listing)
	if wait := b.Next(budget.Listing).Sub(c.now()); wait > 15*time.Second {
		t.Errorf("due in %v although it has a timetable of its own", wait)
	}
	asked := broken(fault.Busy)
	asked.RetryAfter = 10 * time.Minute
	b.Done(budget.Status, asked)
	b.Due(budget.Status)
	if wait := b.Next(budget.Status).Sub(c.now()); wait != 10*time.Minute {
		t.Errorf("due in %v, the server asked for ten minutes", wait)
	}
}

// hammer tries a kind that always fails as often as it may, for a time.
func hammer(b *budget.Budget, c *clock, k budget.Kind, span time.Duration) (tries int) {
	for end := c.now().Add(span); c.now().Before(end); c.advance(time.Second) {
		b.Wake() // whoever asks
		if b.Allow(k) == nil {
			b.Done(k, broken(fault.Unreachable))
			tries++
		}
	}
	return tries
}

// What a fault was tried in its first minute does not put off the second one's tries, which
// would notice the end of a short outage late; from then on there are four in any minute.
func TestTheSecondMinuteDoesNotWaitForTheFirst(t *testing.T) {
	t.Parallel()
	b, c := newBudget(0)
	b.Done(budget.Listing, broken(fault.Unreachable))
	c.advance(30 * time.Second)
	first := hammer(b, c, budget.Listing, 30*time.Second)
	if first < 15 {
		t.Fatalf("%d tries in the second half of the first minute, which proves nothing", first)
	}
	second := hammer(b, c, budget.Listing, 30*time.Second)
	if second != 4 {
		t.Errorf("%d tries in the next half minute, want four", second)
	}
	if n := 1 + first + second; n > 30 {
		t.Errorf("%d tries within a minute", n)
	}
	if n := hammer(b, c, budget.Listing, 30*time.Second); n != 0 {
		t.Errorf("%d tries within a minute of the last four", n)
	}
	if n := hammer(b, c, budget.Listing, 10*time.Minute); n < 36 || n > 40 {
		t.Errorf("%d tries in ten minutes, want four in each", n)
	}
}

func TestAClockSetBackLeavesRoomForTries(t *testing.T) {
	t.Parallel()
	for name, span := range map[string]time.Duration{"a young fault": 30 * time.Second, "an old fault": 5 * time.Minute} {
		b, c := newBudget(0)
		hammer(b, c, budget.Listing, span)
		c.advance(-48 * time.Hour)
		if n := hammer(b, c, budget.Listing, time.Minute); n == 0 {
			t.Errorf("%s: no try in a minute two days before the last", name)
		}
	}
}

func TestAPersonWhoAsksAgainHasTheWholeBudget(t *testing.T) {
	t.Parallel()
	b, c := newBudget(0)
	hammer(b, c, budget.Listing, time.Minute)
	b.Forget()
	b.Done(budget.Listing, broken(fault.Unreachable))
	c.advance(500 * time.Millisecond)
	if err := b.Allow(budget.Listing); err != nil {
		t.Errorf("the second try of a person: %v", err)
	}
}

func TestOnlyASuccessWorks(t *testing.T) {
	t.Parallel()
	b, c := newBudget(0)
	steps := []struct {
		what string
		do   func()
		want bool
	}{
		{"never tried", func() {}, false},
		{"a success", func() { b.Done(budget.Listing, nil) }, true},
		{"canceled, which tells nothing", func() { b.Done(budget.Listing, context.Canceled) }, true},
		{"a failure", func() { fail(t, b, c, budget.Listing, broken(fault.Temporary)) }, false},
		{"made due at once", b.Wake, false},
		{"forgotten", b.Forget, false},
		{"a success after it", func() { b.Done(budget.Listing, nil) }, true},
		{"forgotten again", b.Forget, false},
	}
	for _, s := range steps {
		s.do()
		if got := b.Works(budget.Listing); got != s.want {
			t.Errorf("%s: works %v, want %v", s.what, got, s.want)
		}
	}
}

// A fault that lost its time on the way once had a listing begun anew without an end.
func TestATaskThatWasHeldBackWaitsWhateverItSays(t *testing.T) {
	t.Parallel()
	b, c := newBudget(0)
	fail(t, b, c, budget.Identity, broken(fault.Unreachable))
	echo := *fault.Of(b.Allow(budget.Identity))
	echo.RetryAfter = 0
	b.Done(budget.Index, &echo)
	if wait := b.Next(budget.Index).Sub(c.now()); wait < 500*time.Millisecond {
		t.Errorf("begun again after %v", wait)
	}
}

// The end of an outage is proven by the listing, which the probes must not use up.
func TestTriesOfWhatWorksAgainDoNotHoldBackTheRest(t *testing.T) {
	t.Parallel()
	b, c := newBudget(0)
	for _, k := range []budget.Kind{budget.Listing, budget.Sections} {
		for range 3 {
			fail(t, b, c, k, broken(fault.Unreachable))
		}
	}
	c.advance(2 * time.Minute)
	for range 4 { // all that a minute has room for
		fail(t, b, c, budget.Sections, broken(fault.Unreachable))
	}
	if b.Next(budget.Listing).Sub(c.now()) <= 0 {
		t.Fatal("there is room left")
	}
	b.Done(budget.Sections, nil)
	if wait := b.Next(budget.Listing).Sub(c.now()); wait > 0 {
		t.Errorf("the listing waits %v for what is over", wait)
	}
}

// What fails for one part of a server waits alone, and says nothing about another part.
func TestPartsOfAServerFailApart(t *testing.T) {
	t.Parallel()
	b, c := newBudget(0)
	one, two := budget.Listing.For("1"), budget.Listing.For("2")
	if one.Base() != budget.Listing || one.Part() != "1" || budget.Listing.Part() != "" || one.For("2") != two {
		t.Errorf("%q is %q of %q", one, one.Base(), one.Part())
	}
	b.Done(one, nil)
	fail(t, b, c, two, broken(fault.Temporary))
	if wait := fail(t, b, c, two, broken(fault.Temporary)); wait == 0 {
		t.Error("the part that fails is asked again at once")
	}
	if err := b.Allow(one); err != nil {
		t.Errorf("the other part is held back: %v", err)
	}
	if !b.Fails(budget.Listing) || !b.Works(budget.Listing) || b.Works(two) || b.Fails(one) {
		t.Errorf("listing fails %v and works %v, 2 works %v, 1 fails %v", b.Fails(budget.Listing), b.Works(budget.Listing), b.Works(two), b.Fails(one))
	}
	b.Done(budget.Index, broken(fault.Temporary))
	if got := b.Failing(); len(got) != 1 || got[0].Kind != two {
		t.Errorf("shown: %+v, want the part alone", got)
	}
	b.Due(budget.Listing)
	if err := b.Allow(two); err != nil {
		t.Errorf("made due, and held back: %v", err)
	}
	b.Done(two, nil)
	if b.Fails(budget.Listing) {
		t.Error("both parts work, and it fails")
	}
}
