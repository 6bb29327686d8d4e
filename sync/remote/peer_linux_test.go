package remote_test

import (
	"net"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"

	"lockstep/sync/remote"
)

// nobody is a user that is not us.
const nobody = 65534

// dialAs connects as another user. The thread is given up with the goroutine, because
// it cannot come back.
func dialAs(uid int, at string) error {
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		if _, _, e := unix.RawSyscall(unix.SYS_SETRESUID, ^uintptr(0), uintptr(uid), ^uintptr(0)); e != 0 {
			done <- e
			return
		}
		c, err := net.Dial("unix", at)
		if err != nil {
			done <- err
			return
		}
		defer c.Close()
		if _, err = c.Write([]byte("POST /ping HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")); err == nil {
			_, err = c.Read(make([]byte, 1))
		}
		done <- err
	}()
	return <-done
}

func TestForeignUserIsRefused(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		t.Skip("only root can be somebody else")
	}
	_, dir := serve(t, remote.Server{API: &fake{}}, remote.Listen)
	at := remote.Usual(dir)
	if err := dialAs(nobody, at); err == nil {
		t.Error("another user passed the folder")
	}
	// Even with the permissions gone wrong the kernel still says who it is.
	open := filepath.Join("/tmp", filepath.Base(dir)+filepath.Base(at))
	if err := os.Rename(at, open); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Remove(open) })
	if err := os.Chmod(open, 0o666); err != nil {
		t.Fatal(err)
	}
	if err := dialAs(0, open); err != nil {
		t.Fatalf("the same user: %v", err)
	}
	if err := dialAs(nobody, open); err == nil {
		t.Error("another user was answered")
	}
}
