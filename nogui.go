//go:build nogui

package main

import "lockstep/app"

func desktop() app.Desktop { return nil }
