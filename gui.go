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
	"lockstep/assets"
)

func desktop() app.Desktop {
	return app.Fyne(newFyne, screen)
}

func newFyne() fyne.App {
	// FyneApp.toml is not read by what `go build` makes.
	fyneapp.SetMetadata(fyne.AppMetadata{
		ID: desk.ID, Name: "Lockstep", Version: version,
		Icon: fyne.NewStaticResource("lockstep.png", assets.AppIcon),
	})
	return fyneapp.NewWithID(desk.ID)
}

// screen is what the first screen has for windows, panels left out, in the units of windows.
// It is zero where nobody tells. Fyne does not say it; GLFW, below it, does.
func screen() (size fyne.Size) {
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
