package desk_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lockstep/app/desk"
)

// state fails the test unless the autostart is as wanted.
func state(t *testing.T, a desk.Autostart, want desk.State) {
	t.Helper()
	if got, err := a.State(); err != nil || got != want {
		t.Errorf("got %s, %v; want %s", got, err, want)
	}
}

func TestAutostartIsSwitchedOnAndOff(t *testing.T) {
	config := t.TempDir()
	t.Setenv("XDG_CONFIG_HOME", config)
	a := desk.Autostart{ID: "test.Lockstep", Name: "Lockstep", Program: "/opt/My Apps/lockstep", Args: []string{"--hidden"}}
	state(t, a, desk.Off)
	for range 2 {
		if err := a.Set(true); err != nil {
			t.Fatal(err)
		}
		state(t, a, desk.On)
	}
	place := filepath.Join(config, "autostart", "test.Lockstep.desktop")
	content, err := os.ReadFile(place)
	if err != nil || !strings.Contains(string(content), "Exec=\"/opt/My Apps/lockstep\" --hidden\n") {
		t.Errorf("got %s, %v", content, err)
	}
	if left, _ := filepath.Glob(filepath.Join(config, "autostart", ".*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	for range 2 {
		if err := a.Set(false); err != nil {
			t.Fatal(err)
		}
		state(t, a, desk.Off)
	}
}

func TestEntryOfAnotherCopyIsSeenAndTakenOver(t *testing.T) {
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	old := desk.Autostart{ID: "test.Lockstep", Name: "Lockstep", Program: "/home/a/Downloads/lockstep"}
	if err := old.Set(true); err != nil {
		t.Fatal(err)
	}
	a := old
	a.Program = "/usr/bin/lockstep"
	state(t, a, desk.Elsewhere)
	if err := a.Follow(false); err != nil {
		t.Fatal(err)
	}
	state(t, old, desk.On)
	if err := a.Follow(true); err != nil {
		t.Fatal(err)
	}
	state(t, a, desk.On)
	if err := a.Follow(false); err != nil {
		t.Fatal(err)
	}
	state(t, a, desk.Off)
}

func TestWhatTheDesktopSwitchedOffStaysOff(t *testing.T) {
	config := t.TempDir()
	t.Setenv("XDG_CONFIG_HOME", config)
	a := desk.Autostart{ID: "test.Lockstep", Name: "Lockstep", Program: "/usr/bin/lockstep"}
	place := filepath.Join(config, "autostart", "test.Lockstep.desktop")
	for _, off := range []string{"Hidden=true", "X-GNOME-Autostart-enabled=false", "Hidden = true"} {
		if err := a.Set(true); err != nil {
			t.Fatal(err)
		}
		content, err := os.ReadFile(place)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(place, append(content, []byte(off+"\n")...), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := a.Follow(true); err != nil {
			t.Fatal(err)
		}
		state(t, a, desk.Refused)
	}
	if err := a.Follow(false); err != nil {
		t.Fatal(err)
	}
	state(t, a, desk.Off)
	if err := a.Follow(true); err != nil {
		t.Fatal(err)
	}
	state(t, a, desk.On)
}

func TestRelativeProgramIsRefused(t *testing.T) {
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	if err := (desk.Autostart{ID: "x", Program: "lockstep"}).Set(true); err == nil {
		t.Error("no error")
	}
}

func TestFolderThatCannotBeWrittenIsReported(t *testing.T) {
	config := t.TempDir()
	t.Setenv("XDG_CONFIG_HOME", config)
	if err := os.WriteFile(filepath.Join(config, "autostart"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := (desk.Autostart{ID: "x", Program: "/usr/bin/lockstep"}).Set(true); err == nil {
		t.Error("no error")
	}
}

func TestSelfIsThisProgram(t *testing.T) {
	t.Parallel()
	a, err := desk.Self("--hidden")
	if err != nil || !filepath.IsAbs(a.Program) || a.ID != desk.ID || len(a.Args) != 1 {
		t.Errorf("got %+v, %v", a, err)
	}
	if err := desk.AllowFront(os.Getpid()); err != nil {
		t.Error(err)
	}
}
