package link_test

import (
	"context"
	"testing"
	"time"

	"lockstep/sync/engine/link"
	"lockstep/sync/fault"
)

// dueKnock is the knock at Plex that is due, nil when none is.
func (r *rig) dueKnock(away bool) *link.Knock {
	r.t.Helper()
	due, _ := r.DueKnocks(r.now(), away)
	if len(due) > 1 || len(due) == 1 && due[0].Server != fault.Plex {
		r.t.Fatalf("knocks %v, want Plex alone", due)
	}
	if len(due) == 0 {
		return nil
	}
	return due[0]
}

func TestPlexIsKnockedAtWhileItIsAway(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.connect()
	r.check()
	if r.dueKnock(false) != nil {
		t.Error("knocked at a Plex that is not away")
	}
	k := r.dueKnock(true)
	if k == nil {
		t.Fatal("nobody knocks")
	}
	if due, next := r.DueKnocks(r.now().Add(time.Hour), true); len(due) > 0 || !next.IsZero() {
		t.Errorf("knocked twice at a time: %v, %v", due, next)
	}
	r.plex.knockErr = plexAway
	k.Run(context.Background())
	if r.Knocked(k) {
		t.Error("nobody listens, and it is taken for an answer")
	}
	if _, next := r.DueKnocks(r.now(), true); next.Sub(r.now()) != 5*time.Second {
		t.Errorf("the next knock is due in %v", next.Sub(r.now()))
	}
}

// That somebody listened all along is no news: Plex may listen and answer nothing for hours.
func TestOnlySomebodyWhoDidNotListenBeforeIsNews(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.connect()
	r.check()
	for i, tt := range []struct {
		err  error
		news bool
	}{{nil, false}, {nil, false}, {plexAway, false}, {plexAway, false}, {nil, true}, {nil, false}, {plexAway, false}, {nil, true}} {
		r.plex.knockErr = tt.err
		k := r.dueKnock(true)
		k.Run(context.Background())
		if got := r.Knocked(k); got != tt.news {
			t.Errorf("knock %d: news %v, want %v", i, got, tt.news)
		}
		r.pass(5 * time.Second)
	}
	r.plex.knockErr = plexAway
	k := r.dueKnock(true)
	k.Run(context.Background())
	r.Knocked(k)
	r.dueKnock(false) // it was back, and is away once more
	r.plex.knockErr = nil
	k = r.dueKnock(true)
	k.Run(context.Background())
	if r.Knocked(k) {
		t.Error("what was noticed during an older outage counts in this one")
	}
}

func TestAClockThatWasSetBackDoesNotKeepFromKnocking(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.connect()
	k := r.dueKnock(true)
	k.Run(context.Background())
	r.Knocked(k)
	r.pass(-time.Hour)
	if r.dueKnock(true) == nil {
		t.Error("the next knock waits for an hour")
	}
}

func TestAKnockAtAFormerServerConcernsNobody(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.connect()
	r.plex.knockErr = plexAway
	first := r.dueKnock(true)
	first.Run(context.Background())
	r.Knocked(first)
	r.pass(5 * time.Second)
	r.plex.knockErr = nil
	late := r.dueKnock(true)
	late.Run(context.Background())
	r.connect()
	if r.Knocked(late) {
		t.Error("somebody listens at an address that is not in use any more")
	}
	if r.dueKnock(true) == nil {
		t.Error("the new server is not knocked at")
	}
}

// waits is a Plex at whose address a firewall swallows everything.
type waits struct{ plex }

func (*waits) Knock(ctx context.Context) error {
	until, bounded := ctx.Deadline()
	if !bounded || time.Until(until) > 3*time.Second {
		return nil // would wait for ever
	}
	return plexAway
}

func TestAKnockThatNobodyAnswersEnds(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.connectTo(r.stash, &waits{*r.plex})
	for range 2 {
		k := r.dueKnock(true)
		k.Run(context.Background())
		if r.Knocked(k) {
			t.Error("silence is taken for an answer")
		}
		r.pass(5 * time.Second)
	}
}
