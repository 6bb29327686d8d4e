package desk

import (
	"context"
	"net"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"
)

func listenAt(t *testing.T, path string) net.Listener {
	t.Helper()
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

func environment(values map[string]string) func(string) string {
	return func(name string) string { return values[name] }
}

func TestDisplayOfTheEnvironment(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	listenAt(t, filepath.Join(dir, "wayland-7"))
	for name, c := range map[string]struct {
		system string
		env    map[string]string
		want   string
		known  bool
	}{
		"wayland":                   {"linux", map[string]string{"WAYLAND_DISPLAY": "wayland-7", "XDG_RUNTIME_DIR": dir, "DISPLAY": ":0"}, "wayland-7", true},
		"wayland by its whole path": {"linux", map[string]string{"WAYLAND_DISPLAY": filepath.Join(dir, "wayland-7")}, filepath.Join(dir, "wayland-7"), true},
		"does not answer":           {"linux", map[string]string{"DISPLAY": ":4711"}, ":4711", false},
		"none":                      {"linux", nil, "", false},
		"garbage":                   {"linux", map[string]string{"DISPLAY": "screen"}, "screen", false},
		"Windows":                   {"windows", map[string]string{"DISPLAY": ":0"}, "", false},
		"macOS":                     {"darwin", map[string]string{"DISPLAY": "/private/tmp/x:0"}, "", false},
	} {
		d := displayOf(c.system, environment(c.env))
		if d.Name != c.want || (len(d.dials) > 0) != c.known || d.Gone() {
			t.Errorf("%s: %+v, gone %v", name, d, d.Gone())
		}
	}
}

func TestWhereAnXServerListens(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]target{
		":0": {"unix", "/tmp/.X11-unix/X0"}, ":1.0": {"unix", "/tmp/.X11-unix/X1"}, "unix:2": {"unix", "/tmp/.X11-unix/X2"},
		"localhost:10.0": {"tcp", "localhost:6010"}, "10.0.0.7:0": {"tcp", "10.0.0.7:6000"},
	} {
		if got := x11(name); len(got) == 0 || got[0] != want {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
	for _, name := range []string{"", "0", ":", ":x", ":-1"} {
		if got := x11(name); got != nil {
			t.Errorf("%q: %v", name, got)
		}
	}
}

// server is a display that can go.
type server struct {
	net.Listener
	conns chan net.Conn
}

func newServer(t *testing.T, path string) *server {
	s := &server{listenAt(t, path), make(chan net.Conn, 10)}
	go func() {
		for {
			c, err := s.Accept()
			if err != nil {
				return
			}
			s.conns <- c
		}
	}()
	return s
}

func TestDisplayThatGoesIsNoticed(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "screen")
	s := newServer(t, path)
	d := displayOf("linux", environment(map[string]string{"WAYLAND_DISPLAY": path}))
	_ = (<-s.conns).Close() // that it was there
	gone := make(chan bool, 1)
	go func() { gone <- d.Wait(context.Background()) }()
	// A server that hangs up on who says nothing has not gone.
	_ = (<-s.conns).Close()
	held := <-s.conns
	select {
	case <-gone:
		t.Fatal("gone while it lasts")
	default:
	}
	if d.Gone() {
		t.Error("gone while it lasts")
	}
	_ = (<-s.conns).Close()
	_ = s.Listener.Close()
	_ = held.Close()
	select {
	case yes := <-gone:
		if !yes || !d.Gone() {
			t.Errorf("%v, gone %v", yes, d.Gone())
		}
	case <-time.After(20 * time.Second):
		t.Error("nobody noticed")
	}
}

func TestWaitEndsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
		defer cancel()
		if (Display{Name: ":0"}).Wait(ctx) {
			t.Error("a display nobody knows went")
		}
	})
	path := filepath.Join(t.TempDir(), "screen")
	s := newServer(t, path)
	d := displayOf("linux", environment(map[string]string{"WAYLAND_DISPLAY": path}))
	<-s.conns
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan bool, 1)
	go func() { ended <- d.Wait(ctx) }()
	<-s.conns
	cancel()
	if <-ended {
		t.Error("gone although it lasts")
	}
}

// The screen of the next session often has the name of the last.
func TestAnotherServerOfTheSameNameIsAnotherDisplay(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "screen")
	newServer(t, path)
	d := displayOf("linux", environment(map[string]string{"WAYLAND_DISPLAY": path}))
	if d.Gone() {
		t.Fatal("gone while it lasts")
	}
	d.server++
	if !d.Gone() || !d.Wait(t.Context()) {
		t.Error("the display of another process is taken for it")
	}
}
