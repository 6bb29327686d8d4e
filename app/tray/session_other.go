//go:build !windows

package tray

// onSessionEnd has nothing to do: here the end of the session is a signal.
func onSessionEnd(func()) error { return nil }
