package desk

import (
	"errors"
	"fmt"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"
)

const (
	// runKey lists what starts when the user logs in.
	runKey = `Software\Microsoft\Windows\CurrentVersion\Run`
	// approvedKey is where the task manager notes what the user switched off.
	approvedKey = `Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run`
)

func (a Autostart) line() string {
	return windows.ComposeCommandLine(append([]string{a.Program}, a.Args...))
}

func (a Autostart) enable() error {
	k, _, err := registry.CreateKey(registry.CURRENT_USER, runKey, registry.SET_VALUE)
	if err != nil {
		return fmt.Errorf("start with the desktop: %w", err)
	}
	defer k.Close()
	if err := k.SetStringValue(a.ID, a.line()); err != nil {
		return fmt.Errorf("start with the desktop: %w", err)
	}
	return forget(approvedKey, a.ID)
}

func (a Autostart) disable() error {
	return errors.Join(forget(runKey, a.ID), forget(approvedKey, a.ID))
}

// forget removes a value; a missing one is fine.
func forget(key, name string) error {
	k, err := registry.OpenKey(registry.CURRENT_USER, key, registry.SET_VALUE)
	if err == nil {
		defer k.Close()
		err = k.DeleteValue(name)
	}
	if err != nil && !errors.Is(err, registry.ErrNotExist) {
		return fmt.Errorf("change what starts with the desktop: %w", err)
	}
	return nil
}

// State reads what the registry says.
func (a Autostart) State() (State, error) {
	k, err := registry.OpenKey(registry.CURRENT_USER, runKey, registry.QUERY_VALUE)
	if errors.Is(err, registry.ErrNotExist) {
		return Off, nil
	}
	if err != nil {
		return Off, fmt.Errorf("see whether Lockstep starts with the desktop: %w", err)
	}
	defer k.Close()
	line, _, err := k.GetStringValue(a.ID)
	switch {
	case errors.Is(err, registry.ErrNotExist):
		return Off, nil
	case err != nil:
		return Off, fmt.Errorf("see whether Lockstep starts with the desktop: %w", err)
	case switchedOff(a.ID):
		return Refused, nil
	case line == a.line():
		return On, nil
	}
	return Elsewhere, nil
}

// switchedOff reports whether the task manager's note is an odd number, which is how it
// says so.
func switchedOff(name string) bool {
	k, err := registry.OpenKey(registry.CURRENT_USER, approvedKey, registry.QUERY_VALUE)
	if err != nil {
		return false
	}
	defer k.Close()
	note, _, err := k.GetBinaryValue(name)
	return err == nil && len(note) > 0 && note[0]&1 == 1
}
