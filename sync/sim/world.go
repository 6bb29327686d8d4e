package sim

import (
	"crypto/tls"
	"errors"
	"strings"
	"sync"
	"time"
)

// Amount is a number of scenes: below 1 a share of all, otherwise a count.
type Amount float64

func (a Amount) of(total int) int {
	if a < 1 {
		return int(float64(a)*float64(total) + 0.5)
	}
	return int(a)
}

// Dirt says how much of the library is not as one would wish. Kinds do not overlap: each scene has at most one.
type Dirt struct {
	Raw            Amount // no studio, performers, tags, details or date
	Missing        Amount // the file is not in Plex
	NoFile         Amount // the scene has no file
	Outside        Amount // the file is outside StashRoot
	Merged         Amount // two scenes each whose files are versions of one Plex item
	TwoLibraries   Amount // the same path is also in the Archive library
	YearOnly       Amount // the date is a year or a month
	Untitled       Amount // metadata, but no title
	CaseDiffers    Amount // the path differs from Plex's in letter case
	Unicode        Amount // Stash has the path decomposed (NFD), Plex composed (NFC)
	HandEdited     Amount // a person changed title or summary in Plex, which locked them
	ControlLetters Amount // title and details hold control characters and CRLF
}

// Messy is a library as people really have it: a little of everything.
func Messy() Dirt {
	return Dirt{Raw: 0.06, Missing: 0.04, NoFile: 0.01, Outside: 0.02, Merged: 0.02, TwoLibraries: 0.02,
		YearOnly: 0.05, Untitled: 0.02, HandEdited: 0.03, ControlLetters: 0.01}
}

// Options describe a world; the zero value is an empty, clean one with no API key and Plex token [DefaultToken].
type Options struct {
	Seed   uint64
	Scenes int
	Dirt   Dirt

	StashRoot   string // "" = /data/nature
	PlexRoot    string // "" = /media/nature, or D:\Media\Nature with WindowsPlex
	WindowsPlex bool   // backslashes and a drive letter on the Plex side
	Library     string // name of the Plex library; "" = Nature

	MultiFile Amount // scenes with a second file: half as a second version, half as a second Plex item
	NoCover   Amount // scenes without a cover
	Synced    Amount // items that already hold what Stash says, locked
	// SyncedCovers has the items of Synced hold the covers too; it costs time, because each is drawn.
	SyncedCovers bool
	StashAPIKey  string
	PlexToken    string         // "" = DefaultToken
	StashZone    *time.Location // zone of Stash's time stamps; nil = UTC
	// Secure has both servers speak https only, with this certificate; nil = http.
	Secure *tls.Certificate

	// Now is the clock of both servers; nil = time.Now. Stamps have whole seconds, as the real ones.
	Now func() time.Time
	// PlexWrite is how long Plex takes for each write, one after the other; 0 = as fast as it can.
	PlexWrite time.Duration
	// ScanTime is how long a Plex scan or a Stash job takes; 0 = 20 ms.
	ScanTime time.Duration
}

// DefaultToken is the Plex token when Options names none.
const DefaultToken = "sim-plex-token"

// The names of the libraries besides Options.Library.
const (
	ArchiveLibrary = "Archive"
	RadioLibrary   = "Radio"
)

// World is one simulated household: a Stash and a Plex server that see the same disk under different roots.
type World struct {
	Stash *Stash
	Plex  *Plex

	opt   Options
	dirty map[string][]int
}

// NewWorld builds the world; the same options give the same world. Nothing listens before Start.
func NewWorld(opt Options) *World {
	opt = opt.withDefaults()
	w := &World{opt: opt, dirty: map[string][]int{}}
	w.Stash = newStash(opt)
	w.Plex = newPlex(opt)
	if opt.Secure != nil {
		w.Stash.Secure(*opt.Secure)
		w.Plex.Secure(*opt.Secure)
	}
	w.populate()
	w.ResetCounts()
	return w
}

// Start makes both servers listen on free ports of 127.0.0.1.
func (w *World) Start() error {
	if err := w.Stash.Start(""); err != nil {
		return err
	}
	return w.Plex.Start("")
}

// Close ends both servers.
func (w *World) Close() error { return errors.Join(w.Stash.Close(), w.Plex.Close()) }

// ResetCounts forgets counts, logs and violations of both servers.
func (w *World) ResetCounts() {
	w.Stash.ResetCounts()
	w.Plex.ResetCounts()
}

// Dirty returns the ids of the scenes made dirty in the way a field of [Dirt] names, in ascending order.
func (w *World) Dirty(kind string) []int { return append([]int{}, w.dirty[kind]...) }

// StashRoot and PlexRoot are the two names of the same folder.
func (w *World) StashRoot() string { return w.opt.StashRoot }

// PlexRoot is the folder as Plex names it.
func (w *World) PlexRoot() string { return w.opt.PlexRoot }

// Library is the name of the main Plex library, whose section id is "1".
func (w *World) Library() string { return w.opt.Library }

// PlexPath is the path under which Plex knows a file of Stash; false when it is outside StashRoot.
func (w *World) PlexPath(stashPath string) (string, bool) {
	rest, ok := strings.CutPrefix(stashPath, w.opt.StashRoot+"/")
	if !ok {
		return "", false
	}
	if w.opt.WindowsPlex {
		return w.opt.PlexRoot + `\` + strings.ReplaceAll(rest, "/", `\`), true
	}
	return w.opt.PlexRoot + "/" + rest, true
}

func (o Options) withDefaults() Options {
	if o.StashRoot == "" {
		o.StashRoot = "/data/nature"
	}
	if o.PlexRoot == "" {
		o.PlexRoot = "/media/nature"
		if o.WindowsPlex {
			o.PlexRoot = `D:\Media\Nature`
		}
	}
	if o.Library == "" {
		o.Library = "Nature"
	}
	if o.PlexToken == "" {
		o.PlexToken = DefaultToken
	}
	if o.StashZone == nil {
		o.StashZone = time.UTC
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.ScanTime == 0 {
		o.ScanTime = 20 * time.Millisecond
	}
	return o
}

// set changes one value under its lock.
func set[T any](mu sync.Locker, at *T, to T) {
	mu.Lock()
	defer mu.Unlock()
	*at = to
}
