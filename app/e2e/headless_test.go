//go:build e2e

package e2e

import (
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lockstep/sync/sim"
)

// summary is what `headless --once --json` prints.
type summary struct {
	Finished bool
	Written  int
	Skipped  int
	Dead     int
	NeedsYou int
	Reasons  map[string]int
	Error    *struct{ Class, Server, Words, Hint string }
}

// server is a household without a desktop.
func server(t *testing.T, o sim.Options) *household {
	t.Helper()
	t.Parallel()
	// Not the test's own folder: sockets live beside it, and their paths are limited.
	home, err := os.MkdirTemp("", "server")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(home) })
	dir := filepath.Join(home, "lockstep")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	return newHousehold(t, dir, o)
}

// once syncs everything and returns the exit code with what was said.
func (h *household) once(args ...string) (summary, answer) {
	h.t.Helper()
	a := h.command(append([]string{"headless", "--once", "--json"}, args...)...)
	var s summary
	if err := json.Unmarshal([]byte(a.out), &s); err != nil {
		h.t.Fatalf("headless --once --json: %v: %s%s", err, a.out, a.problems)
	}
	return s, a
}

func TestHeadlessOnceTwiceWritesOnce(t *testing.T) {
	h := server(t, sim.Options{Seed: 5, Scenes: 120, Dirt: sim.Messy(), MultiFile: 6})
	want := h.world.Expect()
	s, a := h.once()
	if !s.Finished || s.Dead != 0 || a.code != 3 {
		t.Errorf("first run: %+v, code %d\n%s", s, a.code, a.problems)
	}
	if err := h.inStep(); err != nil {
		t.Errorf("after the first run: %v", err)
	}
	reasons := 0
	for _, n := range s.Reasons {
		reasons += n
	}
	if reasons != len(want) {
		t.Errorf("%d scenes have a reason (%v), %d should", reasons, s.Reasons, len(want))
	}
	writes := h.world.Plex.Mutations()
	s, a = h.once()
	if n := h.world.Plex.Mutations() - writes; n != 0 || !s.Finished || s.Written != 0 {
		t.Errorf("the second run wrote %d times: %+v, code %d", n, s, a.code)
	}
	h.noToken()
}

func TestHeadlessOnceWithoutAnySceneEndsWell(t *testing.T) {
	h := server(t, tidy())
	if s, a := h.once(); a.code != 0 || s.NeedsYou != 0 || !s.Finished {
		t.Errorf("%+v, code %d\n%s", s, a.code, a.problems)
	}
}

// TestTroubleIsOneSentenceAndAHint: whatever is wrong at the start, people read one
// sentence that says what, and one that says what to do.
func TestTroubleIsOneSentenceAndAHint(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(*household)
		says  []string // all of them, in any case
	}{
		"wrong address":      {func(h *household) { h.set["PLEX_URL"] = "http://" + closedPort(t) }, []string{"plex", "connection"}},
		"wrong Stash port":   {func(h *household) { h.set["STASH_URL"] = "http://" + closedPort(t) }, []string{"stash", "connection"}},
		"wrong token":        {func(h *household) { h.world.Plex.SetToken("another") }, []string{"plex", "sign in"}},
		"wrong API key":      {func(h *household) { h.world.Stash.SetAPIKey("wanted") }, []string{"stash", "API key"}},
		"a page, not Stash":  {func(h *household) { h.world.Stash.Inject(sim.Fault{Effect: sim.HTML}) }, []string{"stash", "web page"}},
		"a page, not Plex":   {func(h *household) { h.world.Plex.Inject(sim.Fault{Effect: sim.HTML}) }, []string{"plex", "web page"}},
		"unknown library":    {func(h *household) { h.set["PLEX_LIBRARY"] = "Opera" }, []string{"library", "Opera"}},
		"nothing configured": {func(h *household) { h.set["PLEX_URL"], h.set["STASH_URL"] = "", "" }, []string{"servers", "LOCKSTEP_STASH_URL"}},
	} {
		t.Run(name, func(t *testing.T) {
			h := server(t, tidy())
			c.spoil(h)
			s, a := h.once("--max-wait", "1s")
			if a.code != 1 || s.Error == nil || s.Finished {
				t.Fatalf("code %d, %+v\n%s", a.code, s, a.problems)
			}
			h.oneSentence(s.Error.Words, s.Error.Hint, c.says)
			plain := h.command("headless", "--once", "--max-wait", "1s")
			if plain.code != 1 || !strings.Contains(plain.problems, strings.TrimSuffix(s.Error.Words, ".")) {
				t.Errorf("without --json: code %d\n%s%s", plain.code, plain.out, plain.problems)
			}
			if n := h.world.Plex.Mutations(); n != 0 {
				t.Errorf("wrote %d times", n)
			}
			h.noToken()
		})
	}
}

// oneSentence judges the words of a trouble: what is the case, then what to do or ask
// oneself.
func (h *household) oneSentence(words, hint string, says []string) {
	h.t.Helper()
	what, rest, _ := strings.Cut(words+" "+hint, ". ")
	if what == "" || strings.TrimSpace(rest) == "" || strings.Contains(words, "\n") || len(words) > 200 {
		h.t.Errorf("said %q with the hint %q", words, hint)
	}
	all := strings.ToLower(words + " " + hint)
	for _, s := range says {
		if !strings.Contains(all, strings.ToLower(s)) {
			h.t.Errorf("%q with the hint %q does not mention %q", words, hint, s)
		}
	}
}

// closedPort is an address of this machine where nobody listens.
func closedPort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// TestDamagedDatabaseIsKeptAndReplaced: the damaged file stays under another name, the
// app says so, and the truth comes back from Stash and Plex without a write.
func TestDamagedDatabaseIsKeptAndReplaced(t *testing.T) {
	h := server(t, tidy())
	if _, a := h.once(); a.code != 0 {
		t.Fatalf("code %d: %s", a.code, a.problems)
	}
	file := h.database()
	damage := []byte(strings.Repeat("not a database ", 4096))
	if err := os.WriteFile(file, damage, 0o600); err != nil {
		t.Fatal(err)
	}
	writes := h.world.Plex.Mutations()
	s, a := h.once()
	if !s.Finished || a.code != 0 {
		t.Errorf("after the damage: %+v, code %d", s, a.code)
	}
	if !strings.Contains(strings.ToLower(a.problems), "damaged") {
		t.Errorf("nothing was said about the damage:\n%s", a.problems)
	}
	if n := h.world.Plex.Mutations() - writes; n != 0 {
		t.Errorf("wrote %d times", n)
	}
	if !h.kept(damage) {
		t.Error("the damaged file was not kept")
	}
	h.noToken()
}

// database is the database's file.
func (h *household) database() string {
	h.t.Helper()
	found, err := filepath.Glob(filepath.Join(h.dir, "*.db"))
	if err != nil || len(found) != 1 {
		h.t.Fatalf("databases: %q, %v", found, err)
	}
	return found[0]
}

// kept reports whether a file of the data folder has exactly this content.
func (h *household) kept(content []byte) bool {
	found := false
	_ = filepath.WalkDir(h.dir, func(path string, e os.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() {
			data, _ := os.ReadFile(path)
			found = found || string(data) == string(content)
		}
		return nil
	})
	return found
}
