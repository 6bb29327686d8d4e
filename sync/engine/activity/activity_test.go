package activity_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/engine/activity"
	"lockstep/sync/fault"
	"lockstep/sync/playback"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

func TestALookBeginsWhenItMay(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*rig)
		begins bool
	}{
		"all is well":                     {func(*rig) {}, true},
		"a server does not answer":        {func(r *rig) { r.with.Answers = false }, false},
		"not all scenes are known":        {func(r *rig) { r.with.Known = false }, false},
		"paused":                          {func(r *rig) { r.with.Writes = false }, false},
		"nothing is switched on":          {func(r *rig) { r.only() }, false},
		"ratings, but those of Stash win": {func(r *rig) { r.only(playback.Rating).Settings.Fields[scene.FieldRating] = config.Mirror }, false},
		"one kind is enough":              {func(r *rig) { r.only(playback.Resume) }, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, 0)
			c.change(r)
			l, next := r.due()
			if (l != nil) != c.begins || !next.IsZero() {
				t.Errorf("a look begins: %v, next %v", l != nil, next)
			}
			if l == nil {
				return
			}
			if other, next := r.due(); other != nil || !next.IsZero() {
				t.Error("two looks at a time")
			}
		})
	}
}

// What a person asks for waits for the servers alone, and reads even while paused.
func TestAPersonWhoAsksWaitsForTheServersAlone(t *testing.T) {
	t.Parallel()
	r := settled(t, 1, playback.Play)
	desk := deskOf(r)
	told := make(chan error, 1)
	ask := func(q api.ActivityCheck) { go func() { told <- desk.CheckActivity(context.Background(), q) }() }
	r.with.Known, r.with.Writes, r.with.Answers = false, false, false
	r.watch(1, 0)
	ask(api.ActivityCheck{})
	<-desk.asked
	if l, _ := r.due(); l != nil {
		t.Error("a server that does not answer is asked")
	}
	r.with.Answers = true
	r.looks(1)
	if err := <-told; err != nil {
		t.Error(err)
	}
	r.wrote()
	r.is(store.PlaybackWaiting, "")
	r.with.Known, r.with.Writes = true, true
	ask(api.ActivityCheck{Preview: true})
	<-desk.asked
	r.looks(1)
	if err := <-told; err != nil {
		t.Error(err)
	}
	r.wrote()
	ask(api.ActivityCheck{})
	<-desk.asked
	r.looks(1)
	<-told
	r.wrote("add 1 0")
}

func TestWhoWaitsForALookHearsWhatItMet(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1)
	desk := deskOf(r)
	told := make(chan error, 1)
	for _, broken := range []bool{false, true} {
		r.plex.pages, r.plex.err, r.disk.broken = 0, plexSays(fault.Forbidden), false
		go func() { told <- desk.CheckActivity(context.Background(), api.ActivityCheck{}) }()
		<-desk.asked
		r.disk.broken = broken
		want := fault.Forbidden
		if broken {
			want = fault.Local
		}
		if err := r.look(); fault.Is(err, fault.Local) != broken {
			t.Errorf("of our own: %v", err)
		}
		if err := <-told; !fault.Is(err, want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

func TestTheNextLookComesWhenItIsDue(t *testing.T) {
	t.Parallel()
	in := func(r *rig) time.Duration {
		l, next := r.due()
		if l != nil {
			return 0
		}
		return next.Sub(r.Clock.Now())
	}
	for name, c := range map[string]struct {
		change func(*rig)
		want   time.Duration
	}{
		"nothing happened":            {func(*rig) {}, 15 * time.Minute},
		"time passes":                 {func(r *rig) { r.Clock.Pass(10 * time.Minute) }, 5 * time.Minute},
		"it passed":                   {func(r *rig) { r.Clock.Pass(15 * time.Minute) }, 0},
		"the clock was set back":      {func(r *rig) { r.Clock.Pass(-2 * time.Hour) }, 0},
		"it was set back a little":    {func(r *rig) { r.Clock.Pass(-5 * time.Minute) }, 20 * time.Minute},
		"looks are wanted more often": {func(r *rig) { r.Settings.ActivityEvery = time.Minute }, 0},
		"another server":              {func(r *rig) { r.with.Machine = "other" }, 0},
		"another library": {func(r *rig) {
			r.Sections = append(slices.Clone(r.Sections), scene.Section{ID: "2"})
		}, 0},
		"others watch":                  {func(r *rig) { r.Settings.ActivityAccounts = []string{"1"} }, 0},
		"another kind":                  {func(r *rig) { r.only(playback.Play) }, 0},
		"another limit":                 {func(r *rig) { r.Settings.BrakeMinimum++ }, 0},
		"another path rule":             {func(r *rig) { r.Settings.PathMap = nil }, 0},
		"a setting that is not ours":    {func(r *rig) { r.Settings.Language = "de" }, 15 * time.Minute},
		"libraries in another order":    {func(r *rig) { slices.Reverse(r.Sections) }, 15 * time.Minute},
		"a person decided":              {func(r *rig) { r.allow() }, 0},
		"a new process knows of no due": {func(r *rig) { r.restart() }, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, 1)
			r.Sections = append(slices.Clone(r.Sections), scene.Section{ID: "9"})
			r.looks(1)
			c.change(r)
			if got := in(r); got != c.want {
				t.Errorf("in %v, want %v", got, c.want)
			}
		})
	}
}

