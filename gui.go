//go:build !nogui

package main

import (
	"fyne.io/fyne/v2"
	fyneapp "fyne.io/fyne/v2/app"

	"lockstep/app"
	"lockstep/app/desk"
	"lockstep/assets"
)

func desktop() app.Desktop {
	return app.Fyne(func() fyne.App {
		// FyneApp.toml is not read by what `go build` makes.
		fyneapp.SetMetadata(fyne.AppMetadata{
			ID: desk.ID, Name: "Lockstep", Version: version,
			Icon: fyne.NewStaticResource("lockstep.png", assets.AppIcon),
		})
		return fyneapp.NewWithID(desk.ID)
	})
}
