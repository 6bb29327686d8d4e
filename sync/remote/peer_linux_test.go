package remote_test

import (
	"errors"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"testing"

	"golang.org/x/sys/unix"

	"lockstep/sync/remote"
)

// nobody is a user that is not us.
const nobody = 65534

// as runs fn as another user. The thread is given up with the goroutine, because it
// cannot come back.
func as(uid int, fn func() error) error {
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		if _, _, e := unix.RawSyscall(unix.SYS_SETRESUID, ^uintptr(0), uintptr(uid), ^uintptr(0)); e != 0 {
			done <- e
			return
		}
		done <- fn()
	}()
	return <-done
}

// dialAs connects as another user and asks something.
func dialAs(uid int, at string) error {
	return as(uid, func() error {
		c, err := net.Dial("unix", at)
		if err != nil {
			return err
		}
		defer c.Close()
		if _, err = c.Write([]byte("POST /ping HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")); err == nil {
			_, err = c.Read(make([]byte, 1))
		}
		return err
	})
}

// squat has another user listen in the place of Lockstep and answer as Lockstep does. What
// it hears is returned once it has ended.
func squat(t *testing.T, at string) (received func() []string) {
	t.Helper()
	var l net.Listener
	err := as(nobody, func() (err error) {
		if err := os.MkdirAll(filepath.Dir(at), 0o777); err != nil {
			return err
		}
		if l, err = net.Listen("unix", at); err != nil {
			return err
		}
		return os.Chmod(at, 0o777)
	})
	if err != nil {
		t.Fatalf("squat: %v", err)
	}
	return listenTo(t, l)
}

// listenTo serves a false Lockstep.
func listenTo(t *testing.T, l net.Listener) (received func() []string) {
	var mu sync.Mutex
	var all []string
	srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		mu.Lock()
		all = append(all, r.URL.Path+" "+string(body))
		mu.Unlock()
		switch r.URL.Path {
		case "/ping":
			_, _ = io.WriteString(w, `{"version":"1.0","pid":1,"lasting":true,"windows":true}`)
		default:
			_, _ = io.WriteString(w, `{}`)
		}
	})}
	go srv.Serve(l) //nolint:errcheck // it ends with the test
	t.Cleanup(func() { _ = srv.Close() })
	return func() []string {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(all)
	}
}

// shared is a folder everybody may write, as /tmp is.
func shared(t *testing.T) string {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("only root can be somebody else")
	}
	dir, err := os.MkdirTemp("/tmp", "shared")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o777|fs.ModeSticky); err != nil {
		t.Fatal(err)
	}
	return dir
}

// A runtime folder that everybody may write stands for every place another user can be in
// first: the data folder's name is no secret.
func TestSquatterIsToldNothing(t *testing.T) {
	t.Setenv("XDG_RUNTIME_DIR", shared(t))
	dir := t.TempDir()
	received := squat(t, remote.Usual(dir))
	_, _, err := remote.Connect(t.Context(), dir, "1.0")
	if !errors.Is(err, remote.ErrNotRunning) || !errors.Is(err, remote.ErrForeign) {
		t.Errorf("got %v, want not running, and that another user is there", err)
	}
	hello(t, dir) // and it is no obstacle
	if got := received(); len(got) > 0 {
		t.Errorf("the other user received %q", got)
	}
}

func TestSocketOfAnotherUserInTheDataFolder(t *testing.T) {
	t.Setenv("XDG_RUNTIME_DIR", "")
	dir := shared(t)
	received := squat(t, remote.Usual(dir))
	if _, _, err := remote.Connect(t.Context(), dir, "1.0"); !errors.Is(err, remote.ErrForeign) {
		t.Errorf("got %v, want that another user is there", err)
	}
	hello(t, dir)
	if got := received(); len(got) > 0 {
		t.Errorf("the other user received %q", got)
	}
}

func TestAddressFileOfAnotherUserIsNotUsed(t *testing.T) {
	t.Setenv("XDG_RUNTIME_DIR", "")
	tests := map[string]func(file string) error{
		"it is the other user's":    func(file string) error { return os.Chown(file, nobody, nobody) },
		"everybody may write to it": func(file string) error { return os.Chmod(file, 0o666) },
	}
	for name, spoil := range tests {
		t.Run(name, func(t *testing.T) {
			dir := shared(t)
			_, theirs := serve(t, remote.Server{API: &fake{}}, remote.Loopback) // it knows its token
			data, err := os.ReadFile(filepath.Join(theirs, remote.AddressFile))
			if err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(dir, remote.AddressFile)
			if err := errors.Join(os.WriteFile(file, data, 0o600), spoil(file)); err != nil {
				t.Fatal(err)
			}
			if _, _, err := remote.Connect(t.Context(), dir, "1.0"); !errors.Is(err, remote.ErrNotRunning) {
				t.Errorf("got %v, want ErrNotRunning", err)
			}
		})
	}
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
