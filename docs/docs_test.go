package docs_test

import (
	"os"
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
