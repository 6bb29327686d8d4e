//go:build linux || darwin || freebsd

package remote

import (
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"syscall"

	"golang.org/x/sys/unix"
)

// socketName is the name of the socket within the data folder.
const socketName = "lockstep.sock"

// places are where the socket of a data folder may be, the best first: the user's own
// folder for such things, which the system empties, then the data folder. Never a
// folder that everybody may write. What is too long for the system is left out.
func places(dir string) []address {
	var all []address
	if base := os.Getenv("XDG_RUNTIME_DIR"); filepath.IsAbs(base) {
		all = append(all, address{Network: "unix", Address: filepath.Join(base, "lockstep", short(dir)+".sock"), ours: true})
	}
	if dir, err := filepath.Abs(dir); err == nil {
		all = append(all, address{Network: "unix", Address: filepath.Join(dir, socketName)})
	}
	return slices.DeleteFunc(all, func(at address) bool {
		return len(at.Address) >= len(unix.RawSockaddrUnix{}.Path) // one byte more ends it
	})
}

// listen opens a socket. Its folder is made and checked if it is for sockets only; the
// permissions of a data folder are its owner's affair, and who connects is checked anyway.
func listen(at address) (*Listener, error) {
	if at.ours {
		if err := ownFolder(filepath.Dir(at.Address)); err != nil {
			return nil, err
		}
	}
	if err := os.Remove(at.Address); err != nil && !os.IsNotExist(err) {
		return nil, fmt.Errorf("remove the socket of a process that has ended: %w", err)
	}
	l, err := net.Listen("unix", at.Address)
	if err != nil {
		return nil, fmt.Errorf("listen on the local socket: %w", err)
	}
	if err := os.Chmod(at.Address, 0o600); err != nil {
		_ = l.Close()
		return nil, fmt.Errorf("make the local socket private: %w", err)
	}
	return &Listener{Listener: l, allowed: sameUser}, nil
}

// ownFolder makes a folder nobody else can enter. One that somebody else made first is
// refused.
func ownFolder(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make the folder of the local socket: %w", err)
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return fmt.Errorf("look at the folder of the local socket: %w", err)
	}
	if !info.IsDir() || !owned(info) {
		return fmt.Errorf("the folder %s belongs to another user, who could listen there in the place of Lockstep", dir)
	}
	if info.Mode().Perm() != 0o700 {
		if err := os.Chmod(dir, 0o700); err != nil { //nolint:gosec // a folder nobody may enter is none
			return fmt.Errorf("make the folder of the local socket private: %w", err)
		}
	}
	return nil
}

// owned reports whether a file is this user's.
func owned(info fs.FileInfo) bool {
	s, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(s.Uid) == os.Geteuid()
}

// onlyOurs reports whether nobody but this user can write a file.
func onlyOurs(info fs.FileInfo) bool { return owned(info) && info.Mode().Perm()&0o022 == 0 }
