package storage

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	bolt "go.etcd.io/bbolt"

	"lockstep/sync/message"
)

const (
	// backupDir is the folder of the backups within the data folder.
	backupDir = "backups"
	// keptBackups is how many daily ones are kept: a fault may be noticed days later.
	keptBackups = 3
	// BackupEvery is how often the engine should make one.
	BackupEvery = 24 * time.Hour

	backupPrefix    = "lockstep-"
	backupSuffix    = ".db"
	uncheckedSuffix = ".unchecked"
	schemaMark      = "-schema"
)

// backup is a checked copy of the database.
type backup struct {
	path   string
	made   time.Time
	schema bool // made before a migration
}

// backups lists the checked ones, the newest first.
func backups(dir string) []backup {
	entries, err := os.ReadDir(filepath.Join(dir, backupDir))
	if err != nil {
		return nil
	}
	var out []backup
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), backupSuffix)
		name, ours := strings.CutPrefix(name, backupPrefix)
		stamp, _, schema := strings.Cut(name, schemaMark)
		made, err := time.Parse(fileStamp, stamp)
		if ok && ours && err == nil {
			out = append(out, backup{filepath.Join(dir, backupDir, e.Name()), made, schema})
		}
	}
	slices.SortFunc(out, func(a, b backup) int {
		return cmp.Or(b.made.Compare(a.made), strings.Compare(b.path, a.path))
	})
	return out
}

// LastBackup is when the newest checked backup was made; zero when there is none.
func (d *DB) LastBackup() time.Time {
	if all := backups(d.dir); len(all) > 0 {
		return all[0].made
	}
	return time.Time{}
}

// Maintain heals what is damaged and makes a backup. It returns what a person should know.
func (d *DB) Maintain(ctx context.Context) (message.Message, error) {
	words, err := d.Check()
	if err != nil {
		return words, err
	}
	return words, d.Backup(ctx)
}

// Backup makes a checked backup now and keeps the last three. A copy of which not every
// record reads is none, and takes no other's place. It holds a read transaction for the
// time of the copy only; the check works on the copy. It returns when the backup is usable
// or ctx ends; then there is no new one.
func (d *DB) Backup(ctx context.Context) error {
	d.backing.Lock()
	defer d.backing.Unlock()
	d.tidy()
	if err := d.backup(ctx, ""); err != nil {
		return err
	}
	d.pruneBackups()
	return nil
}

// backup copies, checks the copy and gives it its name. mark becomes part of the name.
func (d *DB) backup(ctx context.Context, mark string) error {
	dir := filepath.Join(d.dir, backupDir)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return diskFault(dir, err)
	}
	target := filepath.Join(dir, backupPrefix+d.now().UTC().Format(fileStamp)+mark+backupSuffix)
	copied := target + uncheckedSuffix
	if err := d.copyTo(ctx, copied); err != nil {
		return d.backupFault(ctx, target, err)
	}
	checked := make(chan error, 1)
	go func() {
		damaged, err := checkFile(copied)
		if err == nil && damaged > 0 && mark == "" { // what is to be migrated is healed afterwards
			err = fmt.Errorf("%w: %d of the copy", errRecord, damaged)
		}
		if err == nil {
			err = ctx.Err()
		}
		if err == nil {
			err = d.disk.moveIn(copied, target)
		}
		if err != nil {
			_ = os.Remove(copied)
		}
		checked <- err
	}()
	select {
	case err := <-checked:
		return d.backupFault(ctx, target, err)
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (d *DB) backupFault(ctx context.Context, target string, err error) error {
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	if errors.Is(err, errRecord) {
		d.hurt.Store(true)
		return local(message.New(message.BackupNotKept, message.Path(target)), message.AdviceBackupNotKept, err)
	}
	if err != nil && isDamage(err) {
		d.distrust(err)
		return local(message.New(message.BackupDoubt, message.Path(target)),
			message.AdviceRestartToCheck, err)
	}
	return diskFault(target, err)
}

// copyTo writes a consistent copy.
func (d *DB) copyTo(ctx context.Context, path string) error {
	return d.disk.write(path, func(w io.Writer) error {
		return d.read(func(t *bolt.Tx) error {
			_, err := t.WriteTo(stoppable{ctx, w})
			return err
		})
	})
}

// stoppable is a writer that ends with its context.
type stoppable struct {
	ctx context.Context
	w   io.Writer
}

func (s stoppable) Write(b []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.w.Write(b)
}

// pruneBackups deletes daily backups beyond the last three. Those made before a
// migration stay: they are the only way back to an older Lockstep.
func (d *DB) pruneBackups() {
	kept := 0
	for _, b := range backups(d.dir) {
		if b.schema {
			continue
		}
		if kept++; kept <= keptBackups {
			continue
		}
		if err := os.Remove(b.path); err != nil {
			d.log.Warn("an old backup could not be deleted", "backup", b.path, "error", err)
		}
	}
}

// tidy deletes copies whose check was interrupted.
func (d *DB) tidy() {
	left, _ := filepath.Glob(filepath.Join(d.dir, backupDir, "*"+uncheckedSuffix))
	for _, path := range left {
		_ = os.Remove(path)
	}
}
