package engine_test

import (
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/engine"
	"lockstep/sync/fault"
	"lockstep/sync/plex"
	"lockstep/sync/sim"
)

// signedInWorld is a household that was signed in to, in a world where plex.tv keeps one
// token for each installation.
func signedInWorld(t *testing.T, o sim.Options) (*rig, *life) {
	t.Helper()
	r := newRig(t, o)
	r.world.Plex.KeepOneToken(0)
	r.settings.PlexTV = r.world.Plex.URL()
	r.secrets = &memorySecrets{m: map[string]string{}}
	l := r.start()
	l.chooses(r)
	l.settled()
	return r, l
}

// chooses signs in and chooses the server.
func (l *life) chooses(r *rig) {
	l.t.Helper()
	in, err := l.StartSignIn(l.t.Context())
	if err != nil {
		l.t.Fatal(err)
	}
	r.world.Plex.ApprovePINs()
	if state, err := l.PollSignIn(l.t.Context(), in.ID); err != nil || state.State != api.SignInDone {
		l.t.Fatalf("got %+v, %v", state, err)
	}
	if _, err := l.ChooseServer(l.t.Context(), in.ID, r.world.Plex.MachineID()); err != nil {
		l.t.Fatal(err)
	}
}

func (r *rig) token(name string) string {
	v, _ := r.secrets.Get(name)
	return v
}

// editArrives edits a scene and waits until Plex has it.
func (r *rig) editArrives(l *life) {
	r.t.Helper()
	id := r.world.Stash.SceneIDs()[0]
	if err := r.world.Stash.Edit(id, func(s *sim.Scene) { s.Title = fmt.Sprint("Fog at ", time.Now().UnixNano()) }); err != nil {
		r.t.Fatal(err)
	}
	l.scan()
	r.inStep(sim.DiffOptions{})
}

// accepted waits until Plex takes a token that is not old.
func (r *rig) accepted(l *life, old string) {
	r.t.Helper()
	l.until("Plex takes the newer token", func(s api.Snapshot) bool {
		return s.Plex.OK && r.token(engine.PlexToken) != old && !s.Plex.NewToken.IsZero()
	})
	for _, a := range l.until("no question left", func(s api.Snapshot) bool { return len(s.Attention) == 0 }).Attention {
		r.t.Errorf("still asks: %+v", a)
	}
}

