package desk_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"lockstep/app/desk"
	"lockstep/app/desktoptest"
)

// portal stands in for the desktop's: it answers as it is told.
type portal struct {
	conn  *dbus.Conn
	asked chan request
}

type request struct {
	handle  dbus.ObjectPath
	save    bool
	title   string
	options map[string]dbus.Variant
}

func (p *portal) OpenFile(_, title string, options map[string]dbus.Variant) (dbus.ObjectPath, *dbus.Error) {
	return p.hear(request{title: title, options: options})
}

func (p *portal) SaveFile(_, title string, options map[string]dbus.Variant) (dbus.ObjectPath, *dbus.Error) {
	return p.hear(request{save: true, title: title, options: options})
}

func (p *portal) hear(r request) (dbus.ObjectPath, *dbus.Error) {
	r.handle = dbus.ObjectPath("/org/freedesktop/portal/desktop/request/1_1/" + r.options["handle_token"].Value().(string))
	p.asked <- r
	return r.handle, nil
}

func (p *portal) answer(t *testing.T, r request, code uint32, uris ...string) {
	t.Helper()
	err := p.conn.Emit(r.handle, "org.freedesktop.portal.Request.Response", code, map[string]dbus.Variant{"uris": dbus.MakeVariant(uris)})
	if err != nil {
		t.Fatal(err)
	}
}

// sessionBus is a bus of its own, with no program to ask for files on the path.
func sessionBus(t *testing.T) *desktoptest.Bus {
	t.Helper()
	b, err := desktoptest.StartBus()
	if err != nil {
		t.Skipf("no session bus: %v", err)
	}
	t.Cleanup(b.Close)
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", b.Address)
	t.Setenv("PATH", t.TempDir())
	return b
}

func startPortal(t *testing.T, b *desktoptest.Bus) *portal {
	t.Helper()
	conn, err := dbus.Connect(b.Address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	p := &portal{conn: conn, asked: make(chan request, 1)}
	if err := conn.Export(p, "/org/freedesktop/portal/desktop", "org.freedesktop.portal.FileChooser"); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.RequestName("org.freedesktop.portal.Desktop", 0); err != nil {
		t.Fatal(err)
	}
	return p
}

type answer struct {
	path string
	err  error
}

func choose(ctx context.Context, c desk.FileChoice) <-chan answer {
	out := make(chan answer, 1)
	go func() {
		path, err := desk.ChooseFile(ctx, c)
		out <- answer{path, err}
	}()
	return out
}

func TestFileIsChosenInThePortal(t *testing.T) {
	p := startPortal(t, sessionBus(t))
	for name, tc := range map[string]struct {
		code uint32
		uris []string
		want string
		bad  bool
	}{
		"chosen":           {0, []string{"file:///home/ada/Tidal%20Pools.json"}, "/home/ada/Tidal Pools.json", false},
		"nothing chosen":   {1, nil, "", false},
		"no dialog":        {2, nil, "", true},
		"no file":          {0, nil, "", true},
		"somewhere else":   {0, []string{"sftp://nas/settings.json"}, "", true},
		"more than wanted": {0, []string{"file:///a", "file:///b"}, "", true},
	} {
		t.Run(name, func(t *testing.T) {
			got := choose(t.Context(), desk.FileChoice{Title: "Export", Name: "settings.json", Save: true, Suffix: ".json"})
			r := <-p.asked
			if !r.save || r.title != "Export" || r.options["current_name"].Value() != "settings.json" {
				t.Errorf("asked %+v", r)
			}
			if filters := fmt.Sprintf("%T %v", r.options["filters"].Value(), r.options["filters"].Value()); filters != "[][]interface {} [[*.json [[0 *.json]]]]" {
				t.Errorf("filters %s", filters)
			}
			p.answer(t, r, tc.code, tc.uris...)
			if a := <-got; a.path != tc.want || (a.err != nil) != tc.bad {
				t.Errorf("got %q, %v", a.path, a.err)
			}
		})
	}
}

func TestFileToOpenIsChosenInThePortal(t *testing.T) {
	p := startPortal(t, sessionBus(t))
	got := choose(t.Context(), desk.FileChoice{Title: "Import"})
	r := <-p.asked
	if r.save || r.title != "Import" {
		t.Errorf("asked %+v", r)
	}
	p.answer(t, request{handle: "/somebody/else"}, 0, "file:///wrong")
	p.answer(t, r, 0, "file:///home/ada/settings.json")
	if a := <-got; a.path != "/home/ada/settings.json" || a.err != nil {
		t.Errorf("got %q, %v", a.path, a.err)
	}
}

func TestChoiceEndsWithItsWindow(t *testing.T) {
	p := startPortal(t, sessionBus(t))
	ctx, cancel := context.WithCancel(t.Context())
	got := choose(ctx, desk.FileChoice{Title: "Import"})
	<-p.asked
	cancel()
	if a := <-got; !errors.Is(a.err, context.Canceled) {
		t.Errorf("got %q, %v", a.path, a.err)
	}
}

func TestDesktopWithoutDialogsSaysSoAtOnce(t *testing.T) {
	sessionBus(t)
	begin := time.Now()
	if path, err := desk.ChooseFile(t.Context(), desk.FileChoice{Save: true}); err == nil || path != "" {
		t.Errorf("got %q, %v", path, err)
	}
	if took := time.Since(begin); took > 3*time.Second {
		t.Errorf("took %v", took)
	}
}

// Where there is no portal, the program of KDE is asked.
func TestFileIsChosenInKdialog(t *testing.T) {
	sessionBus(t)
	dir := t.TempDir()
	t.Setenv("PATH", dir)
	for script, want := range map[string]answer{
		"#!/bin/sh\necho /home/ada/$4\n": {path: "/home/ada/settings.json"},
		"#!/bin/sh\nexit 1\n":            {},
		"#!/bin/sh\nexit 2\n":            {err: errors.New("broken")},
	} {
		if err := os.WriteFile(filepath.Join(dir, "kdialog"), []byte(script), 0o700); err != nil {
			t.Fatal(err)
		}
		path, err := desk.ChooseFile(t.Context(), desk.FileChoice{Title: "Export", Name: "settings.json", Save: true})
		if path != want.path || (err != nil) != (want.err != nil) {
			t.Errorf("%q: got %q, %v", script, path, err)
		}
	}
}
