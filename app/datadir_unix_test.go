//go:build !windows

package app_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lockstep/app"
)

// Every way to get the data folder wrong has its own sentence, and makes nothing.
func TestWrongDataFolder(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	at := func(name string) string { return filepath.Join(home, name) }
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	must(os.WriteFile(at("file"), nil, 0o600))
	must(os.Symlink("circle", at("circle")))
	must(os.Symlink(at("unplugged/lockstep"), at("dangling")))
	must(os.Symlink(at("file"), at("to-file")))
	tests := map[string]struct {
		dir  string
		code int
		says string
	}{
		"a file":                   {at("file"), app.ExitError, "is a file."},
		"a link to a file":         {at("to-file"), app.ExitError, "is a file."},
		"below a file":             {at("file/data"), app.ExitError, at("file") + " is a file."},
		"far below a file":         {at("file/a/b/data"), app.ExitError, at("file") + " is a file."},
		"a device":                 {"/dev/null", app.ExitError, "is a file."},
		"a link in a circle":       {at("circle"), app.ExitError, "points back to itself"},
		"a link to nowhere":        {at("dangling"), app.ExitError, "is a link to " + at("unplugged/lockstep")},
		"no folder above":          {at("unplugged/lockstep"), app.ExitError, at("unplugged") + " does not exist"},
		"no folders above":         {at("unplugged/a/lockstep"), app.ExitError, at("unplugged/a") + " does not exist"},
		"a name too long":          {at(strings.Repeat("n", 300)), app.ExitError, "name of the data folder is too long"},
		"a path too long":          {at(strings.Repeat("name/", 2000)), app.ExitError, "name of the data folder is too long"},
		"a tilde":                  {"~/lockstep", app.ExitUsage, "only a shell replaces"},
		"a tilde with a name":      {"~anna/lockstep", app.ExitUsage, "only a shell replaces"},
		"empty":                    {"", app.ExitUsage, "--data-dir is empty"},
		"blank":                    {"  ", app.ExitUsage, "--data-dir is empty"},
		"two lines":                {at("a\nb"), app.ExitUsage, "line break"},
		"a NUL":                    {at("a\x00b"), app.ExitUsage, "control character"},
		"a file system not for us": {"/proc/lockstep", app.ExitError, "/proc"},
	}
	for name, c := range tests {
		for _, command := range [][]string{{"status"}, {"settings", "set", "pace", "gentle"}, {"headless"}, {"doctor"}} {
			if name == "a file system not for us" && command[0] == "status" {
				continue // nothing was stored there, which is no error
			}
			s := newShell(t)
			r := s.run(append(command, "--data-dir", c.dir)...)
			if r.code != c.code || !strings.Contains(r.err, c.says) || len(r.err) > 400+2*len(home) {
				t.Errorf("%s, %s: code %d, want %d and %q in %.600s%.600s", name, command[0], r.code, c.code, c.says, r.out, r.err)
			}
			if strings.Contains(r.err, "See the log") || strings.Contains(r.err, "check the disk") && name != "a file system not for us" {
				t.Errorf("%s: nobody knows what to do with %.300s", name, r.err)
			}
		}
	}
	if left, err := os.ReadDir(home); err != nil || len(left) != 4 {
		t.Errorf("something was made: %v, %v", left, err)
	}
}

func TestDataFolderFromAVariable(t *testing.T) {
	t.Parallel()
	for dir, says := range map[string]string{"data/lockstep": "depends on the folder", "~/lockstep": "only a shell", "  ": "LOCKSTEP_DATA_DIR is empty"} {
		s := newShell(t)
		s.env["LOCKSTEP_DATA_DIR"] = dir
		if r := s.run("status"); r.code != app.ExitUsage || !strings.Contains(r.err, says) || !strings.Contains(r.err, "LOCKSTEP_DATA_DIR") {
			t.Errorf("%q: code %d, want %q in %s", dir, r.code, says, r.err)
		}
	}
}

func TestGoodDataFolders(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	if err := os.Mkdir(filepath.Join(home, "real"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("real", filepath.Join(home, "link")); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{filepath.Join(home, "new"), filepath.Join(home, "link"), filepath.Join(home, "with a blank"), filepath.Join(home, "Größe"), home + "/a/../b/"} {
		s := newShell(t)
		for _, command := range [][]string{{"status"}, {"settings", "set", "pace", "gentle"}, {"settings"}} {
			if r := s.run(append(command, "--data-dir="+dir)...); r.code != app.ExitFine {
				t.Errorf("%s %v: code %d: %s", dir, command, r.code, r.err)
			}
		}
	}
	// The usual place is made with everything above it.
	s := newShell(t)
	delete(s.env, "LOCKSTEP_DATA_DIR")
	s.env["XDG_DATA_HOME"] = filepath.Join(home, "not", "there", "yet")
	if r := s.run("settings", "set", "pace", "gentle"); r.code != app.ExitFine {
		t.Errorf("the usual place: code %d: %s", r.code, r.err)
	}
}
