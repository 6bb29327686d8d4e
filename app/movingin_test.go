package app_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"lockstep/sync/config"
	"lockstep/sync/stash2plex"
)

// movingIn is the page about moving in.
func movingIn(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../docs/moving-in.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// testNames are all tests there are.
func testNames(t *testing.T) map[string]bool {
	t.Helper()
	function := regexp.MustCompile(`(?m)^func (Test\w+)\(`)
	names := map[string]bool{}
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, m := range function.FindAllSubmatch(text, -1) {
			names[string(m[1])] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func TestTheTablesOfMovingInAreTrue(t *testing.T) {
	t.Parallel()
	page, tests := movingIn(t), testNames(t)
	for _, name := range stash2plex.SettingNames() {
		if !strings.Contains(page, "`"+name+"`") {
			t.Errorf("nothing is said of the plugin's %s", name)
		}
	}
	option := regexp.MustCompile("`([a-z]+(?:-[a-z]+)+)`")
	for i, line := range strings.Split(page, "\n") {
		for _, m := range regexp.MustCompile("`(Test\\w+)`").FindAllStringSubmatch(line, -1) {
			if !tests[m[1]] {
				t.Errorf("line %d: there is no %s", i+1, m[1])
			}
		}
		for _, m := range option.FindAllStringSubmatch(line, -1) {
			if _, ok := config.Lookup(m[1]); !ok && m[1] != "plex-token" && m[1] != "stash-api-key" {
				t.Errorf("line %d: there is no setting %s", i+1, m[1])
			}
		}
		cells := strings.Split(line, "|")
		if !strings.HasPrefix(line, "|") || strings.HasPrefix(line, "|---") || len(cells) < 6 || strings.Contains(line, "| test |") {
			continue
		}
		if proof := cells[len(cells)-2]; !strings.Contains(proof, "Test") && !strings.Contains(line, "not yet") && !strings.Contains(line, "not needed") {
			t.Errorf("line %d has no test: %s", i+1, line)
		}
	}
}

// The defaults in the tables are those of the program.
func TestTheDefaultsOfMovingInAreTrue(t *testing.T) {
	t.Parallel()
	page := movingIn(t)
	pair := regexp.MustCompile("`([a-z]+(?:-[a-z]+)*)` (\\d+[smhd]?|yes|no|daily|merge|off|all)\\b")
	found := 0
	for _, m := range pair.FindAllStringSubmatch(page, -1) {
		o, ok := config.Lookup(m[1])
		if !ok {
			continue
		}
		found++
		got := map[string]string{"true": "yes", "false": "no", "": "all"}[o.Get(config.Defaults())]
		if got == "" {
			got = o.Get(config.Defaults())
		}
		if got != m[2] {
			t.Errorf("%s is %s, the page says %s", m[1], got, m[2])
		}
	}
	if found < 10 {
		t.Errorf("%d defaults found", found)
	}
}
