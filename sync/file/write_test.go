package file_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"lockstep/sync/file"
)

// In a folder others may write, somebody may have put a link or a file of his own where
// the new contents are written before they are moved into place.
func TestWritingIgnoresWhatOthersLaidReady(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("links and permissions are others there")
	}
	for name, lay := range map[string]func(next, theirs string) error{
		"nothing":      func(string, string) error { return nil },
		"a link":       func(next, theirs string) error { return os.Symlink(theirs, next) },
		"a second one": func(next, theirs string) error { return os.Link(theirs, next) },
		"an open file": func(next, _ string) error {
			if err := os.WriteFile(next, nil, 0o600); err != nil {
				return err
			}
			return os.Chmod(next, 0o666)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			place, theirs := filepath.Join(dir, "secrets"), filepath.Join(dir, "theirs")
			if err := os.WriteFile(theirs, []byte("theirs"), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := lay(place+".new", theirs); err != nil {
				t.Fatal(err)
			}
			if err := file.Write(place, []byte("ours")); err != nil {
				t.Fatal(err)
			}
			info, err := os.Lstat(place)
			if err != nil || info.Mode() != 0o600 {
				t.Errorf("%v, %v; want a file that only its owner can read", info.Mode(), err)
			}
			if got, err := os.ReadFile(place); err != nil || string(got) != "ours" {
				t.Errorf("got %q, %v", got, err)
			}
			if got, err := os.ReadFile(theirs); err != nil || string(got) != "theirs" {
				t.Errorf("another file is now %q, %v", got, err)
			}
			if _, err := os.Lstat(place + ".new"); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("something is left: %v", err)
			}
		})
	}
}

func TestWritingWhereItCannotBeLeavesTheOldContents(t *testing.T) {
	t.Parallel()
	place := filepath.Join(t.TempDir(), "secrets")
	if err := file.Write(place, []byte("old")); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(place+".new", "full"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := file.Write(place, []byte("new")); err == nil {
		t.Error("no error")
	}
	if got, err := os.ReadFile(place); err != nil || string(got) != "old" {
		t.Errorf("got %q, %v", got, err)
	}
}
