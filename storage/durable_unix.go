//go:build unix

package storage

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// folder makes renames within a folder durable.
func (k disk) folder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("open folder: %w", err)
	}
	defer f.Close()
	if err := k.sync(f); err != nil && !errors.Is(err, syscall.EINVAL) { // some file systems cannot
		return fmt.Errorf("sync folder: %w", err)
	}
	return nil
}
