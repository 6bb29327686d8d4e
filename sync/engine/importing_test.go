package engine_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/engine"
	"lockstep/sync/fault"
	"lockstep/sync/health"
	"lockstep/sync/message"
	"lockstep/sync/scene"
	"lockstep/sync/sim"
	"lockstep/sync/stash2plex"
	"lockstep/sync/store"
)

// pluginFolder is a data folder of Stash2Plex as it is after the false outage: the breaker is closed, the record
// is 2 days and 14 hours old and has no end, and every scene counts as synced.
func pluginFolder(t *testing.T, scenes []int) string {
	t.Helper()
	dir := t.TempDir()
	seconds := func(ago time.Duration) float64 { return float64(time.Now().Add(-ago).UnixMicro()) / 1e6 }
	start := 2*24*time.Hour + 14*time.Hour
	synced := map[string]float64{}
	for _, id := range scenes {
		synced[fmt.Sprint(id)] = seconds(start - 7*time.Minute)
	}
	for name, v := range map[string]any{
		"circuit_breaker.json": map[string]any{"state": "closed", "failure_count": 0, "success_count": 0, "opened_at": nil},
		"outage_history.json":  []any{map[string]any{"started_at": seconds(start), "ended_at": nil, "duration": nil, "jobs_affected": 0}},
		"sync_timestamps.json": synced,
		"stats.json":           map[string]any{"jobs_processed": 10, "jobs_succeeded": 8, "jobs_failed": 2, "jobs_to_dlq": 1, "session_start": seconds(start)},
	} {
		text, err := json.MarshalIndent(v, "", "  ")
		must(t, err)
		must(t, os.WriteFile(filepath.Join(dir, name), text, 0o600))
	}
	must(t, os.MkdirAll(filepath.Join(dir, "queue"), 0o700))
	must(t, os.WriteFile(filepath.Join(dir, "queue", "data.db"), []byte("SQLite format 3\x00"), 0o600))
	return dir
}

// contents are all files of a folder with their times.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	must(t, filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			out[path] = "folder"
			return err
		}
		text, err := os.ReadFile(path)
		must(t, err)
		info, err := entry.Info()
		must(t, err)
		out[path] = info.ModTime().String() + info.Mode().String() + string(text)
		return nil
	}))
	return out
}

func (l *life) take(q api.ImportRequest) api.Import {
	l.t.Helper()
	got, err := l.Import(context.Background(), q)
	if err != nil {
		l.t.Fatal(err)
	}
	return got
}

// The first incident: "ONGOING (2d 14h)" while Plex was fine.
func TestAFalseOutageComesOverClosedSilentAndOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t, sim.Options{Seed: 71, Scenes: 5})
	dir := pluginFolder(t, nil)
	before := contents(t, dir)
	l := r.start()
	l.settled()
	if got := l.take(api.ImportRequest{Folder: dir, Preview: true}); len(got.Outages.Added) != 1 {
		t.Errorf("preview %+v", got.Outages)
	}
	if page, err := l.Outages(context.Background(), api.OutageQuery{}); err != nil || len(page.Records) != 0 {
		t.Errorf("the preview stored %+v (%v)", page.Records, err)
	}
	if got := l.take(api.ImportRequest{Folder: dir}); len(got.Outages.Added) != 1 || got.Statistics == nil || got.Statistics.Processed != 10 {
		t.Errorf("%+v", got)
	}
	check := func(l *life) {
		t.Helper()
		page, err := l.Outages(context.Background(), api.OutageQuery{})
		must(t, err)
		if len(page.Records) != 1 || page.Metrics.Count != 0 || page.Verdict != health.Up {
			t.Fatalf("%+v", page)
		}
		rec := page.Records[0]
		if rec.Ongoing() || !rec.Repaired || !rec.Imported || !slices.Contains(message.Parts(rec.Note), message.New(message.OutageImportedRepaired)) || rec.Length(time.Now()) > time.Hour {
			t.Errorf("%+v", rec)
		}
		s, err := l.Snapshot(context.Background())
		must(t, err)
		if s.Verdict != health.Up || s.Outage != nil {
			t.Errorf("verdict %q, outage %+v", s.Verdict, s.Outage)
		}
		for _, kind := range []health.SaidKind{health.SaidDown, health.SaidBack, health.SaidNetwork} {
			if ok, err := l.Say(context.Background(), health.Said{Outage: rec.ID, Kind: kind}); ok || err != nil {
				t.Errorf("%q may be announced (%v)", kind, err)
			}
		}
	}
	check(l)
	if got := l.take(api.ImportRequest{Folder: dir}); len(got.Outages.Added) != 0 || got.Outages.Known != 1 {
		t.Errorf("again %+v", got.Outages)
	}
	l.end()
	check2 := r.start()
	check2.settled()
	check(check2)
	if after := contents(t, dir); !reflect.DeepEqual(after, before) {
		t.Error("the source is not as it was")
	}
}

