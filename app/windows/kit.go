package windows

import (
	"log/slog"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"lockstep/app/present"
	"lockstep/sync/fault"
)

func text(words string) *widget.Label { return widget.NewLabel(words) }

// line is a label of one line that is cut off rather than making its window wide.
func line() *widget.Label {
	l := widget.NewLabel("")
	l.Truncation = fyne.TextTruncateEllipsis
	return l
}

// para is a label that wraps.
func para() *widget.Label {
	l := widget.NewLabel("")
	l.Wrapping = fyne.TextWrapWord
	return l
}

func caption(words string) *widget.Label {
	l := para()
	l.SizeName, l.Importance, l.Text = theme.SizeNameCaptionText, widget.LowImportance, words
	return l
}

func heading(words string) *widget.Label {
	l := line()
	l.SizeName, l.TextStyle, l.Text = theme.SizeNameSubHeadingText, fyne.TextStyle{Bold: true}, words
	return l
}

var tones = map[present.Tone]widget.Importance{
	present.Muted: widget.LowImportance, present.Good: widget.SuccessImportance, present.Busy: widget.HighImportance,
	present.Warn: widget.WarningImportance, present.Bad: widget.DangerImportance,
}

var marks = map[present.Tone]string{present.Good: "● ", present.Bad: "✕ ", present.Warn: "▲ ", present.Muted: "○ ", present.Busy: "● "}

// set changes a label only if it differs, which spares a redraw.
func set(l *widget.Label, words string, tone widget.Importance) {
	if l.Text == words && l.Importance == tone {
		return
	}
	l.Text, l.Importance = words, tone
	l.Refresh()
}

// setLine shows a line with a mark, so that colour is not all that tells.
func setLine(l *widget.Label, x present.Line) { set(l, marks[x.Tone]+x.Words, tones[x.Tone]) }

// visible shows or hides an object; what is around it gives it room or takes it back,
// which Fyne leaves to a change of the window's size.
func visible(o fyne.CanvasObject, yes bool) {
	if yes == o.Visible() {
		return
	}
	if yes {
		o.Show()
	} else {
		o.Hide()
	}
	if c := fyne.CurrentApp().Driver().CanvasForObject(o); c != nil && c.Content() != nil {
		c.Content().Refresh()
	}
}

func enabled(b fyne.Disableable, yes bool) {
	if yes {
		b.Enable()
		return
	}
	b.Disable()
}

// drop is a button that opens a menu below itself.
func drop(label string, items ...*fyne.MenuItem) *keyButton {
	return dropAnew(label, func() []*fyne.MenuItem { return items })
}

// dropAnew is a button that opens a menu made when it is pressed.
func dropAnew(label string, items func() []*fyne.MenuItem) *keyButton {
	b := newButton(label, theme.MenuDropDownIcon(), nil)
	b.IconPlacement = widget.ButtonIconTrailingText
	b.OnTapped = func() {
		c := fyne.CurrentApp().Driver().CanvasForObject(b)
		at := fyne.CurrentApp().Driver().AbsolutePositionForObject(b)
		widget.ShowPopUpMenuAtPosition(fyne.NewMenu("", items()...), c, at.AddXY(0, b.Size().Height))
	}
	return b
}

// band is a coloured strip with words and one button.
type band struct {
	words  *widget.Label
	button *keyButton
	box    *fyne.Container
}

func newBand(tone widget.Importance, label string, tapped func()) *band {
	b := &band{words: para(), button: newButton(label, nil, tapped)}
	b.words.Importance = tone
	b.words.TextStyle.Bold = true
	b.box = container.NewVBox(widget.NewSeparator(),
		container.NewBorder(nil, nil, nil, container.NewVBox(layout.NewSpacer(), b.button, layout.NewSpacer()), b.words),
		widget.NewSeparator())
	b.box.Hide()
	return b
}

// say shows the band with these words, or hides it when there are none.
func (b *band) say(words string) {
	if words != "" {
		set(b.words, words, b.words.Importance)
	}
	visible(b.box, words != "")
}

// chooser is a row of buttons of which one is chosen.
type chooser struct {
	box    *fyne.Container
	chosen int
	labels []string
	tapped func(int)
	seen   seen
}

func newChooser(tapped func(int)) *chooser { return &chooser{box: container.NewHBox(), tapped: tapped} }

