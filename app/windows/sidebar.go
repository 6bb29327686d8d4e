package windows

import (
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"lockstep/app/present"
	"lockstep/sync/api"
)

// sidebar lists the pages of the main window, with how many things wait on each.
type sidebar struct {
	items []*navItem // those of pages first, in the order of present.Pages
	box   fyne.CanvasObject
	// found is how many checks of the doctor were not good when they were made last.
	found int
	snap  api.Snapshot
}

// newSidebar makes the list. visit turns to a page, open opens a window.
func newSidebar(visit, open func(name string)) *sidebar {
	s := &sidebar{}
	pages, windows := container.New(stacked{}), container.New(stacked{})
	for _, name := range present.Pages() {
		pages.Add(s.add(name, present.WindowTitle(name), visit))
	}
	windows.Add(s.add(present.Settings, present.T("Settings…"), open))
	list := container.NewBorder(nil, windows, nil, nil, container.NewVScroll(pages))
	s.box = newGround(container.NewBorder(nil, nil, nil, widget.NewSeparator(), container.NewPadded(list)))
	return s
}

func (s *sidebar) add(name, words string, tapped func(string)) *navItem {
	item := newNavItem(name, words, func() { tapped(name) })
	at := len(s.items)
	item.step = func(by int) *navItem {
		if to := at + by; to >= 0 && to < len(s.items) {
			return s.items[to]
		}
		return nil
	}
	s.items = append(s.items, item)
	return item
}

// choose marks the page on screen.
func (s *sidebar) choose(name string) {
	for _, item := range s.items {
		item.setChosen(item.name == name)
	}
}

// update shows the badges of a snapshot.
func (s *sidebar) update(snap api.Snapshot) {
	s.snap = snap
	for _, item := range s.items {
		n := present.Badge(item.name, snap)
		if item.name == present.Doctor {
			n = max(n, s.found) // what a person is asked for is found by the doctor, too
		}
		item.setBadge(n)
	}
}

// examined takes in how many checks of the doctor are not good.
func (s *sidebar) examined(bad int) {
	s.found = bad
	s.update(s.snap)
}

// fold shows icons only, or words too.
func (s *sidebar) fold(folded bool) {
	for _, item := range s.items {
		item.setFolded(folded)
	}
}

// foldedWidth is the width of a sidebar that shows icons only.
func foldedWidth() float32 { return navIconSize() + 2*navMargin() + 4*theme.Padding() }

// width has room for all words of the language beside the largest badge.
func (s *sidebar) width(folded bool) float32 {
	if folded {
		return foldedWidth()
	}
	var words float32
	for _, item := range s.items {
		words = max(words, fyne.MeasureText(item.words, theme.TextSize(), fyne.TextStyle{Bold: true}).Width)
	}
	badge := fyne.MeasureText(present.BadgeWords(math.MaxInt), theme.CaptionTextSize(), fyne.TextStyle{Bold: true}).Width
	return foldedWidth() + words + badge + 3*navMargin()
}

// stacked puts objects below each other without a gap.
type stacked struct{}

// MinSize implements fyne.Layout.
func (stacked) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var size fyne.Size
	for _, o := range objects {
		least := o.MinSize()
		size = fyne.NewSize(max(size.Width, least.Width), size.Height+least.Height)
	}
	return size
}

// Layout implements fyne.Layout.
func (stacked) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	y := float32(0)
	for _, o := range objects {
		high := o.MinSize().Height
		o.Resize(fyne.NewSize(size.Width, high))
		o.Move(fyne.NewPos(0, y))
		y += high
	}
}
