package engine_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net"
	"strings"
	"testing"

	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/engine"
	"lockstep/sync/fault"
	"lockstep/sync/queue"
	"lockstep/sync/sim"
	"lockstep/sync/skip"
	"lockstep/sync/store"
)

// closedPort is an address nobody listens at.
func closedPort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer func() { _ = l.Close() }()
	return "http://" + l.Addr().String()
}

// keep stores the rig's settings in a running engine, as the settings window does.
func (l *life) keep(r *rig, c api.SettingsChange) {
	l.t.Helper()
	c.Values = r.settings.Clone()
	if err := l.SaveSettings(context.Background(), c); err != nil {
		l.t.Fatal(err)
	}
}

// mistake is something wrong with the settings or a server, and how it is put right.
type mistake struct {
	server fault.Server
	class  fault.Class
	words  string
	make   func(t *testing.T, r *rig) (mend func(l *life))
}

func injected(on func(*rig) *sim.Server, f sim.Fault) func(*testing.T, *rig) func(*life) {
	return func(_ *testing.T, r *rig) func(*life) {
		clear := on(r).Inject(f)
		return func(l *life) { clear(); l.retryConnection() }
	}
}

func onStash(r *rig) *sim.Server { return &r.world.Stash.Server }
func onPlex(r *rig) *sim.Server  { return &r.world.Plex.Server }

// chosen changes a setting until it is mended.
func chosen(change func(*testing.T, *config.Settings)) func(*testing.T, *rig) func(*life) {
	return func(t *testing.T, r *rig) func(*life) {
		right := r.settings.Clone()
		change(t, &r.settings)
		return func(l *life) { r.settings = right; l.keep(r, api.SettingsChange{}) }
	}
}

func secret(name string, set func(*api.SettingsChange, *string)) func(*testing.T, *rig) func(*life) {
	return func(_ *testing.T, r *rig) func(*life) {
		right := r.secrets.m[name]
		r.secrets.m[name] = "mistyped"
		return func(l *life) {
			var c api.SettingsChange
			set(&c, &right)
			l.keep(r, c)
		}
	}
}

func stashState(s sim.StashState) func(*testing.T, *rig) func(*life) {
	return func(_ *testing.T, r *rig) func(*life) {
		r.world.Stash.SetState(s)
		return func(l *life) { r.world.Stash.SetState(sim.StashOK); l.retryConnection() }
	}
}

func mistakes() map[string]mistake {
	return map[string]mistake{
		"closed port, Stash": {fault.Stash, fault.Unreachable, "", chosen(func(t *testing.T, s *config.Settings) { s.StashURL = closedPort(t) })},
		"closed port, Plex":  {fault.Plex, fault.Unreachable, "", chosen(func(t *testing.T, s *config.Settings) { s.PlexURL = closedPort(t) })},
		"wrong API key":      {fault.Stash, fault.Unauthorized, "", secret(engine.StashAPIKey, func(c *api.SettingsChange, v *string) { c.APIKey = v })},
		"wrong token":        {fault.Plex, fault.Unauthorized, "", secret(engine.PlexToken, func(c *api.SettingsChange, v *string) { c.Token = v })},
		"web page, Stash":    {fault.Stash, fault.Config, "", injected(onStash, sim.Fault{Effect: sim.HTML})},
		"web page, Plex":     {fault.Plex, fault.Config, "", injected(onPlex, sim.Fault{Effect: sim.HTML})},
		"swapped addresses": {fault.Stash, "", "", chosen(func(_ *testing.T, s *config.Settings) {
			s.StashURL, s.PlexURL = s.PlexURL, s.StashURL
		})},
		"unknown library":      {fault.Plex, fault.Config, `no library named “Ships”`, chosen(func(_ *testing.T, s *config.Settings) { s.Libraries = []string{"Ships"} })},
		"Stash not set up":     {fault.Stash, "", "", stashState(sim.StashSetup)},
		"Stash to be migrated": {fault.Stash, "", "", stashState(sim.StashNeedsMigration)},
	}
}

