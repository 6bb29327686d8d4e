package engine_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"lockstep/storage"
	"lockstep/sync/api"
	"lockstep/sync/budget"
	"lockstep/sync/config"
	"lockstep/sync/dial"
	"lockstep/sync/engine"
	"lockstep/sync/fault"
	"lockstep/sync/match"
	"lockstep/sync/message"
	"lockstep/sync/sim"
)

// newcomer is a fresh installation beside a world: no settings, no secrets, and a log
// that is kept.
func newcomer(t *testing.T, o sim.Options, change func(*engine.Options)) (*rig, *life, *lockedBuffer) {
	t.Helper()
	r := newRig(t, o)
	r.secrets = &memorySecrets{m: map[string]string{}}
	log := &lockedBuffer{}
	db, _, err := storage.Open(storage.Options{Dir: r.dir, Log: r.log, Now: r.now})
	if err != nil {
		t.Fatal(err)
	}
	opt := engine.Options{
		Store: db, Secrets: r.secrets, Dial: dial.Servers("test"), SignIn: dial.SignIn, Discover: dial.Discover(""), Now: r.now, Jitter: rand.Float64,
		Log: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})), Version: "test",
	}
	if change != nil {
		change(&opt)
	}
	l := &life{Engine: engine.New(opt), t: t, db: db, done: make(chan error, 1)}
	ctx, stop := context.WithCancel(context.Background())
	l.stop = stop
	go func() { l.done <- l.Run(ctx) }()
	t.Cleanup(l.end)
	return r, l, log
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// save stores settings over the present ones, as a page of the wizard does.
func (l *life) save(change func(*config.Settings)) {
	l.t.Helper()
	s, err := l.Settings(l.t.Context())
	if err != nil {
		l.t.Fatal(err)
	}
	change(&s.Values)
	if err := l.SaveSettings(l.t.Context(), api.SettingsChange{Values: s.Values}); err != nil {
		l.t.Fatal(err)
	}
}

// signedIn is a sign-in that was confirmed.
func (l *life) signedIn(r *rig) (string, api.SignInState) {
	l.t.Helper()
	ctx := l.t.Context()
	l.save(func(s *config.Settings) { s.PlexTV = r.world.Plex.URL() })
	in, err := l.StartSignIn(ctx)
	if err != nil {
		l.t.Fatal(err)
	}
	r.world.Plex.ApprovePINs()
	state, err := l.PollSignIn(ctx, in.ID)
	if err != nil || state.State != api.SignInDone {
		l.t.Fatalf("got %+v, %v", state, err)
	}
	return in.ID, state
}