// scrolled is the row where it may be wider than its window. The button with the focus
// is always in sight.
func (c *chooser) scrolled() *container.Scroll {
	s := container.NewHScroll(c.box)
	c.seen = func(o fyne.CanvasObject) {
		left, right := o.Position().X, o.Position().X+o.Size().Width
		switch {
		case left < s.Offset.X:
			s.ScrollToOffset(fyne.NewPos(left, 0))
		case right > s.Offset.X+s.Size().Width:
			s.ScrollToOffset(fyne.NewPos(right-s.Size().Width, 0))
		}
	}
	return s
}

// set changes the labels. The buttons are made anew only when their number changes, so
// that none goes away under the pointer.
func (c *chooser) set(labels []string) {
	if c.chosen >= len(labels) {
		c.chosen = 0
	}
	if len(labels) != len(c.box.Objects) {
		c.box.Objects = nil
		for i := range labels {
			b := newButton("", nil, func() { c.choose(i) })
			b.seen = func(o fyne.CanvasObject) { c.seen.tell(o) }
			c.box.Add(b)
		}
	}
	c.labels = labels
	c.draw()
}

func (c *chooser) choose(i int) {
	c.chosen = i
	c.draw()
	c.box.Refresh() // it may have been made a moment ago
	c.seen.tell(c.box.Objects[i])
	c.tapped(i)
}

func (c *chooser) draw() {
	for i, o := range c.box.Objects {
		b := o.(*keyButton)
		importance := widget.MediumImportance
		if i == c.chosen {
			importance = widget.HighImportance
		}
		if b.Text != c.labels[i] || b.Importance != importance {
			b.Text, b.Importance = c.labels[i], importance
			b.Refresh()
		}
	}
}

func newSearch(hint string, changed func(string)) *textInput {
	e := newText(nil)
	e.SetPlaceHolder(hint)
	e.OnChanged = changed
	return e
}

// wide keeps an object at least so wide.
func wide(width float32, o fyne.CanvasObject) fyne.CanvasObject {
	return container.New(minWidth(width), o)
}

type minWidth float32

func (m minWidth) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return objects[0].MinSize().Max(fyne.NewSize(float32(m), 0))
}

func (m minWidth) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	objects[0].Resize(size)
	objects[0].Move(fyne.NewPos(0, 0))
}

// settled lays objects out again when paragraphs took another height at their new width: the
// first time their places were counted with the heights of the old one.
type settled struct{ of fyne.Layout }

// MinSize implements fyne.Layout.
func (s settled) MinSize(objects []fyne.CanvasObject) fyne.Size { return s.of.MinSize(objects) }

// Layout implements fyne.Layout.
func (s settled) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	before := s.MinSize(objects)
	for range 3 { // a box within a box settles one after the other
		s.of.Layout(objects, size)
		now := s.MinSize(objects)
		if now == before {
			return
		}
		before = now
	}
}

// upTo centres an object and lets it be so wide where there is room.
type upTo float32

func (u upTo) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(0, objects[0].MinSize().Height)
}

func (u upTo) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	width := min(float32(u), size.Width)
	objects[0].Resize(fyne.NewSize(width, size.Height))
	high := min(objects[0].MinSize().Height, size.Height)
	objects[0].Resize(fyne.NewSize(width, high))
	objects[0].Move(fyne.NewPos((size.Width-width)/2, (size.Height-high)/2))
}

// slim gives an object a fixed height and centres it, as high as a line of text.
type slim float32

func (h slim) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(objects[0].MinSize().Width, theme.TextSize()*2)
}

func (h slim) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	objects[0].Resize(fyne.NewSize(size.Width, float32(h)))
	objects[0].Move(fyne.NewPos(0, (size.Height-float32(h))/2))
}

// fail tells what did not work, in the words made for people, and leaves the cause in the
// log.
func (w *Windows) fail(win fyne.Window, err error) {
	f := fault.Of(err)
	if f.Class == fault.Canceled {
		return
	}
	w.warn(win, err)
	inform(win, present.T("That did not work"), present.Begun(present.Failure(err)))
}

// warn logs the cause of what a person is told.
func (w *Windows) warn(win fyne.Window, err error) {
	slog.Warn("a window said that something did not work", "window", win.Title(), "err", err)
}
