//go:build !linux && !windows

package storage

// filesystemWarning knows no way to ask on this system.
func filesystemWarning(string) string { return "" }
