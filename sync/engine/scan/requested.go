package scan

import (
	"time"

	"lockstep/sync/scene"
)

// libraryScans are the scans Plex was asked for, of libraries whose new items were not
// listed yet: what they reveal belongs to the work in progress.
type libraryScans struct {
	since   map[string]time.Time // by section: when the newest scan was asked for
	at      time.Time            // when to ask Plex whether it still scans
	wait    time.Duration
	asking  bool
	listing time.Time // scans asked for before this have ended: the index is to be listed
}

const (
	// firstScanCheck is how long Plex takes at most to begin a scan it was asked for.
	firstScanCheck = 2 * time.Second
	lastScanCheck  = 30 * time.Second
	// giveUpScan is when a scan is no longer waited for: the notification socket and the
	// regular refreshes of the index still see what it finds.
	giveUpScan = 10 * time.Minute
)

// LibraryScanned notes that Plex took on a scan of a section.
func (s *Scanner) LibraryScanned(section string, now time.Time) {
	l := &s.library
	if l.since == nil {
		l.since = map[string]time.Time{}
	}
	l.since[section] = now
	l.wait, l.at = firstScanCheck, now.Add(firstScanCheck)
}

// Awaits reports that items may appear soon because of what Plex was asked for; parked says
// whether scenes wait for theirs.
func (s *Scanner) Awaits(parked bool) bool {
	return len(s.library.since) > 0 || parked && (s.wanted.Index || s.wanted.Full)
}

// CheckDue is when Plex is to be asked whether it still scans; the zero time for not now.
func (s *Scanner) CheckDue() time.Time {
	if l := &s.library; len(l.since) > 0 && !l.asking && l.listing.IsZero() {
		return l.at
	}
	return time.Time{}
}

// BeginCheck notes that Plex is being asked, until EndCheck or DiscardCheck.
func (s *Scanner) BeginCheck() { s.library.asking = true }

// EndCheck takes in the libraries as Plex gave them when it was asked. The index is to be
// listed once all scans have ended.
func (s *Scanner) EndCheck(asked time.Time, sections []scene.Section, err error, now time.Time) {
	l := &s.library
	l.asking = false
	l.wait = min(2*l.wait, lastScanCheck)
	l.at = now.Add(l.wait)
	for id, since := range l.since {
		if now.Sub(since) > giveUpScan {
			delete(l.since, id)
		}
	}
	if err != nil || l.scanning(sections, asked) {
		return
	}
	l.listing = asked
	s.WantBy(What{Newest: true, Index: true}, now)
}

// DiscardCheck forgets all scans: another server was asked for them.
func (s *Scanner) DiscardCheck() { s.library = libraryScans{} }

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
