package link_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"lockstep/sync/engine/link"
	"lockstep/sync/fault"
)

// announcer is a Plex that announces things over a connection which then ends.
type announcer struct {
	plex
	says []link.PlexEvent
	err  error
}

func (a *announcer) Watch(_ context.Context, connected func(), on func(link.PlexEvent)) error {
	if a.err != nil {
		return a.err
	}
	connected()
	for _, n := range a.says {
		on(n)
	}
	return nil
}

// jobs is a Stash that ends a job over a connection which then ends.
type jobs struct{ stash }

func (*jobs) WatchJobs(_ context.Context, finished func()) error {
	finished()
	return nil
}

// listen runs a listener until its first connection is gone, and returns what it was told.
func listen(t *testing.T, n *link.Listener, stop func(), until int) (all []link.Announcement) {
	t.Helper()
	if n == nil {
		t.Fatal("nobody listens")
	}
	n.Run(func(h link.Announcement) {
		if all = append(all, h); len(all) == until {
			stop()
		}
	})
	return all
}

func kinds(all []link.Announcement) (out []link.Kind) {
	for _, h := range all {
		out = append(out, h.Kind)
	}
	return out
}

func TestWhatPlexAnnouncesReachesTheListener(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	a := &announcer{plex: *r.plex, says: []link.PlexEvent{{Appeared: true, Item: "5"}, {Scanned: true, Appeared: true}, {}}}
	r.connectTo(r.stash, a)
	all := listen(t, r.Listen(t.Context(), fault.Plex), r.StopListening, 3)
	if got, want := kinds(all), []link.Kind{link.Appeared, link.Appeared, link.Scanned}; !slices.Equal(got, want) {
		t.Errorf("told %v, want %v: what appeared while nobody listened first", got, want)
	}
	for _, h := range all {
		if !r.Take(h) {
			t.Errorf("%v concerns nobody", h)
		}
	}
	r.connectTo(r.stash, a)
	if r.Take(all[0]) {
		t.Error("an announcement of the server before concerns somebody")
	}
}

func TestAConnectionThatIsLostHasPlexChecked(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	a := &announcer{plex: *r.plex}
	r.connectTo(r.stash, a)
	r.check()
	r.pass(2 * time.Minute)
	n := r.Listen(t.Context(), fault.Plex)
	if r.Listen(t.Context(), fault.Plex) != nil {
		t.Error("two listen")
	}
	all := listen(t, n, r.StopListeningToPlex, 2)
	if got, want := kinds(all), []link.Kind{link.Appeared, link.Lost}; !slices.Equal(got, want) {
		t.Fatalf("told %v, want %v", got, want)
	}
	r.Take(all[1])
	if due, _ := r.DueChecks(r.now(), true); len(due) != 1 || due[0].Server != fault.Plex {
		t.Errorf("checked: %v", due)
	}
	if r.Listen(t.Context(), fault.Plex) == nil {
		t.Error("nobody listens after a check")
	}
}

func TestAJobThatStashEndedReachesTheListener(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.connectTo(&jobs{*r.stash}, r.plex)
	all := listen(t, r.Listen(t.Context(), fault.Stash), r.StopListening, 1)
	if len(all) != 1 || all[0].Kind != link.JobEnded {
		t.Errorf("told %v", all)
	}
}

// gone is a Stash whose connection lives for a while and then ends.
type gone struct {
	stash
	live func()
}

func (g *gone) WatchJobs(context.Context, func()) error {
	g.live()
	return nil
}

// That Stash has gone is seen when its socket dies, and not only when it is asked for edits.
func TestAConnectionThatIsLostHasStashChecked(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	g := &gone{stash: *r.stash}
	g.live = func() { r.pass(2 * time.Minute) }
	r.connectTo(g, r.plex)
	r.check()
	all := listen(t, r.Listen(t.Context(), fault.Stash), r.StopListening, 1)
	if got, want := kinds(all), []link.Kind{link.Lost}; !slices.Equal(got, want) {
		t.Fatalf("told %v, want %v", got, want)
	}
	r.Take(all[0])
	if due, _ := r.DueChecks(r.now(), true); len(due) != 1 || due[0].Server != fault.Stash {
		t.Errorf("checked: %v", due)
	}
}
