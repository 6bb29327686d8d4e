package storage

import (
	"fmt"
	"runtime/debug"
	"time"
)

// Close waits for the Update and the backup that run and closes the file. What comes
// later is refused with ErrClosed. A second Close does nothing.
func (d *DB) Close() error {
	d.writing.Lock()
	defer d.writing.Unlock()
	d.backing.Lock()
	defer d.backing.Unlock()
	if err := d.keepPlace(); err != nil { // the last moment to write a removed file anew
		d.log.Error("the database lost its place", "error", err)
	}
	if d.broken.Load() != nil {
		d.abandon()
		return nil
	}
	if err := d.bolt.Close(); err != nil {
		return fmt.Errorf("close the database: %w", err)
	}
	return nil
}

// abandonWait is how long a damaged database may take to close before its file handle
// is closed under it: after a panic bbolt may hold its own locks for ever.
const abandonWait = 2 * time.Second

// abandon closes a database that may be stuck, so that the file is unlocked anyway.
func (d *DB) abandon() {
	if d.bolt == nil {
		if d.file != nil {
			_ = d.file.Close()
		}
		return
	}
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
		defer func() { _ = recover() }()
		_ = d.bolt.Close()
	}()
	select {
	case <-closed:
	case <-time.After(abandonWait):
		_ = d.file.Close()
	}
}
