//go:build unix

package storage

import (
	"errors"
	"strings"
	"syscall"
)

// isFull reports that the disk, the quota or a limit on file sizes left no room. bbolt
// passes some of these on as text only.
func isFull(err error) bool {
	if err == nil {
		return false
	}
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EFBIG) ||
		strings.Contains(err.Error(), "file resize error") || strings.Contains(err.Error(), syscall.ENOSPC.Error())
}

func isReadOnly(err error) bool { return errors.Is(err, syscall.EROFS) }
