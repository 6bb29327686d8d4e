package windows

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
	tip "github.com/dweymouth/fyne-tooltip/widget"

	"lockstep/app/present"
)

// navItem is one entry of the sidebar: an icon, words and a badge. The chosen one is marked by
// a bar as well as by its colour.
type navItem struct {
	widget.BaseWidget
	tip.ToolTipWidgetExtend
	name, words string
	tapped      func()
	step        func(by int) *navItem // the entry so many further down, nil for none

	badge                            int
	chosen, folded, focused, pointed bool
}

func newNavItem(name, words string, tapped func()) *navItem {
	n := &navItem{name: name, words: words, tapped: tapped}
	n.ExtendBaseWidget(n)
	n.ExtendToolTipWidget(n)
	return n
}

func (n *navItem) setChosen(yes bool) { change(n, &n.chosen, yes) }
func (n *navItem) setFolded(yes bool) { change(n, &n.folded, yes) }
func (n *navItem) setBadge(count int) { change(n, &n.badge, count) }

// change sets a part of an entry and draws it again if it differs.
func change[T comparable](n *navItem, part *T, to T) {
	if *part != to {
		*part = to
		n.Refresh()
	}
}

// Tapped implements fyne.Tappable.
func (n *navItem) Tapped(*fyne.PointEvent) { n.tapped() }

// MouseIn implements desktop.Hoverable. What has no room for its words says them then.
func (n *navItem) MouseIn(e *desktop.MouseEvent) {
	change(n, &n.pointed, true)
	n.SetToolTip("")
	if n.folded {
		n.SetToolTip(n.words)
	}
	n.ToolTipWidgetExtend.MouseIn(e)
}

// MouseOut implements desktop.Hoverable.
func (n *navItem) MouseOut() {
	change(n, &n.pointed, false)
	n.ToolTipWidgetExtend.MouseOut()
}

// FocusGained implements fyne.Focusable.
func (n *navItem) FocusGained() { change(n, &n.focused, true) }

// FocusLost implements fyne.Focusable.
func (n *navItem) FocusLost() { change(n, &n.focused, false) }

// TypedRune implements fyne.Focusable.
func (n *navItem) TypedRune(r rune) { passRune(n, r) }

// TypedKey implements fyne.Focusable.
func (n *navItem) TypedKey(ev *fyne.KeyEvent) {
	switch ev.Name {
	case fyne.KeyReturn, fyne.KeyEnter, fyne.KeySpace:
		n.tapped()
	case fyne.KeyDown:
		n.move(1)
	case fyne.KeyUp:
		n.move(-1)
	case fyne.KeyEscape:
		escape(n)
	}
}

func (n *navItem) move(by int) {
	if next := n.step(by); next != nil {
		if c := fyne.CurrentApp().Driver().CanvasForObject(n); c != nil {
			c.Focus(next)
		}
	}
}

func navIconSize() float32 { return 20 * theme.TextSize() / 14 }
func navMargin() float32   { return 9 * theme.TextSize() / 14 }

// CreateRenderer implements fyne.Widget.
func (n *navItem) CreateRenderer() fyne.WidgetRenderer {
	r := &navRenderer{
		n: n, back: canvas.NewRectangle(color.Transparent), bar: canvas.NewRectangle(color.Transparent), ring: canvas.NewRectangle(color.Transparent),
		icon: canvas.NewImageFromResource(nil), words: canvas.NewText(n.words, color.Transparent), badge: canvas.NewText("", color.Transparent),
	}
	r.icon.FillMode = canvas.ImageFillContain
	r.ring.StrokeWidth = 2
	r.Refresh()
	return r
}

type navRenderer struct {
	n               *navItem
	back, bar, ring *canvas.Rectangle
	icon            *canvas.Image
	words, badge    *canvas.Text
}

// Destroy implements fyne.WidgetRenderer.
func (r *navRenderer) Destroy() {}

// Objects implements fyne.WidgetRenderer.
func (r *navRenderer) Objects() []fyne.CanvasObject {
	if r.n.folded {
		return []fyne.CanvasObject{r.back, r.bar, r.icon, r.badge, r.ring}
	}
	return []fyne.CanvasObject{r.back, r.bar, r.icon, r.words, r.badge, r.ring}
}

// MinSize implements fyne.WidgetRenderer.
func (r *navRenderer) MinSize() fyne.Size {
	return fyne.NewSize(navIconSize()+2*navMargin(), navIconSize()+1.6*navMargin())
}

// Layout implements fyne.WidgetRenderer.
func (r *navRenderer) Layout(size fyne.Size) {
	edge, icon := navMargin(), navIconSize()
	r.back.Resize(size)
	r.ring.Resize(size)
	r.bar.Resize(fyne.NewSize(3, size.Height-8))
	r.bar.Move(fyne.NewPos(1, 4))
	r.icon.Resize(fyne.NewSquareSize(icon))
	r.icon.Move(fyne.NewPos(edge, (size.Height-icon)/2))
	middle := func(t *canvas.Text, x float32) {
		least := t.MinSize()
		t.Resize(least)
		t.Move(fyne.NewPos(x, (size.Height-least.Height)/2))
	}
	middle(r.words, 2*edge+icon)
	width := r.badge.MinSize().Width
	middle(r.badge, size.Width-edge-width)
	if r.n.folded {
		r.badge.Move(fyne.NewPos(size.Width-width-1, 0))
	}
}

// Refresh implements fyne.WidgetRenderer.
func (r *navRenderer) Refresh() {
	n, radius := r.n, theme.Size(theme.SizeNameInputRadius)
	r.back.FillColor, r.back.CornerRadius = color.Transparent, radius
	ink := theme.ColorNameForeground
	switch {
	case n.chosen:
		r.back.FillColor, ink = theme.Color(theme.ColorNameSelection), theme.ColorNamePrimary
	case n.pointed:
		r.back.FillColor = theme.Color(theme.ColorNameHover)
	}
	r.bar.FillColor, r.ring.StrokeColor, r.ring.CornerRadius = color.Transparent, color.Transparent, radius
	if n.chosen {
		r.bar.FillColor = theme.Color(theme.ColorNamePrimary)
	}
	if n.focused {
		r.ring.StrokeColor = theme.Color(theme.ColorNameForeground)
	}
	r.icon.Resource = theme.NewColoredResource(navIcon(n.name), ink)
	r.words.Color, r.words.TextSize, r.words.TextStyle.Bold = theme.Color(theme.ColorNameForeground), theme.TextSize(), n.chosen
	r.badge.Text = present.BadgeWords(n.badge)
	r.badge.Color, r.badge.TextSize, r.badge.TextStyle.Bold = theme.Color(theme.ColorNameForeground), theme.CaptionTextSize(), true
	if n.folded {
		r.badge.TextSize *= 0.85
	}
	r.Layout(n.Size())
	for _, o := range r.Objects() {
		o.Refresh()
	}
}
