package app

import (
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
)

// dataDir is where Lockstep keeps its data: what was asked for, or the usual place of
// the system. The demo has a folder of its own beside it, so that it can do no harm.
func dataDir(asked string, demo bool, env func(string) (string, bool)) (string, error) {
	dir := asked
	if dir == "" {
		base, err := dataHome(env)
		if err != nil {
			return "", err
		}
		dir = filepath.Join(base, "lockstep")
	}
	if demo {
		dir += "-demo"
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("find the data folder: %w", err)
	}
	return abs, nil
}

// dataHome is where programs keep what they store for a user.
func dataHome(env func(string) (string, bool)) (string, error) {
	get := func(name string) string { v, _ := env(name); return v }
	switch runtime.GOOS {
	case "windows":
		if v := get("LOCALAPPDATA"); v != "" {
			return v, nil
		}
	case "darwin":
		if v := get("HOME"); v != "" {
			return filepath.Join(v, "Library", "Application Support"), nil
		}
	default:
		if v := get("XDG_DATA_HOME"); filepath.IsAbs(v) {
			return v, nil
		}
		if v := get("HOME"); v != "" {
			return filepath.Join(v, ".local", "share"), nil
		}
	}
	return "", errors.New("there is no home folder: say where to keep the data with --data-dir")
}
