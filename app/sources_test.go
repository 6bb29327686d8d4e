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
		row := "| `field-" + string(f) + "-source` | `" + config.Defaults().Source(f)[0] + "` |"
		if !strings.Contains(page, row) {
			t.Errorf("no row with %s", row)
		}
	}
	for _, p := range template.Placeholders() {
		if (!p.Arg || p.Optional) && !strings.Contains(page, "| `{"+p.Name+"}` |") || p.Arg && !strings.Contains(page, "| `{"+p.Name+":") {
			t.Errorf("no row for {%s}", p.Name)
		}
	}
}
