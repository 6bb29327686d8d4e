package app_test

import (
	"os"
	"strings"
	"testing"

	"lockstep/sync/config"
	"lockstep/sync/template"
)

func TestThePageOfSourcesNamesEveryFieldAndPlaceholder(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../docs/sources.md")
	if err != nil {
		t.Fatal(err)
	}
	page := string(text)
	for _, f := range config.SourceFields() {
		usual := "–"
		if list := config.Defaults().Source(f); len(list) > 0 {
			usual = "`" + strings.Join(list, "`, `") + "`"
		}
		row := "| `field-" + string(f) + "-source` | " + string(config.Defaults().Policy(f)) + " | " + usual + " |"
		if !strings.Contains(page, row) {
			t.Errorf("no row with %s", row)
		}
	}
	for _, p := range template.Placeholders() {
		begin, _, _ := strings.Cut(p.Form(), "…")
		if !strings.Contains(page, "| `"+begin) {
			t.Errorf("no row for {%s}", p.Name)
		}
	}
}