func TestSignInEndsWithASyncedLibrary(t *testing.T) {
	t.Parallel()
	r, l, log := newcomer(t, sim.Options{Seed: 1, Scenes: 12}, nil)
	ctx := t.Context()
	if err := l.Pause(ctx, r.now().AddDate(1, 0, 0)); err != nil {
		t.Fatal(err)
	}
	l.save(func(s *config.Settings) { s.StashURL, s.PlexTV = r.world.Stash.URL(), r.world.Plex.URL() })
	in, err := l.StartSignIn(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(in.URL, r.world.Plex.URL()+"/auth#?clientID=") || !strings.Contains(in.URL, "&code=") || !in.Expires.After(r.now()) {
		t.Errorf("sign-in %+v", in)
	}
	if s, err := l.PollSignIn(ctx, in.ID); err != nil || s.State != api.SignInWaiting || s.Servers != nil {
		t.Errorf("before anybody confirmed: %+v, %v", s, err)
	}
	r.world.Plex.ApprovePINs()
	state, err := l.PollSignIn(ctx, in.ID)
	want := []api.PlexServer{{Name: state.Servers[0].Name, Machine: r.world.Plex.MachineID(), Version: state.Servers[0].Version, URL: r.world.Plex.URL(), Local: true}}
	if err != nil || state.State != api.SignInDone || !slices.Equal(state.Servers, want) {
		t.Fatalf("got %+v, %v; want %+v", state, err, want)
	}
	if got, err := l.ChooseServer(ctx, in.ID, want[0].Machine); err != nil || got != want[0] {
		t.Fatalf("got %+v, %v", got, err)
	}
	m, err := l.Mapping(ctx, nil)
	if err != nil || len(m.Suggestions) != 1 {
		t.Fatalf("mapping %+v, %v", m, err)
	}
	if writes := r.world.Plex.Mutations(); writes != 0 {
		t.Errorf("%d writes before the wizard ended", writes)
	}
	l.save(func(s *config.Settings) {
		s.PathMap, s.Pace, s.RampFrom, s.RampTo = m.Suggestions, config.Full, 1000, 1000
	})
	if err := l.Resume(ctx); err != nil {
		t.Fatal(err)
	}
	l.settled()
	r.inStep(sim.DiffOptions{})
	if got, _ := r.secrets.Get(engine.PlexToken); got != r.world.Plex.Token() {
		t.Errorf("stored token %q", got)
	}
	secretsStay(t, r, log.String(), in, state)
}

// secretsStay fails the test when a token left the engine.
func secretsStay(t *testing.T, r *rig, log string, shown ...any) {
	t.Helper()
	for _, secret := range []string{r.world.Plex.Token(), r.world.Plex.AccountToken()} {
		if text := fmt.Sprintf("%+v", shown); strings.Contains(text, secret) {
			t.Errorf("the API shows %q: %s", secret, text)
		}
		if data, _ := json.Marshal(shown); bytes.Contains(data, []byte(secret)) {
			t.Errorf("the API sends %q: %s", secret, data)
		}
		if strings.Contains(log, secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
}

func TestSignInRunsOut(t *testing.T) {
	t.Parallel()
	r, l, _ := newcomer(t, sim.Options{Seed: 2}, nil)
	ctx := t.Context()
	l.save(func(s *config.Settings) { s.PlexTV = r.world.Plex.URL() })
	in, err := l.StartSignIn(ctx)
	if err != nil {
		t.Fatal(err)
	}
	r.world.Plex.ExpirePINs()
	for range 2 { // it stays so, also when somebody confirms late
		if s, err := l.PollSignIn(ctx, in.ID); err != nil || s.State != api.SignInExpired {
			t.Fatalf("got %+v, %v", s, err)
		}
		r.world.Plex.ApprovePINs()
	}
	if _, err := l.ChooseServer(ctx, in.ID, r.world.Plex.MachineID()); !fault.Is(err, fault.NotFound) {
		t.Errorf("choosing from it: %v", err)
	}
}

func TestOnlyTheNewestSignInCounts(t *testing.T) {
	t.Parallel()
	r, l, _ := newcomer(t, sim.Options{Seed: 3}, nil)
	old, _ := l.signedIn(r)
	if _, err := l.StartSignIn(t.Context()); err != nil {
		t.Fatal(err)
	}
	if s, err := l.PollSignIn(t.Context(), old); err != nil || s.State != api.SignInExpired {
		t.Errorf("got %+v, %v", s, err)
	}
}

func TestRefusedTokenStoresNothing(t *testing.T) {
	t.Parallel()
	r, l, log := newcomer(t, sim.Options{Seed: 4}, nil)
	id, state := l.signedIn(r)
	before := r.world.Plex.Token()
	r.world.Plex.SetToken("another-token")
	_, err := l.ChooseServer(t.Context(), id, state.Servers[0].Machine)
	if fault.Of(err) == nil || fault.Of(err).Message.IsZero() || strings.Contains(err.Error(), before) {
		t.Errorf("got %v", err)
	}
	s, err := l.Settings(t.Context())
	if err != nil || s.HasToken || s.Values.PlexURL != "" {
		t.Errorf("stored %+v, %v", s, err)
	}
	r.world.Plex.SetToken(before)
	if _, err := l.ChooseServer(t.Context(), id, state.Servers[0].Machine); err != nil {
		t.Errorf("the second try: %v", err)
	}
	secretsStay(t, r, log.String(), state)
}

func TestSignInSurvivesAServiceThatStumbles(t *testing.T) {
	t.Parallel()
	r, l, _ := newcomer(t, sim.Options{Seed: 5}, nil)
	ctx := t.Context()
	l.save(func(s *config.Settings) { s.PlexTV = r.world.Plex.URL() })
	in, err := l.StartSignIn(ctx)
	if err != nil {
		t.Fatal(err)
	}
	r.world.Plex.ApprovePINs()
	lists := func(c sim.Call) bool { return strings.Contains(c.Target, "resources") }
	r.world.Plex.Inject(sim.Fault{Effect: sim.Status, Status: 500, Match: lists, Count: 1})
	if s, err := l.PollSignIn(ctx, in.ID); err == nil || s.State != api.SignInWaiting {
		t.Errorf("a stumble: got %+v, %v", s, err)
	}
	if _, err := l.PollSignIn(ctx, in.ID); !budget.Held(err) {
		t.Errorf("right after it: %v", err)
	} else {
		time.Sleep(fault.Of(err).RetryAfter)
	}
	if s, err := l.PollSignIn(ctx, in.ID); err != nil || s.State != api.SignInDone || len(s.Servers) != 1 {
		t.Errorf("after it: got %+v, %v", s, err)
	}
}

func TestRefusedAccountEndsTheSignIn(t *testing.T) {
	t.Parallel()
	r, l, _ := newcomer(t, sim.Options{Seed: 6}, nil)
	ctx := t.Context()
	l.save(func(s *config.Settings) { s.PlexTV = r.world.Plex.URL() })
	in, err := l.StartSignIn(ctx)
	if err != nil {
		t.Fatal(err)
	}
	r.world.Plex.ApprovePINs()
	lists := func(c sim.Call) bool { return strings.Contains(c.Target, "resources") }
	r.world.Plex.Inject(sim.Fault{Effect: sim.Status, Status: 401, Match: lists, Count: 1})
	if _, err := l.PollSignIn(ctx, in.ID); !fault.Is(err, fault.Unauthorized) {
		t.Errorf("got %v", err)
	}
	if s, err := l.PollSignIn(ctx, in.ID); err != nil || s.State != api.SignInExpired {
		t.Errorf("got %+v, %v", s, err)
	}
}

func TestChosenServerMayReplaceAnotherAtTheSameAddress(t *testing.T) {
	t.Parallel()
	r, l, _ := newcomer(t, sim.Options{Seed: 7, Scenes: 3}, nil)
	l.save(func(s *config.Settings) { s.StashURL = r.world.Stash.URL() })
	id, state := l.signedIn(r)
	if _, err := l.ChooseServer(t.Context(), id, state.Servers[0].Machine); err != nil {
		t.Fatal(err)
	}
	l.until("Plex", func(s api.Snapshot) bool { return s.Plex.OK })
	r.world.Plex.SetMachineID("0123456789abcdef0123456789abcdef01234567")
	id, state = l.signedIn(r)
	if _, err := l.ChooseServer(t.Context(), id, state.Servers[0].Machine); err != nil {
		t.Fatal(err)
	}
	s := l.until("an answer of Plex", func(s api.Snapshot) bool { return s.Plex.Checked })
	if !s.Plex.OK {
		t.Errorf("the chosen server is not accepted: %+v", s.Plex)
	}
}

func TestFixedAddressIsNotChosen(t *testing.T) {
	t.Parallel()
	r, l, _ := newcomer(t, sim.Options{Seed: 8}, func(o *engine.Options) { o.Overridden = map[string]string{"plex-url": "LOCKSTEP_PLEX_URL"} })
	id, state := l.signedIn(r)
	if _, err := l.ChooseServer(t.Context(), id, state.Servers[0].Machine); !fault.Is(err, fault.Rejected) {
		t.Errorf("got %v", err)
	}
}

func TestDiscoverShowsServersOfTheNetwork(t *testing.T) {
	t.Parallel()
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	go func() {
		_, from, err := conn.ReadFromUDP(make([]byte, 512))
		if err == nil {
			_, _ = conn.WriteToUDP([]byte("HTTP/1.0 200 OK\r\nContent-Type: plex/media-server\r\nName: Boat House\r\nPort: 32400\r\nResource-Identifier: m1\r\n\r\n"), from)
		}
	}()
	_, l, _ := newcomer(t, sim.Options{}, func(o *engine.Options) { o.Discover = dial.Discover(conn.LocalAddr().String()) })
	got, err := l.Discover(t.Context())
	want := []api.PlexServer{{Name: "Boat House", Machine: "m1", URL: "http://127.0.0.1:32400", Local: true}}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %+v, %v", got, err)
	}
}

// configured is a newcomer who has entered both servers but no rules.
func configured(t *testing.T, o sim.Options) (*rig, *life) {
	t.Helper()
	r, l, _ := newcomer(t, o, nil)
	if err := l.Pause(t.Context(), r.now().AddDate(1, 0, 0)); err != nil {
		t.Fatal(err)
	}
	token := r.world.Plex.Token()
	s := config.Defaults()
	s.StashURL, s.PlexURL, s.Libraries = r.world.Stash.URL(), r.world.Plex.URL(), []string{r.world.Library(), sim.ArchiveLibrary}
	if err := l.SaveSettings(t.Context(), api.SettingsChange{Values: s, Token: &token}); err != nil {
		t.Fatal(err)
	}
	return r, l
}

func TestMappingNeverProposesAWrongRule(t *testing.T) {
	t.Parallel()
	worlds := map[string]sim.Options{
		"other roots":    {Scenes: 120},
		"Windows":        {Scenes: 120, WindowsPlex: true},
		"messy":          {Scenes: 300, Dirt: sim.Messy(), MultiFile: 0.1},
		"mostly missing": {Scenes: 80, Dirt: sim.Dirt{Missing: 0.9}},
		"much outside":   {Scenes: 80, Dirt: sim.Dirt{Outside: 0.5, CaseDiffers: 0.1, Unicode: 0.1}},
		"same roots":     {Scenes: 60, StashRoot: "/films", PlexRoot: "/films"},
		"one level":      {Scenes: 60, StashRoot: "/a", PlexRoot: "/b"},
		"a single file":  {Scenes: 1},
		"nothing":        {},
	}
	for name, o := range worlds {
		for seed := range uint64(3) {
			t.Run(fmt.Sprintf("%s %d", name, seed), func(t *testing.T) {
				t.Parallel()
				mine := o
				mine.Seed = seed
				r, l := configured(t, mine)
				m, err := l.Mapping(t.Context(), nil)
				if err != nil {
					t.Fatal(err)
				}
				r.rulesAreRight(m.Suggestions)
				if len(m.Suggestions) != len(m.Evidence) {
					t.Errorf("%d suggestions, %d with evidence", len(m.Suggestions), len(m.Evidence))
				}
			})
		}
	}
}

// rulesAreRight fails the test for a rule that leads a file elsewhere than Plex has it.
func (r *rig) rulesAreRight(rules []config.Rule) {
	r.t.Helper()
	for _, rule := range rules {
		m := match.NewMapper([]config.Rule{rule})
		for _, id := range r.world.Stash.SceneIDs() {
			sc, _ := r.world.Stash.Scene(id)
			for _, f := range sc.Files {
				want, _ := r.world.PlexPath(f.Path)
				for _, got := range m.Map(f.Path) {
					if !match.Same(got, want) {
						r.t.Errorf("rule %+v leads %s to %s, not to %s", rule, f.Path, got, want)
					}
				}
			}
		}
	}
}

func TestMappingLearnsTheRuleAndCountsExactly(t *testing.T) {
	t.Parallel()
	r, l := configured(t, sim.Options{Seed: 9, Scenes: 200, Dirt: sim.Dirt{Missing: 7, Outside: 5, NoFile: 3}, WindowsPlex: true})
	m, err := l.Mapping(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if m.Covered != 0 || m.Total != 197 || len(m.Unmatched) == 0 {
		t.Errorf("without rules: %+v", m)
	}
	r.rulesAreRight(m.Suggestions)
	fit, err := l.Mapping(t.Context(), m.Suggestions)
	if err != nil {
		t.Fatal(err)
	}
	if fit.Covered != 185 || fit.Total != 197 || fit.Files.Found != 185 || fit.Files.Unmapped < 5 {
		t.Errorf("with the suggestions %+v: %+v", m.Suggestions, fit)
	}
	if len(fit.Suggestions) != 0 {
		t.Errorf("suggests what is in effect already: %+v", fit.Suggestions)
	}
}

func TestMappingOfEqualPathsNeedsNoRule(t *testing.T) {
	t.Parallel()
	_, l := configured(t, sim.Options{Seed: 10, Scenes: 40, StashRoot: "/films", PlexRoot: "/films"})
	m, err := l.Mapping(t.Context(), nil)
	if err != nil || m.Covered != 40 || len(m.Suggestions) != 0 {
		t.Errorf("got %+v, %v", m, err)
	}
}

func TestWrongRuleIsShownAndCorrected(t *testing.T) {
	t.Parallel()
	r, l := configured(t, sim.Options{Seed: 11, Scenes: 60})
	wrong := []config.Rule{{Stash: r.world.StashRoot(), Plex: "/media/elsewhere"}}
	m, err := l.Mapping(t.Context(), wrong)
	if err != nil || m.Covered != 0 || m.Total != 60 || len(m.Suggestions) == 0 {
		t.Fatalf("got %+v, %v", m, err)
	}
	r.rulesAreRight(m.Suggestions)
}

func TestMappingSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	_, l, _ := newcomer(t, sim.Options{}, nil)
	if _, err := l.Mapping(t.Context(), nil); !fault.Is(err, fault.Config) {
		t.Errorf("nothing configured: %v", err)
	}
	r, l := configured(t, sim.Options{Seed: 12, Scenes: 2})
	r.world.Plex.SetToken("changed")
	l.save(func(s *config.Settings) { s.Libraries = []string{r.world.Library()} })
	if _, err := l.Mapping(t.Context(), nil); !fault.Is(err, fault.Unauthorized) || fault.Of(err).Server != fault.Plex {
		t.Errorf("a refused token: %v", err)
	}
}

// held is a newcomer whose set-up has come to both addresses.
func held(t *testing.T, o sim.Options, change func(*engine.Options)) (*rig, *life) {
	t.Helper()
	r, l, _ := newcomer(t, o, change)
	if err := r.secrets.Set(engine.PlexToken, r.world.Plex.Token()); err != nil {
		t.Fatal(err)
	}
	l.save(func(s *config.Settings) {
		s.Hold, s.Pace, s.RampFrom, s.RampTo = true, config.Full, 1000, 1000
		s.StashURL, s.PlexURL = r.world.Stash.URL(), r.world.Plex.URL()
		s.PathMap = r.settings.PathMap
	})
	return r, l
}

func TestNothingIsWrittenBeforeTheSetUpEnds(t *testing.T) {
	t.Parallel()
	r, l := held(t, sim.Options{Seed: 5, Scenes: 12}, nil)
	ctx := t.Context()
	if _, err := l.SyncNow(ctx, api.SyncRequest{}); err == nil || !strings.Contains(fault.Of(err).Message.String(), "set-up is not finished") {
		t.Errorf("sync now: %v", err)
	}
	if _, err := l.Reconcile(ctx, api.ReconcileRequest{}); err == nil || fault.Of(err).Message != message.New(message.SetUpUnfinished) {
		t.Errorf("a reconciliation that writes: %v, and no pause keeps it from that", err)
	}
	rep, _ := l.reconcile(api.ReconcileRequest{Preview: true})
	if !rep.Incomplete.IsZero() || rep.Enqueued == 0 {
		t.Fatalf("preview %+v", rep)
	}
	if _, err := l.Apply(ctx, rep.ID, nil); err != nil { // "Write all" in the preview window
		t.Fatal(err)
	}
	if s, _ := l.Snapshot(ctx); !s.Hold || s.Queue.Waiting != rep.Enqueued || s.Queue.Done != 0 {
		t.Errorf("before the last step: hold %v, queue %+v", s.Hold, s.Queue)
	}
	if n := r.world.Plex.Mutations(); n != 0 {
		t.Errorf("%d writes before the last step", n)
	}
	l.save(func(s *config.Settings) { s.Hold = false })
	l.settled()
	r.inStep(sim.DiffOptions{})
}

func TestFlagsAndVariablesAreNotHeld(t *testing.T) {
	t.Parallel()
	_, l := held(t, sim.Options{Seed: 6, Scenes: 3}, func(o *engine.Options) {
		o.Overridden = map[string]string{"stash-url": "--stash-url", "plex-url": "--plex-url"}
	})
	if s, err := l.Snapshot(t.Context()); err != nil || s.Hold {
		t.Errorf("held: %v, %v", s.Hold, err)
	}
}
