//go:build !linux && !windows

package storage

import "lockstep/sync/message"

// filesystemWarning knows no way to ask on this system.
func filesystemWarning(string) message.Message { return message.None }
