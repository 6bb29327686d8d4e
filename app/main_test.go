package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zalando/go-keyring"

	"lockstep/app"
	"lockstep/sync/sim"
)

// patience bounds waits across processes' worth of work; reaching it is a failure.
const patience = 60 * time.Second

func TestMain(m *testing.M) {
	keyring.MockInit() // no test may touch the keyring of whoever runs it
	os.Exit(m.Run())
}

// buffer is a bytes.Buffer for several goroutines.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// shell runs Lockstep as from a terminal, on a data folder of the test.
type shell struct {
	t   *testing.T
	env map[string]string
	in  string
}

func newShell(t *testing.T) *shell {
	t.Helper()
	return &shell{t: t, env: map[string]string{"LOCKSTEP_DATA_DIR": filepath.Join(t.TempDir(), "data"), "HOME": t.TempDir()}}
}

// result is what a command left behind.
type result struct {
	code     int
	out, err string
}

// run carries out one command to its end.
func (s *shell) run(args ...string) result {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), patience)
	defer cancel()
	return s.runUntil(ctx, args...)
}

func (s *shell) runUntil(ctx context.Context, args ...string) result {
	var out, err buffer
	code := app.Main(ctx, app.Program{
		Version: "test", Args: args, In: strings.NewReader(s.in), Out: &out, Err: &err,
		Env: func(name string) (string, bool) { v, ok := s.env[name]; return v, ok },
	})
	return result{code, out.String(), err.String()}
}

// ok runs a command that must end with the code and prints JSON.
func (s *shell) json(want int, into any, args ...string) {
	s.t.Helper()
	r := s.run(append(args, "--json")...)
	if r.code != want {
		s.t.Fatalf("%v ended with %d, want %d\nout: %s\nerr: %s", args, r.code, want, r.out, r.err)
	}
	if err := json.Unmarshal([]byte(r.out), into); err != nil {
		s.t.Fatalf("%v: %v in %s", args, err, r.out)
	}
}

// world starts simulated servers and points the shell at them.
func (s *shell) world(o sim.Options) *sim.World {
	s.t.Helper()
	w := sim.NewWorld(o)
	if err := w.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = w.Close() })
	s.env["LOCKSTEP_STASH_URL"], s.env["LOCKSTEP_PLEX_URL"] = w.Stash.URL(), w.Plex.URL()
	s.env["LOCKSTEP_STASH_API_KEY"], s.env["LOCKSTEP_PLEX_TOKEN"] = o.StashAPIKey, w.Plex.Token()
	s.env["LOCKSTEP_PLEX_LIBRARY"] = w.Library() + ";" + sim.ArchiveLibrary
	s.env["LOCKSTEP_PATH_MAP"] = w.StashRoot() + " => " + w.PlexRoot()
	s.env["LOCKSTEP_PACE"] = "full"
	return w
}

func (s *shell) dir() string { return s.env["LOCKSTEP_DATA_DIR"] }
