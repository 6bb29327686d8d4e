package storage

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"

	"github.com/asdine/storm/v3"
	bolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/queue"
)

var (
	// errStructure is in the chain of errors about a file that is no database of ours
	// or is damaged beyond single records.
	errStructure = errors.New("the database is damaged")
	// errOld is in the chain when the file is of a schema that can no longer be read.
	errOld = errors.New("the database is of an older version")
	// ErrNewer is in the chain when the file was written by a newer Lockstep.
	ErrNewer = errors.New("the database is of a newer version")
	// ErrLocked is in the chain when another process has the data folder open.
	ErrLocked = errors.New("another Lockstep uses the data folder")
	// ErrFull is in the chain when the disk had no room; everything stored before is
	// safe and the next try may work.
	ErrFull = errors.New("no room on the disk")
)

func local(said message.Message, advice message.Code, err error) error {
	return fault.New(fault.Local, fault.None, said, message.New(advice), err)
}

// panicError is a panic turned into an error.
type panicError struct {
	value any
	stack []byte
}

func (p *panicError) Error() string {
	return fmt.Sprintf("panic in the database: %v", p.value)
}

// guarded runs fn with memory faults turned into panics and panics into errors: a
// damaged page makes bbolt read outside the file or panic.
func guarded(fn func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if v := recover(); v != nil {
			err = &panicError{v, debug.Stack()}
		}
	}()
	return fn()
}

// isDamage reports that the file itself is the matter and no retry can help.
func isDamage(err error) bool {
	if _, ok := errors.AsType[*panicError](err); ok {
		return true
	}
	for _, kind := range []error{
		errStructure, errRecord, errOld, storm.ErrDifferentCodec,
		berrors.ErrInvalid, berrors.ErrChecksum, berrors.ErrVersionMismatch, berrors.ErrInvalidMapping,
	} {
		if errors.Is(err, kind) {
			return true
		}
	}
	return err != nil && strings.Contains(err.Error(), "file size too small") // bbolt has no value for it
}

// diskFault puts a refusal of the operating system into words.
func diskFault(path string, err error) error {
	switch {
	case err == nil:
		return nil
	case isFull(err):
		return local(message.New(message.DiskFull, message.Path(path)),
			message.AdviceDiskFull, errors.Join(ErrFull, err))
	case isReadOnly(err):
		return local(message.New(message.DiskReadOnly, message.Path(path)),
			message.AdviceDiskReadOnly, err)
	case errors.Is(err, fs.ErrPermission):
		return local(message.New(message.DiskForbidden, message.Path(path)),
			message.AdviceDiskForbidden, err)
	}
	return local(message.New(message.DiskRefused, message.Path(path)), message.AdviceCheckDisk, err)
}

// openFault puts an error of Open into words.
func openFault(path string, err error) error {
	var known *fault.Error
	switch {
	case errors.As(err, &known):
		return err
	case errors.Is(err, berrors.ErrTimeout):
		return local(message.New(message.DatabaseOpen, message.Path(path)), message.AdviceDatabaseOpen, errors.Join(ErrLocked, err))
	case isDamage(err):
		return local(message.New(message.DatabaseDamaged, message.Path(path)), message.AdviceStartToRestore, err)
	}
	return diskFault(path, err)
}

// judge looks at the error of a transaction's body: a panic that comes from a damaged
// page makes the next start check the whole file.
func (d *DB) judge(err error) error {
	var p *panicError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, berrors.ErrDatabaseNotOpen):
		return ErrClosed
	case errors.As(err, &p):
		d.log.Error("a database operation panicked", "panic", p.value, "stack", string(p.stack))
		if !fromDatabase(p) {
			return err
		}
	case !errors.Is(err, errStructure):
		return err
	}
	d.distrust(err)
	return local(message.New(message.DatabaseDamaged, message.Path(d.path)),
		message.AdviceRestartToRestore, err)
}

// fromDatabase reports whether a panic was caused by the file: a memory fault away from
// the nil page is a read outside the map, and bbolt panics when a page makes no sense.
func fromDatabase(p *panicError) bool {
	if at, ok := p.value.(interface{ Addr() uintptr }); ok {
		return at.Addr() >= 1<<12
	}
	if fmt.Sprint(p.value) == "assertion failed: tx closed" {
		return false // a transaction used after its end
	}
	_, below, _ := strings.Cut(string(p.stack), "panic(")
	for line := range strings.SplitSeq(below, "\n") {
		if strings.HasPrefix(line, "go.etcd.io/bbolt") {
			return true
		}
		if strings.HasPrefix(line, "lockstep/") {
			return false
		}
	}
	return false
}

// commitFailed decides what a failed commit means. Without room the next one may work;
// after anything else nobody knows what is on disk, so nothing is written until the
// file is opened anew.
func (d *DB) commitFailed(err error) error {
	if isFull(err) {
		d.reload()
		return diskFault(d.path, err)
	}
	if _, ok := errors.AsType[*panicError](err); ok {
		err = d.judge(err)
	} else {
		err = local(message.New(message.WriteRefused, message.Path(d.path)), message.AdviceDiskAndRestart, err)
	}
	d.broken.CompareAndSwap(nil, &err)
	d.log.Error("the database stopped writing", "error", err)
	return err
}

// reload reads the kept counts after a commit whose outcome is not known.
func (d *DB) reload() {
	var c queue.Counts
	err := guarded(func() error {
		return d.bolt.View(func(b *bolt.Tx) (err error) {
			c, err = newTx(d.env, d.storm, b).JobCounts()
			return err
		})
	})
	if err == nil {
		d.counts.Store(&c)
	}
}

// suspectName is the mark beside the database that makes the next start check it whole.
const suspectName = FileName + ".suspect"

func (d *DB) distrust(reason error) {
	if d.bolt.IsReadOnly() {
		return
	}
	if err := os.WriteFile(filepath.Join(d.dir, suspectName), []byte(reason.Error()+"\n"), 0o600); err != nil {
		d.log.Error("the database is damaged and could not be marked for checking", "error", err)
	}
}

func suspect(dir string) bool {
	_, err := os.Lstat(filepath.Join(dir, suspectName))
	return err == nil
}

// trust takes the mark away after a check or a restore.
func trust(dir string) error {
	if err := os.Remove(filepath.Join(dir, suspectName)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove the mark of a damaged database: %w", err)
	}
	return nil
}
