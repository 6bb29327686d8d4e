// Package docs is the documentation for people, as the program brings it along: the pages
// of this folder, which the Help menu shows without a connection to the internet. Tests hold
// them against the program: every command, setting and reason is on the page it belongs to.
package docs

import (
	"embed"
	"strings"
)

//go:embed *.md
var files embed.FS

// Page is one page of the documentation.
type Page struct {
	Name  string // its file without the ending
	Title string
	Text  string // Markdown, without pictures and comments
}

// order is how people read them.
var order = []string{"first-run", "windows", "shortcuts", "glossary", "troubleshooting", "libraries", "sources", "filters", "activity", "skip-reasons", "moving-in", "cli", "performance", "privacy", "install"}

// Pages lists all pages in the order of reading.
func Pages() []Page {
	var out []Page
	for _, name := range order {
		text, err := files.ReadFile(name + ".md")
		if err != nil {
			continue // a test says that none is missing
		}
		out = append(out, parse(name, string(text)))
	}
	return out
}

func parse(name, text string) Page {
	p := Page{Name: name, Title: name}
	var kept []string
	for line := range strings.SplitSeq(text, "\n") {
		if strings.HasPrefix(line, "![") || strings.HasPrefix(line, "<!--") {
			continue
		}
		if title, ok := strings.CutPrefix(line, "# "); ok {
			p.Title = title
		}
		kept = append(kept, line)
	}
	p.Text = strings.Join(kept, "\n")
	return p
}
