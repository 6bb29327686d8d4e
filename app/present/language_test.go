package present

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/outage"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
)

// sentences are all English sentences that are said with T: those written in the
// packages people read, and those that come from lists.
func sentences(t *testing.T) map[string]bool {
	t.Helper()
	all := map[string]bool{}
	for _, dir := range []string{"./*.go", "../tray.go", "../windows/*.go", "../tray/*.go", "../notify/*.go", "../doctor/*.go"} {
		files, err := filepath.Glob(dir)
		if err != nil || len(files) == 0 {
			t.Fatalf("no sources in %s: %v", dir, err)
		}
		for _, f := range files {
			if !strings.HasSuffix(f, "_test.go") {
				written(t, f, all)
			}
		}
	}
	for _, w := range listed() {
		all[w] = true
	}
	delete(all, "")
	return all
}

// written adds the sentences of one file.
func written(t *testing.T, file string, all map[string]bool) {
	t.Helper()
	tree, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(tree, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		name, first := calls(call), 0
		switch name {
		case "T", "says":
		case "Count", "units":
			first = 1
		default:
			return true
		}
		for _, arg := range call.Args[first:] {
			if lit, ok := arg.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				words, _ := strconv.Unquote(lit.Value)
				all[words] = true
			}
			if first == 0 {
				break // the rest fills blanks, and is visited as a call of its own
			}
		}
		return true
	})
}

func calls(c *ast.CallExpr) string {
	switch f := c.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	}
	return ""
}

// listed are the sentences of lists, and values that are said as they are.
func listed() []string {
	words := []string{Welcome, KeepSyncing, GoesOnInTray, QueuedNow, SecretRemoved, Nothing, string(queue.Reading), string(queue.Planning), string(queue.Writing), string(queue.Checking), Enqueued, SkippedRow}
	for _, o := range config.Options() {
		words = append(words, o.Title, o.Words)
		if words = append(words, o.Choices...); !strings.ContainsAny(o.Range, "0123456789") {
			words = append(words, o.Range)
		}
	}
	for _, g := range config.Groups() {
		words = append(words, string(g))
	}
	for _, w := range settingNotes {
		words = append(words, w)
	}
	for _, p := range config.Presets() {
		words = append(words, p.Title, p.Words)
	}
	for _, w := range placeholders {
		words = append(words, w)
	}
	for _, w := range choices {
		words = append(words, w)
	}
	for _, s := range queue.States() {
		words = append(words, stateWords[s].is, stateWords[s].none)
	}
	for _, f := range scene.Fields() {
		words = append(words, string(f))
	}
	words = append(words, "Stash", "Path", "Plex", "Fields", "Queue") // topics of Explain
	for at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC); at.Year() == 2026; at = at.AddDate(0, 0, 25) {
		words = append(words, at.Format("Jan"), at.Format("Mon"))
	}
	return append(words, "2 Jan 2006", "2 Jan", "Mon 2")
}

func TestEverySentenceHasAGermanOne(t *testing.T) {
	t.Parallel()
	var de map[string]string
	if err := json.Unmarshal(german, &de); err != nil {
		t.Fatal(err)
	}
	blank := regexp.MustCompile(`%[a-z]`)
	all := sentences(t)
	var missing []string
	for english := range all {
		words, ok := de[english]
		if !ok {
			missing = append(missing, english)
			continue
		}
		if want, got := blank.FindAllString(english, -1), blank.FindAllString(words, -1); !slices.Equal(got, want) {
			t.Errorf("%q has the blanks %v, its translation %v", english, want, got)
		}
	}
	slices.Sort(missing)
	for _, m := range missing {
		t.Errorf("no German for %q", m)
	}
	for english := range de {
		if !all[english] {
			t.Errorf("%q is translated but never said", english)
		}
	}
	if file := os.Getenv("LOCKSTEP_MISSING"); file != "" {
		data, _ := json.MarshalIndent(missing, "", "\t")
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Error(err)
		}
	}
}

func TestLanguageOfTheEnvironment(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		env  map[string]string
		want string
	}{
		"nothing":         {nil, "en"},
		"lang":            {map[string]string{"LANG": "de_AT.UTF-8"}, "de"},
		"messages first":  {map[string]string{"LANG": "de_DE.UTF-8", "LC_MESSAGES": "en_GB.UTF-8"}, "en"},
		"all before them": {map[string]string{"LC_MESSAGES": "en_GB", "LC_ALL": "de"}, "de"},
		"list":            {map[string]string{"LANGUAGE": "de:en", "LANG": "en_US.UTF-8"}, "de"},
		"posix":           {map[string]string{"LC_ALL": "C.UTF-8", "LANG": "de_DE"}, "en"},
		"empty":           {map[string]string{"LC_ALL": "", "LANG": "DE-de@euro"}, "de"},
		"nonsense":        {map[string]string{"LANG": "_"}, "en"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := LanguageOf(func(n string) (string, bool) { v, ok := c.env[n]; return v, ok }); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// This test changes the language of the process: it runs alone.
func TestGermanIsSaid(t *testing.T) { //nolint:paralleltest // see above
	SetLanguage("de")
	defer SetLanguage("en")
	m := Moment{Now: time.Date(2026, 5, 23, 13, 12, 0, 0, time.UTC), Zone: time.UTC}
	march := time.Date(2026, 3, 3, 4, 5, 0, 0, time.UTC)
	for got, want := range map[string]string{
		Status(api.Snapshot{}, m): "Lockstep läuft nicht",
		m.Stamp(march):            "3. Mär 04:05",
		m.Day(m.Now):              "23. Mai",
		Percent(0.974, 1):         "97,4" + thin + "%",
		Count(1, "outage", "outages") + ", " + Count(1204, "scene", "scenes"): "1 Ausfall, 1" + thin + "204 Szenen",
		Coverage(api.Mapping{Covered: 1, Total: 2}):                           "1 von 2 Dateien in Plex gefunden – 50,0" + thin + "%",
		Duration(49 * time.Hour):                                              "2 d 1 h",
		Ticks(m.Now.AddDate(0, 0, -2), m.Now, m)[0].Words:                     "Fr 22.",
		Outage(outage.Record{Started: march, Ended: march}, "", m).Cause:      "unbekannte Ursache",
		T("a sentence nobody has translated"):                                 "a sentence nobody has translated",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestUnknownLanguageIsEnglish(t *testing.T) { //nolint:paralleltest // changes the language
	SetLanguage("xx")
	if got := T("Queue"); got != "Queue" {
		t.Errorf("got %q", got)
	}
}
