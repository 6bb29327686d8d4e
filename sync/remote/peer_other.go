//go:build !linux && !windows

package remote

import "net"

// sameUser trusts the folder, which nobody else can enter.
func sameUser(net.Conn) error { return nil }
