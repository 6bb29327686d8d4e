//go:build !windows

package windows

import (
	"path/filepath"
	"syscall"
	"testing"
)

// pipe is a file that nobody ever writes to: opening it waits for ever.
func pipe(t *testing.T, dir string) string {
	t.Helper()
	path := filepath.Join(dir, "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
