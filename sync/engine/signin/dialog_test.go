package signin_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/testkit"
)

// signedIn is a sign-in that somebody confirmed in the browser.
func (r *rig) signedIn() (id string) {
	r.t.Helper()
	ctx := context.Background()
	in, err := r.dialog.StartSignIn(ctx)
	r.must(err)
	r.plextv.token = "account"
	s, err := r.dialog.PollSignIn(ctx, in.ID)
	r.must(err)
	if s.State != api.SignInDone || len(s.Servers) != 2 {
		r.t.Fatalf("confirmed: %+v", s)
	}
	return in.ID
}

func TestTheChosenServerIsTriedAndThenStored(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.signedIn()
	r.answer.OK = true
	got, err := r.dialog.ChooseServer(context.Background(), id, "m")
	if err != nil || got.Name != "Den" || got.URL != "http://den:32400" || !got.Local {
		t.Errorf("chose %+v, %v", got, err)
	}
	if want := []string{"test plex http://den:32400 newer", "store m http://den:32400 newer"}; !slices.Equal(r.steps, want) {
		t.Errorf("did %q, want %q", r.steps, want)
	}
}

func TestWhatIsNotAcceptedIsNotStored(t *testing.T) {
	t.Parallel()
	refused := message.New(message.PlexNoAnswer)
	tests := map[string]struct {
		prepare func(*rig)
		machine string
		class   fault.Class
		tried   bool
	}{
		"the server refuses": {func(r *rig) { r.answer.Message = refused }, "m", fault.Rejected, true},
		"it cannot be tried": {func(r *rig) { r.unanswered = testkit.Trouble(fault.Local, fault.None) }, "m", fault.Local, true},
		"a flag names another address": {
			func(r *rig) { r.fixed = testkit.Trouble(fault.Config, fault.None) }, "m", fault.Config, false,
		},
		"no address answers":              {func(*rig) {}, "n", fault.Unreachable, false},
		"a server of somebody else":       {func(*rig) {}, "another", fault.NotFound, false},
		"the engine has ended in between": {func(r *rig) { r.ended = testkit.Trouble(fault.Canceled, fault.None) }, "m", fault.Canceled, false},
		"another sign-in began meanwhile": {func(r *rig) { r.start() }, "m", fault.NotFound, false},
		"the process began anew":          {func(r *rig) { r.restart() }, "m", fault.NotFound, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			id := r.signedIn()
			tt.prepare(r)
			got, err := r.dialog.ChooseServer(context.Background(), id, tt.machine)
			if !fault.Is(err, tt.class) || got != (api.PlexServer{}) {
				t.Errorf("got %+v, %v, want %v", got, err, tt.class)
			}
			want := 0
			if tt.tried {
				want = 1
			}
			if len(r.steps) != want {
				t.Errorf("did %q", r.steps)
			}
			if f := fault.Of(err); tt.class == fault.Rejected && f.Message.String() != refused.String() {
				t.Errorf("words %q", f.Message)
			}
		})
	}
}

func TestASignInThatNobodyKnowsHasExpired(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	s, err := r.dialog.PollSignIn(context.Background(), "no such id")
	if err != nil || s.State != api.SignInExpired || r.plextv.polled != 0 {
		t.Errorf("%+v, %v after %d polls", s, err, r.plextv.polled)
	}
}

func TestASignInIsFollowedOnlyOnceItHasStarted(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.plextv.pinErr = errBroken
	if _, err := r.dialog.StartSignIn(context.Background()); !errors.Is(err, errBroken) {
		t.Fatalf("started in spite of plex.tv: %v", err)
	}
	if at := r.next(); !at.IsZero() {
		t.Errorf("what never began is asked about at %v", at)
	}
	r.plextv.pinErr = nil
	if _, err := r.dialog.StartSignIn(context.Background()); err != nil || r.next().IsZero() {
		t.Errorf("a sign-in that began is not followed: %v", err)
	}
}

func TestNothingIsAskedOfPlexOnceTheLoopHasEnded(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.ended = testkit.Trouble(fault.Canceled, fault.None)
	if in, err := r.dialog.StartSignIn(context.Background()); !fault.Is(err, fault.Canceled) || in.ID != "" {
		t.Errorf("started %+v, %v", in, err)
	}
	if s, err := r.dialog.PollSignIn(context.Background(), "x"); !fault.Is(err, fault.Canceled) || s.State != api.SignInExpired {
		t.Errorf("polled %+v, %v", s, err)
	}
}

// A window that was closed at the moment of the confirmation must not cost the token: plex.tv
// gives it once.
func TestTheTokenIsKeptAlthoughTheWindowIsGone(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	in, err := r.dialog.StartSignIn(context.Background())
	r.must(err)
	ctx, gone := context.WithCancel(context.Background())
	r.plextv.token, r.plextv.onPoll = "account", gone
	s, err := r.Find(in.ID).Poll(ctx)
	if !errors.Is(err, context.Canceled) || s.State == api.SignInDone {
		t.Errorf("a window that is gone was told %+v, %v", s, err)
	}
	if r.secrets.kept["plex-account-token"] != "account" {
		t.Errorf("kept %v", r.secrets.kept)
	}
}

func TestPeopleAreSentToThePageOfTheirService(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for service, page := range map[string]string{config.PublicPlexTV: "", "https://own.test": "https://own.test"} {
		r.installation.Service, r.installation.ClientID = service, "client"
		_, err := r.dialog.StartSignIn(context.Background())
		r.must(err)
		if o := r.options; o.Page != page || o.Service != service || o.ClientID != "client" || o.Budget != r.Budget() {
			t.Errorf("connected with %+v, want page %q", o, page)
		}
	}
}
