//go:build !windows && !darwin

package desk

import (
	"fmt"
	"os"
	"path/filepath"
)

// place follows the XDG autostart specification: the user's own folder.
func (a Autostart) place() (string, error) {
	config, err := os.UserConfigDir()
	if err != nil {
		return "", fmt.Errorf("find the autostart folder: %w", err)
	}
	return filepath.Join(config, "autostart", a.ID+".desktop"), nil
}

func (a Autostart) content() ([]byte, error) { return entry(a) }

func command(content []byte) []byte   { return entryCommand(content) }
func switchedOff(content []byte) bool { return entryOff(content) }
