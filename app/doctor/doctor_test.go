package doctor_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"lockstep/app/doctor"
	"lockstep/app/present"
	"lockstep/storage"
	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/dial"
	"lockstep/sync/engine"
	"lockstep/sync/message"
	"lockstep/sync/sim"
)

// What must never be in a bundle.
const (
	canaryToken  = "zK8x-CanaryT0kenV3ryS"
	canaryKey    = "eyJhbGciOiJIUzI1NiJ9.Canary1.S3cr-t"
	canaryTitle  = "Canary of the Northern Fjord"
	canaryFolder = "canary folder"
	canaryLib    = "Canary Films"
)

// memory keeps secrets for one test.
type memory map[string]string

func (m memory) Get(name string) (string, error) { return m[name], nil }
func (m memory) Set(name, value string) error    { m[name] = value; return nil }
func (m memory) Where() api.SecretPlace          { return api.InKeyring }

// household is a running engine beside a world, with the doctor's view of its machine.
type household struct {
	*engine.Engine
	world *sim.World
	env   doctor.Env
	place api.SecretPlace // where the secrets are, if not in the keyring
	hurt  string          // what a check of the database finds
}

func (h *household) CheckData(ctx context.Context) (api.DataCheck, error) {
	if h.hurt != "" {
		return api.DataCheck{Message: message.Foreign(h.hurt)}, nil
	}
	return h.Engine.CheckData(ctx)
}

func (h *household) Settings(ctx context.Context) (api.Settings, error) {
	s, err := h.Engine.Settings(ctx)
	if h.place != "" {
		s.SecretsIn = h.place
	}
	return s, err
}

func newHousehold(t *testing.T, o sim.Options, change func(*config.Settings)) *household {
	t.Helper()
	o.PlexToken, o.StashAPIKey, o.Library = canaryToken, canaryKey, canaryLib
	o.StashRoot, o.PlexRoot = "/data/"+canaryFolder, "/media/"+canaryFolder
	w := sim.NewWorld(o)
	if err := w.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	dir := t.TempDir()
	db, _, err := storage.Open(storage.Options{Dir: dir, Log: slog.New(slog.DiscardHandler), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	logName := filepath.Join(dir, "lockstep.log")
	file, err := os.OpenFile(logName, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.NewJSONHandler(file, &slog.HandlerOptions{Level: slog.LevelDebug}))
	h := &household{world: w, env: doctor.Env{Version: "v0.1.0-5-gabcdef1234567", DataDir: dir, Database: filepath.Join(dir, storage.FileName), Log: logName}}
	h.Engine = engine.New(engine.Options{
		Store: db, Secrets: memory{engine.PlexToken: canaryToken, engine.StashAPIKey: canaryKey}, Dial: dial.Servers("test"), SignIn: dial.SignIn, Discover: dial.Discover(""),
		Now: time.Now, Jitter: rand.Float64, Log: log, Version: "test",
	})
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- h.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := errors.Join(<-done, db.Close(), file.Close()); err != nil {
			t.Error(err)
		}
	})
	h.save(t, change)
	return h
}

func (h *household) save(t *testing.T, change func(*config.Settings)) {
	t.Helper()
	s := config.Defaults()
	s.StashURL, s.PlexURL, s.Pace = h.world.Stash.URL(), h.world.Plex.URL(), config.Full
	s.PathMap = []config.Rule{{Stash: h.world.StashRoot(), Plex: h.world.PlexRoot()}}
	s.Libraries = []string{canaryLib}
	if change != nil {
		change(&s)
	}
	if err := h.SaveSettings(t.Context(), api.SettingsChange{Values: s}); err != nil {
		t.Fatal(err)
	}
}

func (h *household) until(t *testing.T, fits func(api.Snapshot) bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var last api.Snapshot
	err := h.Watch(ctx, func(s api.Snapshot) {
		if last = s; fits(s) {
			cancel()
		}
	})
	if !fits(last) {
		t.Fatalf("waited in vain: %v, %+v", err, last)
	}
}

func settled(s api.Snapshot) bool { return s.Scanned && !s.Active && s.Queue.Empty() }

