package app_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lockstep/app"
	"lockstep/storage"
	"lockstep/sync/config"
	"lockstep/sync/sim"
	"lockstep/sync/store"
)

// twoValues are different values of an option, neither of them its default.
func twoValues(t *testing.T, o config.Option) (one, other string) {
	t.Helper()
	var found []string
	tries := append([]string{"true", "false", "7", "8", "2h", "3h", "22:15", "23:15", "2s", "3s", "40d", "41d", "http://a.test:1", "http://b.test:2", "/a => /b", "/c => /d"}, o.Choices...)
	for _, v := range tries {
		s := config.Defaults()
		if o.Set(&s, v) != nil || s.Validate() != nil || o.Bool && len(found) == 1 {
			continue
		}
		if got := o.Get(s); o.Bool || got != o.Get(config.Defaults()) && (len(found) == 0 || got != found[0]) {
			found = append(found, got)
		}
	}
	if o.Bool {
		return found[0], map[string]string{"true": "false", "false": "true"}[found[0]]
	}
	if len(found) < 2 {
		t.Fatalf("%s: no two values found: %v", o.Name, found)
	}
	return found[0], found[1]
}

// stored are the settings without any flag or variable.
func (s *shell) stored(name string) string {
	s.t.Helper()
	bare := *s
	bare.env = map[string]string{"LOCKSTEP_DATA_DIR": s.env["LOCKSTEP_DATA_DIR"], "HOME": s.env["HOME"]}
	var out struct{ Settings map[string]string }
	bare.json(app.ExitFine, &out, "settings")
	return out.Settings[name]
}

func TestSettingBehindAVariableIsStored(t *testing.T) {
	t.Parallel()
	for _, o := range config.Options() {
		t.Run(o.Name, func(t *testing.T) {
			t.Parallel()
			one, other := twoValues(t, o)
			ways := map[string]func(s *shell, value string) result{
				"set": func(s *shell, value string) result { return s.run("settings", "set", o.Name, value) },
				"import": func(s *shell, value string) result {
					data, _ := json.Marshal(map[string]string{o.Name: value}) // never fails
					file := filepath.Join(t.TempDir(), "settings.json")
					if err := os.WriteFile(file, data, 0o600); err != nil {
						t.Fatal(err)
					}
					return s.run("settings", "import", file)
				},
			}
			for way, do := range ways {
				s := newShell(t)
				s.env[o.Env()] = one
				r := do(s, other)
				if r.code != app.ExitFine || !strings.Contains(r.out, "But "+o.Env()+" sets") {
					t.Errorf("%s: code %d, it does not say what overrides it: %s%s", way, r.code, r.out, r.err)
				}
				if got := s.stored(o.Name); got != other {
					t.Errorf("%s: stored %q, want %q", way, got, other)
				}
				// The value of the variable itself can be stored too, and hides nothing.
				if r = do(s, one); r.code != app.ExitFine || strings.Contains(r.out, "But ") {
					t.Errorf("%s the same value: code %d: %s%s", way, r.code, r.out, r.err)
				}
				if got := s.stored(o.Name); got != one {
					t.Errorf("%s the same value: stored %q, want %q", way, got, one)
				}
			}
		})
	}
}

func TestWhatOverridesASettingInJSON(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	s.env["LOCKSTEP_MAX_TAGS"] = "7"
	var out struct {
		OK         bool
		Overridden map[string]string
	}
	s.json(app.ExitFine, &out, "settings", "set", "max-tags", "33")
	if !out.OK || out.Overridden["max-tags"] != "LOCKSTEP_MAX_TAGS" {
		t.Errorf("got %+v", out)
	}
	s.json(app.ExitFine, &out, "settings", "set", "max-tags", "34", "--max-tags", "8")
	if out.Overridden["max-tags"] != "--max-tags" {
		t.Errorf("got %+v", out)
	}
}

// machine is the Plex server the data folder is bound to.
func (s *shell) machine() (m any) {
	s.t.Helper()
	db, err := storage.ReadOnly(s.dir())
	if err != nil {
		s.t.Fatal(err)
	}
	defer db.Close()
	if err := db.View(func(tx store.Tx) error { _, err := tx.Value("plex.machine", &m); return err }); err != nil {
		s.t.Fatal(err)
	}
	return m
}

// Saving anything while a variable has the address must not make Lockstep accept
// whatever server answers there.
func TestSavingBehindAVariableKeepsTheServer(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	s.world(sim.Options{Seed: 3, Scenes: 5})
	s.run("headless", "--once")
	if s.machine() == nil {
		t.Fatal("no server is known")
	}
	for _, set := range [][]string{{"pace", "gentle"}, {"plex-url", "http://elsewhere.test:32400"}} {
		if r := s.run("settings", "set", set[0], set[1]); r.code != app.ExitFine {
			t.Fatal(r.err)
		}
		if s.machine() == nil {
			t.Errorf("after setting %s no server is known any more", set[0])
		}
	}
}
