package notify_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lockstep/app/notify"
	"lockstep/sync/api"
	"lockstep/sync/breaker"
	"lockstep/sync/fault"
	"lockstep/sync/health"
	"lockstep/sync/message"
	"lockstep/sync/outage"
	"lockstep/sync/store"
)

var start = time.Date(2026, 11, 23, 14, 0, 0, 0, time.UTC)

// world is an engine as the policy sees it: it keeps what was said, as the store does.
type world struct {
	t       interface{ Helper() }
	p       notify.Policy
	s       api.Snapshot
	now     notify.Instant
	shown   []string // titles, "-tag" for withdrawals
	records []outage.Record
	refuse  bool              // the engine allows nothing
	deaf    bool              // nobody shows anything
	ill     bool              // the engine stores nothing
	unnoted func(health.Said) // a process ends before it could store what was shown
}

func newWorld(t interface{ Helper() }) *world {
	w := &world{t: t, now: notify.Instant{Wall: start}}
	w.p.Zone = time.UTC
	w.s = api.Snapshot{Live: true, Configured: true, Verdict: health.Up, NotifyDelay: time.Minute, Stash: api.Connection{Checked: true, OK: true}}
	return w
}

func (w *world) step() {
	acts := w.p.Step(w.s, w.now)
	w.note()
	for _, a := range acts {
		if a.Withdraw != "" {
			w.shown = append(w.shown, "-"+a.Withdraw)
			continue
		}
		if a.Say != "" && !w.allowed(a) {
			continue
		}
		if w.deaf {
			w.p.Failed()
			continue
		}
		w.shown = append(w.shown, a.Note.Title)
		w.p.Sent(a)
		w.note()
	}
}

// mute switches kinds of notification off.
func (w *world) mute(m api.Muted) *world {
	return w.set(func(s *api.Snapshot) { s.Muted = m })
}

func (w *world) allowed(a notify.Act) bool {
	ok := !w.refuse && !w.ill && w.evidence().May(a.Say) == nil
	w.p.Answer(a, w.s, ok)
	if ok {
		w.s.Said = health.Said{Outage: a.Outage, Kind: a.Say, At: w.now.Wall, Flapping: a.Note.Title == flaps}
	}
	return ok
}

func (w *world) note() {
	said, due := w.p.Noting()
	if !due {
		return
	}
	if w.ill {
		w.p.Noted(errTest)
		return
	}
	if next, err := w.evidence().Announce(said); err == nil {
		w.s.Said = next
	}
	w.p.Noted(nil)
}

// evidence is what the engine judges by; every verdict here was proved just now.
func (w *world) evidence() health.Evidence {
	b := breaker.Breaker{State: breaker.Closed}
	if w.s.Verdict == health.Down {
		b.State = breaker.Open
	}
	return health.Evidence{Breaker: &b, Newest: w.s.Outage, Said: w.s.Said, Proved: w.now.Wall, Now: w.now.Wall}
}

// restart begins a new process; what is stored stays.
func (w *world) restart() *world {
	if said := w.s.Said; said.Kind != "" && !said.Delivered && w.unnoted != nil {
		w.unnoted(said)
	}
	w.p = notify.Policy{Zone: time.UTC}
	w.step()
	return w
}

// after lets time pass, stepping when the policy asked for it and at the end.
func (w *world) after(d time.Duration) *world {
	end := w.now.Mono + d
	for w.p.Wait() > 0 && w.now.Mono+w.p.Wait() < end {
		w.pass(w.p.Wait())
		w.step()
	}
	w.pass(end - w.now.Mono)
	w.step()
	return w
}

func (w *world) pass(d time.Duration) {
	w.now.Mono += d
	w.now.Wall = w.now.Wall.Add(d)
}

func (w *world) set(change func(*api.Snapshot)) *world {
	change(&w.s)
	w.step()
	return w
}

func (w *world) down() *world {
	var id uint64 = 1
	if w.s.Outage != nil {
		id = w.s.Outage.ID + 1
	}
	begun := outage.Record{ID: id, Started: w.now.Wall, Cause: message.Foreign("connection refused")}
	w.records = append(w.records, begun)
	return w.set(func(s *api.Snapshot) {
		s.Verdict, s.Since, s.Outage = health.Down, w.now.Wall, &begun
		s.Interruptions = outage.Starts(w.records, w.now.Wall)
	})
}

