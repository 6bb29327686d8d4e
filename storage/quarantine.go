package storage

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"time"

	bolt "go.etcd.io/bbolt"

	"lockstep/sync/file"
	"lockstep/sync/message"
)

// fileStamp is the time in file names: sortable, and without colons for Windows.
const fileStamp = "20060102T150405Z"

// setAside moves a database that cannot be used to a new name next to it. Nothing is
// deleted or overwritten.
func setAside(o Options, cause error, out *Opened) error {
	path := filepath.Join(o.Dir, FileName)
	kind, said := ".damaged-", message.DamagedSetAside
	if errors.Is(cause, errOld) {
		kind, said = ".older-", message.OlderSetAside
	}
	target := freeName(path + kind + o.Now().UTC().Format(fileStamp))
	if err := file.Move(path, target); err != nil {
		return local(message.New(message.DatabaseStuck, message.Path(path)),
			message.AdviceDatabaseStuck, errors.Join(err, cause))
	}
	o.Log.Error("the database cannot be used and was set aside", "file", target, "cause", cause)
	out.Damaged = target
	out.add(message.New(said, message.Path(target)))
	return errors.Join(trust(o.Dir), o.disk.folder(o.Dir))
}

// freeName adds a number to a name that is taken.
func freeName(name string) string {
	try := name
	for n := 2; ; n++ {
		if _, err := os.Lstat(try); errors.Is(err, fs.ErrNotExist) {
			return try
		}
		try = fmt.Sprintf("%s-%d", name, n)
	}
}

// provide makes sure that there is a file at path: the one that is there, else the
// newest backup that passes the check, else a new one.
func provide(o Options, path string, out *Opened) error {
	_, err := os.Stat(path)
	if err == nil {
		return nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("look for the database: %w", err)
	}
	backup, made, err := restoreNewest(o, path)
	if err != nil {
		return err
	}
	if backup == "" {
		return begin(o, path, out)
	}
	out.Restored = backup
	if out.Damaged == "" {
		out.add(message.New(message.DatabaseMissing, message.Path(filepath.Join(o.Dir, backupDir))))
	}
	out.add(message.New(message.BackupRestored, message.Time(made)))
	return nil
}

// begin makes an empty database.
func begin(o Options, path string, out *Opened) error {
	out.Fresh = true
	if out.Damaged != "" {
		out.add(message.New(message.NoUsableBackup))
	}
	return create(o.disk, path, o.Version)
}

// create makes a database under a temporary name and renames it when it is whole and
// on disk: losing power within bbolt's very first write leaves a file that panics.
func create(k disk, path, version string) error {
	temp := path + ".new"
	if err := os.Remove(temp); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove an unfinished database: %w", err)
	}
	if err := fill(temp, version); err != nil {
		_ = os.Remove(temp)
		return err
	}
	return k.moveIn(temp, path)
}

func fill(path, version string) error {
	b, err := bolt.Open(path, 0o600, &bolt.Options{Timeout: time.Second})
	if err != nil {
		return fmt.Errorf("make a database: %w", err)
	}
	defer b.Close()
	s, err := openStorm(b)
	if err != nil {
		return fmt.Errorf("make a database: %w", err)
	}
	err = b.Update(func(t *bolt.Tx) error {
		if err := makeBuckets(t); err != nil {
			return err
		}
		return stampMeta(newTx(&env{}, s, t), version)
	})
	if err != nil {
		return fmt.Errorf("make a database: %w", err)
	}
	return b.Close() //nolint:wrapcheck // bbolt says what it is
}

// makeBuckets makes what is missing; every transaction relies on all of them.
func makeBuckets(t *bolt.Tx) error {
	for _, name := range append(recordBuckets(), keyBuckets()...) {
		if _, err := t.CreateBucketIfNotExists([]byte(name)); err != nil {
			return fmt.Errorf("make bucket %s: %w", name, err)
		}
	}
	return nil
}

// restoreNewest puts a copy of the newest backup at path of which every record reads, or
// else of the newest that can be used at all. One of an older schema is migrated when it is opened. It returns the backup's own path and time;
// empty when there is none.
func restoreNewest(o Options, path string) (string, time.Time, error) {
	temp := path + ".restoring"
	defer os.Remove(temp) //nolint:errcheck // it is gone when it was moved
	for _, tolerated := range []int{0, math.MaxInt} {
		for _, b := range backups(o.Dir) {
			if err := copyFile(o.disk, b.path, temp); err != nil {
				return "", time.Time{}, err
			}
			damaged, err := checkFile(temp)
			if err == nil {
				err = withFile(temp, func(b *bolt.DB) error {
					return b.View(func(t *bolt.Tx) error { return usable(t, o.steps) })
				})
			}
			if err == nil && damaged <= tolerated {
				return b.path, b.made, o.disk.moveIn(temp, path)
			}
			o.Log.Warn("a backup cannot be used", "backup", b.path, "damaged", damaged, "error", err)
		}
	}
	return "", time.Time{}, nil
}

func copyFile(k disk, from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return fmt.Errorf("read backup: %w", err)
	}
	defer in.Close()
	return k.write(to, func(w io.Writer) error {
		_, err := io.Copy(w, in)
		return err
	})
}
