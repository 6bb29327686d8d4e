package pictures

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/file"
)

const (
	// most bounds the folder; with small pictures of 4 kB that is 16 000 scenes.
	most = 64 << 20
	// block is what a small file takes on most disks.
	block = 4 << 10
	// largest bounds one file: a large picture has some 40 kB.
	largest = 1 << 20
	// touched is how often the use of a picture is noted on disk.
	touched = 24 * time.Hour
	// suffix ends the names of files of the cache; no other file of the folder is touched.
	suffix = ".picture"
)

// entry is a picture that was fetched. Without bytes the scene has none.
type entry struct {
	// Stamp is Stash's for the scene when the picture was right, ETag that of the cover.
	Stamp   string `json:"stamp,omitempty"`
	ETag    string `json:"etag,omitempty"`
	Checked int64  `json:"checked"` // when, in seconds; zero for no entry
	jpeg    []byte
}

// cache keeps entries in a folder, those used last for longest. Trouble with the folder
// costs only requests, so none is reported. It is safe for concurrent use.
type cache struct {
	dir string
	now func() time.Time

	banned atomic.Bool // nothing may be kept

	mu    sync.Mutex
	files map[string]kept // nil until the folder was read
	bytes int64
}

// kept is one file of the folder.
type kept struct {
	bytes int64
	used  time.Time
}

func newCache(dir string, now func() time.Time) *cache { return &cache{dir: dir, now: now} }

// name is what the file of a picture is called: nobody reads a path or a number from it.
func name(q api.PictureQuery, machine string) string {
	text := strings.Join([]string{q.Scene.String(), machine, q.Plex, strconv.FormatBool(q.Large)}, "\x00")
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:16]) + suffix
}

// clear removes all that was kept.
func (c *cache) clear() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.dir == "" {
		return nil
	}
	c.files, c.bytes = nil, 0
	names, err := c.list()
	for _, n := range names {
		err = errors.Join(err, os.Remove(filepath.Join(c.dir, n)))
	}
	return err
}

// list names the files of the cache, and those that were never put into place.
func (c *cache) list() ([]string, error) {
	all, err := os.ReadDir(c.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var names []string
	for _, e := range all {
		if n := strings.TrimSuffix(e.Name(), ".new"); strings.HasSuffix(n, suffix) && e.Type().IsRegular() {
			names = append(names, e.Name())
		}
	}
	return names, err
}

// get is an entry; false when there is none.
func (c *cache) get(key string) (entry, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.banned.Load() || c.dir == "" || !c.open() {
		return entry{}, false
	}
	k, ok := c.files[key]
	if !ok {
		return entry{}, false
	}
	e, err := read(filepath.Join(c.dir, key))
	if err != nil {
		c.drop(key)
		return entry{}, false
	}
	if now := c.now(); now.Sub(k.used) > touched {
		_ = os.Chtimes(filepath.Join(c.dir, key), now, now) // only the order of removal depends on it
	}
	c.files[key] = kept{k.bytes, c.now()}
	return e, true
}

// put keeps an entry and makes room for it.
func (c *cache) put(key string, e entry) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.banned.Load() || c.dir == "" || !c.open() {
		return
	}
	head, err := json.Marshal(e)
	data := slices.Concat(head, []byte("\n"), e.jpeg)
	path := filepath.Join(c.dir, key)
	if err != nil || len(data) > largest || file.Own(path) != nil || file.Write(path, data) != nil {
		return
	}
	c.bytes += onDisk(len(data)) - c.files[key].bytes
	c.files[key] = kept{onDisk(len(data)), c.now()}
	c.shrink()
}

// onDisk is how much of the disk a file takes.
func onDisk(n int) int64 { return (int64(n) + block - 1) / block * block }

// open reads what the folder has, once.
func (c *cache) open() bool {
	if c.files != nil {
		return true
	}
	if err := os.MkdirAll(c.dir, 0o700); err != nil {
		return false
	}
	names, err := c.list()
	if err != nil {
		return false
	}
	c.files, c.bytes = map[string]kept{}, 0
	for _, n := range names {
		info, err := os.Lstat(filepath.Join(c.dir, n))
		if err != nil || !strings.HasSuffix(n, suffix) {
			_ = os.Remove(filepath.Join(c.dir, n)) // begun and never put into place
			continue
		}
		c.files[n] = kept{onDisk(int(info.Size())), info.ModTime()}
		c.bytes += c.files[n].bytes
	}
	c.shrink()
	return true
}

// shrink removes what was not used for longest, a tenth more than has to go.
func (c *cache) shrink() {
	if c.bytes <= most {
		return
	}
	type aged struct {
		name string
		used time.Time
	}
	all := make([]aged, 0, len(c.files))
	for n, k := range c.files {
		all = append(all, aged{n, k.used})
	}
	slices.SortFunc(all, func(a, b aged) int { return cmp.Or(a.used.Compare(b.used), strings.Compare(a.name, b.name)) })
	for _, a := range all {
		if c.bytes <= most-most/10 {
			return
		}
		c.drop(a.name)
	}
}

// drop removes a file. One that cannot be removed is no longer counted: the next start does.
func (c *cache) drop(key string) {
	_ = os.Remove(filepath.Join(c.dir, key))
	c.bytes -= c.files[key].bytes
	delete(c.files, key)
}

var errEntry = errors.New("not a picture of the cache")

// read reads one file.
func read(path string) (e entry, err error) {
	if err := file.Own(path); err != nil {
		return e, err
	}
	f, err := file.Open(path)
	if err != nil {
		return e, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, largest+1))
	if err != nil {
		return e, err
	}
	head, jpeg, ok := bytes.Cut(data, []byte("\n"))
	if !ok || len(data) > largest {
		return e, errEntry
	}
	if err := json.Unmarshal(head, &e); err != nil || e.Checked == 0 {
		return e, errEntry
	}
	if len(jpeg) > 0 {
		e.jpeg = jpeg
	}
	return e, nil
}
