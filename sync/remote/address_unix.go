//go:build !windows

package remote

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
)

// usual is where the socket of a data folder is unless its address file says otherwise.
func usual(dir string) address {
	return address{Network: "unix", Address: filepath.Join(runtimeDir(), short(dir)+".sock")}
}

// runtimeDir is the user's own folder for sockets.
func runtimeDir() string {
	if base := os.Getenv("XDG_RUNTIME_DIR"); filepath.IsAbs(base) {
		return filepath.Join(base, "lockstep")
	}
	return filepath.Join(os.TempDir(), "lockstep-"+strconv.Itoa(os.Getuid()))
}

func listen(dir string) (*Listener, address, error) {
	at := usual(dir)
	if err := ownFolder(filepath.Dir(at.Address)); err != nil {
		return nil, at, err
	}
	if err := os.Remove(at.Address); err != nil && !os.IsNotExist(err) {
		return nil, at, fmt.Errorf("remove the socket of a dead process: %w", err)
	}
	l, err := net.Listen("unix", at.Address)
	if err != nil {
		return nil, at, fmt.Errorf("listen on the local socket: %w", err)
	}
	if err := os.Chmod(at.Address, 0o600); err != nil {
		_ = l.Close()
		return nil, at, fmt.Errorf("make the local socket private: %w", err)
	}
	return &Listener{Listener: l, allowed: sameUser}, at, nil
}

// ownFolder makes a folder nobody else can enter. One that somebody else made first, in
// a folder everybody may write, is refused.
func ownFolder(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make the folder of the local socket: %w", err)
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return fmt.Errorf("look at the folder of the local socket: %w", err)
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if !info.IsDir() || !ok || int(owner.Uid) != os.Getuid() {
		return fmt.Errorf("the folder %s of the local socket belongs to somebody else", dir)
	}
	if info.Mode().Perm() != 0o700 {
		if err := os.Chmod(dir, 0o700); err != nil {
			return fmt.Errorf("make the folder of the local socket private: %w", err)
		}
	}
	return nil
}