func TestLooksThatMeetAFaultComeFurtherAndFurtherApart(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1)
	gap := func() time.Duration {
		t.Helper()
		r.looks(1)
		_, next := r.due()
		return next.Sub(r.Clock.Now())
	}
	r.plex.pages, r.plex.err = 0, plexSays(fault.Unauthorized)
	for i, seconds := range []int{10, 20, 40, 80, 160, 320, 640, 900, 900, 900, 900, 900, 900} {
		if got, want := gap(), time.Duration(seconds)*time.Second; got != want {
			t.Errorf("after fault %d: %v, want %v", i+1, got, want)
		}
	}
	if why := r.Shown().Why; why != fault.Of(plexSays(fault.Unauthorized)).Message {
		t.Errorf("the reason is %q", why)
	}
	r.plex.pages = -1
	if got := gap(); got != 15*time.Minute || !r.Shown().Why.IsZero() {
		t.Errorf("with all well again: %v, %q", got, r.Shown().Why)
	}
	r.plex.pages = 0
	if got := gap(); got != 10*time.Second {
		t.Errorf("a later fault begins with %v", got)
	}
	for wait, want := range map[time.Duration]time.Duration{time.Second: 20 * time.Second, 5 * time.Minute: 5 * time.Minute, time.Hour: 15 * time.Minute} {
		r.plex.pages = -1
		gap()
		r.plex.pages, r.plex.err = 0, plexSays(fault.Unauthorized)
		gap()
		r.plex.err = &fault.Error{Class: fault.Busy, Server: fault.Plex, RetryAfter: wait}
		if got := gap(); got != want {
			t.Errorf("Plex asks for %v: %v, want %v", wait, got, want)
		}
	}
}

// A look that was interrupted says nothing of the servers, neither good nor bad.
func TestALookThatWasInterruptedTellsNothing(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1)
	r.plex.pages, r.plex.err = 0, plexSays(fault.Forbidden)
	r.looks(1)
	r.plex.err = context.Canceled
	r.looks(1)
	if why := r.Shown().Why; why != fault.Of(plexSays(fault.Forbidden)).Message {
		t.Errorf("the reason is %q", why)
	}
	if _, next := r.due(); next.Sub(r.Clock.Now()) != 10*time.Second {
		t.Errorf("the next in %v", next.Sub(r.Clock.Now()))
	}
	if !r.Shown().Looked.IsZero() {
		t.Error("Plex counts as read")
	}
}

func TestOnlyTheLookUnderWayCanEnd(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1)
	l := r.begin()
	r.must(r.End(&activity.Look{}))
	if !r.Shown().Looking {
		t.Error("another one ended it")
	}
	l.Run(t.Context())
	r.must(r.End(l))
	r.must(r.End(l))
	if s := r.Shown(); s.Looking || !s.Looked.Equal(r.Clock.Now()) {
		t.Errorf("%+v", s)
	}
}

func TestAPersonIsAskedOnceAndKnowsHowMuchItIs(t *testing.T) {
	t.Parallel()
	r := newRig(t, 3)
	if _, asks := r.Question(); asks {
		t.Error("asked before anything is known")
	}
	r.watch(1, 0, 100)
	r.watch(2, 0)
	r.rate(3, "8")
	r.leave(3, time.Minute)
	r.looks(1)
	first := r.Clock.Now()
	q, asks := r.Question()
	if !asks || q.Kind != api.ActivityAsks || q.Message.String() != "Stash would get 3 plays, 1 resume point, 1 rating from Plex." || !q.Since.Equal(first) || q.Hint.IsZero() {
		t.Fatalf("%v, %+v: %s", asks, q, q.Message)
	}
	r.watch(3, 50)
	r.looks(1)
	if q, _ := r.Question(); q.Message.String() != "Stash would get 4 plays, 1 resume point, 1 rating from Plex." || !q.Since.Equal(first) {
		t.Errorf("%+v: %s", q, q.Message)
	}
	r.restart()
	if q, asks := r.Question(); !asks || !q.Since.Equal(first) || r.Shown().Asking != 6 {
		t.Errorf("after a restart: %v, %+v", asks, q)
	}
	r.only(playback.Rating)
	if q, _ := r.Question(); q.Message.String() != "Stash would get 1 rating from Plex." || r.Shown().Asking != 1 {
		t.Errorf("of what is off: %s, %d", q.Message, r.Shown().Asking)
	}
	r.rate(3, "")
	r.looks(1)
	if q, asks := r.Question(); asks {
		t.Errorf("nothing waits any more: %+v", q)
	}
	r.wrote()
}

func TestNothingIsShownBeforeAnythingIsSwitchedOn(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1).only()
	if s := r.Shown(); s != nil {
		t.Errorf("%+v", s)
	}
	r.only(playback.Play)
	if s := r.Shown(); s == nil || len(s.Kinds) != 3 || !s.Kinds[0].On || s.Kinds[1].On || s.Kinds[0].Allowed {
		t.Errorf("%+v", s)
	}
	r.looks(1)
	r.only()
	if r.Shown() == nil {
		t.Error("what was done once is hidden")
	}
	r.only(playback.Rating)
	r.Settings.Fields[scene.FieldRating] = config.Mirror
	if s := r.Shown(); !s.Why.Is("activity.mirror") || s.Kinds[2].On {
		t.Errorf("%+v", s)
	}
}

func TestAFullDiskIsOurOwnFault(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1)
	r.watch(1, 0)
	l := r.begin()
	r.disk.broken = true
	l.Run(t.Context())
	if err := r.End(l); !fault.Is(err, fault.Local) {
		t.Errorf("%v", err)
	}
	r.disk.broken = false
	r.looks(1)
	r.is(store.PlaybackWaiting, "activity.unconfirmed")
}
