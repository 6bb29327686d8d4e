package windows

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"lockstep/app/present"
	"lockstep/sync/config"
)

// namesInput edits a setting of several names: each is a chip that is taken away by its
// button, and a text below takes another one.
type namesInput struct {
	list   []string
	chips  *fyne.Container
	entry  *textInput
	box    *fyne.Container
	edited func(text string)
	seen   seen
}

func newNames(list []string, hint string, s seen, edited func(string)) *namesInput {
	n := &namesInput{list: slices.Clone(list), chips: container.New(&flow{}), entry: newText(s), edited: edited, seen: s}
	n.entry.SetPlaceHolder(hint)
	n.entry.OnSubmitted = func(string) { n.add() }
	n.entry.OnChanged = func(string) { n.tell() }
	add := newButton(present.T("Add"), theme.ContentAddIcon(), n.add)
	n.box = container.NewVBox(n.chips, container.NewBorder(nil, nil, nil, add, n.entry))
	n.draw()
	return n
}

// add makes a chip of what was typed.
func (n *namesInput) add() {
	n.list = n.all()
	n.entry.SetText("")
	n.draw()
	n.tell()
}

// all are the names with the one that is being typed: who saves need not press Add first.
func (n *namesInput) all() []string {
	name := strings.TrimSpace(n.entry.Text)
	if name == "" || slices.Contains(n.list, name) {
		return n.list
	}
	return append(slices.Clone(n.list), name)
}

func (n *namesInput) tell() { n.edited(config.JoinList(n.all())) }

func (n *namesInput) remove(i int) {
	n.list = slices.Delete(slices.Clone(n.list), i, i+1)
	n.draw()
	n.tell()
	if c := fyne.CurrentApp().Driver().CanvasForObject(n.entry); c != nil {
		c.Focus(n.entry) // the button that had the focus is gone
	}
}

func (n *namesInput) draw() {
	n.chips.Objects = nil
	for i, name := range n.list {
		b := newButton(name, theme.CancelIcon(), func() { n.remove(i) })
		b.IconPlacement, b.Importance, b.seen = widget.ButtonIconTrailingText, widget.MediumImportance, n.seen
		n.chips.Add(b)
	}
	visible(n.chips, len(n.list) > 0)
	n.chips.Refresh()
}