func TestAMistakeIsOneClearSentenceKillsNoJobAndIsOverOnceMended(t *testing.T) {
	t.Parallel()
	for name, m := range mistakes() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := withoutImages(newRig(t, sim.Options{Seed: 60, Scenes: 5, StashAPIKey: "the-right-key"}))
			mend := m.make(t, r)
			l := r.start()
			s := l.until("the mistake to be seen", func(s api.Snapshot) bool {
				c := connection(s, m.server)
				return c.Checked && !c.OK && !c.Error.IsZero()
			})
			c := connection(s, m.server)
			if m.class != "" && c.Class != string(m.class) || !advises(c.Error.String(), c.Hint.String()) || !strings.Contains(c.Error.String(), m.words) || len(c.Error.String()) > 120 {
				t.Errorf("%+v, want class %q, a short sentence and what to do", c, m.class)
			}
			if asks := c.Class == string(fault.Config) || c.Class == string(fault.Unauthorized); asks {
				l.until("the question", func(s api.Snapshot) bool {
					return len(s.Attention) > 0 && advises(s.Attention[0].Message.String(), s.Attention[0].Hint.String())
				})
			}
			if n := r.world.Plex.Mutations(); n != 0 {
				t.Errorf("%d writes meanwhile", n)
			}
			mend(l)
			s = l.until("everything in step", func(s api.Snapshot) bool { return s.Queue.Done == 5 && s.Scanned && !s.Active })
			if s.Queue.Dead+s.Queue.Retrying != 0 || !connection(s, m.server).OK {
				t.Errorf("queue %+v, %s %+v", s.Queue, m.server, connection(s, m.server))
			}
			l.until("nothing to ask for", func(s api.Snapshot) bool { return len(s.Attention) == 0 })
			r.inStep(sim.DiffOptions{})
		})
	}
}

// advises reports that words say what can be done, in a hint or by themselves.
func advises(words, hint string) bool { return hint != "" || strings.ContainsAny(words, "?:") }

func connection(s api.Snapshot, of fault.Server) api.Connection {
	if of == fault.Stash {
		return s.Stash
	}
	return s.Plex
}

func TestAnotherPlexAtTheSameAddressIsNeverWritten(t *testing.T) {
	t.Parallel()
	r := withoutImages(newRig(t, sim.Options{Seed: 61, Scenes: 5}))
	l := r.start()
	l.settled()
	l.end()
	own := r.world.Plex.MachineID()
	r.world.Plex.SetMachineID("another-server")
	must(t, r.world.Stash.Edit(1, func(s *sim.Scene) { s.Title = "Edited meanwhile" }))
	r.world.ResetCounts()
	l = r.start()
	s := l.until("the question", func(s api.Snapshot) bool { return len(s.Attention) > 0 && s.Queue.Waiting == 1 })
	if a := s.Attention[0]; a.Kind != api.FixPlex || !strings.Contains(a.Message.String(), "Another Plex server") || a.Hint.IsZero() || s.Outage != nil {
		t.Errorf("attention %+v, outage %v", a, s.Outage)
	}
	if n := r.world.Plex.Mutations(); n != 0 {
		t.Errorf("%d writes to another server", n)
	}
	r.world.Plex.SetMachineID(own)
	l.retryConnection()
	l.until("all in step", func(s api.Snapshot) bool { return s.Queue.Done == 5 && len(s.Attention) == 0 })
	r.inStep(sim.DiffOptions{})
}

