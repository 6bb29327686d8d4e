package remote

import (
	"errors"
	"fmt"
	"net"
	"os"

	"golang.org/x/sys/unix"
)

// errForeign is why a connection of another user is closed.
var errForeign = errors.New("the connection is from another user")

// sameUser asks the kernel who connected.
func sameUser(c net.Conn) error {
	u, ok := c.(*net.UnixConn)
	if !ok {
		return errForeign
	}
	raw, err := u.SyscallConn()
	if err != nil {
		return fmt.Errorf("look at the connection: %w", err)
	}
	var cred *unix.Ucred
	var asked error
	err = raw.Control(func(fd uintptr) { cred, asked = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED) })
	if err = errors.Join(err, asked); err != nil {
		return fmt.Errorf("ask who connected: %w", err)
	}
	if int(cred.Uid) != os.Getuid() {
		return errForeign
	}
	return nil
}
