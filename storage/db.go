// Package storage owns Lockstep's one durable file: a bbolt database used through Storm
// for codec, records and transactions, with ordered keys of its own. It implements
// store.Store, sets damaged files aside instead of deleting them, restores checked
// backups and says so in words. It refuses files of a newer schema and never repairs a
// file that another process holds.
package storage

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/asdine/storm/v3"
	stormjson "github.com/asdine/storm/v3/codec/json"
	bolt "go.etcd.io/bbolt"

	"lockstep/sync/message"
	"lockstep/sync/queue"
	"lockstep/sync/store"
)

// FileName is the name of the database within the data folder.
const FileName = "lockstep.db"

// Options say where the database is and what it needs. Only Dir must be set.
type Options struct {
	// Dir is the data folder; it is made if it is missing.
	Dir string
	// Now is the clock for stamps in file names and repaired jobs; nil: time.Now.
	Now func() time.Time
	// Log gets repairs and warnings; nil: slog.Default().
	Log *slog.Logger
	// Version of the program, stored for support; it decides nothing.
	Version string

	// steps replaces the migrations in tests.
	steps []migration
	// disk is watched in tests.
	disk disk
}

// Opened tells what happened while opening.
type Opened struct {
	// Fresh is true when the database holds nothing from before.
	Fresh bool
	// Restored is the backup that was put in place, with its path; usually empty.
	Restored string
	// Damaged is where the file that could not be used was moved; usually empty.
	Damaged string
	// Values names the stored values that were damaged, as Healed does.
	Values []string
	// Message is one message for the user, empty when all is well.
	Message message.Message
	// Migrated tells the schema versions before and after, equal when nothing was migrated.
	Migrated struct{ From, To int }
}

// DB is the open database; it implements store.Store. Its methods may be called from
// any goroutine.
type DB struct {
	*env
	disk      disk
	dir, path string
	bolt      *bolt.DB
	storm     *storm.DB
	file      *os.File // bolt's handle, for its identity
	counts    atomic.Pointer[queue.Counts]
	broken    atomic.Pointer[error] // why nothing is written any more
	writing   sync.Mutex            // held by the one Update that runs
	swap      sync.RWMutex          // guards the handles: held for writing while they are replaced
	happened  message.Message       // what Look is to tell
	kept      string                // the copy made when the file was displaced
	uses      atomic.Int64          // transactions so far
	backing   sync.Mutex            // one backup at a time
}

var _ store.Store = (*DB)(nil)

// ErrClosed is returned by an Update of a closed database: nothing was stored.
var ErrClosed = errors.New("the database is closed")

// Open opens the database in a folder, makes it if there is none, puts aside a damaged
// one and brings an old one up to date. The caller holds the Lock of the folder. Errors are fault.Error values of class Local
// whose words name the path.
func Open(o Options) (*DB, Opened, error) {
	o = o.orDefault()
	var out Opened
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, out, diskFault(o.Dir, err)
	}
	d, err := openFile(o, &out)
	if isDamage(err) {
		if err = setAside(o, err, &out); err == nil {
			d, err = openFile(o, &out)
		}
	}
	if err != nil {
		return nil, out, openFault(filepath.Join(o.Dir, FileName), err)
	}
	if warning := filesystemWarning(o.Dir); !warning.IsZero() {
		out.add(warning)
	}
	return d, out, nil
}

func (o Options) orDefault() Options {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.disk.sync == nil {
		o.disk.sync = (*os.File).Sync
	}
	if o.steps == nil {
		o.steps = migrations
	}
	return o
}

func (o *Opened) add(words message.Message) {
	o.Message = message.Sentences(o.Message, words)
}

// openFile does everything of Open that a damaged file can make fail. It runs with
// memory faults turned into panics, as bbolt reads a damaged file without looking.
func openFile(o Options, out *Opened) (d *DB, err error) {
	path := filepath.Join(o.Dir, FileName)
	if err := provide(o, path, out); err != nil {
		return nil, err
	}
	if err := preflight(path); err != nil {
		return nil, err
	}
	d = &DB{env: &env{now: o.Now, log: o.Log}, disk: o.disk, dir: o.Dir, path: path}
	err = guarded(func() error { return d.prepare(o, out) })
	if err != nil {
		d.abandon()
		return nil, err
	}
	return d, nil
}

// prepare opens the file, brings it up to date and heals what is damaged in it.
func (d *DB) prepare(o Options, out *Opened) error {
	if err := d.openBolt(false); err != nil {
		return err
	}
	names := smallBuckets()
	if suspect(d.dir) || out.Restored != "" {
		names = allBuckets()
		if err := checkAll(d.bolt); err != nil {
			return err
		}
	}
	if err := errors.Join(d.complete(), d.mendStorm()); err != nil {
		return err
	}
	if err := d.migrate(o, out); err != nil {
		return err
	}
	healed, err := d.heal(names)
	if err != nil {
		return err
	}
	out.Values = healed.Values
	if words := healed.Words(); !words.IsZero() {
		out.add(words)
	}
	if err := d.verifyCounts(); err != nil {
		return err
	}
	if out.Migrated.From != out.Migrated.To {
		d.backUpMigrated()
	}
	return trust(d.dir)
}

// backUpMigrated makes the first backup of the present schema: single damaged records are
// taken from those only, and the next daily one may be a day away. Without it all goes on:
// the one made before the migration can be restored as a whole.
func (d *DB) backUpMigrated() {
	if err := d.Backup(context.Background()); err != nil {
		d.log.Warn("no backup could be made after the database was migrated", "error", err)
	}
}

// openBolt opens bbolt and Storm on it. Storm's own Open would keep the file lock when
// it fails.
func (d *DB) openBolt(readOnly bool) error {
	opts := &bolt.Options{
		Timeout:  time.Second, // bbolt's zero would wait for ever
		ReadOnly: readOnly,
		OpenFile: func(name string, flag int, mode os.FileMode) (*os.File, error) {
			f, err := os.OpenFile(name, flag&^os.O_CREATE, mode)
			d.file = f
			return f, err
		},
	}
	b, err := bolt.Open(d.path, 0o600, opts)
	if err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	d.bolt = b
	if d.storm, err = openStorm(b); err != nil && !readOnly {
		d.log.Warn("a record of Storm's own is damaged and rebuilt", "error", err)
		if err = b.Update(func(t *bolt.Tx) error { return t.DeleteBucket([]byte(stormOwn)) }); err == nil {
			d.storm, err = openStorm(b)
		}
	}
	if err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	return nil
}

func openStorm(b *bolt.DB) (*storm.DB, error) {
	return storm.Open("", storm.UseDB(b), storm.Codec(stormjson.Codec)) //nolint:wrapcheck // the caller does
}

// verifyCounts walks the queue index and puts the kept counts right if they differ.
func (d *DB) verifyCounts() error {
	var kept, real queue.Counts
	err := d.bolt.View(func(b *bolt.Tx) error {
		t := newTx(d.env, d.storm, b)
		var err error
		if kept, err = t.JobCounts(); err != nil {
			return err
		}
		real, err = t.recount()
		return err
	})
	if err != nil {
		return err
	}
	d.counts.Store(&real)
	if kept == real {
		return nil
	}
	d.log.Warn("the stored job counts differed from the queue and were corrected", "kept", kept, "queue", real)
	return d.bolt.Update(func(b *bolt.Tx) error {
		t := newTx(d.env, d.storm, b)
		t.counts, t.dirty = &real, true
		return t.flush()
	})
}

// Counts implements store.Store.
func (d *DB) Counts() queue.Counts { return *d.counts.Load() }