// What the plugin says it wrote is compared with Plex before it counts as in step.
func TestScenesOfTheTimestampsAreVerified(t *testing.T) {
	t.Parallel()
	r := newRig(t, sim.Options{Seed: 72, Scenes: 20})
	ids := r.world.Stash.SceneIDs()
	dir := pluginFolder(t, append(ids, 99999))
	still := r.startWith(func(o *engine.Options) { o.Still = true })
	if got := still.take(api.ImportRequest{Folder: dir}).Scenes; got.Read != len(ids)+1 || got.Later != len(ids)+1 {
		t.Errorf("before the first scan: %+v", got)
	}
	must(t, still.db.View(func(tx store.Tx) error {
		return tx.EachSeen(0, func(id scene.ID, s store.Seen) bool {
			t.Errorf("scene %s is known by hearsay: %+v", id, s)
			return true
		})
	}))
	still.end()
	l := r.start()
	l.settled()
	r.inStep(sim.DiffOptions{})
	got := l.take(api.ImportRequest{Folder: dir}).Scenes
	if got.Later != 1 || got.InStep+got.Waiting+got.Queued != len(ids) || got.InStep == 0 || got.Queued != 0 {
		t.Errorf("afterwards: %+v", got)
	}
	if l.store(t, 99999) {
		t.Error("a scene that is not in Stash is known")
	}
}

// store reports whether anything is known of a scene.
func (l *life) store(t *testing.T, id scene.ID) (known bool) {
	t.Helper()
	must(t, l.db.View(func(tx store.Tx) error {
		_, seen, err := tx.Seen(id)
		if err != nil {
			return err
		}
		_, job, err := tx.Job(id)
		known = seen || job
		return err
	}))
	return known
}

func TestSettingsOfThePluginAreTakenOver(t *testing.T) {
	t.Parallel()
	r := newRig(t, sim.Options{Seed: 73, Scenes: 3, StashAPIKey: "k"})
	r.secrets.m[engine.PlexToken] = ""
	token := r.world.Plex.Token()
	r.world.Stash.SetPlugin(sim.Plugin{ID: stash2plex.PluginID, Enabled: true, Settings: map[string]any{
		"plex_url": r.world.Plex.URL(), "plex_token": token, "plex_library": r.world.Library(),
		"sync_tags": false, "reconcile_interval": "weekly", "max_retries": 9, "obfuscate_paths": true,
	}})
	l := r.startWith(func(o *engine.Options) { o.Override, o.Still = nil, true })
	s := config.Defaults()
	s.StashURL, s.MaxTags = r.world.Stash.URL(), 77
	must(t, l.SaveSettings(context.Background(), api.SettingsChange{Values: s}))

	preview := l.take(api.ImportRequest{Preview: true})
	if now, err := l.Settings(context.Background()); err != nil || now.HasToken || now.Values.PlexURL != "" {
		t.Errorf("the preview changed %+v (%v)", now, err)
	}
	got := l.take(api.ImportRequest{})
	if !reflect.DeepEqual(got.Settings, preview.Settings) || got.Plugin != api.PluginOn || len(got.Files) != 0 {
		t.Errorf("%+v\npreview %+v", got, preview)
	}
	if text, err := json.Marshal(got); err != nil || strings.Contains(string(text), token) {
		t.Errorf("the token is shown (%v)", err)
	}
	now, err := l.Settings(context.Background())
	must(t, err)
	v := now.Values
	if !now.HasToken || v.PlexURL != r.world.Plex.URL() || v.Policy(scene.FieldTags) != config.Off || v.Reconcile != config.Weekly || !v.MaskNames || v.MaxTags != 77 {
		t.Errorf("%+v", now)
	}
	if kept, _ := r.secrets.Get(engine.PlexToken); kept != token {
		t.Error("the token was not taken over")
	}
	for _, s := range l.take(api.ImportRequest{}).Settings {
		if s.Effect == stash2plex.Taken {
			t.Errorf("again takes over %+v", s)
		}
	}
}

func TestAStashThatIsAwayTakesNothingElseAway(t *testing.T) {
	t.Parallel()
	r := newRig(t, sim.Options{Seed: 74, Scenes: 3})
	dir := pluginFolder(t, nil)
	must(t, r.world.Stash.Close())
	l := r.startWith(func(o *engine.Options) { o.Still = true })
	got := l.take(api.ImportRequest{Folder: dir})
	if got.Plugin != api.PluginUnknown || got.Why.IsZero() || len(got.Outages.Added) != 1 || len(got.Settings) != 0 {
		t.Errorf("%+v", got)
	}
}

func TestAFolderThatIsNoneIsSaidSo(t *testing.T) {
	t.Parallel()
	r := newRig(t, sim.Options{Seed: 75, Scenes: 1})
	l := r.startWith(func(o *engine.Options) { o.Still = true })
	empty := t.TempDir()
	for folder, want := range map[string]message.Code{
		empty: message.ImportNothingThere, filepath.Join(empty, "none"): message.ImportNoFolder, "data": message.ImportPartOfPath,
	} {
		if _, err := l.Import(context.Background(), api.ImportRequest{Folder: folder}); fault.Of(err) == nil || !fault.Of(err).Message.Is(want) {
			t.Errorf("%s: %v", folder, err)
		}
	}
}
