// Package desk deals with the desktop around Lockstep: starting with it, pages in the
// browser, letting another process come to the front, and whether there is a desktop at
// all. It knows nothing of the engine and draws nothing.
package desk

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// ID names Lockstep towards the desktop: its desktop file, launch agent and registry
// value. FyneApp.toml has the same.
const ID = "app.lockstep.Lockstep"

// Autostart starts a program, usually this one, when the user logs in.
type Autostart struct {
	ID      string   // names the entry; letters, digits, dots
	Name    string   // shown in the system's list of such programs
	Program string   // absolute path
	Args    []string // given to it
}

// State says what happens at the next login.
type State string

// The states.
const (
	Off State = "off" // nothing
	On  State = "on"
	// Refused: nothing, because the user switched the entry off in the system's settings.
	Refused State = "refused"
	// Elsewhere: the entry starts another program or another copy of this one.
	Elsewhere State = "elsewhere"
)

// Self is an autostart of the running program with arguments.
func Self(args ...string) (Autostart, error) {
	exe, err := os.Executable()
	if err != nil {
		return Autostart{}, fmt.Errorf("find this program: %w", err)
	}
	return Autostart{ID: ID, Name: "Lockstep", Program: exe, Args: args}, nil
}

// Set makes the state On or Off.
func (a Autostart) Set(on bool) error {
	if !on {
		return a.disable()
	}
	if !filepath.IsAbs(a.Program) {
		return errors.New("start with the desktop: the program's path must be absolute")
	}
	return a.enable()
}

// Follow brings the state in line with a setting if it is not. An entry that starts
// another copy is taken over when it is wanted, and left alone when not. One that the
// user switched off stays off until the setting is switched off and on again.
func (a Autostart) Follow(want bool) error {
	now, err := a.State()
	if err != nil {
		return err
	}
	if want == (now == On || now == Refused) || !want && now == Elsewhere {
		return nil
	}
	return a.Set(want)
}
