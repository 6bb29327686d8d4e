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
	if err := os.MkdirAll(filepath.Dir(at), 0o700); err != nil {
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
	if info, err := os.Stat(filepath.Dir(at)); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("mode of its folder: %v, %v", info, err)
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
}

func TestLongDataFolderFits(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), strings.Repeat("a-very-long-name-", 10))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	l, err := remote.Listen(dir)
	if err != nil {
		t.Fatal(err)
	}
	_ = l.Close()
	if other := remote.Usual(filepath.Dir(dir)); other == remote.Usual(dir) {
		t.Error("two data folders share a socket")
	}
}
