package docs_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"lockstep/docs"
)

func TestEveryPageIsBroughtAlong(t *testing.T) {
	t.Parallel()
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	pages := docs.Pages()
	for _, f := range files {
		name, ok := strings.CutSuffix(f.Name(), ".md")
		if ok && !slices.ContainsFunc(pages, func(p docs.Page) bool { return p.Name == name }) {
			t.Errorf("%s is in no order of reading", f.Name())
		}
	}
	for _, p := range pages {
		if p.Title == p.Name || !strings.HasPrefix(p.Text, "# ") || strings.Contains(p.Text, "](images/") || strings.Contains(p.Text, "<!--") {
			t.Errorf("%s: title %q, or pictures and comments are left", p.Name, p.Title)
		}
	}
}

// What a page tells is there: none promises anything.
func TestNothingIsPromised(t *testing.T) {
	t.Parallel()
	promise := regexp.MustCompile(`(?i)\bnot yet\b|not implemented|coming soon|\b(is|are) planned\b|\bTODO\b|will be added|in a future|for a later`)
	pages, err := filepath.Glob("*.md")
	if err != nil || len(pages) == 0 {
		t.Fatalf("no pages: %v", err)
	}
	for _, path := range append(pages, "../README.md", "../ARCHITECTURE.md", "../CONTRIBUTING.md", "../SECURITY.md") {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(string(data), "\n") {
			if found := promise.FindString(line); found != "" {
				t.Errorf("%s:%d: %q", path, i+1, found)
			}
		}
	}
}
