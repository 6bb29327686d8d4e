package storage

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"lockstep/sync/file"
)

// disk makes files durable.
type disk struct {
	// sync has the system write a file or folder to the disk.
	sync func(*os.File) error
}

// write makes a file of what fn writes. It is gone when an error is returned; to be on
// disk it has to be moved in.
func (disk) write(path string, fn func(io.Writer) error) (err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("make %s: %w", filepath.Base(path), err)
	}
	err = fn(f)
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		_ = os.Remove(path)
		return fmt.Errorf("write %s: %w", filepath.Base(path), err)
	}
	return nil
}

// moveIn gives a file its final name. Its content is on disk before it has that name, and
// the name when nil is returned.
func (k disk) moveIn(temp, path string) error {
	if err := k.file(temp); err != nil {
		return err
	}
	if err := file.Move(temp, path); err != nil {
		return fmt.Errorf("rename %s: %w", filepath.Base(temp), err)
	}
	return k.folder(filepath.Dir(path))
}

func (k disk) file(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return fmt.Errorf("open %s: %w", filepath.Base(path), err)
	}
	defer f.Close()
	if err := k.sync(f); err != nil {
		return fmt.Errorf("sync %s: %w", filepath.Base(path), err)
	}
	return nil
}
