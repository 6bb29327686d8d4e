package windows

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"lockstep/app/present"
	"lockstep/sync/api"
)

// strip is the foot of the main window: both servers at a glance, and what is wanted most.
type strip struct {
	w                   *Windows
	words               *fyne.Container
	plex, stash, today  *tipLine
	pause, resume, sync *keyButton
	box                 fyne.CanvasObject
}

func newStrip(w *Windows, win *window) *strip {
	s := &strip{w: w, plex: newTipLine(), stash: newTipLine(), today: newTipLine()}
	s.pause = drop(present.T("Pause"), w.pauseMenu(win)...)
	s.resume = newButton(present.T("Resume"), theme.MediaPlayIcon(), func() { w.command(win, w.api.Resume) })
	s.resume.Hide()
	s.sync = newButton(present.T("Sync now"), theme.ViewRefreshIcon(), func() { w.syncNow(win) })
	buttons := container.NewHBox(s.pause, s.resume, s.sync)
	s.words = container.New(inARow{}, s.plex, s.stash, s.today)
	s.box = newGround(container.NewBorder(widget.NewSeparator(), nil, nil, nil,
		container.NewPadded(container.NewBorder(nil, nil, nil, buttons, s.words))))
	return s
}

// overStrip puts a page over the strip. A low window has none: the menu has its buttons.
func overStrip(s *strip, page fyne.CanvasObject) fyne.CanvasObject {
	foot := spare(s.box)
	return fit(container.NewBorder(nil, foot, nil, nil, page), func(r room) { shown(foot, !r.low) })
}

func (s *strip) update(snap api.Snapshot) {
	m, before := s.w.moment(), s.plex.Text+s.stash.Text+s.today.Text
	setLine(&s.plex.Label, present.PlexBrief(snap, m))
	setLine(&s.stash.Label, present.StashBrief(snap, m))
	today := present.Today(snap.Today)
	if pause := present.Pause(snap, m); pause != "" {
		today = pause + " · " + today
	}
	set(&s.today.Label, today, widget.LowImportance)
	if s.plex.Text+s.stash.Text+s.today.Text != before {
		s.words.Refresh() // each is as wide as its words
	}
	visible(s.pause, !snap.Paused)
	visible(s.resume, snap.Paused)
	enabled(s.pause, snap.Live && snap.Configured)
	enabled(s.sync, snap.Live && snap.Configured && snap.Stopping.IsZero())
}

// inARow lays tip lines out from left to right, each as wide as its words. Where there is too
// little room the last ones are cut off first.
type inARow struct{}

// MinSize implements fyne.Layout.
func (inARow) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var size fyne.Size
	for _, o := range objects {
		size = fyne.NewSize(0, max(size.Height, o.MinSize().Height))
	}
	return size
}

// leastLine is the width below which cut off words say nothing.
func leastLine() float32 {
	return fyne.MeasureText("mmm…", theme.TextSize(), fyne.TextStyle{}).Width + 2*theme.InnerPadding()
}

// Layout implements fyne.Layout.
func (inARow) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	x := float32(0)
	for _, o := range objects {
		width := max(0, min(o.(*tipLine).natural()+theme.Padding(), size.Width-x))
		o.Resize(fyne.NewSize(width, size.Height))
		o.Move(fyne.NewPos(x, 0))
		visible(o, width >= min(o.(*tipLine).natural(), leastLine())) // a label without room draws past its edge
		x += width + theme.Padding()
	}
}
