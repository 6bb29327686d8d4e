//go:build !windows

package file

// passing is false: open files are moved and replaced like others.
func passing(error) bool { return false }
