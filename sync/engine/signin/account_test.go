package signin_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/budget"
	"lockstep/sync/engine/signin"
	"lockstep/sync/fault"
	"lockstep/sync/testkit"
)

// signedIn is a rig whose account has a token, which was renewed a moment ago.
func signedIn(t *testing.T) *rig {
	t.Helper()
	r := newRig(t)
	shown := r.start()
	r.plextv.token = "account"
	if _, err := r.poll(shown.ID); err != nil {
		t.Fatal(err)
	}
	r.plextv.renewed = 0 // asked once whether the token lives
	return r
}

func TestTheTokenIsRenewedOnceADay(t *testing.T) {
	t.Parallel()
	nobody := newRig(t)
	nobody.pass(48 * time.Hour)
	if ran, _ := nobody.turn(); ran {
		t.Error("renewed without a sign-in")
	}
	r := signedIn(t)
	if ran, _ := r.turn(); ran {
		t.Error("renewed a moment after the sign-in")
	}
	r.pass(24 * time.Hour)
	for range 2 {
		r.turn()
	}
	if r.plextv.renewed != 1 {
		t.Errorf("renewed %d times", r.plextv.renewed)
	}
	r.restart()
	if ran, _ := r.turn(); ran {
		t.Error("renewed again after a restart")
	}
	r.pass(-time.Hour)
	if ran, _ := r.turn(); !ran {
		t.Error("not renewed although its stamp lies in the future")
	}
}

func TestARenewalThatFailsIsTriedAnHourLaterAndARefusalADayLater(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		class fault.Class
		asks  time.Duration
		again time.Duration
	}{
		"away":                     {fault.Unreachable, 0, time.Hour},
		"it asks for longer":       {fault.Busy, 3 * time.Hour, 3 * time.Hour},
		"it does not want to":      {fault.Unauthorized, 0, 24 * time.Hour},
		"it asks for less":         {fault.Busy, time.Minute, time.Hour},
		"an answer of a proxy's":   {fault.Config, 0, time.Hour},
		"a page that is not there": {fault.NotFound, 0, time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := signedIn(t)
			f := *testkit.Trouble(tt.class, fault.None)
			f.RetryAfter = tt.asks
			r.plextv.renewErr = &f
			r.pass(24 * time.Hour)
			r.turn()
			r.pass(tt.again - time.Second)
			if ran, _ := r.turn(); ran {
				t.Errorf("tried again before %v were over", tt.again)
			}
			r.pass(time.Second)
			if ran, _ := r.turn(); !ran || r.plextv.renewed != 2 {
				t.Errorf("not tried again after %v", tt.again)
			}
		})
	}
}

func TestARefusedTokenIsReplacedByTheNewerOne(t *testing.T) {
	t.Parallel()
	r := signedIn(t)
	r.plex.Refuses = true
	ran, swapped := r.turn()
	if !ran || !swapped || r.secrets.kept[signin.PlexToken] != "newer" || !r.Swapped().Equal(r.now()) {
		t.Fatalf("ran %v, swapped %v, kept %v, at %v", ran, swapped, r.secrets.kept, r.Swapped())
	}
	if len(r.offered) != 1 || r.offered[0] != "newer" {
		t.Errorf("Plex was offered %v", r.offered)
	}
	at := r.Swapped()
	r.restart()
	if !r.Swapped().Equal(at) {
		t.Errorf("after a restart %v", r.Swapped())
	}
	r.must(r.TokenChosen(true))
	if !r.Swapped().IsZero() || r.secrets.kept[signin.AccountToken] == "" {
		t.Errorf("a person signed in: %v, %v", r.Swapped(), r.secrets.kept)
	}
	r.must(r.TokenChosen(false))
	if r.secrets.kept[signin.AccountToken] != "" {
		t.Errorf("a person gave a token: %v", r.secrets.kept)
	}
}

func TestATokenThatBringsNothingBetterIsTriedOnce(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		change func(*rig)
		offers int
	}{
		"Plex refuses it too":         {func(r *rig) { r.accepts = testkit.Trouble(fault.Unauthorized, fault.Plex) }, 1},
		"it is the same":              {func(r *rig) { r.secrets.kept[signin.PlexToken] = "newer" }, 0},
		"the account lost the server": {func(r *rig) { r.plextv.servers = r.plextv.servers[1:] }, 0},
		"the account is refused":      {func(r *rig) { r.plextv.listErr = testkit.Trouble(fault.Unauthorized, fault.None) }, 0},
		"it cannot be stored":         {func(r *rig) { r.secrets.err = errBroken }, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := signedIn(t)
			r.plex.Refuses = true
			tt.change(r)
			if ran, swapped := r.turn(); !ran || swapped || !r.Swapped().IsZero() {
				t.Errorf("ran %v, swapped %v", ran, swapped)
			}
			r.pass(time.Hour)
			if ran, _ := r.turn(); ran {
				t.Error("tried again")
			}
			if len(r.offered) != tt.offers {
				t.Errorf("Plex was offered %v", r.offered)
			}
			r.secrets.err = nil
			r.must(r.Keep(nil, "another account")) // a newer sign-in may bring more
			if ran, _ := r.turn(); !ran {
				t.Error("not tried with a newer sign-in")
			}
		})
	}
}