// find returns a check by name.
func find(t *testing.T, all []doctor.Check, name string) doctor.Check {
	t.Helper()
	i := slices.IndexFunc(all, func(c doctor.Check) bool { return c.Name.String() == name })
	if i < 0 {
		t.Fatalf("no check %q in %+v", name, all)
	}
	return all[i]
}

func TestHealthyHouseholdIsFine(t *testing.T) {
	t.Parallel()
	h := newHousehold(t, sim.Options{Seed: 1, Scenes: 20}, nil)
	h.until(t, settled)
	h.env.TrayHost = func(context.Context) bool { return true }
	h.env.Notifications = func(context.Context) (string, error) { return "gnome-shell", nil }
	h.env.Autostart = func() (string, error) { return "off", nil }
	h.env.Keyring = func(context.Context) error { return nil }
	all := doctor.Run(t.Context(), h, h.env)
	var names []string
	for _, c := range all {
		names = append(names, c.Name.String())
		if c.State != doctor.OK && !c.Name.Is(message.DoctorDisk) { // the machine of the test may be full
			t.Errorf("%+v", c)
		}
		if words := present.SaySentence(c.Message); words == "" || strings.Count(words, "\n") > 0 || !strings.HasSuffix(words, ".") {
			t.Errorf("no sentence: %+v", c)
		}
	}
	want := []string{"Lockstep", "Stash", "Plex", "Requests", "Libraries", "Path rules", "Outage record", "Queue", "Disk", "Database", "Secrets", "Tray", "Notifications", "Clock", "Autostart"}
	if !slices.Equal(names, want) {
		t.Errorf("got %v, want %v", names, want)
	}
}

func TestDoctorSeesWhatIsWrong(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		harm  func(*testing.T, *household)
		name  string
		state doctor.State
		words string
	}{
		"Plex refuses": {func(_ *testing.T, h *household) { h.world.Plex.SetToken("other") }, "Plex", doctor.Fail, "token"},
		"Plex is only shared": {func(_ *testing.T, h *household) {
			h.world.Plex.SetGuest(h.world.Plex.Token())
			h.world.Plex.SetToken("the owner's")
		}, "Plex", doctor.Fail, "can only read"},
		"Stash refuses":    {func(_ *testing.T, h *household) { h.world.Stash.SetAPIKey("other") }, "Stash", doctor.Fail, "API key"},
		"Stash not set up": {func(_ *testing.T, h *household) { h.world.Stash.SetState(sim.StashSetup) }, "Stash", doctor.Fail, "set up"},
		"Plex never asked": {func(t *testing.T, h *household) { h.save(t, func(s *config.Settings) { s.PlexURL = "" }) }, "Outage record", doctor.Warn, "not known yet"},
		"no address":       {func(t *testing.T, h *household) { h.save(t, func(s *config.Settings) { s.StashURL = "" }) }, "Stash", doctor.Fail, "does not know where Stash is"},
		"unknown library": {func(t *testing.T, h *household) {
			h.save(t, func(s *config.Settings) { s.Libraries = []string{"Trains"} })
		}, "Libraries", doctor.Fail, "no library named Trains"},
		"wrong rule": {func(t *testing.T, h *household) {
			h.save(t, func(s *config.Settings) { s.PathMap[0].Plex = "/media/elsewhere" })
		}, "Path rules", doctor.Fail, "0 of 12"},
		"not running": {func(_ *testing.T, h *household) { h.env.Alone = true }, "Lockstep", doctor.Warn, "made without it"},
		"another writer": {func(_ *testing.T, h *household) {
			h.world.Stash.SetPlugin(sim.Plugin{ID: "Stash2Plex", Enabled: true})
		}, "Stash2Plex", doctor.Warn, "undo each other's work"},
		"paused": {func(t *testing.T, h *household) { _ = h.Pause(t.Context(), time.Time{}) }, "Lockstep", doctor.Warn, "paused"},
		"no keyring": {func(_ *testing.T, h *household) {
			h.env.Keyring = func(context.Context) error { return errors.New("it is locked") }
		}, "Secrets", doctor.Warn, "does not respond"},
		"no keyring, but the file allowed": {func(_ *testing.T, h *household) {
			h.place = "file"
			h.env.Keyring = func(context.Context) error { return errors.New("there is none") }
		}, "Secrets", doctor.OK, "in a file that only you can read"},
		"damaged records": {func(_ *testing.T, h *household) {
			h.hurt = "Lines of the history lost to damage on disk: 2."
		}, "Database", doctor.Warn, "lost to damage on disk: 2."},
		"no tray": {func(_ *testing.T, h *household) { h.env.TrayHost = func(context.Context) bool { return false } }, "Tray", doctor.Warn, "no tray icons"},
		"nobody tells": {func(_ *testing.T, h *household) {
			h.env.Notifications = func(context.Context) (string, error) { return "", errors.New("no bus") }
		}, "Notifications", doctor.Warn, "no notifications"},
		"another copy":  {func(_ *testing.T, h *household) { h.env.Autostart = func() (string, error) { return "elsewhere", nil } }, "Autostart", doctor.Warn, "Another copy"},
		"not as wished": {func(_ *testing.T, h *household) { h.env.Autostart = func() (string, error) { return "on", nil } }, "Autostart", doctor.Warn, "settings say that it should not"},
		"clock": {func(_ *testing.T, h *household) {
			h.env.Now = func() time.Time { return time.Now().Add(-3 * time.Hour) }
		},
			"Clock", doctor.Warn, "and Stash differ by "},
		"open database": {func(t *testing.T, h *household) {
			if err := os.Chmod(h.env.Database, 0o644); err != nil {
				t.Fatal(err)
			}
		}, "Database", doctor.Warn, "Other users"},
		"no database": {func(_ *testing.T, h *household) { h.env.Database += ".gone" }, "Database", doctor.Warn, "no database"},
		"no disk":     {func(_ *testing.T, h *household) { h.env.DataDir += "/gone" }, "Disk", doctor.Warn, "could not be read"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHousehold(t, sim.Options{Seed: 2, Scenes: 12}, nil)
			h.until(t, settled)
			test.harm(t, h)
			got := find(t, doctor.Run(t.Context(), h, h.env), test.name)
			if got.State != test.state || !strings.Contains(got.Message.String(), test.words) {
				t.Errorf("got %+v", got)
			}
		})
	}
}

