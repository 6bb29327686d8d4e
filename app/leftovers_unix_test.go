//go:build unix

package app_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"lockstep/app"
	"lockstep/sync/sim"
)

// In a folder others may write, a link with the name of the log leads to a file of theirs, or to another one of ours.
func TestNothingIsWrittenThroughALinkInTheDataFolder(t *testing.T) {
	t.Parallel()
	for _, name := range []string{app.LogName, "crash.txt"} {
		s := newShell(t)
		s.world(sim.Options{Seed: 1, Scenes: 2})
		if err := os.MkdirAll(s.dir(), 0o700); err != nil {
			t.Fatal(err)
		}
		theirs := filepath.Join(t.TempDir(), "theirs")
		if err := os.WriteFile(theirs, []byte("theirs"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(theirs, filepath.Join(s.dir(), name)); err != nil {
			t.Fatal(err)
		}
		got := s.run("headless", "--once")
		if got.code != 0 || !strings.Contains(got.err, "a link, which may lead anywhere") {
			t.Errorf("%s: %d, %s", name, got.code, got.err)
		}
		if now, err := os.ReadFile(theirs); err != nil || string(now) != "theirs" {
			t.Errorf("%s: the other file is now %q, %v", name, now, err)
		}
	}
}

func TestADataFolderThatEverybodyCanWriteIsSaid(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	s.world(sim.Options{Seed: 1, Scenes: 2})
	if err := os.MkdirAll(s.dir(), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(s.dir(), 0o777); err != nil {
		t.Fatal(err)
	}
	if got := s.run("headless", "--once"); !strings.Contains(got.err, "every user of this computer can write to the data folder") {
		t.Errorf("the log says %s", got.err)
	}
	if got := s.run("doctor"); !strings.Contains(got.out, "Every user of this computer can write to the data folder.") {
		t.Errorf("the doctor says %s", got.out)
	}
}

func TestWhatIsNoExportIsRefusedAtOnce(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	dir := t.TempDir()
	pipe := filepath.Join(dir, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{pipe: "is not a file", dir: "is not a file", filepath.Join(dir, "missing"): "missing"}
	for name, content := range map[string]string{"null": "null", "list": "[]", "empty": "", "nothing": "{}", "huge": strings.Repeat(" ", 2<<20), "text": `"x"`} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		want[path] = "this is not a settings export"
	}
	for path, words := range want {
		got := s.run("settings", "import", path)
		if got.code == 0 || !strings.Contains(got.err, words) {
			t.Errorf("%s: %d, %s%s", path, got.code, got.out, got.err)
		}
	}
}

func TestAnExportHoldsWhatIsStored(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	if got := s.run("settings", "set", "max-tags", "33"); got.code != 0 {
		t.Fatal(got)
	}
	s.env["LOCKSTEP_MAX_TAGS"] = "7"
	file := filepath.Join(t.TempDir(), "settings.json")
	for _, args := range [][]string{{"settings", "export"}, {"settings", "export", file}} {
		got := s.run(args...)
		data := []byte(got.out)
		if len(args) == 3 {
			data, _ = os.ReadFile(file)
		}
		values := map[string]string{}
		if err := json.Unmarshal(data, &values); err != nil || values["max-tags"] != "33" {
			t.Errorf("%v: max-tags is %q, %v", args, values["max-tags"], err)
		}
		if !strings.Contains(got.err, "max-tags is exported as stored; LOCKSTEP_MAX_TAGS currently overrides it") {
			t.Errorf("%v says %s", args, got.err)
		}
	}
}

func TestHelpOfHeadlessShowsTheSettings(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	if got := s.run("headless", "--help"); !strings.Contains(got.out, "--max-tags") {
		t.Errorf("got %s", got.out)
	}
	if got := s.run("status", "--help"); strings.Contains(got.out, "--max-tags") {
		t.Errorf("got %s", got.out)
	}
}
