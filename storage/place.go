package storage

import (
	"lockstep/sync/message"

	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// CheckPlace sees whether the database is still the file that is open, and heals damage that a
// read has met. A file that was removed or moved away is written anew from what is open, so
// that nothing is lost; where another file is in its place, nothing more is written until
// Lockstep is started again. The words tell a person what happened since the last call, ""
// when nothing did. It costs two system calls.
func (d *DB) CheckPlace() (message.Message, error) {
	words, err := d.takeHappened()
	if err != nil || !d.hurt.Load() {
		return words, err
	}
	healed, err := d.Check()
	return message.Sentences(words, healed), err
}

func (d *DB) takeHappened() (message.Message, error) {
	d.writing.Lock()
	defer d.writing.Unlock()
	err := d.keepPlace()
	words := d.happened
	d.happened = message.None
	return words, err
}

// keepPlace does the work of CheckPlace before every write. The caller holds writing.
func (d *DB) keepPlace() error {
	mine, err := d.file.Stat()
	if errors.Is(err, os.ErrClosed) {
		return nil // by Close, or by a test; the transaction says so
	}
	if err != nil {
		return local(message.New(message.DatabaseUnreadable), message.AdviceRestartLockstep, err)
	}
	there, err := os.Stat(d.path)
	switch {
	case err == nil && os.SameFile(mine, there):
		return nil
	case err == nil:
		return d.displaced()
	case errors.Is(err, fs.ErrNotExist):
		return d.writeAnew()
	}
	return diskFault(d.path, err)
}

// writeAnew puts a copy of what is open in the place of the missing file and goes on
// with it.
func (d *DB) writeAnew() error {
	if err := d.copyInto(d.path); err != nil {
		return local(message.New(message.DatabaseRemoved, message.Path(d.path)),
			message.AdviceDatabaseRemoved, err)
	}
	if err := d.reopen(); err != nil {
		return err
	}
	d.tell(message.New(message.WrittenAnew, message.Path(d.path)))
	return nil
}

// displaced stops writing while another file is in the place of ours, and keeps a copy
// of ours next to it.
func (d *DB) displaced() error {
	if d.kept == "" {
		kept := freeName(d.path + ".displaced-" + d.now().UTC().Format(fileStamp))
		if err := d.copyInto(kept); err != nil {
			return diskFault(kept, err)
		}
		d.kept = kept
	}
	return local(message.New(message.DatabaseReplaced, message.Path(d.path), message.Path(d.kept)),
		message.AdviceDatabaseReplaced, nil)
}

// copyInto writes a copy of the database to a path where there is no file, durably.
func (d *DB) copyInto(path string) error {
	if err := os.MkdirAll(d.dir, 0o700); err != nil {
		return fmt.Errorf("make the data folder: %w", err)
	}
	temp := path + ".restoring"
	if err := d.copyTo(context.Background(), temp); err != nil {
		return err
	}
	return d.disk.moveIn(temp, path)
}

// reopen goes on with the file that is at the path now.
func (d *DB) reopen() error {
	d.swap.Lock()
	defer d.swap.Unlock()
	oldBolt, oldStorm, oldFile := d.bolt, d.storm, d.file
	if err := d.openBolt(false); err != nil {
		d.bolt, d.storm, d.file = oldBolt, oldStorm, oldFile
		return openFault(d.path, err)
	}
	if err := guarded(oldBolt.Close); err != nil {
		d.log.Warn("close the removed database", "error", err)
	}
	return nil
}

func (d *DB) tell(words message.Message) {
	d.log.Warn(words.String())
	d.happened = message.Also(d.happened, words)
}
