package desktoptest

import (
	"fmt"
	"strings"

	"github.com/godbus/dbus/v5"
)

const menuIface = "com.canonical.dbusmenu"

// Entry is one entry of a tray menu with the submenu below it.
type Entry struct {
	ID        int32 // changes whenever the menu is rebuilt
	Label     string
	Disabled  bool
	Hidden    bool
	Separator bool
	Checked   bool
	Children  []Entry
}

// layout is an entry as the bus carries it.
type layout struct {
	ID    int32
	Props map[string]dbus.Variant
	Kids  []dbus.Variant
}

func (l layout) entry() (Entry, error) {
	e := Entry{ID: l.ID}
	var kind string
	var toggle int32
	enabled, visible := true, true
	for name, into := range map[string]any{"label": &e.Label, "enabled": &enabled, "visible": &visible, "type": &kind, "toggle-state": &toggle} {
		value, ok := l.Props[name]
		if !ok {
			continue
		}
		if err := value.Store(into); err != nil {
			return e, fmt.Errorf("read %s of menu entry %d: %w", name, l.ID, err)
		}
	}
	e.Disabled, e.Hidden, e.Separator, e.Checked = !enabled, !visible, kind == "separator", toggle == 1
	for _, kid := range l.Kids {
		var below layout
		if err := kid.Store(&below); err != nil {
			return e, fmt.Errorf("read the menu below %q: %w", e.Label, err)
		}
		child, err := below.entry()
		if err != nil {
			return e, err
		}
		e.Children = append(e.Children, child)
	}
	return e, nil
}

// Find follows labels down the menu: Find("Pause", "2 hours"). A label matches
// an entry that starts with it, so that a count behind it does not matter; one
// that equals it comes first.
func (e Entry) Find(path ...string) (Entry, bool) {
	for _, label := range path {
		next, ok := e.child(label)
		if !ok {
			return Entry{}, false
		}
		e = next
	}
	return e, true
}

func (e Entry) child(label string) (Entry, bool) {
	for _, c := range e.Children {
		if c.Label == label && !c.Hidden {
			return c, true
		}
	}
	for _, c := range e.Children {
		if strings.HasPrefix(c.Label, label) && !c.Hidden {
			return c, true
		}
	}
	return Entry{}, false
}

// Labels lists the labels one level down, "-" for a separator.
func (e Entry) Labels() []string {
	var out []string
	for _, c := range e.Children {
		switch {
		case c.Hidden:
		case c.Separator:
			out = append(out, "-")
		default:
			out = append(out, c.Label)
		}
	}
	return out
}

func (i *Item) menu() (dbus.BusObject, error) {
	var path dbus.ObjectPath
	if err := i.property("Menu", &path); err != nil {
		return nil, err
	}
	return i.conn.Object(i.dest, path), nil
}

// Menu reads the whole menu. Its root has no label; the entries are its Children.
func (i *Item) Menu() (Entry, error) {
	object, err := i.menu()
	if err != nil {
		return Entry{}, err
	}
	var revision uint32
	var root layout
	// The systray package answers the first GetLayout after each rebuild with
	// one level only, so ask twice to see submenus.
	for range 2 {
		call := object.Call(menuIface+".GetLayout", 0, int32(0), int32(-1), []string{})
		if err := call.Store(&revision, &root); err != nil {
			return Entry{}, fmt.Errorf("read the tray menu: %w", err)
		}
	}
	return root.entry()
}

// Click clicks the entry at that path of labels (see Entry.Find), which must be
// there and enabled. The id is looked up each time because it does not last.
func (i *Item) Click(path ...string) error {
	root, err := i.Menu()
	if err != nil {
		return err
	}
	entry, ok := root.Find(path...)
	if !ok {
		return fmt.Errorf("no tray menu entry %q among %q", path, root.Labels())
	}
	if entry.Disabled {
		return fmt.Errorf("tray menu entry %q is disabled", path)
	}
	object, err := i.menu()
	if err != nil {
		return err
	}
	if err := object.Call(menuIface+".Event", 0, entry.ID, "clicked", dbus.MakeVariant(""), uint32(0)).Err; err != nil {
		return fmt.Errorf("click %q: %w", path, err)
	}
	return nil
}