func (w *world) up() *world {
	return w.set(func(s *api.Snapshot) {
		ended := s.Outage.End(w.now.Wall)
		s.Verdict, s.Since, s.Outage = health.Up, w.now.Wall, &ended
	})
}

func (w *world) stash(ok bool) *world {
	return w.set(func(s *api.Snapshot) {
		s.Stash = api.Connection{Checked: true, OK: ok}
		if !ok {
			s.Stash.Class = string(fault.Unreachable)
		}
	})
}

const (
	isDown  = "Plex is not reachable"
	isBack  = "Plex is back"
	flaps   = "Plex comes and goes"
	network = "No network?"
	signIn  = "Plex asks you to sign in again"
	done    = "Reconciliation done"
)

func ask(kinds ...api.AttentionKind) func(*api.Snapshot) {
	return func(s *api.Snapshot) {
		s.Attention = nil
		for _, k := range kinds {
			s.Attention = append(s.Attention, api.Attention{Kind: k, Message: message.Foreign(string(k))})
		}
	}
}

func report(id uint64, scheduled bool) func(*api.Snapshot) {
	return func(s *api.Snapshot) {
		s.LastReconciliation = &store.Report{ID: id, Ended: start, Checked: 3, InStep: 3, Scheduled: scheduled}
	}
}

