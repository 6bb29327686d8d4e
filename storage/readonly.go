package storage

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"lockstep/sync/queue"
	"lockstep/sync/store"

	"lockstep/sync/message"
)

// ErrReadOnly is returned by Update of a Reader.
var ErrReadOnly = errors.New("the database is open for reading only")

// ErrNone is in the chain when the folder holds no database yet.
var ErrNone = errors.New("there is no database yet")

// Reader is a database open for reading. It implements store.Store, but every Update
// is refused.
type Reader struct{ db *DB }

var _ store.Store = (*Reader)(nil)

// ReadOnly opens the database of a folder for commands that only look while no engine
// runs. It never makes, migrates or repairs anything. ErrLocked is in the chain when
// an engine has it open, ErrNone when there is nothing to open.
func ReadOnly(dir string) (*Reader, error) {
	path := filepath.Join(dir, FileName)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, local(message.New(message.NoDatabase, message.Path(dir)), message.AdviceStartOnce, errors.Join(ErrNone, err))
	}
	if err := preflight(path); err != nil {
		return nil, openFault(path, err)
	}
	d := &DB{env: &env{now: time.Now, log: slog.Default(), readOnly: true}, dir: dir, path: path}
	err := guarded(func() error { return d.openForReading() })
	if err != nil {
		d.abandon()
		return nil, openFault(path, err)
	}
	return &Reader{d}, nil
}

func (d *DB) openForReading() error {
	if err := d.openBolt(true); err != nil {
		return err
	}
	v, app, err := d.schema()
	switch {
	case err != nil:
		return err
	case v > schemaVersion:
		return newer(d.path, v, app)
	case v < schemaVersion:
		return local(message.New(message.DatabaseOlder, message.Path(d.path)), message.AdviceStartToUpdate, nil)
	}
	d.counts.Store(&queue.Counts{})
	d.reload()
	return nil
}

// View implements store.Store.
func (r *Reader) View(fn func(store.Tx) error) error { return r.db.View(fn) }

// Update refuses.
func (r *Reader) Update(func(store.Tx) error) error { return ErrReadOnly }

// Counts implements store.Store with the numbers at the time of opening.
func (r *Reader) Counts() queue.Counts { return r.db.Counts() }

// Close closes the file.
func (r *Reader) Close() error {
	if err := r.db.bolt.Close(); err != nil {
		return fmt.Errorf("close the database: %w", err)
	}
	return nil
}
