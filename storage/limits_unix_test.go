//go:build unix

package storage_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"

	"lockstep/storage"
	"lockstep/sync/message"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

func init() {
	roles["fill the disk"] = fillTheDisk
	roles["open unprivileged"] = openUnprivileged
}

// fillTheDisk writes until no more fits, under a limit on the size of files, checks
// that reading goes on, then lifts the limit and goes on writing.
func fillTheDisk(dir string) error {
	d, _, err := storage.Open(storage.Options{Dir: dir, Log: quiet()})
	if err != nil {
		return err
	}
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		return err
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 1 << 20, Max: limit.Max}); err != nil {
		return err
	}
	stored, err := writeUntilFull(d)
	if !errors.Is(err, storage.ErrFull) {
		return fmt.Errorf("after %d jobs: %w; want %w", stored, err, storage.ErrFull)
	}
	if got := d.Counts().Waiting; got != stored {
		return fmt.Errorf("%d jobs counted after the disk was full, %d acknowledged", got, stored)
	}
	if err := d.View(func(tx store.Tx) error { _, err := tx.DueJobs(start.AddDate(1, 0, 0), stored); return err }); err != nil {
		return fmt.Errorf("read while the disk is full: %w", err)
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		return err
	}
	if err := d.Update(func(tx store.Tx) error { return bigJob(tx, scene.ID(stored+1)) }); err != nil {
		return fmt.Errorf("write after room was made: %w", err)
	}
	fmt.Println(stored+1, err)
	return errors.Join(d.Audit(), d.Close())
}

func writeUntilFull(d *storage.DB) (int, error) {
	for n := 1; n < 100_000; n++ {
		if err := d.Update(func(tx store.Tx) error { return bigJob(tx, scene.ID(n)) }); err != nil {
			return n - 1, err
		}
	}
	return 0, errors.New("the disk did not fill up")
}

func bigJob(tx store.Tx, id scene.ID) error {
	j := waiting(id)
	j.Message = message.Foreign(strings.Repeat("x", 5000))
	return tx.PutJob(j)
}

func TestFullDiskLosesNothingAndWritingGoesOnWithoutRestart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	c, lines := child(t, "fill the disk", dir)
	if !lines.Scan() {
		t.Fatalf("the child failed: %v", c.Wait())
	}
	var stored int
	if _, err := fmt.Sscan(lines.Text(), &stored); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(lines.Text(), dbPath(dir)) {
		t.Errorf("the fault %q does not name the file", lines.Text())
	}
	if err := c.Wait(); err != nil {
		t.Fatal(err)
	}
	d, o := open(t, dir)
	if got := d.Counts(); got != (queue.Counts{Waiting: stored}) || !o.Message.IsZero() || stored < 50 {
		t.Errorf("%+v after %d acknowledged, %+v", got, stored, o)
	}
	audit(t, d)
}

// openUnprivileged opens the folder as nobody, whom root's rights do not help.
func openUnprivileged(dir string) error {
	if os.Getuid() == 0 {
		if err := syscall.Setuid(65534); err != nil {
			return err
		}
	}
	_, _, err := storage.Open(storage.Options{Dir: dir, Log: quiet()})
	_, lockErr := storage.Lock(dir)
	fmt.Printf("%v\n%v\n", err, lockErr)
	_, _ = io.Copy(io.Discard, os.Stdin)
	return nil
}

// sharedDir is a folder other users can reach, unlike t.TempDir.
func sharedDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "storage")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(dir, 0o700); _ = os.RemoveAll(dir) })
	return dir
}

func TestFolderOrFileWithoutRightsIsNamedAndLeftAlone(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ file, folder os.FileMode }{
		"read-only folder, no database": {0, 0o555},
		"read-only file":                {0o444, 0o755},
		"unreadable file":               {0o000, 0o755},
		"folder that cannot be entered": {0o600, 0o000},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := sharedDir(t)
			if tc.file != 0 || name == "unreadable file" {
				content := readFile(t, dbPath(filled(t, 1)))
				writeFile(t, dbPath(dir), content)
				if err := os.Chmod(dbPath(dir), tc.file); err != nil {
					t.Fatal(err)
				}
			}
			if err := os.Chmod(dir, tc.folder); err != nil {
				t.Fatal(err)
			}
			checkRefusal(t, dir)
		})
	}
}

// checkRefusal opens the folder as somebody without rights.
func checkRefusal(t *testing.T, dir string) {
	t.Helper()
	before, _ := os.ReadDir(dir)
	c, lines := child(t, "open unprivileged", dir)
	var said []string
	for len(said) < 2 && lines.Scan() {
		said = append(said, lines.Text())
	}
	_ = c.Process.Kill()
	_ = c.Wait()
	if len(said) < 2 || !strings.Contains(said[0], "no permission to write "+dir) || !strings.Contains(said[1], "no permission to write "+dir) {
		t.Errorf("said %q", said)
	}
	if after, _ := os.ReadDir(dir); len(after) != len(before) {
		t.Errorf("the folder held %v and now %v", before, after)
	}
}