func TestWhatIsSaid(t *testing.T) {
	t.Parallel()
	const m = time.Minute
	cases := map[string]struct {
		play func(w *world)
		want string
	}{
		"nothing while up":                {func(w *world) { w.after(time.Hour) }, ""},
		"down and back once":              {func(w *world) { w.after(m).down().after(30 * m).up().after(time.Hour) }, isDown + "|" + "-plex|" + isBack},
		"short outages are not announced": {func(w *world) { w.after(m).down().after(50 * time.Second).up().after(time.Hour) }, ""},
		"many short ones neither": {func(w *world) {
			for range 5 {
				w.after(m).down().after(20 * time.Second).up()
			}
			w.after(time.Hour)
		}, ""},
		"the delay starts anew with each outage": {func(w *world) { w.after(m).down().after(40 * time.Second).up().down().after(40 * time.Second) }, ""},
		"a missed end is noticed by the id":      {func(w *world) { w.after(m).down().after(40 * time.Second).down().after(40 * time.Second) }, ""},
		"no delay wanted":                        {func(w *world) { w.after(m).set(func(s *api.Snapshot) { s.NotifyDelay = 0 }).down() }, isDown},
		"disputed is silent": {func(w *world) {
			w.after(m).down().set(func(s *api.Snapshot) { s.Verdict = health.Disputed }).after(time.Hour)
		}, ""},
		"unknown is silent": {func(w *world) {
			w.after(m).down().set(func(s *api.Snapshot) { s.Verdict = health.Unknown }).after(time.Hour)
		}, ""},
		"a repaired record is silent": {func(w *world) {
			w.after(m).down().set(func(s *api.Snapshot) { s.Outage.Repaired = true }).after(time.Hour).up()
		}, ""},
		"silent while paused": {func(w *world) { w.after(m).set(func(s *api.Snapshot) { s.Paused = true }).down().after(time.Hour).up() }, ""},
		"told after quiet hours if still down": {func(w *world) {
			w.after(m).set(func(s *api.Snapshot) { s.Quiet = true }).down().after(time.Hour).set(func(s *api.Snapshot) { s.Quiet = false })
		}, isDown},
		"back waits for the end of quiet hours": {func(w *world) {
			w.after(m).down().after(2 * m).set(func(s *api.Snapshot) { s.Quiet = true }).up().after(m).set(func(s *api.Snapshot) { s.Quiet = false })
		}, isDown + "|-plex|" + isBack},
		"silent while warming up": {func(w *world) {
			w.set(func(s *api.Snapshot) { s.NotifyDelay = 0 }).down().after(4 * time.Second)
		}, ""},
		"told after warming up": {func(w *world) {
			w.set(func(s *api.Snapshot) { s.NotifyDelay = 0 }).down().after(6 * time.Second)
		}, isDown},
		"a wake-up starts the delay anew": {func(w *world) {
			w.after(m).down().after(50 * time.Second)
			w.now.Wall = w.now.Wall.Add(8 * time.Hour)
			w.after(50 * time.Second)
		}, ""},
		"and lasts no longer than the delay": {func(w *world) {
			w.after(m).down().after(50 * time.Second)
			w.now.Wall = w.now.Wall.Add(8 * time.Hour)
			w.after(2 * m)
		}, isDown},
		"a clock set back too": {func(w *world) {
			w.after(m).down().after(50 * time.Second)
			w.now.Wall = w.now.Wall.Add(-time.Hour)
			w.after(50 * time.Second)
		}, ""},
		"a restart does not repeat": {func(w *world) {
			w.after(m).down().after(2 * m)
			w.restart().after(time.Hour)
		}, isDown},
		"a restart does not forget": {func(w *world) {
			w.after(m).down().after(2 * m)
			w.restart().up().after(m)
		}, isDown + "|" + isBack},
		"refused is silent for good": {func(w *world) { w.refuse = true; w.after(m).down().after(time.Hour).up().after(time.Hour) }, ""},
		"flapping is one message": {func(w *world) {
			w.after(m)
			for range 8 {
				w.down().after(2 * m).up().after(m)
			}
		}, strings.Join([]string{isDown, "-plex", isBack, "-plex", isDown, "-plex", isBack, "-plex", flaps}, "|")},
		"and over after 30 quiet minutes": {func(w *world) {
			w.after(m)
			for range 3 {
				w.down().after(2 * m).up().after(m)
			}
			w.shown = nil
			w.after(28 * m)
			if len(w.shown) == 0 {
				w.after(2 * m)
			}
		}, "-plex|" + isBack},
		"outages far apart do not flap": {func(w *world) {
			w.after(m)
			for range 4 {
				w.down().after(2 * m).up().after(20 * m)
			}
		}, strings.TrimPrefix(strings.Repeat("|-plex|"+isDown+"|-plex|"+isBack, 4), "|-plex|")},
		"both gone is the network": {func(w *world) { w.after(m).stash(false).down().after(time.Hour).up().stash(true).after(m) }, network + "|-plex"},
		"Plex is named once it is proven": {func(w *world) {
			w.after(m).stash(false).down().after(5 * m).stash(true).after(50 * time.Second)
			w.shown = append(w.shown, "proven")
			w.after(20 * time.Second)
		}, network + "|-plex|proven|" + isDown},
		"Stash away later says nothing": {func(w *world) { w.after(m).down().after(5 * m).stash(false).after(time.Hour) }, isDown},
		"the network is named once in 30 minutes": {func(w *world) {
			w.after(m).stash(false)
			for range 5 {
				w.down().after(2 * m).up().after(m)
			}
		}, network + "|-plex"},
		"also after restarts": {func(w *world) {
			w.after(m).stash(false)
			for range 5 {
				w.restart().down().after(2 * m).up().after(m)
			}
		}, network + "|-plex"},
		"also when Plex was named after it": {func(w *world) {
			w.after(m).stash(false).down().after(2 * m).stash(true).after(2 * m).up().after(m).stash(false).down().after(10 * m)
		}, strings.Join([]string{network, "-plex", isDown, "-plex", isBack, "-plex"}, "|")},
		"Stash alone says nothing": {func(w *world) { w.after(m).stash(false).after(time.Hour) }, ""},
		"a refused token is told once": {func(w *world) {
			w.after(m).set(ask(api.SignInPlex)).after(time.Hour).set(ask()).set(ask(api.SignInPlex)).after(time.Hour)
		}, signIn + "|-attention"},
		"and again after it was settled": {func(w *world) {
			w.after(m).set(ask(api.SignInPlex)).set(ask()).after(2 * m).set(ask(api.SignInPlex))
		}, signIn + "|-attention|" + signIn},
		"a token refused while quiet waits": {func(w *world) {
			w.after(m).set(func(s *api.Snapshot) { s.Quiet = true }).set(ask(api.SignInPlex)).after(time.Hour).set(func(s *api.Snapshot) { s.Quiet = false })
		}, signIn},
		"two questions, two messages":    {func(w *world) { w.after(m).set(ask(api.SignInPlex, api.BrakeAsks)).after(m) }, signIn + "|Lockstep needs your decision"},
		"the first run opens a window":   {func(w *world) { w.after(m).set(ask(api.FirstRun)).after(m) }, ""},
		"reconciliation asked for":       {func(w *world) { w.after(m).set(report(4, false)).after(m) }, done},
		"scheduled ones are silent":      {func(w *world) { w.after(m).set(report(4, true)).after(m) }, ""},
		"an old report is not news":      {func(w *world) { w.p = notify.Policy{}; w.set(report(4, false)).after(m) }, ""},
		"nothing from a dead engine":     {func(w *world) { w.after(m).set(func(s *api.Snapshot) { s.Live = false }).down().after(time.Hour) }, ""},
		"a new outage takes 'back' away": {func(w *world) { w.after(m).down().after(2 * m).up().down() }, isDown + "|-plex|" + isBack + "|-plex"},
		"muted outages are silent, other kinds are not": {func(w *world) {
			w.after(m).mute(api.Muted{Outages: true}).down().after(time.Hour).up().set(ask(api.SignInPlex)).set(report(4, false)).after(m)
		}, signIn + "|" + done},
		"muted questions too": {func(w *world) {
			w.after(m).mute(api.Muted{Questions: true}).set(ask(api.SignInPlex)).set(report(4, false)).after(m)
		}, done},
		"muted reconciliations too": {func(w *world) {
			w.after(m).mute(api.Muted{Reconciliations: true}).set(ask(api.SignInPlex)).set(report(4, false)).after(m)
		}, signIn},
		"what is muted leaves the screen": {func(w *world) {
			w.after(m).down().after(2 * m).mute(api.Muted{Questions: true, Reconciliations: true}).after(m).mute(api.Muted{Outages: true}).after(m)
		}, isDown + "|-plex"},
		"what still asks is told once it is not muted": {func(w *world) {
			w.after(m).mute(api.Muted{Questions: true}).set(ask(api.SignInPlex)).after(m).mute(api.Muted{}).after(m)
		}, signIn},
		"an outage that was over while muted is no news": {func(w *world) {
			w.after(m).down().after(2 * m).mute(api.Muted{Outages: true}).up().after(time.Hour).mute(api.Muted{}).after(time.Hour)
		}, isDown + "|-plex"},
		"a reconciliation that ended while muted neither": {func(w *world) {
			w.after(m).mute(api.Muted{Reconciliations: true}).set(report(4, false)).after(m).mute(api.Muted{}).after(m)
		}, ""},
		"the next outage is": {func(w *world) {
			w.after(m).mute(api.Muted{Outages: true}).down().after(2 * m).up().after(time.Hour).mute(api.Muted{}).down().after(2 * m)
		}, isDown},
		"a lasting outage after flapping": {func(w *world) { flapThenDown(w) }, "-plex|" + isDown},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.step()
			c.play(w)
			if got := strings.Join(w.shown, "|"); got != c.want {
				t.Errorf("told %q, want %q", got, c.want)
			}
		})
	}
}