// The doctor counts what needs a person as the headline does.
func TestDoctorCountsScenesThatNeedAPerson(t *testing.T) {
	t.Parallel()
	h := newHousehold(t, sim.Options{Seed: 2, Scenes: 12, Dirt: sim.Dirt{Raw: 2}}, nil)
	h.until(t, func(s api.Snapshot) bool { return settled(s) && s.Standing.NeedYou > 0 })
	got := find(t, doctor.Run(t.Context(), h, h.env), "Queue")
	if got.State != doctor.Warn || got.Message.String() != "2 scenes need attention; 0 scenes are in the queue." || got.Hint.IsZero() {
		t.Errorf("got %+v", got)
	}
}

// silent is an API nobody answers.
type silent struct{ api.API }

func (silent) Snapshot(context.Context) (api.Snapshot, error) {
	return api.Snapshot{}, errors.New("dial unix /run/user/1000/canary folder/x.sock: connection refused")
}

func TestDoctorWorksWithoutAnEngine(t *testing.T) {
	t.Parallel()
	all := doctor.Run(t.Context(), silent{}, doctor.Env{DataDir: t.TempDir()})
	if got := find(t, all, "Lockstep"); got.State != doctor.Fail {
		t.Errorf("got %+v", got)
	}
	find(t, all, "Disk")
}

// unpack reads a bundle.
func unpack(t *testing.T, data []byte) map[string]string {
	t.Helper()
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, f := range r.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		files[f.Name] = string(content)
	}
	return files
}

