package activity_test

import (
	"context"
	"testing"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/engine/activity"
	"lockstep/sync/fault"
	"lockstep/sync/playback"
	"lockstep/sync/store"
)

// desk is a Desk whose loop is the caller's goroutine.
type desk struct {
	activity.Desk
	asked   chan bool // gets one for each thing that was asked of the loop
	waits   chan bool // and one for each that is waited for
	changed int
}

func deskOf(r *rig) *desk {
	d := &desk{asked: make(chan bool, 10), waits: make(chan bool, 10)}
	d.Desk = activity.NewDesk(r.Recorder, activity.Loop{
		Do: func(_ context.Context, do func() error) error { defer func() { d.asked <- true }(); return do() },
		Wait: func(ctx context.Context, done <-chan error) error {
			d.waits <- true
			select {
			case err := <-done:
				return err
			case <-ctx.Done():
				return ctx.Err()
			}
		},
		Changed: func() { d.changed++ },
	})
	return d
}

func TestNothingIsCheckedWhileAllIsOff(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1).only()
	err := deskOf(r).CheckActivity(t.Context(), api.ActivityCheck{})
	if f := fault.Of(err); f == nil || f.Class != fault.Rejected || !f.Message.Is("activity.off") || f.Hint.IsZero() {
		t.Errorf("%v", err)
	}
}

// A look has copies of what a person decides about: the answer is given when it has ended.
func TestAnAnswerWaitsForTheLookUnderWay(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1)
	r.watch(1, 0)
	r.looks(1)
	d := deskOf(r)
	l := r.begin()
	answered := make(chan int, 1)
	go func() {
		n, err := d.AnswerActivity(context.Background(), api.ActivityAnswer{Write: true})
		if err != nil {
			t.Error(err)
		}
		answered <- n
	}()
	<-d.waits
	if d.changed != 0 || r.row().Confirmed {
		t.Error("decided while a look is under way")
	}
	l.Run(t.Context())
	r.must(r.End(l))
	if n := <-answered; n != 1 || d.changed != 1 || !r.row().Confirmed {
		t.Errorf("%d values, shown %d times", n, d.changed)
	}
	l = r.begin()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := d.AnswerActivity(ctx, api.ActivityAnswer{}); err == nil {
		t.Error("who no longer waits is told that it was decided")
	}
	l.Run(t.Context())
	r.must(r.End(l))
	if r.row().State != store.PlaybackWritten {
		t.Errorf("%+v", r.row())
	}
}

func TestWhatIsListed(t *testing.T) {
	t.Parallel()
	r := newRig(t, 2)
	d := deskOf(r)
	page := func(q api.ActivityQuery) api.ActivityPage {
		t.Helper()
		p, err := d.Activity(t.Context(), q)
		r.must(err)
		return p
	}
	if p := page(api.ActivityQuery{}); p.Rows == nil || p.Total != 0 || len(p.Kinds) != 3 {
		t.Errorf("nothing: %+v", p)
	}
	states := store.PlaybackStates()
	for i, s := range states {
		r.set(store.Playback{Kind: playback.Play, Item: r.key(1), At: at(i)[0]}, func(p *store.Playback) { p.State = s })
	}
	p := page(api.ActivityQuery{})
	for _, row := range p.Rows {
		switch row.State {
		case store.PlaybackWritten, store.PlaybackPresent, store.PlaybackDeclined, store.PlaybackUndone:
			t.Errorf("what needs nothing is listed: %s", row.State)
		}
	}
	if p.Total != len(states)-4 || len(p.Rows) != p.Total {
		t.Errorf("%d of %d", len(p.Rows), p.Total)
	}
	for i := 1; i < len(p.Rows); i++ {
		if p.Rows[i].At.After(p.Rows[i-1].At) {
			t.Error("the latest is not the first")
		}
	}
	if p = page(api.ActivityQuery{Limit: 2}); len(p.Rows) != 2 || p.Total != len(states)-4 {
		t.Errorf("%d of %d", len(p.Rows), p.Total)
	}
	if p = page(api.ActivityQuery{States: []store.PlaybackState{store.PlaybackWritten}}); p.Total != 1 || p.Rows[0].State != store.PlaybackWritten {
		t.Errorf("%+v", p)
	}
	for i := range 150 {
		r.set(store.Playback{Kind: playback.Play, Item: r.key(2), At: at(i)[0]}, func(p *store.Playback) { p.State = store.PlaybackNew })
	}
	if p = page(api.ActivityQuery{}); len(p.Rows) != 100 || p.Total != 150+len(states)-4 {
		t.Errorf("%d of %d", len(p.Rows), p.Total)
	}
	if p = page(api.ActivityQuery{Limit: 1000}); len(p.Rows) != p.Total {
		t.Errorf("%d of %d", len(p.Rows), p.Total)
	}
}

func TestWhatIsStoredIsToldWithoutAnEngine(t *testing.T) {
	t.Parallel()
	r := newRig(t, 2)
	r.watch(1, 0)
	r.watch(2, 0)
	r.looks(1)
	a, err := activity.Stored(r.DB, r.Settings)
	if err != nil || a.Asking != 2 || !a.Looked.Equal(r.Clock.Now()) || a.Looking || a.Kinds[0].Allowed || a.Kinds[0].Counts[store.PlaybackWaiting] != 2 {
		t.Errorf("%+v, %v", a, err)
	}
	r.allow()
	r.Clock.Pass(time.Minute)
	r.looks(1)
	a, err = activity.Stored(r.DB, r.Settings)
	if err != nil || a.Asking != 0 || !a.Kinds[0].Allowed || a.Kinds[0].Counts[store.PlaybackWritten] != 2 {
		t.Errorf("%+v, %v", a, err)
	}
}