func TestWhatNobodyShowed(t *testing.T) {
	t.Parallel()
	const m = time.Minute
	quit := func(w *world) *world { return w.restart() }
	for name, c := range map[string]struct {
		play func(w *world)
		want string
	}{
		"is tried again while it is true":         {func(w *world) { w.deafen().down().after(10 * m).hear().after(5 * m) }, isDown},
		"and its end is told then":                {func(w *world) { w.deafen().down().after(10 * m).hear().after(5 * m).up().after(m) }, isDown + "|-plex|" + isBack},
		"is dropped with its cause, and its end":  {func(w *world) { w.deafen().down().after(10 * m).up().hear().after(time.Hour) }, ""},
		"the next outage is another one":          {func(w *world) { w.deafen().down().after(10 * m).up().hear().after(time.Hour).down().after(2 * m) }, isDown},
		"an end is tried again":                   {func(w *world) { w.down().after(2 * m).deafen().up().after(3 * m).hear().after(5 * m) }, isDown + "|-plex|" + isBack},
		"an end is dropped with the next outage":  {func(w *world) { w.down().after(2 * m).deafen().up().down().hear().after(6 * m) }, isDown + "|-plex|" + isDown},
		"is not forgotten by a restart":           {func(w *world) { quit(w.deafen().down().after(10 * m)).hear().after(5 * m).up().after(m) }, isDown + "|-plex|" + isBack},
		"nor is its end":                          {func(w *world) { quit(w.down().after(2 * m).deafen().up().after(m)).hear().after(5 * m) }, isDown + "|-plex|" + isBack},
		"no end after a restart either":           {func(w *world) { quit(w.deafen().down().after(10 * m)).up().hear().after(time.Hour) }, ""},
		"is not shown in silence":                 {func(w *world) { w.deafen().down().after(10 * m).quiet(true).hear().after(time.Hour) }, ""},
		"a question is asked later":               {func(w *world) { w.deafen().set(ask(api.SignInPlex)).after(10 * m).hear().after(5 * m) }, signIn},
		"a question settled meanwhile is not":     {func(w *world) { w.deafen().set(ask(api.SignInPlex)).after(10 * m).set(ask()).hear().after(5 * m) }, ""},
		"a reconciliation is told later":          {func(w *world) { w.deafen().set(report(4, false)).after(10 * m).hear().after(5 * m) }, done},
		"the network is named later":              {func(w *world) { w.deafen().stash(false).down().after(10 * m).hear().after(5 * m) }, network},
		"that Plex comes and goes is told later":  {func(w *world) { flapDeaf(w); w.hear().after(6 * m) }, flaps},
		"and ends quietness only once it is told": {func(w *world) { flapDeaf(w); w.up().hear().after(time.Hour).down().after(2 * m) }, isDown},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.step()
			c.play(w.after(m))
			if got := strings.Join(w.shown, "|"); got != c.want {
				t.Errorf("told %q, want %q", got, c.want)
			}
		})
	}
}

