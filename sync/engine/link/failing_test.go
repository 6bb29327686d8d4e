package link_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/budget"
	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/testkit"
)

// busy is the fault of a server that names a time until which it wants no more.
func busy(s fault.Server, wait time.Duration) *fault.Error {
	f := testkit.Trouble(fault.Busy, s)
	f.RetryAfter = wait
	return f
}

func shown(list []api.Failing) (out []string) {
	for _, f := range list {
		out = append(out, string(f.Server)+" "+f.Kind)
	}
	return out
}

func TestWhatChangesDependOnIsShownAndTheOldestFirst(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.connect()
	r.check()
	fail := func(s fault.Server, k budget.Kind, err error) { r.Budget(s).Done(k, err); r.pass(time.Second) }
	began := r.now().UTC()
	fail(fault.Stash, budget.Sweep, stashAway)
	fail(fault.Plex, budget.Listing, plexAway)
	fail(fault.Stash, budget.Cover, stashAway)                   // one scene's
	fail(fault.Plex, budget.Edit, busy(fault.Plex, 0))           // one item's
	fail(fault.Plex, budget.Upload, busy(fault.Plex, time.Hour)) // but this names a time
	fail(fault.Stash, budget.Sweep, stashAway)
	list := r.Failing()
	if got, want := shown(list), []string{"Stash sweep", "Plex listing", "Plex upload"}; !slices.Equal(got, want) {
		t.Fatalf("shown %q, want %q", got, want)
	}
	if f := list[0]; !f.Since.Equal(began) || f.Tries != 2 || f.Message != stashAway.Message || f.Class != fault.Unreachable || !f.Next.After(r.now().Add(-time.Second)) {
		t.Errorf("%+v", f)
	}
	r.Forget()
	if list := r.Failing(); len(list) != 0 {
		t.Errorf("a person began anew, and %q still fails", shown(list))
	}
}

// A person's try makes a request begin anew, which mends nothing: the log has one line for each
// fault and one when it is over.
func TestTheLogTellsOneFaultOnceHoweverOftenAPersonTries(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.connect()
	b := r.Budget(fault.Plex)
	lines := func(words string) int { r.LogFailing(r.Failing()); return strings.Count(r.log.String(), words) }
	for range 5 {
		b.Done(budget.Index, plexAway)
		if n := lines("a request failed and"); n != 1 {
			t.Fatalf("%d lines about one fault:\n%s", n, r.log.String())
		}
		r.Forget()
		if n := lines("works again"); n != 0 {
			t.Fatalf("a try is taken for a success:\n%s", r.log.String())
		}
	}
	b.Done(budget.Index, testkit.Trouble(fault.Unauthorized, fault.Plex))
	if n := lines("a request failed and"); n != 2 {
		t.Errorf("%d lines, want one more for another fault:\n%s", n, r.log.String())
	}
	b.Done(budget.Index, nil)
	for range 2 {
		if n := lines("works again"); n != 1 {
			t.Errorf("it works again %d times:\n%s", n, r.log.String())
		}
	}
	b.Done(budget.Index, plexAway)
	if n := lines("a request failed and"); n != 3 {
		t.Errorf("%d lines, want one for what fails anew:\n%s", n, r.log.String())
	}
}

func TestWhatJobsNeedOfPlexCountsAsAnOutage(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		kind budget.Kind
		err  error
		want bool
	}{
		"the listing is not answered":  {budget.Listing, plexAway, true},
		"nor is the check":             {budget.Connect, plexAway, true},
		"nor the identity":             {budget.Identity, plexAway, true},
		"nor the libraries":            {budget.Sections, plexAway, true},
		"an item is not answered":      {budget.Items, plexAway, false},
		"nor is a write":               {budget.Write, plexAway, false},
		"the listing is refused":       {budget.Listing, testkit.Trouble(fault.Unauthorized, fault.Plex), false},
		"the listing is broken":        {budget.Listing, testkit.Trouble(fault.Temporary, fault.Plex), true},
		"Plex says that it is busy":    {budget.Listing, busy(fault.Plex, time.Minute), false},
		"an address of something else": {budget.Connect, testkit.Trouble(fault.Config, fault.Plex), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.connect()
			r.Budget(fault.Plex).Done(tt.kind, tt.err)
			if got := r.PlexLacks(); got != tt.want {
				t.Errorf("lacks %v, want %v", got, tt.want)
			}
			r.Budget(fault.Plex).Done(tt.kind, nil)
			if r.PlexLacks() {
				t.Error("still lacks what works again")
			}
		})
	}
}

