package windows

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"lockstep/app/present"
)

// reasonsWidth is how wide the list of reasons beside a report is.
const reasonsWidth = 250

// reportParts are the parts of a report to choose from, with advice and a button about the one
// that is chosen.
type reportParts struct {
	shown  []present.RowFilter
	chosen int
	list   *keyList
	advice *widget.Label
	fix    *keyButton
	box    *fyne.Container
	pick   *keyButton // the list as a menu, where there is no room for it
}

func newReportParts(w *Windows, win *window, chosen func()) *reportParts {
	r := &reportParts{advice: caption("")}
	r.list = newList(func() int { return len(r.shown) }, newPartLine, r.draw)
	r.list.HideSeparators = true
	r.list.OnSelected = func(i widget.ListItemID) {
		if i != r.chosen {
			r.chosen = i
			r.tell()
			chosen()
		}
	}
	r.fix = newButton("", nil, func() { w.remedy(win, r.now().Remedy) })
	r.pick = dropAnew("", r.menu)
	r.box = container.NewBorder(nil, container.NewVBox(r.advice, r.fix), nil, widget.NewSeparator(), r.list)
	return r
}

// newPartLine is a line of the list: a name and, behind it, how many rows it has.
func newPartLine() fyne.CanvasObject {
	rows := text("")
	rows.Alignment = fyne.TextAlignTrailing
	return container.NewBorder(nil, nil, nil, rows, newTipLine())
}

func (r *reportParts) draw(i widget.ListItemID, o fyne.CanvasObject) {
	f, line := r.shown[i], o.(*fyne.Container)
	set(&line.Objects[0].(*tipLine).Label, f.Name, widget.MediumImportance)
	set(line.Objects[1].(*widget.Label), present.Number(f.Rows), toned(f.Tone))
	line.Layout.Layout(line.Objects, line.Size()) // the number may be longer now, and the name must not lie under it
}

// pickRunes is how much of a name the button that opens the menu shows.
const pickRunes = 14

// cutTo is a text cut off after so many characters.
func cutTo(words string, runes int) string {
	if r := []rune(words); len(r) > runes {
		return strings.TrimSpace(string(r[:runes-1])) + "…"
	}
	return words
}

// menu has the parts as entries.
func (r *reportParts) menu() []*fyne.MenuItem {
	items := make([]*fyne.MenuItem, len(r.shown))
	for i, f := range r.shown {
		items[i] = fyne.NewMenuItem(f.Name+" "+present.Number(f.Rows), func() { r.list.Select(i) })
		items[i].Checked = i == r.chosen
	}
	return items
}

// now is the part that is chosen: all, if the report has none.
func (r *reportParts) now() present.RowFilter {
	if r.chosen < len(r.shown) {
		return r.shown[r.chosen]
	}
	return present.RowFilter{}
}

// set shows the parts of another report, all of them together first.
func (r *reportParts) set(parts []present.RowFilter) {
	r.shown, r.chosen = parts, 0
	r.list.Refresh()
	r.list.UnselectAll()
	r.list.Select(0)
	r.tell()
}

// tell says what can be done about what is chosen.
func (r *reportParts) tell() {
	f := r.now()
	set(r.advice, f.Advice, widget.LowImportance)
	r.fix.SetText(f.Remedy.Label)
	r.pick.SetText(cutTo(f.Name, pickRunes) + " " + present.Number(f.Rows))
	visible(r.advice, f.Advice != "")
	visible(r.fix, f.Remedy.Label != "")
}