func TestFailedMessageAsksForAnotherStep(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.step()
	w.after(time.Minute).deafen().set(ask(api.SignInPlex))
	for _, want := range []int{5, 10, 20, 40, 80, 160, 300, 300} {
		if got := w.p.Wait(); got != time.Duration(want)*time.Second {
			t.Errorf("the next try is in %v, want %d s", got, want)
		}
		w.pass(w.p.Wait())
		w.step()
	}
}

func (w *world) deafen() *world { w.deaf = true; return w }
func (w *world) hear() *world   { w.deaf = false; return w }

func (w *world) quiet(on bool) *world { return w.set(func(s *api.Snapshot) { s.Quiet = on }) }

// flapDeaf ends in the third outage within half an hour; nobody has shown anything.
func flapDeaf(w *world) {
	w.deafen()
	for range 2 {
		w.down().after(2 * time.Minute).up().after(time.Minute)
	}
	w.down().after(2 * time.Minute)
}

// A crash loop in an unstable time: 17 outages, each process sees a few.
func TestRestartsDoNotForgetThatPlexComesAndGoes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.step()
	for range 17 {
		w.restart().after(10 * time.Second).down().after(30 * time.Second)
		w.restart().after(2 * time.Minute).up().after(20 * time.Second)
	}
	want := []string{isDown, isBack, isDown, isBack, flaps}
	said := slices.DeleteFunc(slices.Clone(w.shown), func(h string) bool { return h == "-plex" })
	if !slices.Equal(said, want) {
		t.Errorf("said %q, want %q", said, want)
	}
}

// The process stands still during an outage and goes on when it may be over: first the
// engine is to look again.
func TestFrozenProcessSaysNothingAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.step()
	w.after(time.Minute).down()
	w.pass(100 * time.Second) // the step to come after 60 s comes after 100
	w.step()
	if len(w.shown) != 0 {
		t.Fatalf("said %q at once", w.shown)
	}
	w.after(50 * time.Second)
	if len(w.shown) != 0 {
		t.Fatalf("said %q before the delay of the outage it sees now", w.shown)
	}
	if w.after(15 * time.Second); !slices.Equal(w.shown, []string{isDown}) {
		t.Fatalf("said %q", w.shown)
	}
}

