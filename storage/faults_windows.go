package storage

import (
	"errors"
	"strings"

	"golang.org/x/sys/windows"
)

// isFull reports that the disk or the quota left no room.
func isFull(err error) bool {
	if err == nil {
		return false
	}
	return errors.Is(err, windows.ERROR_DISK_FULL) || errors.Is(err, windows.ERROR_HANDLE_DISK_FULL) ||
		errors.Is(err, windows.ERROR_DISK_QUOTA_EXCEEDED) || strings.Contains(err.Error(), "file resize error")
}

func isReadOnly(err error) bool { return errors.Is(err, windows.ERROR_WRITE_PROTECT) }
