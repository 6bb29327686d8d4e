package windows

import (
	"runtime"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
)

// menuKey is the shortcut of a menu entry whose keys are part of its label: Fyne would draw
// them at a fifth of the strength of text, which nobody can read.
type menuKey struct {
	keys  *desktop.CustomShortcut
	label string // without the keys
}

// ShortcutName is called by Fyne to find what was pressed.
func (k menuKey) ShortcutName() string { return k.keys.ShortcutName() }

// keysOf are the keys of a menu entry and what it is called without them; nil if it has none.
func keysOf(item *fyne.MenuItem) (*desktop.CustomShortcut, string) {
	switch s := item.Shortcut.(type) {
	case menuKey:
		return s.keys, s.label
	case *desktop.CustomShortcut:
		return s, item.Label
	}
	return nil, item.Label
}

// tellKeys writes the keys of a menu's entries behind their labels, in a column. The menu bar
// of macOS does that itself.
func tellKeys(items []*fyne.MenuItem) []*fyne.MenuItem {
	if runtime.GOOS == "darwin" {
		return items
	}
	widest := float32(0)
	for _, item := range items {
		if keys, label := keysOf(item); keys != nil {
			widest = max(widest, menuWidth(label))
		}
	}
	for _, item := range items {
		if keys, label := keysOf(item); keys != nil {
			item.Shortcut = menuKey{keys, label}
			item.Label = padded(label, widest+menuWidth("    ")) + keyName(keys)
		}
	}
	return items
}

// padded is a label with as many spaces behind it as make it that wide.
func padded(label string, width float32) string {
	space := menuWidth("x x") - menuWidth("xx")
	return label + strings.Repeat(" ", max(int((width-menuWidth(label))/space+0.5), 1))
}

func menuWidth(label string) float32 {
	return fyne.MeasureText(label, theme.TextSize(), fyne.TextStyle{}).Width
}
