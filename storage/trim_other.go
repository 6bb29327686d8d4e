//go:build !linux

package storage

// Trim does nothing here: only Linux counts the pages of a mapped file as the process's.
func (*DB) Trim() error { return nil }
