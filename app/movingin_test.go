package app_test

import (
	"cmp"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
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
		if proof := cells[len(cells)-2]; !strings.Contains(proof, "Test") {
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

// ownSettingsHead begins the table of our settings, which is made of the program.
const ownSettingsHead = "## Our settings\n"

// ownSettings has default and range of each setting that the tables name, in the order of the settings.
func ownSettings(tables string) string {
	var b strings.Builder
	b.WriteString(ownSettingsHead + "\n| setting | default | range |\n|---|---|---|\n")
	for _, o := range config.Options() {
		if !strings.Contains(tables, "`"+o.Name+"`") {
			continue
		}
		usual, values := o.Get(config.Defaults()), cmp.Or(o.Range, "one text")
		switch {
		case o.Bool:
			values = "true or false"
		case o.Choices != nil:
			values = strings.Join(o.Choices, ", ")
		}
		if usual = "`" + usual + "`"; usual == "``" {
			usual = "none"
		}
		_, _ = fmt.Fprintf(&b, "| `%s` | %s | %s |\n", o.Name, usual, values)
	}
	return b.String()
}

// Every row says what is here in its place; of the settings it names, defaults and ranges are those of the program.
func TestEveryRowOfMovingInHasItsCounterpart(t *testing.T) {
	t.Parallel()
	page := movingIn(t)
	tables, end, ok := strings.Cut(page, ownSettingsHead)
	if end = ownSettingsHead + end; !ok || end != ownSettings(tables) {
		if !*update {
			t.Fatal("the table of our settings is stale: go test ./app -run MovingIn -update")
		}
		if err := os.WriteFile("../docs/moving-in.md", []byte(tables+ownSettings(tables)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	_, tables, _ = strings.Cut(tables, "### Every task")
	rows, here := 0, 0
	for line := range strings.Lines(tables) {
		cells := strings.Split(strings.TrimSpace(line), "|")
		if !strings.HasPrefix(line, "|") || strings.HasPrefix(line, "|---") {
			continue
		}
		if strings.Contains(line, "| test |") {
			here = slices.Index(cells, " here ")
			continue
		}
		rows++
		if stands := strings.TrimSpace(cells[here]); here < 2 || len(stands) < 2 {
			t.Errorf("nothing stands for %s: %q", cells[1], stands)
		}
	}
	if rows < 80 {
		t.Errorf("%d rows", rows)
	}
}
