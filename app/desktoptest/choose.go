package desktoptest

import (
	"fmt"
	"slices"
)

// Choose opens the tray menu and chooses the entry at that path of labels (see
// Entry.Find) with the keyboard. item is the program the menu belongs to.
func (p *Panel) Choose(item *Item, path ...string) error {
	root, err := item.Menu()
	if err != nil {
		return err
	}
	keys, err := strokes(root, path)
	if err != nil {
		return err
	}
	if _, err := p.OpenMenu(); err != nil {
		return err
	}
	return p.display.Key(keys...)
}

// strokes are the keys that choose an entry of an open menu in which none is selected.
// Opening a submenu selects its first entry.
func strokes(menu Entry, path []string) ([]string, error) {
	var keys []string
	for depth, label := range path {
		next, ok := menu.child(label)
		if !ok || next.Disabled {
			return nil, fmt.Errorf("no entry %q that can be chosen among %q", label, menu.Labels())
		}
		above := menu.selectable(next.ID)
		if depth == 0 {
			above++ // the first stroke selects the first entry
		} else {
			keys = append(keys, "Right")
		}
		keys = append(keys, slices.Repeat([]string{"Down"}, above)...)
		menu = next
	}
	return append(keys, "Return"), nil
}

// selectable counts the entries before the one with that id which the keyboard stops at.
func (e Entry) selectable(before int32) int {
	n := 0
	for _, c := range e.Children {
		if c.ID == before {
			break
		}
		if !c.Separator && !c.Hidden && !c.Disabled {
			n++
		}
	}
	return n
}
