//go:build unix

package stash2plex_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"lockstep/sync/stash2plex"
)

func TestLinksPipesAndFoldersAreNotRead(t *testing.T) {
	t.Parallel()
	dir, other := t.TempDir(), t.TempDir()
	write(t, other, "secret", []byte(`{"1": 1765000000}`))
	write(t, dir, "stats.json", []byte(`{"jobs_processed": 3}`))
	for _, err := range []error{
		os.Symlink(filepath.Join(other, "secret"), filepath.Join(dir, "sync_timestamps.json")),
		os.Symlink("stats.json", filepath.Join(dir, "recovery_state.json")),
		syscall.Mkfifo(filepath.Join(dir, "outage_history.json"), 0o600),
		os.Mkdir(filepath.Join(dir, "circuit_breaker.json"), 0o700),
		os.Symlink("/dev/zero", filepath.Join(dir, "reconciliation_state.json")),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	found, err := stash2plex.Read(dir, base)
	if err != nil {
		t.Fatal(err)
	}
	got := states(found.Files)
	for _, name := range []string{"sync_timestamps.json", "recovery_state.json", "outage_history.json", "circuit_breaker.json", "reconciliation_state.json"} {
		if got[name] != stash2plex.NotAFile {
			t.Errorf("%s is %q", name, got[name])
		}
	}
	if len(found.Synced) != 0 || found.Statistics == nil {
		t.Errorf("%+v", found)
	}
}
