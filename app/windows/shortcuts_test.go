package windows

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2/driver/desktop"

	"lockstep/app/present"
	"lockstep/docs"
)

// Every shortcut of the menus stands in the documentation.
func TestDocumentationHasEveryShortcut(t *testing.T) {
	page := ""
	for _, p := range docs.Pages() {
		if p.Name == "shortcuts" {
			page = p.Text
		}
	}
	pages := ""
	for _, name := range present.Pages() {
		pages += ", " + present.WindowTitle(name)
	}
	if !strings.Contains(page, pages[2:]) {
		t.Errorf("the pages are not listed as %s", pages[2:])
	}
	w := newTest(t, newFake())
	w.Show(present.Overview)
	for _, menu := range w.open[present.Main].MainMenu().Items {
		for _, item := range menu.Items {
			s, ok := item.Shortcut.(*desktop.CustomShortcut)
			if !ok || strings.Contains(pages, item.Label) {
				continue
			}
			if !strings.Contains(page, "| "+strings.Replace(keyName(s), "Cmd", "Ctrl", 1)+" | "+item.Label) {
				t.Errorf("%s is not told: %s", keyName(s), item.Label)
			}
		}
	}
}
