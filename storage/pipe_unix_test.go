//go:build unix

package storage_test

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"lockstep/storage"
)

// The test hangs without the check: opening a pipe waits for the other end.
func TestAPipeInPlaceOfTheLockIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := syscall.Mkfifo(filepath.Join(dir, storage.LockName), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := storage.Lock(dir); err == nil || !strings.Contains(err.Error(), "is not a file") {
		t.Errorf("got %v", err)
	}
}