func TestNoCanaryIsInTheBundle(t *testing.T) {
	t.Parallel()
	h := newHousehold(t, sim.Options{Seed: 3, Scenes: 30, Dirt: sim.Messy()}, func(s *config.Settings) { s.Filter.Tags.Never = []string{"Canary Tag"} })
	h.until(t, settled)
	ids := h.world.Stash.SceneIDs()
	sc, _ := h.world.Stash.Scene(ids[0])
	if err := h.world.Stash.Edit(ids[0], func(s *sim.Scene) { s.Title = canaryTitle }); err != nil {
		t.Fatal(err)
	}
	if _, err := h.SyncNow(t.Context(), api.SyncRequest{}); err != nil {
		t.Fatal(err)
	}
	h.until(t, settled)
	log, err := os.OpenFile(h.env.Log, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	real := slog.New(slog.NewJSONHandler(log, nil))
	path := sc.Files[0].Path
	real.Error("write an item", "name", canaryTitle, "err", "Get \""+h.world.Plex.URL()+"/x?X-Plex-Token="+canaryToken+"\": open "+path+": no such file or directory")
	real.Warn("odd", "anything", "a fjord nobody knows", "key", canaryKey, "path", path)
	if _, err := log.WriteString("panic: " + canaryTitle + " at " + path + " with " + canaryToken + "\n\n\tgoroutine 1\n{\"broken\": \"" + canaryTitle + "\n"); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := doctor.Bundle(t.Context(), &out, h, h.env); err != nil {
		t.Fatal(err)
	}
	files := unpack(t, out.Bytes())
	stem := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	for name, content := range files {
		for _, canary := range []string{canaryToken, canaryKey, canaryTitle, canaryFolder, canaryLib, "Canary Tag", "nobody knows", path, stem, h.env.DataDir, "anary"} {
			if at := strings.Index(strings.ToLower(content), strings.ToLower(canary)); at >= 0 {
				t.Errorf("%s holds %q: …%s…", name, canary, content[max(0, at-80):min(len(content), at+80)])
			}
		}
		if name != "README.txt" && strings.TrimSpace(content) == "" {
			t.Errorf("%s is empty", name)
		}
	}
	if !strings.Contains(files["about.json"], h.env.Version) || !strings.Contains(files["log.txt"], "no such file or directory") {
		t.Errorf("what helps is gone too: %s\n%s", files["about.json"], files["log.txt"])
	}
	if dir := os.Getenv("LOCKSTEP_BUNDLE_OUT"); dir != "" { // to look at one
		for name, content := range files {
			_ = os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600)
		}
	}
	snap, _ := h.Snapshot(t.Context())
	for _, want := range []string{`"lastReconciliation"`, snap.Stash.Name, snap.Plex.Name} {
		if !strings.Contains(files["snapshot.json"], want) {
			t.Errorf("the snapshot lacks %s: %s", want, files["snapshot.json"])
		}
	}
	if len(files) != 11 {
		t.Errorf("%d files", len(files))
	}
}

func TestBundleWithoutAnEngineStillComes(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := doctor.Bundle(t.Context(), &out, api.API(stopped{}), doctor.Env{Version: "test"}); err != nil {
		t.Fatal(err)
	}
	files := unpack(t, out.Bytes())
	if !strings.Contains(files["snapshot.json"], "could not be read") || strings.Contains(files["snapshot.json"], "anary") {
		t.Errorf("got %q", files["snapshot.json"])
	}
}

func TestFullDiskIsReported(t *testing.T) {
	t.Parallel()
	if err := doctor.Bundle(t.Context(), full{}, stopped{}, doctor.Env{}); !errors.Is(err, errFull) {
		t.Errorf("got %v", err)
	}
}

var errFull = errors.New("no space left on device")

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestClockIsLeftOutWhenNobodyTells(t *testing.T) {
	t.Parallel()
	h := newHousehold(t, sim.Options{Seed: 4}, nil)
	h.env.HTTP = &http.Client{Transport: offline{}}
	for _, c := range doctor.Run(t.Context(), h, h.env) {
		if c.Name.Is(message.DoctorClock) {
			t.Errorf("got %+v", c)
		}
	}
}

type offline struct{}

func (offline) RoundTrip(*http.Request) (*http.Response, error) { return nil, errors.New("offline") }
