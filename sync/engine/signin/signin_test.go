package signin_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/engine/signin"
	"lockstep/sync/fault"
	"lockstep/sync/testkit"
)

func TestASignInGoesFromThePageToTheServers(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	shown := r.start()
	if shown.URL != "https://plex.test/auth" || shown.ID == "" || !shown.Expires.Equal(r.now().Add(30*time.Minute)) {
		t.Errorf("started %+v", shown)
	}
	if s, err := r.poll(shown.ID); err != nil || s.State != api.SignInWaiting || len(s.Servers) > 0 {
		t.Errorf("before somebody confirms: %+v, %v", s, err)
	}
	r.plextv.token = "account"
	for range 2 { // the second time nobody has to be asked
		s, err := r.poll(shown.ID)
		if err != nil || s.State != api.SignInDone || len(s.Servers) != 2 {
			t.Fatalf("confirmed: %+v, %v", s, err)
		}
		if d := s.Servers[0]; d.Name != "Den" || d.URL != "http://den:32400" || !d.Local || d.Machine != "m" || d.Version != "1.43" || s.Servers[1].URL != "" {
			t.Errorf("servers %+v", s.Servers)
		}
	}
	if r.plextv.polled != 2 || r.plextv.listed != 1 || r.plextv.tried != 2 {
		t.Errorf("polled %d times, listed %d, tried %d addresses", r.plextv.polled, r.plextv.listed, r.plextv.tried)
	}
	if r.secrets.kept[signin.AccountToken] != "account" || r.secrets.kept[signin.PlexToken] != "in use" {
		t.Errorf("kept %v", r.secrets.kept)
	}
	if strings.Contains(r.log.String(), "account ") || strings.Contains(r.log.String(), "abcd") {
		t.Errorf("log %q", r.log.String())
	}
}

func TestASignInEndsWithItsTime(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.plextv.pin.Lifetime = 0 // Plex does not say
	shown := r.start()
	if life := shown.Expires.Sub(r.now()); life != 15*time.Minute {
		t.Errorf("it lasts %v", life)
	}
	r.plextv.token = "account"
	r.pass(15*time.Minute + time.Second)
	if s, err := r.poll(shown.ID); err != nil || s.State != api.SignInExpired || r.plextv.polled > 0 {
		t.Errorf("%+v, %v after %d polls", s, err, r.plextv.polled)
	}
	if s, err := r.poll("no such id"); err != nil || s.State != api.SignInExpired {
		t.Errorf("an unknown one: %+v, %v", s, err)
	}
	if _, err := r.Find("no such id").Choose(context.Background(), "m"); !fault.Is(err, fault.NotFound) {
		t.Errorf("a choice of an unknown one: %v", err)
	}
}

func TestWhatPlexTVAnswersToAPoll(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		change func(*rig)
		state  api.SignInProgress
		fails  bool
	}{
		"it has run out":          {func(r *rig) { r.plextv.pollErr = testkit.Trouble(fault.NotFound, fault.None) }, api.SignInExpired, false},
		"nothing":                 {func(r *rig) { r.plextv.pollErr = testkit.Trouble(fault.Unreachable, fault.None) }, api.SignInWaiting, true},
		"a token nobody can keep": {func(r *rig) { r.plextv.token, r.secrets.err = "account", errBroken }, api.SignInWaiting, true},
		"no list of servers": {func(r *rig) {
			r.plextv.token, r.plextv.listErr = "account", testkit.Trouble(fault.Unreachable, fault.None)
		}, api.SignInWaiting, true},
		"a token that is no use": {func(r *rig) {
			r.plextv.token, r.plextv.listErr = "account", testkit.Trouble(fault.Unauthorized, fault.None)
		}, api.SignInWaiting, true},
		"an account without server": {func(r *rig) { r.plextv.token, r.plextv.servers = "account", nil }, api.SignInDone, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			shown := r.start()
			tt.change(r)
			s, err := r.poll(shown.ID)
			if s.State != tt.state || (err != nil) != tt.fails {
				t.Errorf("%+v, %v", s, err)
			}
			if name == "a token that is no use" {
				if s, err := r.poll(shown.ID); s.State != api.SignInExpired || err != nil {
					t.Errorf("then %+v, %v", s, err)
				}
			}
		})
	}
}

func TestAServerThatDidNotAnswerIsTriedAgainWhenChosen(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	shown := r.start()
	r.plextv.token = "account"
	if _, err := r.poll(shown.ID); err != nil {
		t.Fatal(err)
	}
	choose := func(machine string) (signin.Found, error) {
		return r.Find(shown.ID).Choose(context.Background(), machine)
	}
	if f, err := choose("m"); err != nil || f.Token != "newer" || f.Best.URL != "http://den:32400" || r.plextv.tried != 2 {
		t.Errorf("%+v, %v after %d tries", f, err, r.plextv.tried)
	}
	if _, err := choose("n"); !fault.Is(err, fault.Unreachable) {
		t.Errorf("still away: %v", err)
	}
	r.plextv.best["n"] = signin.Address{URL: "http://attic:32400"}
	if f, err := choose("n"); err != nil || f.Best.URL != "http://attic:32400" {
		t.Errorf("%+v, %v", f, err)
	}
	if _, err := choose("nobody's"); !fault.Is(err, fault.NotFound) {
		t.Errorf("%v", err)
	}
}

