package file

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"
)

func TestMoveReplacesWhatIsThere(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	from, to := filepath.Join(dir, "next"), filepath.Join(dir, "harbour.json")
	for _, words := range []string{"first", "second"} {
		if err := os.WriteFile(from, []byte(words), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := Move(from, to); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(to); err != nil || string(got) != words {
			t.Errorf("got %q, %v; want %q", got, err, words)
		}
	}
}

// On Windows the reader is in the way for a moment; elsewhere it never is.
func TestMoveWaitsForAReader(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	from, to := filepath.Join(dir, "next"), filepath.Join(dir, "harbour.json")
	for _, path := range []string{from, to} {
		if err := os.WriteFile(path, []byte(path), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	reader, err := os.Open(to)
	if err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(patience/10, func() { _ = reader.Close() })
	defer timer.Stop()
	if err := Move(from, to); err != nil {
		t.Error(err)
	}
	if got, err := os.ReadFile(to); err != nil || string(got) != from {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestMissingFileIsAnErrorAtOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	start := time.Now()
	if err := Move(filepath.Join(dir, "none"), filepath.Join(dir, "to")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
	if time.Since(start) >= patience {
		t.Error("waited for what cannot come")
	}
}

func TestPatienceHasAnEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		busy := errors.New("busy")
		start, tries := time.Now(), 0
		err := persist(func() error { tries++; return busy }, func(error) bool { return true })
		if took := time.Since(start); !errors.Is(err, busy) || took < patience || took > patience+longestWait {
			t.Errorf("%v after %v", err, took)
		}
		if tries < 10 || tries > 50 {
			t.Errorf("%d tries", tries)
		}
		tries = 0
		err = persist(func() error {
			if tries++; tries < 5 {
				return busy
			}
			return nil
		}, func(error) bool { return true })
		if err != nil || tries != 5 {
			t.Errorf("%v after %d tries", err, tries)
		}
	})
}
