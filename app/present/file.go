package present

import (
	"errors"
	"io/fs"
	"syscall"
)

// Why a path cannot be used.
var (
	ErrNotWhole  = errors.New("not a full path")
	ErrNoFolder  = errors.New("no such folder")
	ErrIsFolder  = errors.New("a folder")
	ErrSpecial   = errors.New("no ordinary file")
	ErrNoContent = errors.New("no settings of Lockstep")
)

// FileTrouble says why a file cannot be read or written, and what to do; false if the
// cause is none of those a person can do something about.
func FileTrouble(path string, err error) (string, bool) {
	switch {
	case errors.Is(err, ErrNotWhole):
		return T("Enter the full path, with all its folders."), true
	case errors.Is(err, ErrNoFolder):
		return T("The folder of %s does not exist. Choose another one.", path), true
	case errors.Is(err, ErrIsFolder):
		return T("%s is a folder. Add the name of a file.", path), true
	case errors.Is(err, ErrSpecial):
		return T("%s is not an ordinary file. Choose another one.", path), true
	case errors.Is(err, fs.ErrNotExist):
		return T("There is no file %s.", path), true
	case errors.Is(err, fs.ErrPermission):
		return T("You have no permission for %s. Choose another place.", path), true
	case errors.Is(err, syscall.EROFS):
		return T("%s is on a disk that cannot be written to. Choose another place.", path), true
	case errors.Is(err, syscall.ENOSPC):
		return T("There is no room left on the disk for %s. Free some, or choose another place.", path), true
	}
	return "", false
}
