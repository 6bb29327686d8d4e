package remote

import (
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"
)

// ErrForeign is in the chain when the process at the other end of the socket is another
// user's. It is told nothing.
var ErrForeign = errors.New("the other end of the socket belongs to another user")

// sameUser makes sure that the other end of a socket in the file system is this user's.
// A folder's permissions can be wrong; the kernel is not.
func sameUser(c net.Conn) error {
	u, ok := c.(syscall.Conn)
	if !ok {
		return ErrForeign
	}
	raw, err := u.SyscallConn()
	if err != nil {
		return fmt.Errorf("look at the connection: %w", err)
	}
	var uid int
	var asked error
	err = raw.Control(func(fd uintptr) { uid, asked = peerOf(int(fd)) })
	if err = errors.Join(err, asked); err != nil {
		return fmt.Errorf("ask whose the other end is: %w", err)
	}
	if uid != os.Geteuid() {
		return fmt.Errorf("%w (uid %d)", ErrForeign, uid)
	}
	return nil
}