// The check of a connection asks little. What it does not ask may be refused all the same.
func TestWhatIsRefusedForAWhileIsAskedAboutAlthoughTheCheckSucceeds(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		server fault.Server
		kind   budget.Kind
		class  fault.Class
		want   api.AttentionKind
	}{
		"the sweep is forbidden to the key": {fault.Stash, budget.Sweep, fault.Unauthorized, api.SignInStash},
		"the listing to the token":          {fault.Plex, budget.Listing, fault.Unauthorized, api.SignInPlex},
		"the listing is not there":          {fault.Plex, budget.Listing, fault.NotFound, api.FixPlex},
		"something else answers":            {fault.Stash, budget.Newest, fault.Config, api.FixStash},
		"the listing only fails":            {fault.Plex, budget.Listing, fault.Unreachable, ""},
		"one cover is refused":              {fault.Stash, budget.Cover, fault.Unauthorized, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.connect()
			r.check()
			since := r.now()
			f := testkit.Trouble(tt.class, tt.server)
			f.Hint = message.New(message.EnterAddresses)
			r.Budget(tt.server).Done(tt.kind, f)
			r.pass(29 * time.Second)
			if list := r.Asks(r.now()); len(list) != 0 {
				t.Errorf("asked about what began a moment ago: %+v", list)
			}
			r.pass(time.Second)
			list := r.Asks(r.now())
			if tt.want == "" {
				if len(list) != 0 {
					t.Errorf("asked %+v", list)
				}
				return
			}
			if len(list) != 1 || list[0].Kind != tt.want || list[0].Message != f.Message || list[0].Hint != f.Hint || !list[0].Since.Equal(since) {
				t.Errorf("asked %+v, want %s since %v", list, tt.want, since)
			}
		})
	}
}

// A server that is away cannot be told from one whose token is refused by what failed before.
func TestWhileAServerIsAwayNothingOlderIsAskedAbout(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.connect()
	r.check()
	r.Budget(fault.Plex).Done(budget.Listing, testkit.Trouble(fault.Unauthorized, fault.Plex))
	r.pass(time.Minute)
	r.Failed(plexAway)
	if list := r.Asks(r.now()); len(list) != 0 {
		t.Errorf("asked %+v", list)
	}
}

func TestOnlyTheFaultOfAServerChangesItsState(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.connect()
	r.check()
	up := r.now()
	r.pass(time.Minute)
	r.Failed(testkit.Trouble(fault.Local, fault.Plex))
	r.Failed(testkit.Trouble(fault.Canceled, fault.Plex))
	if s := r.PlexState(); !s.OK || !s.Since.Equal(up) {
		t.Errorf("a fault of our own: %+v", s)
	}
	r.Failed(stashAway)
	down := r.now()
	r.pass(time.Minute)
	r.Failed(testkit.Trouble(fault.Unauthorized, fault.Stash))
	if s := r.StashState(); s.OK || !s.Since.Equal(down) || s.Class != string(fault.Unauthorized) {
		t.Errorf("another fault of the same time: %+v, away since %v", s, down)
	}
	if s := r.PlexState(); !s.OK {
		t.Errorf("Plex pays for Stash: %+v", s)
	}
	r.pass(time.Minute)
	r.check()
	r.Recheck(r.now())
	r.check()
	if s := r.StashState(); !s.OK || !s.Since.Equal(r.now()) || s.Class != "" || !s.Error.IsZero() || !s.Hint.IsZero() {
		t.Errorf("it is back: %+v", s)
	}
}

func TestOnlyAServerThatAnswersWellIsAskedForWhatIsLookedAt(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		spoil       func(*rig)
		forbidden   bool
		stash, plex bool
	}{
		"nothing was checked yet": {spoil: func(r *rig) { r.connect() }},
		"not connected":           {spoil: func(*rig) {}},
		"all is well":             {spoil: func(r *rig) { r.connect(); r.check() }, stash: true, plex: true},
		"the breaker is open":     {spoil: func(r *rig) { r.connect(); r.check() }, forbidden: true, stash: true},
		"Stash is away":           {spoil: func(r *rig) { r.connect(); r.stash.err = stashAway; r.check() }, plex: true},
		"Plex is away":            {spoil: func(r *rig) { r.connect(); r.plex.err = plexAway; r.check() }, stash: true},
		"a sweep fails":           {spoil: func(r *rig) { r.connect(); r.check(); r.Budget(fault.Stash).Done(budget.Sweep, stashAway) }, plex: true},
		"a listing fails":         {spoil: func(r *rig) { r.connect(); r.check(); r.Budget(fault.Plex).Done(budget.Listing, plexAway) }, stash: true},
		"a cover or a picture fails": {spoil: func(r *rig) {
			r.connect()
			r.check()
			r.Budget(fault.Stash).Done(budget.Cover, stashAway)
			r.Budget(fault.Stash).Done(budget.Thumbnail, stashAway)
		}, stash: true, plex: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			tt.spoil(r)
			if s, p := r.WellStash() != nil, r.WellPlex(!tt.forbidden) != nil; s != tt.stash || p != tt.plex {
				t.Errorf("Stash %v, Plex %v; want %v, %v", s, p, tt.stash, tt.plex)
			}
		})
	}
}

// Nobody misses a picture: it is no news, whatever the server says of it.
func TestAPictureThatFailsIsNeverShownAsFailing(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.connect()
	r.check()
	r.Budget(fault.Stash).Done(budget.Thumbnail, busy(fault.Stash, time.Hour))
	r.Budget(fault.Plex).Done(budget.Thumbnail, testkit.Trouble(fault.Unauthorized, fault.Plex))
	r.pass(10 * time.Minute)
	if list, asks := r.Failing(), r.Asks(r.now()); len(list) != 0 || len(asks) != 0 {
		t.Errorf("failing %q, asked %v", shown(list), asks)
	}
}