func TestASignInThatWasConfirmedAndLeftCostsNothing(t *testing.T) {
	t.Parallel()
	for name, leave := range map[string]func(r *rig, l *life) *life{
		"nobody waits for it": func(r *rig, l *life) *life {
			if _, err := l.StartSignIn(t.Context()); err != nil {
				t.Fatal(err)
			}
			r.world.Plex.ApprovePINs()
			return l
		},
		"the window closes after it was confirmed": func(r *rig, l *life) *life {
			in, err := l.StartSignIn(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			r.world.Plex.ApprovePINs()
			if s, err := l.PollSignIn(t.Context(), in.ID); err != nil || s.State != api.SignInDone {
				t.Fatalf("%+v, %v", s, err)
			}
			return l
		},
		"the process dies before it is confirmed": func(r *rig, l *life) *life {
			if _, err := l.StartSignIn(t.Context()); err != nil {
				t.Fatal(err)
			}
			l.end()
			r.world.Plex.ApprovePINs()
			return r.start()
		},
		"an older page is confirmed": func(r *rig, l *life) *life {
			for range 2 {
				if _, err := l.StartSignIn(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			r.world.Plex.ApprovePINs() // both, one after the other: the last token is the good one
			return l
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, l := signedInWorld(t, sim.Options{Seed: 4, Scenes: 6})
			before := r.token(engine.PlexToken)
			if before == "" || before != r.token(engine.PlexAccount) {
				t.Fatalf("the sign-in left %q and %q", before, r.token(engine.PlexAccount))
			}
			l = leave(r, l)
			l.until("the newer token kept", func(api.Snapshot) bool { return r.token(engine.PlexAccount) != before })
			if err := l.ProbeNow(t.Context()); err != nil {
				t.Log(err)
			}
			if _, err := l.SyncNow(t.Context(), api.SyncRequest{}); err != nil {
				t.Log(err)
			}
			r.accepted(l, before)
			r.editArrives(l)
		})
	}
}

func TestATokenEnteredByHandForgetsTheSignIn(t *testing.T) {
	t.Parallel()
	r, l := signedInWorld(t, sim.Options{Seed: 5, Scenes: 3})
	s, err := l.Settings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	hand := r.world.Plex.Token()
	if err := l.SaveSettings(t.Context(), api.SettingsChange{Values: s.Values, Token: &hand}); err != nil {
		t.Fatal(err)
	}
	if got := r.token(engine.PlexAccount); got != "" {
		t.Errorf("the account's token is still kept: %q", got)
	}
	if s, err := l.Snapshot(t.Context()); err != nil || !s.Plex.NewToken.IsZero() {
		t.Errorf("says that a token was taken at %v (%v)", s.Plex.NewToken, err)
	}
	r.editArrives(l)
}

// days is a clock that a test sets forward.
type days struct{ off atomic.Int64 }

func (d *days) now() time.Time { return time.Now().Add(time.Duration(d.off.Load())) }

func (d *days) add(n time.Duration) { d.off.Add(int64(n)) }

// lineLog is a log that tells when a line comes.
type lineLog struct{ lines chan string }

func (h lineLog) Write(p []byte) (int, error) {
	select {
	case h.lines <- string(p):
	default: // nobody waits for that much
	}
	return len(p), nil
}

// listen has the rig's next engines write their log to a channel.
func (r *rig) listen() lineLog {
	h := lineLog{make(chan string, 10_000)}
	r.log = slog.New(slog.NewTextHandler(h, &slog.HandlerOptions{Level: slog.LevelDebug}))
	return h
}

// says has the loop turn, as it does at least once a minute, and waits for a line.
func (h lineLog) says(t *testing.T, l *life, words string) {
	t.Helper()
	if _, err := l.Settings(t.Context()); err != nil {
		t.Fatal(err)
	}
	limit := time.After(patience)
	for {
		select {
		case line := <-h.lines:
			if strings.Contains(line, words) {
				return
			}
		case <-limit:
			t.Fatalf("waited for %q in vain", words)
		}
	}
}

func TestATokenOfASignInLivesForMonthsAndIsRenewedOnceADay(t *testing.T) {
	t.Parallel()
	const renewed, failed = "sign-in was renewed", "sign-in was not renewed"
	var clock days
	r := newRig(t, sim.Options{Seed: 6, Scenes: 3, Now: clock.now})
	r.now = clock.now
	r.world.Plex.KeepOneToken(30 * 24 * time.Hour)
	r.settings.PlexTV = r.world.Plex.URL()
	r.secrets = &memorySecrets{m: map[string]string{}}
	log := r.listen()
	l := r.start()
	l.chooses(r)
	l.settled()
	token, before := r.token(engine.PlexToken), r.world.Plex.Counts()["plextv"]
	for day := 1; day <= 62; day++ {
		if day == 20 { // the computer was off for three days, and plex.tv is busy then
			l.end()
			clock.add(48 * time.Hour)
			clear := r.world.Plex.Inject(sim.Fault{Effect: sim.Status, Status: 429, Match: sim.Kinds("plextv")})
			clock.add(24 * time.Hour)
			l = r.start()
			log.says(t, l, failed)
			clear()
			clock.add(time.Hour)
			log.says(t, l, renewed)
			continue
		}
		clock.add(24 * time.Hour)
		log.says(t, l, renewed)
	}
	if n := r.world.Plex.Counts()["plextv"] - before; n != 63 {
		t.Errorf("%d requests to plex.tv for 62 renewals, one of them in vain at first", n)
	}
	if got := r.token(engine.PlexToken); got != token {
		t.Error("the token changed meanwhile")
	}
	r.editArrives(l)
}

func TestATokenNobodyRenewsDies(t *testing.T) { // or the test above proves nothing
	t.Parallel()
	var clock days
	w := sim.NewWorld(sim.Options{Seed: 6, Scenes: 1, Now: clock.now})
	w.Plex.KeepOneToken(30 * 24 * time.Hour)
	if err := w.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	in := plex.NewSignIn(plex.SignInOptions{Service: w.Plex.URL(), ClientID: "x"})
	pin, err := in.NewPIN(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	w.Plex.ApprovePINs()
	token, err := in.PollPIN(t.Context(), pin)
	if err != nil || token == "" {
		t.Fatal(token, err)
	}
	server := plex.New(plex.Options{URL: w.Plex.URL(), Token: func() string { return token }, ClientID: "x"})
	for _, wait := range []time.Duration{29 * 24 * time.Hour, 31 * 24 * time.Hour} {
		clock.add(wait)
		err := server.Probe(t.Context())
		if dead := fault.Is(err, fault.Unauthorized); dead != (wait > 30*24*time.Hour) {
			t.Errorf("after %v: %v", wait, err)
		}
		_ = in.Renew(t.Context(), token)
	}
}

func TestPlexTVBeingAwayCountsForNothing(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]sim.Fault{
		"hangs up": {Effect: sim.Reset}, "429": {Effect: sim.Status, Status: 429, RetryAfter: time.Hour}, "500": {Effect: sim.Status, Status: 500},
		"a page": {Effect: sim.HTML}, "401": {Effect: sim.Status, Status: 401}, "422": {Effect: sim.Status, Status: 422},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var clock days
			r := newRig(t, sim.Options{Seed: 7, Scenes: 3, Now: clock.now})
			r.now = clock.now
			r.world.Plex.KeepOneToken(0)
			r.settings.PlexTV = r.world.Plex.URL()
			r.secrets = &memorySecrets{m: map[string]string{}}
			log := r.listen()
			l := r.start()
			l.chooses(r)
			l.settled()
			token := r.token(engine.PlexToken)
			var asked atomic.Int32
			f.Match = func(c sim.Call) bool {
				hit := c.Kind == "plextv"
				if hit {
					asked.Add(1)
				}
				return hit
			}
			r.world.Plex.Inject(f)
			clock.add(25 * time.Hour)
			log.says(t, l, "renew")
			r.editArrives(l)
			s := l.until("scanned", func(s api.Snapshot) bool { return s.Plex.OK })
			if len(s.Attention) > 0 || s.Outage != nil || s.Breaker.Failures > 0 || asked.Load() > 2 {
				t.Errorf("attention %v, outage %v, breaker %+v after %d requests to plex.tv", s.Attention, s.Outage, s.Breaker, asked.Load())
			}
			if r.token(engine.PlexToken) != token || r.token(engine.PlexAccount) == "" {
				t.Error("a token was given up")
			}
		})
	}
}

func TestARefusedTokenWithoutAnythingBetterAsksAPersonOnce(t *testing.T) {
	t.Parallel()
	r, l := signedInWorld(t, sim.Options{Seed: 8, Scenes: 3})
	r.world.Plex.Inject(sim.Fault{Effect: sim.Status, Status: 401, Match: func(c sim.Call) bool { return c.Kind != "plextv" && c.Kind != "identity" }})
	if _, err := l.SyncNow(t.Context(), api.SyncRequest{}); err != nil {
		t.Log(err)
	}
	l.until("a person is asked", func(s api.Snapshot) bool {
		return s.Plex.Class == string(fault.Unauthorized) && len(s.Attention) == 1 && s.Attention[0].Kind == api.SignInPlex
	})
	if n := r.world.Plex.Counts()["plextv"]; n > 6 { // the sign-in, and one list of servers
		t.Errorf("%d requests to plex.tv", n)
	}
}
