package desk

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// Display is the screen of the session this process belongs to. Where nobody can tell
// whether it lasts, as on Windows and macOS, which end what belongs to a session
// themselves, its Name is empty and it is never gone.
type Display struct {
	Name  string // as the environment has it
	dials []target
	// server is the process that serves it: the next session's often has the same name.
	server int
}

// target is where a display server may listen.
type target struct{ network, address string }

// Here is the display of this process.
func Here() Display { return displayOf(runtime.GOOS, os.Getenv) }

// displayOf reads the environment. A display that does not answer now is not known to be
// one that can go.
func displayOf(system string, env func(string) string) Display {
	if system == "windows" || system == "darwin" {
		return Display{}
	}
	d := Display{Name: env("DISPLAY"), dials: x11(env("DISPLAY"))}
	if name := env("WAYLAND_DISPLAY"); name != "" {
		path := name
		if !filepath.IsAbs(path) {
			path = filepath.Join(env("XDG_RUNTIME_DIR"), name)
		}
		d = Display{Name: name, dials: []target{{"unix", path}}}
	}
	c := d.reach()
	if c == nil {
		return Display{Name: d.Name}
	}
	d.server = serverOf(c)
	_ = c.Close()
	return d
}

// x11 reads HOST:NUMBER.SCREEN.
func x11(name string) []target {
	host, number, ok := strings.Cut(name, ":")
	number, _, _ = strings.Cut(number, ".")
	n, err := strconv.Atoi(number)
	switch {
	case !ok || err != nil || n < 0:
		return nil
	case host != "" && host != "unix":
		return []target{{"tcp", net.JoinHostPort(host, strconv.Itoa(6000+n))}}
	}
	path := "/tmp/.X11-unix/X" + number
	return []target{{"unix", path}, {"unix", "@" + path}}
}

const (
	// answers is how long a display may take to accept a connection.
	answers = 2 * time.Second
	// patience is how long after it hung up it is tried again, and how long one that does
	// not answer has to come back.
	patience = time.Second
)

// dial connects, nil if the display does not answer or another one has its name by now.
func (d Display) dial() net.Conn {
	c := d.reach()
	if c != nil && serverOf(c) != d.server {
		_ = c.Close()
		return nil
	}
	return c
}

func (d Display) reach() net.Conn {
	for _, t := range d.dials {
		if c, err := net.DialTimeout(t.network, t.address, answers); err == nil { //nolint:noctx // bounded by answers
			return c
		}
	}
	return nil
}

// Gone reports whether the display is there no more.
func (d Display) Gone() bool {
	if len(d.dials) == 0 {
		return false
	}
	c := d.dial()
	if c != nil {
		_ = c.Close()
	}
	return c == nil
}

// Wait blocks until the display is gone, which it reports, or ctx ends. It keeps a
// connection open that says nothing and waits for the end of it: that costs nothing.
func (d Display) Wait(ctx context.Context) bool {
	if len(d.dials) == 0 {
		<-ctx.Done()
		return false
	}
	for missed := 0; missed < 2; {
		if c := d.dial(); c != nil {
			missed = 0
			hold(ctx, c) // a server may also hang up on who says nothing
		} else {
			missed++
		}
		select {
		case <-ctx.Done():
			return false
		case <-time.After(patience):
		}
	}
	return true
}

// hold waits until the other side hangs up or ctx ends.
func hold(ctx context.Context, c net.Conn) {
	defer context.AfterFunc(ctx, func() { _ = c.SetReadDeadline(time.Now()) })()
	_, _ = c.Read(make([]byte, 1))
	_ = c.Close()
}
