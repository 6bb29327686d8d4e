package storage

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// watched are the events of the data folder that can mean that the database was removed,
// moved or replaced. Writing to a file in it is none of them.
const watched = unix.IN_DELETE | unix.IN_MOVED_FROM | unix.IN_MOVED_TO | unix.IN_DELETE_SELF | unix.IN_MOVE_SELF

// watchAgain is how long to wait for a data folder that was removed to be back.
const watchAgain = time.Second

// Watch calls fn when the database file may no longer be in its place, until ctx ends. It
// sleeps until the system tells.
func (d *DB) Watch(ctx context.Context, fn func()) error {
	for {
		if err := d.watchFolder(ctx, fn); err != nil || ctx.Err() != nil {
			return err
		}
		fn()
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(watchAgain):
		}
	}
}

// watchFolder watches until ctx ends or the folder is gone.
func (d *DB) watchFolder(ctx context.Context, fn func()) error {
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	if err != nil {
		return fmt.Errorf("watch the data folder: %w", err)
	}
	f := os.NewFile(uintptr(fd), "inotify")
	defer f.Close()
	if _, err := unix.InotifyAddWatch(fd, d.dir, watched); err != nil {
		return nil // it is not there: the caller tries again
	}
	defer context.AfterFunc(ctx, func() { _ = f.Close() })()
	fn() // for what happened before
	buf := make([]byte, 16*(unix.SizeofInotifyEvent+unix.NAME_MAX+1))
	for {
		n, err := f.Read(buf)
		if err != nil {
			return nil
		}
		about, gone := d.concerns(buf[:n])
		if about {
			fn()
		}
		if gone {
			return nil
		}
	}
}

// concerns reports whether events are about the database file, and whether the folder they
// come from is no longer watched.
func (d *DB) concerns(events []byte) (about, gone bool) {
	for len(events) >= unix.SizeofInotifyEvent {
		mask := binary.NativeEndian.Uint32(events[4:])
		end := min(len(events), unix.SizeofInotifyEvent+int(binary.NativeEndian.Uint32(events[12:])))
		name, _, _ := bytes.Cut(events[unix.SizeofInotifyEvent:end], []byte{0})
		about = about || string(name) == FileName
		gone = gone || mask&(unix.IN_IGNORED|unix.IN_MOVE_SELF|unix.IN_UNMOUNT|unix.IN_Q_OVERFLOW) != 0
		events = events[end:]
	}
	return about, gone
}
