//go:build !nogui

package main

import (
	"os"
	"runtime"
	"strconv"

	"fyne.io/fyne/v2"
	fyneapp "fyne.io/fyne/v2/app"
	"github.com/go-gl/glfw/v3.4/glfw"

	"lockstep/app"
	"lockstep/app/desk"
	"lockstep/app/windows"
	"lockstep/assets"
)

func desktop() app.Desktop {
	return app.Fyne(newFyne, windows.Screen{Room: room, Where: where, Shows: shows})
}

func newFyne() fyne.App {
	// FyneApp.toml is not read by what `go build` makes.
	fyneapp.SetMetadata(fyne.AppMetadata{
		ID: desk.ID, Name: "Lockstep", Version: version,
		Icon: fyne.NewStaticResource("lockstep.png", assets.AppIcon),
	})
	return fyneapp.NewWithID(desk.ID)
}

// Of screens and places Fyne tells nothing; GLFW, on which it stands, does.

// room is what the first screen has for windows, panels left out, in the units of windows; zero
// where nobody tells.
func room() (size fyne.Size) {
	defer func() { _ = recover() }() // GLFW panics where there is no display, and then nothing is known
	m := glfw.GetPrimaryMonitor()
	if m == nil {
		return fyne.Size{}
	}
	_, _, width, height := m.GetWorkarea()
	scale := float32(1)
	if runtime.GOOS != "darwin" { // there a unit is a point already
		scale, _ = m.GetContentScale()
	}
	scale = max(scale, 1) * userScale()
	return fyne.NewSize(float32(width)/scale, float32(height)/scale)
}

// where is the place of a window that is open, in pixels of the screens together.
func where(w fyne.Window) (x, y int, ok bool) {
	inside, ok := w.(interface{ RunWithContext(func()) })
	if !ok {
		return 0, 0, false
	}
	ok = false
	inside.RunWithContext(func() {
		defer func() { _ = recover() }() // Wayland tells no place, in some versions with a panic
		if own := glfw.GetCurrentContext(); own != nil {
			x, y = own.GetPos()
			ok = x != 0 || y != 0 // as Fyne has it: the corner is no place
		}
	})
	return x, y, ok
}

// shows reports that a window whose corner is there can be seen and moved: the screen it was on
// may be gone.
func shows(x, y int) (yes bool) {
	defer func() { _ = recover() }()
	for _, m := range glfw.GetMonitors() {
		left, top, width, height := m.GetWorkarea()
		if x >= left-reach && x < left+width-reach && y >= top && y < top+height-reach {
			return true
		}
	}
	return false
}

// reach is as much of a title bar as one can get hold of, in pixels.
const reach = 100

// userScale is how much larger a person wants everything, as Fyne takes it.
func userScale() float32 {
	if s, err := strconv.ParseFloat(os.Getenv("FYNE_SCALE"), 32); err == nil && s > 0 {
		return float32(s)
	}
	if s := fyne.CurrentApp().Settings().Scale(); s > 0 {
		return s
	}
	return 1
}