// While the engine refuses, it is asked later and later; when it knows more, at once.
func TestRefusedAnnouncementIsAskedForAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.step()
	w.refuse = true
	w.after(time.Minute).down().after(2 * time.Minute)
	asked := func(d time.Duration) (n int) {
		for end := w.now.Mono + d; w.now.Mono < end; w.pass(time.Second) {
			for _, a := range w.p.Step(w.s, w.now) {
				w.p.Answer(a, w.s, false)
				n++
			}
		}
		return n
	}
	if n := asked(time.Hour); n < 10 || n > 20 {
		t.Errorf("asked %d times in an hour", n)
	}
	w.s.Proved = w.now.Wall
	if n := asked(2 * time.Second); n != 1 {
		t.Errorf("asked %d times after a fresh proof", n)
	}
}

func flapThenDown(w *world) {
	w.after(time.Minute)
	for range 3 {
		w.down().after(2 * time.Minute).up().after(time.Minute)
	}
	w.shown = nil
	w.p.Sent(notify.Act{Tag: notify.TagPlex, Say: health.SaidDown}) // on screen: an ordinary "down"
	w.after(10 * time.Minute).down().after(29 * time.Minute)
	if slices.Contains(w.shown, isDown) {
		w.shown = append(w.shown, "too early")
	}
	w.after(2 * time.Minute)
}

// Whatever happens in whatever order: "down" at most once per outage and only while
// the verdict says so, "back" only after it, nothing in silence, and the policy never
// asks to be woken without need.
func TestNothingFalseIsEverSaid(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t)
		w.step()
		said := map[uint64][]string{}
		w.unnoted = func(a health.Said) {
			if list := said[a.Outage]; len(list) > 0 && list[len(list)-1] == string(a.Kind) {
				said[a.Outage] = list[:len(list)-1]
			}
		}
		for range rapid.IntRange(1, 200).Draw(t, "steps") {
			before := len(w.shown)
			play(w, rapid.IntRange(0, 13).Draw(t, "what"), time.Duration(rapid.IntRange(0, 120).Draw(t, "seconds"))*time.Second)
			for _, h := range w.shown[before:] {
				check(t, w, said, h)
			}
			if wait := w.p.Wait(); wait != 0 && wait < time.Millisecond {
				t.Fatalf("wants to be woken after %v", wait)
			}
		}
	})
}

func play(w *world, what int, d time.Duration) {
	switch what {
	case 0:
		w.down()
	case 1:
		if w.s.Outage != nil && w.s.Outage.Ongoing() {
			w.up()
		}
	case 2, 3, 4:
		w.after(d)
	case 5:
		w.set(func(s *api.Snapshot) { s.Paused = !s.Paused })
	case 6:
		w.set(func(s *api.Snapshot) { s.Quiet = !s.Quiet })
	case 7:
		w.stash(d > time.Minute)
	case 8:
		w.now.Wall = w.now.Wall.Add(10 * d)
		w.step()
	case 9:
		w.restart()
	case 10:
		w.refuse = !w.refuse
	case 12:
		w.deaf = !w.deaf
	case 13:
		w.ill = !w.ill
	case 11:
		w.set(func(s *api.Snapshot) {
			if s.Verdict == health.Disputed {
				s.Verdict = health.Up
				if s.Outage != nil && s.Outage.Ongoing() {
					s.Verdict = health.Down
				}
				return
			}
			s.Verdict = health.Disputed
		})
	}
}

func check(t *rapid.T, w *world, said map[uint64][]string, h string) {
	if strings.HasPrefix(h, "-") {
		return
	}
	if w.s.Paused || w.s.Quiet {
		t.Fatalf("said %q in silence", h)
	}
	id := w.s.Outage.ID
	switch h {
	case isDown, flaps:
		if w.s.Verdict != health.Down || slices.Contains(said[id], "down") {
			t.Fatalf("said %q: verdict %q, said before %v", h, w.s.Verdict, said[id])
		}
		said[id] = append(said[id], "down")
	case isBack:
		if w.s.Verdict != health.Up || !slices.Equal(said[id], []string{"down"}) {
			t.Fatalf("said %q: verdict %q, said before %v", h, w.s.Verdict, said[id])
		}
		said[id] = append(said[id], "back")
	case network:
		if w.s.Verdict != health.Down {
			t.Fatalf("said %q: verdict %q", h, w.s.Verdict)
		}
	default:
		t.Fatalf("said %q", h)
	}
}
