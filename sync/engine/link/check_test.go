package link_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/budget"
	"lockstep/sync/engine/host"
	"lockstep/sync/engine/link"
	"lockstep/sync/fault"
	"lockstep/sync/scene"
	"lockstep/sync/testkit"
)

// stash is a Stash of which nothing is asked but what is here.
type stash struct {
	link.Stash
	err, knockErr error
	closed        int
}

func (s *stash) Status(context.Context) (string, int, error) { return "v0.30", 7, s.err }
func (s *stash) Knock(context.Context) error                 { return s.knockErr }
func (s *stash) Close()                                      { s.closed++ }

// plex is a Plex of which nothing is asked but what is here.
type plex struct {
	link.Plex
	machine       string
	sections      []scene.Section
	err, knockErr error
	expected      string
	closed        int
}

func (p *plex) Ready(context.Context) (scene.Identity, []scene.Section, error) {
	return scene.Identity{Machine: p.machine, Version: "1.43"}, p.sections, p.err
}
func (p *plex) Knock(context.Context) error            { return p.knockErr }
func (p *plex) Expect(machine string, otherwise error) { p.expected = machine }
func (p *plex) Close()                                 { p.closed++ }

// rig is connections to both servers with a clock moved by hand.
type rig struct {
	*link.Links
	t      *testing.T
	shelf  *testkit.Shelf
	stash  *stash
	plex   *plex
	dialed link.Address
	other  [2]any // adapters in place of these, if any
	log    bytes.Buffer
}

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{t: t, shelf: testkit.NewShelf(t, 0), stash: &stash{}}
	r.plex = &plex{machine: "m", sections: []scene.Section{{ID: "1", Title: "Films", Type: "movie"}, {ID: "2", Title: "Archive", Type: "movie"}}}
	h := host.Host{Now: r.shelf.Clock.Now, Store: r.shelf.DB, Log: slog.New(slog.NewTextHandler(&r.log, nil))}
	dial := func(a link.Address) (link.Stash, link.Plex) {
		r.dialed = a
		if s, ok := r.other[0].(link.Stash); ok {
			return s, r.other[1].(link.Plex)
		}
		return r.stash, r.plex
	}
	r.Links = link.New(h, dial, func() float64 { return 0.5 })
	r.must(r.Load())
	return r
}

func (r *rig) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) now() time.Time { return r.shelf.Clock.Now() }

func (r *rig) pass(d time.Duration) { r.shelf.Clock.Pass(d) }

// connect makes adapters.
func (r *rig) connect() {
	r.Connect(link.Address{StashURL: "http://stash:9999", PlexURL: "http://plex:32400"}, link.Chosen{StashURL: "http://stash:9999", PlexURL: "http://plex:32400"})
}

// connectTo makes these adapters.
func (r *rig) connectTo(s link.Stash, p link.Plex) {
	r.other = [2]any{s, p}
	r.connect()
}

// check carries out the checks that are due and returns what they say, by server.
func (r *rig) check() map[fault.Server]link.Checked {
	r.t.Helper()
	out := map[fault.Server]link.Checked{}
	due, _ := r.DueChecks(r.now(), true)
	for _, c := range due {
		c.Run(context.Background())
		var says link.Checked
		var current bool
		var err error
		if c.Server == fault.Stash {
			says, current, err = r.StashChecked(c)
		} else {
			says, current, err = r.PlexChecked(c, r.Accept(c))
		}
		r.must(err)
		if !current {
			r.t.Error("an answer of the present adapters concerns nobody")
		}
		out[c.Server] = says
	}
	return out
}

var (
	stashAway = testkit.Trouble(fault.Unreachable, fault.Stash)
	plexAway  = testkit.Trouble(fault.Unreachable, fault.Plex)
)

func TestNothingIsAskedBeforeTheServersAreKnown(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	checks, next := r.DueChecks(r.now(), true)
	knocks, soon := r.DueKnocks(r.now(), true)
	if len(checks)+len(knocks) > 0 || !next.IsZero() || !soon.IsZero() || r.Connected() || r.Ready() {
		t.Errorf("%v, %v, connected %v", checks, knocks, r.Connected())
	}
	r.Rest()
}

func TestBothServersAreCheckedWhenTheyAreConnected(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.connect()
	says := r.check()
	if len(says) != 2 || !r.Ready() || r.Machine() != "m" || len(r.Sections()) != 2 {
		t.Fatalf("%+v, ready %v, machine %q, sections %v", says, r.Ready(), r.Machine(), r.Sections())
	}
	if p := says[fault.Plex]; !p.Fresh || !p.NewMachine || p.Fault != nil || p.Failures != 0 {
		t.Errorf("Plex %+v", p)
	}
	if s := says[fault.Stash]; s.Fresh || s.Fault != nil {
		t.Errorf("Stash %+v", s)
	}
	if s := r.StashState(); !s.OK || !s.Checked || s.Name != "v0.30" || !s.Since.Equal(r.now()) {
		t.Errorf("Stash %+v", s)
	}
	if due, next := r.DueChecks(r.now(), true); len(due) > 0 || !next.IsZero() {
		t.Errorf("checked again: %v, %v", due, next)
	}
	if r.dialed.StashProven || r.dialed.PlexProven {
		t.Error("proven before they answered")
	}
	r.connect()
	if !r.dialed.StashProven || !r.dialed.PlexProven || r.plex.expected != "m" {
		t.Errorf("dialed %+v, expected %q", r.dialed, r.plex.expected)
	}
	r.Rest()
	if r.stash.closed != 1 || r.plex.closed != 1 {
		t.Error("idle connections are kept")
	}
}