func TestWhatWasNotAnsweredIsTriedFiveMinutesLater(t *testing.T) {
	t.Parallel()
	r := signedIn(t)
	r.plex.Refuses = true
	r.plextv.listErr = testkit.Trouble(fault.Unreachable, fault.None)
	r.turn()
	r.pass(4 * time.Minute)
	if ran, _ := r.turn(); ran {
		t.Error("tried too early")
	}
	r.pass(time.Minute)
	r.plextv.listErr = nil
	if _, swapped := r.turn(); !swapped {
		t.Error("not swapped")
	}
}

func TestAServerThatIsNotKnownYetIsTheOnlyOne(t *testing.T) {
	t.Parallel()
	r := signedIn(t)
	r.plex.Refuses, r.plex.Machine = true, func() (string, error) { return "", nil }
	if _, swapped := r.turn(); swapped {
		t.Error("one of two was taken")
	}
	one := signedIn(t)
	one.plex.Refuses, one.plex.Machine = true, func() (string, error) { return "", nil }
	one.plextv.servers = one.plextv.servers[:1]
	if _, swapped := one.turn(); !swapped {
		t.Error("the only one was not taken")
	}
	broken := signedIn(t)
	broken.plex.Refuses, broken.plex.Machine = true, func() (string, error) { return "", errBroken }
	if task, _, err := broken.Due(broken.now(), broken.plex); task != nil || err == nil {
		t.Errorf("%v, %v", task, err)
	}
}

func TestTheEndOfTheProcessChangesNothing(t *testing.T) {
	t.Parallel()
	r := signedIn(t)
	r.plex.Refuses = true
	task, _, err := r.Due(r.now(), r.plex)
	r.must(err)
	task.Run(context.Background())
	if swapped, err := r.Done(task, true); swapped || err != nil || r.secrets.kept[signin.PlexToken] != "in use" {
		t.Errorf("swapped %v, %v, kept %v", swapped, err, r.secrets.kept)
	}
}

func TestTokensStayOutOfTheLog(t *testing.T) {
	t.Parallel()
	r := signedIn(t)
	r.plex.Refuses = true
	r.turn()
	r.pass(24 * time.Hour)
	r.turn()
	for _, token := range []string{"newer\"", "=newer", "=account", "in use\""} {
		if strings.Contains(r.log.String(), token) {
			t.Errorf("%s is in the log: %s", token, r.log.String())
		}
	}
}

func TestASignInAPersonAsksForIsNotHeldBack(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.Budget().Done(budget.Connect, testkit.Trouble(fault.Unreachable, fault.None))
	if !r.Budget().Fails(budget.Connect) {
		t.Fatal("nothing is held back")
	}
	if r.Begin(); r.Budget().Fails(budget.Connect) {
		t.Error("still held back")
	}
}

// An older token was refused a moment ago, and plex.tv is not asked again so soon.
func TestWhatIsHeldBackIsNoRefusalOfThisToken(t *testing.T) {
	t.Parallel()
	t.Run("a swap", func(t *testing.T) {
		t.Parallel()
		r := signedIn(t)
		r.plex.Refuses = true
		r.plextv.listErr = r.echo()
		if ran, swapped := r.turn(); !ran || swapped {
			t.Fatalf("ran %v, swapped %v", ran, swapped)
		}
		wait := fault.Of(r.plextv.listErr).RetryAfter
		r.plextv.listErr = nil
		if ran, _ := r.turn(); ran {
			t.Error("asked again at once")
		}
		r.pass(wait)
		if _, swapped := r.turn(); !swapped {
			t.Errorf("not asked again after %v", wait)
		}
	})
	t.Run("a renewal", func(t *testing.T) {
		t.Parallel()
		r := signedIn(t)
		r.pass(24 * time.Hour)
		r.plextv.renewErr = r.echo()
		r.turn()
		r.plextv.renewErr = nil
		r.pass(time.Hour)
		if ran, _ := r.turn(); !ran || r.plextv.renewed != 2 {
			t.Error("taken for renewed")
		}
	})
	t.Run("a sign-in", func(t *testing.T) {
		t.Parallel()
		r := newRig(t)
		shown := r.start()
		r.plextv.token, r.plextv.renewErr, r.plextv.listErr = "account", r.echo(), r.echo()
		if s, err := r.poll(shown.ID); err == nil || s.State != api.SignInWaiting || r.secrets.kept[signin.AccountToken] != "account" {
			t.Errorf("%+v, %v, kept %v", s, err, r.secrets.kept)
		}
		r.plextv.listErr = nil
		if s, err := r.poll(shown.ID); err != nil || s.State != api.SignInDone {
			t.Errorf("then %+v, %v", s, err)
		}
	})
}

func TestANewTokenIsNotHeldBackForTheFormerOne(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	shown := r.start()
	for r.Budget().Allow(budget.Account) == nil {
		r.Budget().Done(budget.Account, testkit.Trouble(fault.Unauthorized, fault.None))
	}
	r.plextv.token = "account"
	if _, err := r.poll(shown.ID); err != nil {
		t.Fatal(err)
	}
	if err := r.Budget().Allow(budget.Account); err != nil {
		t.Error(err)
	}
}
