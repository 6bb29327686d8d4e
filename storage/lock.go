package storage

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"

	"lockstep/sync/file"
	"lockstep/sync/message"
)

// LockName is the name of the lock file within the data folder.
const LockName = "lock"

// FolderLock is the right to open, repair and serve a data folder. It ends with the
// process, however that ends.
type FolderLock struct{ file *flock.Flock }

// Lock takes the lock of a data folder, which is made if it is missing, without
// waiting. It is taken before Open. ErrLocked is in the chain when another process has it.
func Lock(dir string) (*FolderLock, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, diskFault(dir, err)
	}
	path := filepath.Join(dir, LockName)
	if err := file.Plain(path); err != nil {
		return nil, local(message.New(message.NotAFile, message.Path(path)), message.AdviceMoveAway, err)
	}
	f := flock.New(path, flock.SetPermissions(0o600))
	got, err := f.TryLock()
	if err != nil {
		return nil, diskFault(path, err)
	}
	if !got {
		return nil, local(message.New(message.FolderLocked, message.Path(dir)), message.AdviceFolderLocked, ErrLocked)
	}
	return &FolderLock{f}, nil
}

// Unlock gives the folder free. The lock file stays: removing it would let two
// processes lock two files of the same name.
func (l *FolderLock) Unlock() error {
	if err := l.file.Unlock(); err != nil {
		return fmt.Errorf("unlock the data folder: %w", err)
	}
	return nil
}