func TestAServerThatFailsIsCheckedAgainWhenItsBudgetAllows(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.connect()
	r.stash.err, r.plex.err = stashAway, plexAway
	says := r.check()
	if says[fault.Stash].Fault == nil || says[fault.Plex].Fault == nil || says[fault.Plex].Failures != 1 || r.Ready() {
		t.Fatalf("%+v", says)
	}
	if s := r.PlexState(); s.OK || !s.Checked || s.Class != string(fault.Unreachable) || s.Error.IsZero() {
		t.Errorf("Plex %+v", s)
	}
	due, next := r.DueChecks(r.now(), true)
	if wait := next.Sub(r.now()); len(due) > 0 || wait <= 0 || wait > time.Second {
		t.Errorf("checked again in %v", wait)
	}
	if due, _ := r.DueChecks(r.now().Add(time.Minute), false); len(due) != 1 || due[0].Server != fault.Stash {
		t.Errorf("Plex is checked although something else tries it: %v", due)
	}
}

func TestAServerThatIsBackWantsWhatWasMissed(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.connect()
	r.stash.err, r.plex.err = stashAway, plexAway
	r.check()
	r.stash.err, r.plex.err = nil, nil
	r.pass(time.Minute)
	says := r.check()
	if !says[fault.Stash].Fresh || !says[fault.Plex].Fresh || !r.Ready() {
		t.Errorf("%+v", says)
	}
	r.Recheck(r.now())
	says = r.check()
	if says[fault.Stash].Fresh || says[fault.Plex].Fresh || says[fault.Plex].NewMachine {
		t.Errorf("nothing was missed: %+v", says)
	}
	r.plex.sections = r.plex.sections[:1]
	r.Recheck(r.now())
	if says = r.check(); !says[fault.Plex].Fresh || len(r.Sections()) != 1 {
		t.Errorf("other libraries: %+v, %v", says, r.Sections())
	}
}

func TestTheAnswerOfAnOlderAdapterConcernsNobody(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.connect()
	checks, _ := r.DueChecks(r.now(), true)
	before := r.Epoch()
	r.connect()
	if r.Epoch() == before {
		t.Error("new adapters cannot be told from the old ones")
	}
	for _, c := range checks {
		c.Run(context.Background())
		var current bool
		if c.Server == fault.Stash {
			_, current, _ = r.StashChecked(c)
		} else {
			_, current, _ = r.PlexChecked(c, r.Accept(c))
		}
		if current || r.StashState().Checked || r.PlexState().Checked {
			t.Errorf("%s: it was taken in", c.Server)
		}
	}
}

func TestAnotherPlexIsNotAccepted(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.connect()
	r.check()
	r.plex.machine = "another"
	r.Recheck(r.now())
	if says := r.check(); says[fault.Plex].Fault == nil || says[fault.Plex].Fault.Class != fault.Config || r.Machine() != "m" || r.Ready() {
		t.Errorf("%+v, machine %q", says[fault.Plex], r.Machine())
	}
	r.must(r.Bind("another", "http://plex:32400")) // a person chose it
	r.pass(time.Minute)
	r.Recheck(r.now())
	if says := r.check(); says[fault.Plex].Fault != nil || !says[fault.Plex].NewMachine || r.Machine() != "another" {
		t.Errorf("%+v, machine %q", says[fault.Plex], r.Machine())
	}
	if machine, err := r.Bound(); machine != "another" || err != nil {
		t.Errorf("bound to %q, %v", machine, err)
	}
}

func TestWhatDoubtsAskFor(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		f    *fault.Error
		age  time.Duration // of the last check that succeeded
		want fault.Server
	}{
		"Plex is away, a while after":   {plexAway, 2 * time.Minute, fault.Plex},
		"Stash is away, a while after":  {stashAway, 2 * time.Minute, fault.Stash},
		"a moment after it was checked": {plexAway, 10 * time.Second, fault.None},
		"a passing fault":               {testkit.Trouble(fault.Temporary, fault.Plex), 2 * time.Minute, fault.None},
		"our own":                       {testkit.Trouble(fault.Local, fault.None), 2 * time.Minute, fault.None},
		"a refused token":               {testkit.Trouble(fault.Unauthorized, fault.Plex), 2 * time.Minute, fault.Plex},
		"another server":                {link.ErrOtherPlex, time.Second, fault.Plex},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.connect()
			r.check()
			r.pass(tt.age)
			r.Doubt(tt.f)
			due, _ := r.DueChecks(r.now(), true)
			got := fault.None
			if len(due) == 1 {
				got = due[0].Server
			}
			if got != tt.want || len(due) > 1 {
				t.Errorf("%d checks, of %q; want %q", len(due), got, tt.want)
			}
		})
	}
}