func TestPathsNoRuleCoversAreNamedAndSyncedOnceTheyAre(t *testing.T) {
	t.Parallel()
	r := withoutImages(newRig(t, sim.Options{Seed: 62, Scenes: 4}))
	right := r.settings.PathMap
	r.settings.PathMap = []config.Rule{{Stash: "/elsewhere", Plex: "/media"}}
	l := r.start()
	if s := l.settled(); s.Queue.Skipped != 4 {
		t.Errorf("queue %+v, want all skipped", s.Queue)
	}
	for _, j := range l.jobs(storeQuery(queue.Skipped)).Jobs {
		if j.Code != skip.PathNotMapped || !strings.Contains(j.Message.String(), r.world.StashRoot()) {
			t.Errorf("%+v, want the path named", j)
		}
	}
	r.settings.PathMap = right
	l.keep(r, api.SettingsChange{})
	l.until("all in step", func(s api.Snapshot) bool { return s.Queue.Done == 4 && !s.Active })
	r.inStep(sim.DiffOptions{})
}

func TestNoSecretLeavesTheProcessByAnyWord(t *testing.T) {
	t.Parallel()
	const token, key = "canary-token-5151", "canary-key-7272"
	r := newRig(t, sim.Options{Seed: 63, Scenes: 8, PlexToken: token, StashAPIKey: key})
	var log lockedBuffer
	r.log = slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	// Servers that say what they were told, in every class of refusal.
	echo := "refused: X-Plex-Token=" + token + " apikey=" + key
	plexKey := r.world.TargetKeys(1)[0]
	for _, f := range []sim.Fault{
		{Effect: sim.Status, Status: 500, Body: echo, Match: sim.All(sim.Writes(), sim.ForItem(plexKey)), Count: 1},
		{Effect: sim.Status, Status: 400, Body: echo, Match: sim.All(sim.Writes(), sim.ForItem(r.world.TargetKeys(2)[0])), Count: 1},
		{Effect: sim.Status, Status: 401, Body: echo, Skip: 3, Count: 1},
		{Effect: sim.Status, Status: 503, Body: echo, Skip: 8, Count: 2},
		{Effect: sim.Reset, Skip: 12, Count: 1},
	} {
		r.world.Plex.Inject(f)
	}
	for _, f := range []sim.Fault{
		{Effect: sim.Status, Status: 500, Body: echo, Match: sim.Kinds("screenshot"), Count: 2},
		{Effect: sim.Status, Status: 401, Body: echo, Skip: 4, Count: 1},
		{Effect: sim.Login, Skip: 7, Count: 1},
	} {
		r.world.Stash.Inject(f)
	}
	l := r.start()
	var shown lockedBuffer
	ctx, stop := context.WithCancel(context.Background())
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		_ = l.Watch(ctx, func(s api.Snapshot) { _ = json.NewEncoder(&shown).Encode(s) })
	}()
	for range 3 { // refusals need a person: press Sync until what can be done is done
		l.retryConnection()
		l.until("both servers", func(s api.Snapshot) bool { return s.Stash.OK && s.Plex.OK })
		_, _ = l.SyncNow(ctx, api.SyncRequest{})
	}
	l.until("the work", func(s api.Snapshot) bool { return s.Queue.Done >= 5 && !s.Active })
	for _, v := range l.everything() {
		must(t, json.NewEncoder(&shown).Encode(v))
	}
	stop()
	<-watched
	l.end()
	for where, text := range map[string]string{"log": log.String(), "what is shown": shown.String()} {
		if text == "" || strings.Contains(text, "canary") {
			i := strings.Index(text, "canary")
			t.Errorf("%s (%d bytes): %q", where, len(text), text[max(0, i-200):min(len(text), max(0, i)+60)])
		}
	}
}

// everything is what the API shows beside the snapshot.
func (l *life) everything() []any {
	l.t.Helper()
	ctx := context.Background()
	history, err := l.History(ctx, store.HistoryQuery{})
	if err != nil {
		l.t.Fatal(err)
	}
	settings, err := l.Settings(ctx)
	if err != nil {
		l.t.Fatal(err)
	}
	runs, err := l.Runs(ctx, 10)
	if err != nil {
		l.t.Fatal(err)
	}
	return []any{l.jobs(store.JobQuery{}), history, settings, runs, l.records()}
}
