//go:build unix

package storage

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// syncDir makes renames within a folder durable.
func syncDir(dir string) error {
	f, err := os.Open(dir) //nolint:gosec // the data folder
	if err != nil {
		return fmt.Errorf("open folder: %w", err)
	}
	defer f.Close()                                                     //nolint:errcheck // nothing was written through it
	if err := f.Sync(); err != nil && !errors.Is(err, syscall.EINVAL) { // some file systems cannot
		return fmt.Errorf("sync folder: %w", err)
	}
	return nil
}
