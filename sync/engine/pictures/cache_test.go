package pictures

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestTheFolderIsBoundedAndKeepsWhatIsUsed(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	dir := t.TempDir()
	c := newCache(dir, func() time.Time { return now })
	big := bytes.Repeat([]byte{7}, 900<<10)
	key := func(i int) string { return fmt.Sprintf("%032d", i) + suffix }
	for i := range 100 { // 90 MB
		now = now.Add(time.Minute)
		c.put(key(i), entry{Checked: now.Unix(), jpeg: big})
		if _, ok := c.get(key(0)); !ok {
			t.Fatalf("what is used all the time is gone after %d", i)
		}
		if c.bytes > most {
			t.Fatalf("%d bytes", c.bytes)
		}
	}
	list, err := os.ReadDir(dir)
	if err != nil || len(list) != len(c.files) || len(list) < 55 || len(list) > 73 {
		t.Errorf("%d files, %d known, %v", len(list), len(c.files), err)
	}
	if _, ok := c.get(key(1)); ok {
		t.Error("the oldest is still there")
	}
	if _, ok := c.get(key(99)); !ok {
		t.Error("the newest is gone")
	}
	again := newCache(dir, c.now)
	if _, ok := again.get(key(99)); !ok || again.bytes != c.bytes {
		t.Errorf("read anew: %d bytes, want %d", again.bytes, c.bytes)
	}
}

func TestWhatWasNeverPutIntoPlaceIsRemoved(t *testing.T) {
	t.Parallel()
	c := newCache(t.TempDir(), time.Now)
	begun := filepath.Join(c.dir, "begun"+suffix+".new")
	other := filepath.Join(c.dir, "other.txt")
	for _, p := range []string{begun, other} {
		if err := os.WriteFile(p, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c.get("nothing")
	if _, err := os.Stat(begun); err == nil {
		t.Error("it is still there")
	}
	if _, err := os.Stat(other); err != nil {
		t.Error("what is not ours was removed")
	}
}

func TestAPictureTooLargeIsNotKept(t *testing.T) {
	t.Parallel()
	c := newCache(t.TempDir(), time.Now)
	c.put("x"+suffix, entry{Checked: 1, jpeg: make([]byte, largest)})
	if _, ok := c.get("x" + suffix); ok {
		t.Error("it was kept")
	}
}

// The time of the last use is on disk too, so that it counts after a restart.
func TestTheLastUseOutlivesTheProcess(t *testing.T) {
	t.Parallel()
	now := time.Now()
	c := newCache(t.TempDir(), func() time.Time { return now })
	c.put("x"+suffix, entry{Checked: 1, jpeg: []byte("x")})
	now = now.Add(48 * time.Hour)
	c.get("x" + suffix)
	info, err := os.Stat(filepath.Join(c.dir, "x"+suffix))
	if err != nil || now.Sub(info.ModTime()) > time.Hour {
		t.Errorf("%v, %v", info.ModTime(), err)
	}
}
