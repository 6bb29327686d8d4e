//go:build !windows

package desk

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

func (a Autostart) enable() error {
	place, err := a.place()
	if err != nil {
		return err
	}
	content, err := a.content()
	if err != nil {
		return err
	}
	if err := replace(place, content); err != nil {
		return fmt.Errorf("start with the desktop: %w", err)
	}
	return nil
}

// replace puts the whole file in place or leaves the old one.
func replace(place string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(place), 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(place), ".lockstep-*")
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	err = errors.Join(err, f.Chmod(0o644), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), place)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}

func (a Autostart) disable() error {
	place, err := a.place()
	if err != nil {
		return err
	}
	if err := os.Remove(place); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("no longer start with the desktop: %w", err)
	}
	return nil
}

// State reads what the entry says.
func (a Autostart) State() (State, error) {
	place, err := a.place()
	if err != nil {
		return Off, err
	}
	have, err := os.ReadFile(place)
	if errors.Is(err, fs.ErrNotExist) {
		return Off, nil
	}
	if err != nil {
		return Off, fmt.Errorf("see whether Lockstep starts with the desktop: %w", err)
	}
	want, err := a.content()
	switch {
	case err != nil:
		return Off, err
	case switchedOff(have):
		return Refused, nil
	case bytes.Equal(command(have), command(want)):
		return On, nil
	}
	return Elsewhere, nil
}
