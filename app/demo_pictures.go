//go:build pictures

package app

import (
	"errors"
	"fmt"
	"image"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"lockstep/app/desktoptest"
	"lockstep/app/present"
)

const (
	// demoBackdrop is the colour behind the windows in pictures.
	demoBackdrop = "#31465a"
	// demoX and demoY are where windows are put.
	demoX, demoY = "60", "90"
	// stillFor is how long a window must not change to count as complete, stillWithin
	// how long that is waited for: one that shows progress never is.
	stillFor, stillWithin = 400 * time.Millisecond, 3 * time.Second
)

// pictures takes pictures of tray and windows, one window at a time. The zero value
// takes none.
type pictures struct {
	dir     string
	display *desktoptest.Display
	panel   *desktoptest.Panel // nil where there is no program for it
	page    string             // title of the main window while it is open
	apart   string             // title of the window beside it, settings or set-up
	taken   []string
}

// newPictures prepares the display. It must come before the tray registers.
func newPictures(dir string, say func(string, ...any)) (*pictures, error) {
	d, err := display()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // pictures to show around
		return nil, fmt.Errorf("make the folder for pictures: %w", err)
	}
	p := &pictures{dir: dir, display: d}
	if err := d.Paint(demoBackdrop); err != nil {
		return nil, err
	}
	if p.panel, err = desktoptest.StartPanel(d, os.Getenv("DBUS_SESSION_BUS_ADDRESS")); err != nil {
		say("There is no tray to be pictured here, the rest is: %v.", err)
		p.panel = nil
	}
	return p, nil
}

func (p *pictures) close() {
	if p.panel != nil {
		p.panel.Close()
	}
}

func (p *pictures) file(name string) string {
	p.taken = append(p.taken, name)
	return filepath.Join(p.dir, name+".png")
}

// menu takes a picture of the open tray menu, with nothing behind it.
func (p *pictures) menu(name string) error {
	if p.panel == nil {
		return nil
	}
	if err := errors.Join(p.closeWindow(&p.page), p.closeWindow(&p.apart)); err != nil {
		return err
	}
	// The panel sizes a menu by what it knew when it was open last.
	_, err := p.panel.OpenMenu()
	if err == nil {
		err = p.panel.CloseMenu()
	}
	if err != nil {
		return err
	}
	_, err = p.panel.MenuShot(p.file(name))
	return err
}

// window opens a page or window, by the name the tray knows, and takes a picture of it. A
// window that was open beside the main one is closed.
func (p *pictures) window(open func(string), name, file string) error {
	if p.display == nil {
		return nil
	}
	kind, _, _ := strings.Cut(name, ":")
	title, shown := "Lockstep – "+present.WindowTitle(kind), &p.apart
	if slices.Contains(present.Pages(), kind) {
		shown = &p.page
	}
	before := p.apart
	open(name)
	if err := p.place(title); err != nil {
		return err
	}
	if _, err := p.display.Painted(title, p.file(file)); err != nil {
		return err
	}
	*shown = title
	if err := p.still(title, file); err != nil {
		return err
	}
	switch {
	case shown == &p.page:
		return p.closeWindow(&p.apart)
	case before != title:
		return p.closeWindow(&before)
	}
	return nil
}

// place moves a window away from the panel, which would be in its picture.
func (p *pictures) place(title string) error {
	return desktoptest.Until(desktoptest.Patience, "window "+title, func() error {
		id, err := p.display.Window(title)
		if err == nil {
			_, err = p.display.Run("xdotool", "windowmove", "--sync", id, demoX, demoY)
		}
		return err
	})
}

// still takes the picture anew until two in a row are equal.
func (p *pictures) still(title, name string) error {
	var last image.Image
	deadline := time.Now().Add(stillWithin)
	return desktoptest.Until(stillWithin+desktoptest.Patience, "picture of "+title, func() error {
		shot, err := p.display.WindowShot(title, filepath.Join(p.dir, name+".png"))
		if err != nil {
			return err
		}
		if same(last, shot) || time.Now().After(deadline) {
			return nil
		}
		last = shot
		time.Sleep(stillFor)
		return errors.New("it changes")
	})
}

// closeWindow closes a window like a person, waits until it is gone and forgets its title.
// It does nothing for an empty one.
func (p *pictures) closeWindow(shown *string) error {
	title := *shown
	if title == "" {
		return nil
	}
	if err := p.display.CloseWindow(title); err != nil {
		return err
	}
	*shown = ""
	return desktoptest.Until(desktoptest.Patience, "window to close", func() error { return p.display.Gone(title) })
}

// same compares two pictures.
func same(a, b image.Image) bool {
	if a == nil || b == nil || a.Bounds() != b.Bounds() {
		return false
	}
	for y := a.Bounds().Min.Y; y < a.Bounds().Max.Y; y++ {
		for x := a.Bounds().Min.X; x < a.Bounds().Max.X; x++ {
			if a.At(x, y) != b.At(x, y) {
				return false
			}
		}
	}
	return true
}

// display is where the pictures are taken.
func display() (*desktoptest.Display, error) {
	name := os.Getenv("DISPLAY")
	if name == "" {
		return nil, errUsage{errors.New("--demo-story takes pictures and needs a display; `make demo` brings one")}
	}
	return desktoptest.OpenDisplay(name), nil
}