// Two pages were confirmed, and the one that is asked about last was confirmed first: plex.tv
// has put its token out already.
func TestATokenThatAnotherPagePutOutReplacesNone(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	older, newer := r.start(), r.start()
	r.plextv.token = "living"
	r.pass(5 * time.Second)
	r.turn() // asks about the older one
	r.plextv.token, r.plextv.dead = "dead", "dead"
	if s, err := r.poll(newer.ID); err != nil || s.State != api.SignInExpired {
		t.Errorf("the page confirmed first: %+v, %v", s, err)
	}
	if r.secrets.kept[signin.AccountToken] != "living" {
		t.Errorf("kept %v", r.secrets.kept)
	}
	r.pass(5 * time.Second)
	r.turn()
	r.restart()
	if ran, _ := r.turn(); ran {
		t.Errorf("still followed: %v, %v", older, newer)
	}
}

func TestATokenNobodyCanVouchForIsKept(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	shown := r.start()
	r.plextv.token, r.plextv.renewErr = "account", testkit.Trouble(fault.Unreachable, fault.None)
	if s, err := r.poll(shown.ID); err != nil || s.State != api.SignInDone || r.secrets.kept[signin.AccountToken] != "account" {
		t.Errorf("%+v, %v, kept %v", s, err, r.secrets.kept)
	}
}

func TestASignInThatCannotBeginIsNotFollowed(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.plextv.pinErr = errBroken
	if _, err := r.Begin().Start(context.Background()); !errors.Is(err, errBroken) {
		t.Errorf("%v", err)
	}
	if ran, _ := r.turn(); ran {
		t.Error("something is due")
	}
}

func TestASignInIsFollowedThoughNoWindowAsks(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.start()
	if wait := r.next().Sub(r.now()); wait != 5*time.Second {
		t.Errorf("asked about in %v", wait)
	}
	r.pass(5 * time.Second)
	if ran, _ := r.turn(); !ran || r.plextv.polled != 1 {
		t.Errorf("ran %v, polled %d times", ran, r.plextv.polled)
	}
	r.restart() // also over a restart
	r.plextv.token = "account"
	if ran, _ := r.turn(); !ran || r.secrets.kept[signin.AccountToken] != "account" {
		t.Errorf("ran %v, kept %v", ran, r.secrets.kept)
	}
	r.pass(time.Minute)
	r.turn()
	r.restart()
	if ran, _ := r.turn(); ran {
		t.Error("still followed")
	}
}

func TestAWindowThatAsksSparesTheFollower(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	shown := r.start()
	r.pass(5 * time.Second)
	if _, err := r.poll(shown.ID); err != nil {
		t.Fatal(err)
	}
	r.pass(4 * time.Second)
	r.turn()
	if r.plextv.polled != 1 {
		t.Errorf("polled %d times, want the window's alone", r.plextv.polled)
	}
}

func TestPlexTVIsLeftAloneForAsLongAsItAsks(t *testing.T) {
	t.Parallel()
	for asks, want := range map[time.Duration]time.Duration{0: 5 * time.Second, 40 * time.Second: 40 * time.Second, time.Hour: 2 * time.Minute} {
		r := newRig(t)
		r.start()
		busy := *testkit.Trouble(fault.Busy, fault.None)
		busy.RetryAfter = asks
		r.plextv.pollErr = &busy
		r.pass(5 * time.Second)
		r.turn()
		if wait := r.next().Sub(r.now()); wait != want {
			t.Errorf("it asks for %v: asked again in %v, want %v", asks, wait, want)
		}
	}
}

func TestPagesLeftOpenAreFollowedInTurnAndTheNewestFew(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	first := r.start()
	for range 5 {
		r.start()
	}
	if r.Find(first.ID) != nil {
		t.Error("an older one is found although a newer one was begun")
	}
	for range 5 {
		r.pass(5 * time.Second)
		r.turn()
	}
	if r.plextv.polled != 5 {
		t.Errorf("polled %d times in five turns", r.plextv.polled)
	}
	r.pass(-time.Hour) // the clock was set back
	if ran, _ := r.turn(); !ran {
		t.Error("nothing is asked until the clock has caught up")
	}
	r.pass(3 * time.Hour)
	for range 5 {
		r.turn()
		r.pass(5 * time.Second)
	}
	if ran, _ := r.turn(); ran {
		t.Error("those that have run out are still followed")
	}
}