func TestAServerThatIsAwayIsKnockedAt(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.connect()
	r.stash.err, r.stash.knockErr = stashAway, stashAway
	r.check()
	knock := func() (listens, knocked bool) {
		due, _ := r.DueKnocks(r.now(), false)
		for _, k := range due {
			k.Run(context.Background())
			listens = r.Knocked(k)
		}
		return listens, len(due) > 0
	}
	if listens, knocked := knock(); listens || !knocked {
		t.Errorf("listens %v, knocked %v", listens, knocked)
	}
	if _, knocked := knock(); knocked {
		t.Error("knocked at twice within five seconds")
	}
	r.pass(5 * time.Second)
	r.stash.knockErr = nil
	if listens, _ := knock(); !listens {
		t.Error("nobody noticed that somebody listens again")
	}
	r.pass(5 * time.Second)
	if listens, knocked := knock(); listens || !knocked {
		t.Errorf("it is news once: listens %v, knocked %v", listens, knocked)
	}
	r.pass(10 * time.Minute)
	if _, knocked := knock(); knocked {
		t.Error("a long outage is left to its checks")
	}
}

func TestWhatOnlyAPersonCanMendIsAskedAbout(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		stash, plex error
		later       time.Duration
		want        []api.AttentionKind
	}{
		"all is well":             {nil, nil, time.Hour, nil},
		"Plex is away":            {nil, plexAway, time.Hour, nil},
		"the token is refused":    {nil, testkit.Trouble(fault.Unauthorized, fault.Plex), 0, []api.AttentionKind{api.SignInPlex}},
		"something else is there": {testkit.Trouble(fault.Config, fault.Stash), nil, 0, []api.AttentionKind{api.FixStash}},
		"both, Plex before Stash": {testkit.Trouble(fault.Unauthorized, fault.Stash), testkit.Trouble(fault.NotFound, fault.Plex), 0, []api.AttentionKind{api.FixPlex, api.SignInStash}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.connect()
			r.stash.err, r.plex.err = tt.stash, tt.plex
			r.check()
			r.pass(tt.later)
			var got []api.AttentionKind
			for _, a := range r.Asks(r.now()) {
				got = append(got, a.Kind)
			}
			if len(got) != len(tt.want) || len(got) > 0 && got[0] != tt.want[0] {
				t.Errorf("asked %v, want %v", got, tt.want)
			}
		})
	}
}

func TestAnAnswerThatContradictsTheFormerIsNotAskedAboutAtOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.connect()
	r.check()
	r.plex.err = testkit.Trouble(fault.Unauthorized, fault.Plex)
	r.Recheck(r.now())
	r.check()
	r.pass(29 * time.Second)
	if list := r.Asks(r.now()); len(list) > 0 {
		t.Errorf("asked %+v: a proxy whose server restarts answers anything", list)
	}
	r.pass(time.Second)
	if list := r.Asks(r.now()); len(list) != 1 || list[0].Kind != api.SignInPlex {
		t.Errorf("asked %+v", list)
	}
}

func TestWhatFailsIsListedAndLoggedOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.connect()
	r.check()
	b := r.Budget(fault.Plex)
	b.Done(budget.Index, plexAway)
	if !r.PlexLacks() {
		t.Error("a listing that fails is what jobs need")
	}
	for range 8 {
		r.Budget(fault.Stash).Done(budget.Cover, stashAway) // one scene's
	}
	for range 3 {
		r.LogFailing(r.Failing())
	}
	if list := r.Failing(); len(list) != 1 || list[0].Kind != string(budget.Index) {
		t.Errorf("failing %+v", list)
	}
	b.Done(budget.Index, nil)
	r.LogFailing(r.Failing())
	if r.PlexLacks() || strings.Count(r.log.String(), "a request failed and") != 1 {
		t.Errorf("lacks %v, log %q", r.PlexLacks(), r.log.String())
	}
	if n := strings.Count(r.log.String(), "works again"); n != 1 {
		t.Errorf("it works again %d times", n)
	}
}

func TestAProbeListsWhereListingFailed(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.connect()
	r.check()
	if list, ready := r.DueInProbe(); len(list) > 0 || ready {
		t.Errorf("without a failure: %v, %v", list, ready)
	}
	r.Budget(fault.Plex).Done(budget.Listing, plexAway)
	if list, ready := r.DueInProbe(); len(list) != 2 || ready {
		t.Errorf("listing fails: %v, %v", list, ready)
	}
	r.Budget(fault.Plex).Done(budget.Connect, plexAway)
	if _, ready := r.DueInProbe(); !ready {
		t.Error("a check fails, and nobody asks whether Plex has started")
	}
	r.Forget()
	if list, ready := r.DueInProbe(); len(list) > 0 || ready {
		t.Errorf("a person wants it tried anew: %v, %v", list, ready)
	}
	r.PlexBack()
	if due, _ := r.DueChecks(r.now(), true); len(due) != 1 || due[0].Server != fault.Plex {
		t.Errorf("checked when it is back: %v", due)
	}
}
