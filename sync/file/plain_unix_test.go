//go:build unix

package file_test

import (
	"errors"
	"io/fs"
	"path/filepath"
	"syscall"
	"testing"

	"lockstep/sync/file"
)

// The test hangs without the check: opening a pipe waits for the other end.
func TestAPipeIsNotOpenedInPlaceOfAFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	pipe := filepath.Join(dir, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{pipe, dir, "/dev/zero"} {
		if _, err := file.Open(path); !errors.Is(err, file.ErrNotFile) {
			t.Errorf("%s: %v", path, err)
		}
	}
	missing := filepath.Join(dir, "missing")
	if _, err := file.Open(missing); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("nothing there: %v", err)
	}
	if err := file.Write(missing, []byte("x")); err != nil {
		t.Fatal(err)
	}
	f, err := file.Open(missing)
	if err != nil {
		t.Fatal(err)
	}
	_ = f.Close()
}
