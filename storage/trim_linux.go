package storage

import (
	"fmt"
	"syscall"

	bolt "go.etcd.io/bbolt"
)

// Trim gives the pages of the mapped file that are in memory back to the system's cache,
// from which the next read takes them again. After much work they are most of what the
// process seems to occupy. Any goroutine may call it at any time.
func (d *DB) Trim() error {
	return d.readOnly(func(b *bolt.Tx) error { // while it lasts the map stays where it is
		_, _, e := syscall.Syscall(syscall.SYS_MADVISE, d.bolt.Info().Data, uintptr(b.Size()), syscall.MADV_DONTNEED) //nolint:gosec // a size
		if e != 0 {
			return fmt.Errorf("give back the pages of the database: %w", e)
		}
		return nil
	})
}
