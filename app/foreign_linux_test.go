package app_test

import (
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"lockstep/app"
	"lockstep/storage"
)

// listenAs has another user listen. The thread is given up with the goroutine, because it
// cannot come back.
func listenAs(t *testing.T, uid int, at string) {
	t.Helper()
	var l net.Listener
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		if _, _, e := unix.RawSyscall(unix.SYS_SETRESUID, ^uintptr(0), uintptr(uid), ^uintptr(0)); e != 0 {
			done <- e
			return
		}
		var err error
		l, err = net.Listen("unix", at)
		done <- err
	}()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
}

func TestDataFolderInUseByAnotherUser(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root can be somebody else")
	}
	t.Setenv("XDG_RUNTIME_DIR", "")
	s := newShell(t)
	dir, err := os.MkdirTemp("/tmp", "shared")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	s.env["LOCKSTEP_DATA_DIR"] = dir
	listenAs(t, 65534, filepath.Join(dir, "lockstep.sock"))
	s.in = "canary-token"
	if r := s.run("secret", "set", "plex-token"); r.code != app.ExitFine {
		t.Errorf("with a socket of another user and nobody at work: %d %s%s", r.code, r.out, r.err)
	}

	listenAs(t, 65534, filepath.Join(dir, "lockstep.sock"))
	lock, err := storage.Lock(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Unlock()
	begun := time.Now()
	r := s.run("secret", "set", "plex-token")
	if r.code != app.ExitError || !strings.Contains(r.err, "belongs to another user") || time.Since(begun) > 5*time.Second {
		t.Errorf("after %s: %d %s%s", time.Since(begun), r.code, r.out, r.err)
	}
}
