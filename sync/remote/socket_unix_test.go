//go:build !windows

package remote_test

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lockstep/sync/remote"
)

func TestDeadSocketIsReplaced(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	at := remote.Usual(dir)
	if err := os.MkdirAll(filepath.Dir(at), 0o700); err != nil { // within the runtime folder, if there is one
		t.Fatal(err)
	}
	dead, err := net.ListenUnix("unix", &net.UnixAddr{Name: at, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	dead.SetUnlinkOnClose(false) // as a killed process leaves it
	if err := dead.Close(); err != nil {
		t.Fatal(err)
	}
	if _, _, err := remote.Connect(t.Context(), dir, "1.0"); !errors.Is(err, remote.ErrNotRunning) {
		t.Fatalf("a dead socket: got %v, want ErrNotRunning", err)
	}
	l, err := remote.Listen(dir)
	if err != nil {
		t.Fatalf("listen over a dead socket: %v", err)
	}
	if info, err := os.Stat(at); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode of the socket: %v, %v", info, err)
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
}

func TestLongDataFolderFits(t *testing.T) {
	t.Setenv("XDG_RUNTIME_DIR", "")
	dir := filepath.Join(t.TempDir(), strings.Repeat("a-very-long-name-", 10))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	hello(t, dir)
	if network, at := remote.At(dir); network != "" {
		t.Errorf("an address is left: %s %s", network, at)
	}
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	if remote.Usual(filepath.Dir(dir)) == remote.Usual(dir) {
		t.Error("two data folders share a socket")
	}
}

// hello makes sure that a server of the data folder is reached.
func hello(t *testing.T, dir string) {
	t.Helper()
	l, err := remote.Listen(dir)
	if err != nil {
		t.Fatal(err)
	}
	reached(t, dir, l)
}

func TestSocketIsWhereOnlyTheUserWrites(t *testing.T) {
	for name, runtimeDir := range map[string]string{"no runtime folder": "", "a relative one": "run", "one that is too long": "/" + strings.Repeat("r", 200)} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("XDG_RUNTIME_DIR", runtimeDir)
			dir := t.TempDir()
			if got, want := remote.Usual(dir), filepath.Join(dir, "lockstep.sock"); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		})
	}
}
