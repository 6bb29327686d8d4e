package scan

import (
	"time"

	"lockstep/sync/api"
	"lockstep/sync/engine/host"
	"lockstep/sync/scene"
)

// What says what a scan covers. The zero value is nothing.
type What struct {
	Newest  bool // Stash is asked for its newest scene and for signs, and swept if these changed
	Sweep   bool // all scenes of Stash are listed
	Names   bool // tags, performers and studios are
	Files   bool // the paths of all files are
	Recheck bool // every known scene is queued, because other things are wanted of it
	Index   bool // the index learns of Plex's newest items
	Full    bool // the index is made from all of Plex's items; it implies Index
}

// Changes covers all that changes in Stash beside its newest scene.
var Changes = What{Sweep: true, Names: true, Files: true}

// Everything covers all there is, and has every scene compared anew.
var Everything = What{Sweep: true, Names: true, Files: true, Recheck: true, Index: true, Full: true}

// FullIndex covers all of Plex's items.
var FullIndex = What{Index: true, Full: true}

// with covers both.
func (w What) with(o What) What {
	return What{
		Newest: w.Newest || o.Newest, Sweep: w.Sweep || o.Sweep, Names: w.Names || o.Names, Files: w.Files || o.Files,
		Recheck: w.Recheck || o.Recheck, Index: w.Index || o.Index, Full: w.Full || o.Full,
	}
}

// without leaves out what a scan of o takes on: one that lists the index in any way decides
// for itself whether it has to list all.
func (w What) without(o What) What {
	return What{
		Newest: w.Newest && !o.Newest, Sweep: w.Sweep && !o.Sweep, Names: w.Names && !o.Names, Files: w.Files && !o.Files,
		Recheck: w.Recheck && !o.Recheck, Index: w.Index && !o.Index, Full: w.Full && !o.Index,
	}
}

// Scanner is what is wanted of both servers, and when. Make it with New.
type Scanner struct {
	host host.Host

	wanted  What
	at      time.Time // when the next scan is due
	running bool
	again   bool // more was asked for than the scan covers that just ended

	rest host.Rest // after a fault of our own

	swept   bool // every scene was seen since the start
	indexed bool // the index was brought up to date since Plex was connected

	probeAt             time.Time // when Stash is asked for its newest scene by the clock
	newest              scene.Newest
	signs               scene.Signs            // when the names were last read
	lacking             map[scene.ListKind]int // probes in a row without a sign that was there
	lastSweep, lastFile time.Time
	lastIndex           time.Time
	listAt              time.Time // when libraries are tried that could not be listed; zero: there are none
	edited              time.Time // when an edit was last seen

	waiting  []chan error // for the next scan
	served   []chan error // for the running one
	progress *api.Scan    // how far the running one is
	library  libraryScans
}

// libraryScans are the scans Plex was asked for, of libraries whose new items were not
// listed yet: what they reveal belongs to the work in progress.
type libraryScans struct {
	since   map[string]time.Time // by section: when the newest scan was asked for
	at      time.Time            // when to ask Plex whether it still scans
	wait    time.Duration
	asking  bool
	listing time.Time // scans asked for before this have ended: the index is to be listed
}

func (l *libraryScans) scanning(sections []scene.Section, asked time.Time) bool {
	for _, s := range sections {
		if since, ok := l.since[s.ID]; ok && (s.Refreshing || since.After(asked)) {
			return true
		}
	}
	return false
}

// listed takes in that the index was listed, unless it is to be listed once more.
func (l *libraryScans) listed(again bool) {
	if l.listing.IsZero() || again {
		return
	}
	for id, since := range l.since {
		if !since.After(l.listing) {
			delete(l.since, id)
		}
	}
	l.listing = time.Time{}
}
