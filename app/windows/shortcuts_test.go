package windows

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"lockstep/app/present"
	"lockstep/docs"
)

// Fyne would draw shortcuts too faintly to be read, so their entries have no keys it knows of,
// and the keys stand in the label.
func TestShortcutsOfMenusAreReadable(t *testing.T) {
	w := newTest(t, newFake())
	w.Show(present.Overview)
	listed := 0
	for _, menu := range w.open[present.Main].MainMenu().Items {
		for _, item := range menu.Items {
			keys, label := keysOf(item)
			if keys == nil {
				continue
			}
			if _, faint := item.Shortcut.(fyne.KeyboardShortcut); faint || item.Label == label || !strings.HasSuffix(item.Label, keyName(keys)) {
				t.Errorf("%q has the shortcut %s, drawn by Fyne: %v", item.Label, keyName(keys), faint)
			}
			listed++
		}
	}
	if listed < 10 {
		t.Errorf("only %d entries have shortcuts", listed)
	}
}

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
			keys, label := keysOf(item)
			if keys == nil || strings.Contains(pages, label) {
				continue
			}
			if !strings.Contains(page, "| "+strings.Replace(keyName(keys), "Cmd", "Ctrl", 1)+" | "+label) {
				t.Errorf("%s is not told: %s", keyName(keys), label)
			}
		}
	}
}
