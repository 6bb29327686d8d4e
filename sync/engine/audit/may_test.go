package audit_test

import (
	"errors"
	"testing"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/engine/audit"
	"lockstep/sync/fault"
)

func TestARunStartsOnceBothServersWereAsked(t *testing.T) {
	t.Parallel()
	ok, away, unasked := api.Connection{Checked: true, OK: true}, api.Connection{Checked: true}, api.Connection{}
	for name, tt := range map[string]struct {
		c    audit.Conditions
		want bool
	}{
		"everything was seen":                    {audit.Conditions{Stash: ok, Plex: ok, PlexAllows: true, Swept: true}, true},
		"the first scan comes first":             {audit.Conditions{Stash: ok, Plex: ok, PlexAllows: true}, false},
		"a pause lets no scan begin":             {audit.Conditions{Stash: ok, Plex: ok, PlexAllows: true, Paused: true}, true},
		"without Stash no scan will come":        {audit.Conditions{Stash: away, Plex: ok, PlexAllows: true}, true},
		"without Plex it says so":                {audit.Conditions{Stash: ok, Plex: away, PlexAllows: true}, true},
		"Stash was not asked":                    {audit.Conditions{Stash: unasked, Plex: ok, PlexAllows: true, Swept: true}, false},
		"Plex was not asked":                     {audit.Conditions{Stash: ok, Plex: unasked, PlexAllows: true, Swept: true}, false},
		"Plex is not asked while it is away":     {audit.Conditions{Stash: ok, Plex: unasked, Swept: true}, true},
		"a scan is under way, and lists Plex":    {audit.Conditions{Stash: ok, Plex: ok, PlexAllows: true, Swept: true, Scanning: true}, false},
		"also in a pause that began meanwhile":   {audit.Conditions{Stash: ok, Plex: ok, PlexAllows: true, Paused: true, Scanning: true}, false},
		"a batch in hand is no reason to wait":   {audit.Conditions{Stash: ok, Plex: ok, PlexAllows: true, Swept: true, Writing: true}, true},
		"neither is what is still to be written": {audit.Conditions{Stash: ok, Plex: ok, PlexAllows: true, Swept: true, Settled: false}, true},
	} {
		if got := tt.c.MayStart(); got != tt.want {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
	}
}

func TestARunNobodyAskedForWaitsUntilNothingElseIsDone(t *testing.T) {
	t.Parallel()
	r := newRig(t, 0)
	calm := audit.Conditions{MayWork: true, Up: true, Settled: true}
	calm.NextJob = func() (time.Time, error) {
		t.Error("the queue was read for a run that counts nothing")
		return time.Time{}, nil
	}
	for name, tt := range map[string]struct {
		change func(*audit.Conditions)
		want   bool
	}{
		"all is calm":              {func(*audit.Conditions) {}, true},
		"it is paused":             {func(c *audit.Conditions) { c.MayWork = false }, false},
		"a batch is in hand":       {func(c *audit.Conditions) { c.Writing = true }, false},
		"a scan is under way":      {func(c *audit.Conditions) { c.Scanning = true }, false},
		"the verdict is not up":    {func(c *audit.Conditions) { c.Up = false }, false},
		"something is still to do": {func(c *audit.Conditions) { c.Settled = false }, false},
	} {
		c := calm
		tt.change(&c)
		if got := r.MayWant(r.now(), c); got != tt.want {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
	}
}

// What the brake holds is counted although jobs wait for a retry: they may wait for days.
func TestWhatTheBrakeHoldsIsCountedBeforeWhatIsRetriedLater(t *testing.T) {
	t.Parallel()
	r := held(t, 10, 10)
	if !r.Counting() {
		t.Fatal("nothing is held")
	}
	for name, tt := range map[string]struct {
		next time.Time
		err  error
		want bool
	}{
		"no job is left":        {time.Time{}, nil, true},
		"the next is retried":   {r.now().Add(time.Hour), nil, true},
		"one is due":            {r.now(), nil, false},
		"one was due before":    {r.now().Add(-time.Hour), nil, false},
		"the queue is not read": {time.Time{}, errors.New("bad disk"), false},
	} {
		c := audit.Conditions{MayWork: true, NextJob: func() (time.Time, error) { return tt.next, tt.err }}
		if got := r.MayWant(r.now(), c); got != tt.want {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
	}
}

func TestAReportThatHasNotEndedIsNotApplied(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1)
	id := r.want(api.ReconcileRequest{Preview: true})
	if n, braked, err := audit.Apply(r.host, r.report(id), nil); n != 0 || braked || !fault.Is(err, fault.Rejected) {
		t.Errorf("applied %d, braked %v, %v", n, braked, err)
	}
}

func TestNoReportMeansTheOneTheBrakeAsksAbout(t *testing.T) {
	t.Parallel()
	r := held(t, 10, 10)
	if got := r.Meant(0); got != 0 {
		t.Errorf("without a question report %d is meant, want the newest", got)
	}
	asked := r.count().ID
	if got := r.Meant(0); got != asked || asked == 0 {
		t.Errorf("report %d is meant, the brake asks about %d", got, asked)
	}
	if got := r.Meant(asked + 5); got != asked+5 {
		t.Errorf("report %d is meant, a person named %d", got, asked+5)
	}
}
