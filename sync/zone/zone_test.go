package zone

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// data is a file of the zone database, made by hand: one zone without changes.
func data(name string, east int32) []byte {
	out := append([]byte("TZif2"), make([]byte, 15)...)
	counts := func(types, chars byte) []byte {
		return []byte{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, types, 0, 0, 0, chars}
	}
	u := uint32(east)
	body := append([]byte{byte(u >> 24), byte(u >> 16), byte(u >> 8), byte(u), 0, 0}, name+"\x00"...)
	block := append(counts(1, byte(len(name)+1)), body...)
	out = append(out, block...)
	out = append(out, "TZif2"...)
	out = append(out, make([]byte, 15)...)
	out = append(out, block...)
	return append(out, "\n\n"...)
}

var noon = time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)

// computer has a zone that can be set.
type computer struct {
	t    *testing.T
	dir  string
	path string
	now  time.Time
	*watch
}

func newComputer(t *testing.T, tz string) *computer {
	dir := t.TempDir()
	c := &computer{t: t, dir: dir, path: filepath.Join(dir, "localtime"), now: noon}
	for name, hours := range map[string]int32{"Lisbon": 0, "Berlin": 1, "Tokyo": 9} {
		c.must(os.WriteFile(filepath.Join(dir, name), data(name, hours*3600), 0o600))
	}
	c.travel("Lisbon")
	c.watch = newWatch(c.path, tz)
	return c
}

func (c *computer) must(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

// travel sets the zone as systemd does: a link is put in the place of another.
func (c *computer) travel(name string) {
	c.t.Helper()
	next := c.path + ".new"
	c.must(os.Symlink(filepath.Join(c.dir, name), next))
	c.must(os.Rename(next, c.path))
}

// clock is noon in UTC as people there read it, a while later.
func (c *computer) clock(later time.Duration) string {
	c.now = c.now.Add(later)
	return noon.In(c.local(c.now)).Format("15:04")
}

func TestZoneFollowsTheComputer(t *testing.T) {
	t.Parallel()
	c := newComputer(t, "")
	start := noon.Local().Format("15:04") // as Go has read it
	if got := c.clock(time.Hour); got != start {
		t.Errorf("before any change: %s, want %s", got, start)
	}
	c.travel("Tokyo")
	if got := c.clock(rest); got != "21:00" {
		t.Errorf("in Tokyo: %s", got)
	}
	c.travel("Berlin")
	if got := c.clock(rest / 2); got != "21:00" {
		t.Errorf("looked again too soon: %s", got)
	}
	if got := c.clock(rest); got != "13:00" {
		t.Errorf("in Berlin: %s", got)
	}
	c.must(os.Remove(c.path)) // some programs write it anew in place
	if got := c.clock(rest); got != "13:00" {
		t.Errorf("without a file: %s", got)
	}
	c.must(os.WriteFile(c.path, []byte("TZif2 half"), 0o600))
	if got := c.clock(rest); got != "13:00" {
		t.Errorf("half written: %s", got)
	}
	c.must(os.WriteFile(c.path, data("Tokyo", 9*3600), 0o600))
	if got := c.clock(rest); got != "21:00" {
		t.Errorf("a plain file: %s", got)
	}
	c.travel("Berlin")
	c.now = c.now.Add(-48 * time.Hour) // the clock was set back with it
	if got := c.clock(0); got != "13:00" {
		t.Errorf("with the clock set back: %s", got)
	}
}

func TestVariableHasTheLastWord(t *testing.T) {
	t.Parallel()
	c := newComputer(t, "Asia/Tokyo")
	want := c.clock(0)
	c.travel("Berlin")
	if got := c.clock(time.Hour); got != want {
		t.Errorf("%s, want %s as Go has read it", got, want)
	}
}

func TestLocalBeginsAsGoHasIt(t *testing.T) {
	t.Parallel()
	if got, want := noon.In(Local()).Format(time.RFC3339), noon.Local().Format(time.RFC3339); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
