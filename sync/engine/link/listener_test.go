package link

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"lockstep/sync/budget"
	"lockstep/sync/fault"
	"lockstep/sync/message"
)

// breaks is a server whose connections break after having lived for a while.
type breaks struct {
	Stash
	lives time.Duration
	tried int
	at    []time.Time // of the first tries
}

func (b *breaks) WatchJobs(ctx context.Context, _ func()) error {
	if b.tried++; b.tried <= 20 {
		b.at = append(b.at, time.Now())
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(b.lives):
	}
	return fault.New(fault.Unreachable, fault.Stash, message.New(message.NoServers), message.None, nil)
}

// listenFor listens for as long to such a server.
func listenFor(b *breaks, d time.Duration) {
	ctx, stop := context.WithTimeout(context.Background(), d)
	defer stop()
	n := &Listener{
		server: fault.Stash, stash: b, ctx: ctx, now: time.Now,
		budget: budget.New(time.Now, func() float64 { return 0.5 }),
	}
	n.Run(func(Announcement) {})
}

// A day of a server that answers everything but takes no listener costs a request a minute.
func TestAListenerThatFailsForADayIsPatient(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := &breaks{}
		listenFor(b, 24*time.Hour)
		if most := 24 * 60 * 2; b.tried > most || b.tried < 24*60/2 {
			t.Errorf("tried %d times in a day, want at most %d and every two minutes at least", b.tried, most)
		}
		for i := 1; i < len(b.at); i++ {
			if gap := b.at[i].Sub(b.at[i-1]); gap < time.Second {
				t.Errorf("try %d came %v after the one before", i, gap)
			}
		}
	})
}

func TestAConnectionThatLivedIsMadeAnewAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := &breaks{lives: 2 * time.Minute}
		listenFor(b, time.Hour)
		if b.tried < 29 || b.tried > 30 {
			t.Errorf("listened %d times in an hour to connections of two minutes", b.tried)
		}
	})
}

func TestAListenerThatIsToldToStopDoes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for name, lives := range map[string]time.Duration{"while it listens": time.Hour, "while it waits": 0} {
			began := time.Now()
			listenFor(&breaks{lives: lives}, 90*time.Second)
			if took := time.Since(began); took != 90*time.Second {
				t.Errorf("%s: it ended after %v", name, took)
			}
		}
	})
}
