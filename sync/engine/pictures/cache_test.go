package pictures

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"lockstep/sync/api"
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

func TestAPictureThatTakesTheLastOnesPlaceCountsOnce(t *testing.T) {
	t.Parallel()
	c := newCache(t.TempDir(), time.Now)
	for _, size := range []int{100 << 10, 300 << 10, 10} {
		c.put("x"+suffix, entry{Checked: 1, jpeg: make([]byte, size)})
		if want := onDisk(size + len("{\"checked\":1}\n")); c.bytes != want {
			t.Errorf("%d bytes count as %d, want %d", size, c.bytes, want)
		}
	}
}

func TestWhatIsClearedIsGoneAndNothingElse(t *testing.T) {
	t.Parallel()
	c := newCache(t.TempDir(), time.Now)
	x := "x" + suffix
	c.put(x, entry{Checked: 1, jpeg: []byte("x")})
	for _, n := range []string{"begun" + suffix + ".new", "other.new", "other.jpg"} {
		if err := os.WriteFile(filepath.Join(c.dir, n), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(c.dir, "folder"+suffix), 0o700); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := c.clear(); err != nil {
			t.Fatal(err)
		}
		if _, ok := c.get(x); ok || c.bytes != 0 {
			t.Errorf("it is still there, %d bytes", c.bytes)
		}
	}
	var left []string
	list, err := os.ReadDir(c.dir)
	for _, e := range list {
		left = append(left, e.Name())
	}
	if want := []string{"folder" + suffix, "other.jpg", "other.new"}; err != nil || !slices.Equal(left, want) {
		t.Errorf("left are %v, %v, want %v", left, err, want)
	}
	c.put(x, entry{Checked: 1, jpeg: []byte("anew")})
	if e, ok := c.get(x); !ok || string(e.jpeg) != "anew" {
		t.Errorf("put again: %q, %v", e.jpeg, ok)
	}
	for _, dir := range []string{"", filepath.Join(c.dir, "never made")} {
		if err := newCache(dir, time.Now).clear(); err != nil {
			t.Errorf("%q: %v", dir, err)
		}
	}
}

// Somebody who may write to the folder must not have files elsewhere read or written.
func TestALinkInTheFolderLeadsNowhere(t *testing.T) {
	t.Parallel()
	c := newCache(t.TempDir(), time.Now)
	x, elsewhere := "x"+suffix, filepath.Join(t.TempDir(), "elsewhere")
	const text = "{\"checked\":1}\nsecret"
	if err := os.WriteFile(elsewhere, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	link := func() {
		if err := os.Symlink(elsewhere, filepath.Join(c.dir, x)); err != nil {
			t.Skip("no links here:", err)
		}
	}
	link()
	if e, ok := c.get(x); ok {
		t.Errorf("read %q", e.jpeg)
	}
	c.put(x, entry{Checked: 1, jpeg: []byte("mine")})
	if got, err := os.ReadFile(elsewhere); err != nil || string(got) != text {
		t.Errorf("elsewhere is %q now, %v", got, err)
	}
	y := "y" + suffix
	c.put(y, entry{Checked: 1, jpeg: []byte("mine")})
	if err := os.Rename(filepath.Join(c.dir, x), filepath.Join(c.dir, y)); err != nil { // laid there while it runs
		t.Fatal(err)
	}
	if e, ok := c.get(y); ok {
		t.Errorf("read %q", e.jpeg)
	}
	if len(c.files) != 0 || c.bytes != 0 {
		t.Errorf("%d files, %d bytes are counted", len(c.files), c.bytes)
	}
}

func TestEveryPictureHasANameOfItsOwn(t *testing.T) {
	t.Parallel()
	met := map[string]string{}
	for _, machine := range []string{"", "m", "n"} {
		for _, q := range []api.PictureQuery{{Scene: 1}, {Scene: 11}, {Scene: 1, Large: true}, {Plex: "/a"}, {Plex: "/a", Large: true}, {Plex: "/b"}} {
			text, n := fmt.Sprint(machine, q), name(q, machine)
			if before, there := met[n]; there {
				t.Errorf("%s is called as %s", text, before)
			}
			met[n] = text
		}
	}
}
