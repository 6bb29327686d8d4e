//go:build darwin || freebsd

package remote

import "golang.org/x/sys/unix"

// peerOf asks the kernel whose the other end of a socket is.
func peerOf(fd int) (uid int, err error) {
	cred, err := unix.GetsockoptXucred(fd, unix.SOL_LOCAL, unix.LOCAL_PEERCRED)
	if err != nil {
		return 0, err
	}
	return int(cred.Uid), nil
}
