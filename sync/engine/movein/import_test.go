package movein_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/engine/movein"
	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/scene"
	"lockstep/sync/stash2plex"
	"lockstep/sync/store"
	"lockstep/sync/testkit"
)

// stash is a Stash that is asked about the plugin and nothing else.
type stash struct {
	plugin        stash2plex.Plugin
	err           error
	asked, closed int
}

func (s *stash) Stash2Plex(context.Context) (stash2plex.Plugin, error) {
	s.asked++
	return s.plugin, s.err
}

func (s *stash) Close() { s.closed++ }

// present is an installation that knows where Stash is.
func present(s *stash) movein.Present {
	now := movein.Present{Settings: config.Defaults(), Dial: func() movein.Stash { return s }}
	now.Settings.StashURL = "http://stash:9999"
	return now
}

// folder is a data folder of the plugin in which scene 7 is said to be in step.
func folder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "sync_timestamps.json"), []byte(`{"7": 1765000000}`), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestAnImportTellsWhatThePluginIsAndTakesItsSettings(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		plugin  stash2plex.Plugin
		want    api.PluginState
		changes bool
	}{
		"it writes at each edit": {stash2plex.Plugin{Installed: true, Enabled: true, Settings: map[string]any{"plex_url": "http://plex:32400"}}, api.PluginOn, true},
		"it is turned off":       {stash2plex.Plugin{Installed: true, Settings: map[string]any{"plex_token": "secret"}}, api.PluginOff, true},
		"it was never set up":    {stash2plex.Plugin{Installed: true}, api.PluginOff, false},
		"there is none":          {stash2plex.Plugin{}, api.PluginAbsent, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, _ := newMovein(t)
			s := &stash{plugin: tt.plugin}
			out, plan, err := m.Import(t.Context(), api.ImportRequest{}, present(s))
			if err != nil || out.Plugin != tt.want || !out.Why.IsZero() || s.asked != 1 || s.closed != 1 {
				t.Fatalf("%+v, %v, asked %d, closed %d", out, err, s.asked, s.closed)
			}
			c, changes := plan.Settings()
			if changes != tt.changes {
				t.Fatalf("changes %v, want %v: %+v", changes, tt.changes, out.Settings)
			}
			if url := tt.plugin.Settings["plex_url"]; url != nil && c.Values.PlexURL != url {
				t.Errorf("address %q, want %q", c.Values.PlexURL, url)
			}
			token, given := tt.plugin.Settings["plex_token"]
			if given != (c.Token != nil) || given && *c.Token != token {
				t.Errorf("token %v, want %v", c.Token, token)
			}
			for _, s := range out.Settings {
				if s.Value == "secret" {
					t.Errorf("the token is shown: %+v", s)
				}
			}
		})
	}
}

func TestATokenThereIsStays(t *testing.T) {
	t.Parallel()
	m, _ := newMovein(t)
	now := present(&stash{plugin: stash2plex.Plugin{Installed: true, Settings: map[string]any{"plex_token": "older"}}})
	now.HasToken = true
	_, plan, err := m.Import(t.Context(), api.ImportRequest{}, now)
	if c, _ := plan.Settings(); err != nil || c.Token != nil {
		t.Errorf("token %v, %v", c.Token, err)
	}
}

// What the folder holds is worth having without Stash.
func TestAStashThatDoesNotAnswerTakesNothingElseAway(t *testing.T) {
	t.Parallel()
	away := testkit.Trouble(fault.Unreachable, fault.Stash)
	away.Hint = message.New(message.EnterAddresses)
	for name, tt := range map[string]struct {
		prepare   func(*movein.Present, *stash)
		why, hint message.Message
		asked     int
	}{
		"it is away":      {func(_ *movein.Present, s *stash) { s.err = away }, away.Message, away.Hint, 1},
		"it is not known": {func(p *movein.Present, _ *stash) { p.Settings.StashURL = "" }, message.New(message.ImportStashNotKnown), message.New(message.ImportEnterStashFirst), 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, db := newMovein(t)
			change(t, db, func(tx store.Tx) error { return tx.PutSeen(7, store.Seen{UpdatedAt: "x"}) })
			s := &stash{}
			now := present(s)
			tt.prepare(&now, s)
			out, plan, err := m.Import(t.Context(), api.ImportRequest{Folder: folder(t)}, now)
			if err != nil || out.Plugin != api.PluginUnknown || out.Why != tt.why || out.Hint != tt.hint || s.asked != tt.asked || s.closed != tt.asked {
				t.Fatalf("%+v, %v, asked %d, closed %d", out, err, s.asked, s.closed)
			}
			if out.Scenes.Read != 1 || out.Scenes.Queued != 1 {
				t.Errorf("scenes %+v", out.Scenes)
			}
			if _, changes := plan.Settings(); changes {
				t.Error("settings change without Stash")
			}
		})
	}
}

func TestAnImportThatIsStoppedSaysSo(t *testing.T) {
	t.Parallel()
	m, _ := newMovein(t)
	ctx, stop := context.WithCancel(t.Context())
	stop()
	s := &stash{err: ctx.Err()}
	if _, plan, err := m.Import(ctx, api.ImportRequest{}, present(s)); !fault.Is(err, fault.Canceled) {
		t.Errorf("%+v, %v", plan, err)
	}
}

func TestAFolderThatCannotBeReadSaysWhy(t *testing.T) {
	t.Parallel()
	empty, full := t.TempDir(), folder(t)
	for name, tt := range map[string]struct {
		folder string
		want   message.Message
	}{
		"a part of a path": {"plugins/Stash2Plex", message.New(message.ImportPartOfPath)},
		"none there":       {filepath.Join(empty, "none"), message.New(message.ImportNoFolder)},
		"something else":   {empty, message.New(message.ImportNothingThere)},
		"a file":           {filepath.Join(full, "sync_timestamps.json"), message.New(message.ImportNotReadable)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, _ := newMovein(t)
			s := &stash{}
			_, _, err := m.Import(t.Context(), api.ImportRequest{Folder: tt.folder}, present(s))
			if f := fault.Of(err); f == nil || f.Class != fault.Rejected || f.Message != tt.want || s.asked != 0 {
				t.Errorf("%v, want %q; Stash was asked %d times", err, tt.want, s.asked)
			}
		})
	}
}

func TestAnImportWritesNothingBeforeItIsDone(t *testing.T) {
	t.Parallel()
	m, db := newMovein(t)
	change(t, db, func(tx store.Tx) error { return tx.PutSeen(7, store.Seen{UpdatedAt: "x"}) })
	q := api.ImportRequest{Folder: folder(t)}
	out, plan, err := m.Import(t.Context(), q, present(&stash{}))
	if err != nil || out.Scenes.Queued != 1 || len(out.Files) == 0 {
		t.Fatalf("%+v, %v", out, err)
	}
	if n := db.Counts().Pending(); n != 0 {
		t.Errorf("%d jobs before", n)
	}
	if err := m.Do(plan); err != nil {
		t.Fatal(err)
	}
	var jobs []scene.ID
	change(t, db, func(tx store.Tx) error {
		p, err := tx.ListJobs(store.JobQuery{Limit: 10})
		for _, j := range p.Jobs {
			jobs = append(jobs, j.Scene)
		}
		return err
	})
	if !slices.Equal(jobs, []scene.ID{7}) {
		t.Errorf("jobs of %v", jobs)
	}
	if again, _, err := m.Import(t.Context(), q, present(&stash{})); err != nil || again.Scenes.Queued != 0 || again.Scenes.Waiting != 1 {
		t.Errorf("again %+v, %v", again.Scenes, err)
	}
}
