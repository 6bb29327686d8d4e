//go:build !linux && !darwin && !freebsd

package remote

import (
	"errors"
	"io/fs"
)

// places are none: unix sockets are missing on older Windows and under Wine, and other
// systems cannot say who is at their other end.
func places(string) []address { return nil }

func listen(address) (*Listener, error) { return nil, errors.ErrUnsupported }

// onlyOurs trusts the permissions that the data folder inherits from the user's profile.
func onlyOurs(fs.FileInfo) bool { return true }

// peerOf is not asked where there are no sockets in the file system.
func peerOf(int) (int, error) { return 0, errors.ErrUnsupported }
