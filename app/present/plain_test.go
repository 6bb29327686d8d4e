package present

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// stilted are words and sentences that were once shown and sounded translated, or name a
// state otherwise than docs/glossary.md does.
var stilted = regexp.MustCompile(`(?i)` + strings.Join([]string{
	`\bin hand\b`, `\bdead\b`, `nothing in this state`, `more than one answer fits`, `left out without a gap`, `\bleft out\b`,
	`without a choice it is`, `do the paths fit`, `seems to fit`, `speaks? for (?:the|a|this) rule`, `sends lockstep elsewhere`,
	`goes on in the background`, `\bis mended\b`, `own log tells`, `is not right yet`, `\bheld back\b`, `mean .{1,12} to recover`, `not watched`,
	`a name was changed in stash`, `you confirmed it`, `did not take over`, `the reasons stand`, `full look`, `\bneeds? a look\b`,
	`look at plex`, `and rise to`, `what tray, windows and notifications speak`, `slow detour`, `give yourself`, `\bplex up\b`, `since lockstep looked`,
	`given up`, `\banew\b`, `whole paths?\b`, `tells? more`, `as it should`, `goes on by itself`, `tried again`, `to be tried`, `of a sudden`, `take their rights`,
	`runs already`, `that runs already`, `\bput back\b`, `nothing waits`, `changes wait\b`, `broke off`, `stumbled`, `speaks? https`, `does not fit`,
}, "|"))

// places are parts of a text in which ids stand: code in Markdown, the tags of fields, and
// what Stash2Plex calls a task of its own.
var places = regexp.MustCompile("`[^`\n]*`" + `|(?:json|aliases):"[^"]*"|Clear Dead Letter Queue`)

func stiltedIn(text string) string { return stilted.FindString(places.ReplaceAllString(text, "")) }

// Ids of states, which stay in JSON and on the command line, are no words for people.
var ids = map[string]bool{"dead": true}

func TestSourcesArePlainEnglish(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		switch name := d.Name(); {
		case d.IsDir() && (strings.HasPrefix(name, ".") && len(name) > 2 || name == "sim" || name == "testkit" || name == "build" || name == "dist"):
			return filepath.SkipDir
		case strings.HasSuffix(name, "_test.go"), strings.HasPrefix(name, "codes_"): // codes are ids
		case strings.HasSuffix(name, ".go"):
			plainSource(t, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// plainSource looks at every text of a source file; its comments are for programmers.
func plainSource(t *testing.T, path string) {
	t.Helper()
	tree, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(tree, func(n ast.Node) bool {
		lit, ok := n.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			return true
		}
		words, _ := strconv.Unquote(lit.Value)
		if found := stiltedIn(words); found != "" && !ids[words] {
			t.Errorf("%s: %q in %q", path, found, words)
		}
		return true
	})
}

func TestCataloguesArePlainEnglish(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(filepath.Join("..", "..", "sync", "message", "en.json"))
	if err != nil {
		t.Fatal(err)
	}
	said := map[string]string{}
	if err := json.Unmarshal(data, &said); err != nil || len(said) == 0 {
		t.Fatalf("%d messages, %v", len(said), err)
	}
	for code, words := range said {
		if found := stiltedIn(words); found != "" {
			t.Errorf("%s: %q in %q", code, found, words)
		}
	}
}

func TestDocumentationIsPlainEnglish(t *testing.T) {
	t.Parallel()
	pages, err := filepath.Glob(filepath.Join("..", "..", "docs", "*.md"))
	if err != nil || len(pages) == 0 {
		t.Fatalf("no pages: %v", err)
	}
	for _, name := range []string{"README.md", "SECURITY.md", "FyneApp.toml"} {
		pages = append(pages, filepath.Join("..", "..", name))
	}
	for _, path := range pages {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for n, line := range strings.Split(string(data), "\n") {
			if found := stiltedIn(line); found != "" {
				t.Errorf("%s:%d: %q", path, n+1, found)
			}
		}
	}
}

// The sentences that windows, tray, notifications, commands, documentation or log once had and
// are not to have again.
var replaced = []string{
	"3 in hand", "dead", "Retry all dead", "Nothing in this state", "More than one answer fits", "2 more left out without a gap",
	"Without a choice it is every library of films", "Do the paths fit?", "Seems to fit: /data", "The files speak for the rule",
	"This address sends Lockstep elsewhere; Plex never does", "Lockstep goes on in the background", "The step in hand is finished first",
	"Press Retry when the cause is mended", "Plex's own log tells more", "Something above is not right yet", "Held back",
	"mean 35 s to recover", "not watched: not known", "a name was changed in Stash", "you confirmed it", "Plex did not take over: poster",
	"The reasons stand under Fields", "Full look for edits", "Look at Plex while idle", "and rise to",
	"What tray, windows and notifications speak", "only by Plex's slow detour", "Give yourself the right to write it",
	"Plex up 6 min (time since Lockstep looked)",
}

// Notes on changes may tell of what was, though not in these sentences.
func TestNotesOnChangesHaveNoReplacedSentence(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(filepath.Join("..", "..", "CHANGELOG.md"))
	if err != nil {
		t.Fatal(err)
	}
	text := strings.ToLower(places.ReplaceAllString(string(data), ""))
	for _, words := range replaced {
		if strings.Contains(words, " ") && strings.Contains(text, strings.ToLower(words)) {
			t.Errorf("%q is back", words)
		}
	}
}

func TestEverySentenceThatWasReplacedIsFound(t *testing.T) {
	t.Parallel()
	for _, words := range replaced {
		if stiltedIn(words) == "" {
			t.Errorf("%q could come back", words)
		}
	}
	for _, words := range []string{"In progress", "Retry all failed", "No failed scenes", "More than one match", "3 more skipped; nothing to sync", "Do the paths match?", "Plex reachable", "average recovery 35 s"} {
		if found := stiltedIn(words); found != "" {
			t.Errorf("%q is plain English, and %q was found", words, found)
		}
	}
}

// German has a verb each for Sync and Reconcile.
func TestGermanTellsSyncFromReconcile(t *testing.T) {
	t.Parallel()
	var de map[string]string
	if err := json.Unmarshal(german, &de); err != nil {
		t.Fatal(err)
	}
	sync, reconcile := regexp.MustCompile(`(?i)\bsync`), regexp.MustCompile(`(?i)\breconcil`)
	for english, words := range de {
		if low := strings.ToLower(words); sync.MatchString(english) && !reconcile.MatchString(english) && (strings.Contains(low, "abgleich") || strings.Contains(low, "abgeglich")) {
			t.Errorf("%q is %q", english, words)
		}
	}
}
