package scan

import (
	"context"
	"time"

	"lockstep/sync/scene"
)

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

// Libraries is what tells which libraries a Plex has, and which of them it scans.
type Libraries interface {
	Sections(ctx context.Context) ([]scene.Section, error)
}

// LibraryCheck asks Plex which libraries it scans.
type LibraryCheck struct {
	plex     Libraries
	asked    time.Time
	sections []scene.Section
	err      error
}

// Run asks, beside the loop.
func (c *LibraryCheck) Run(ctx context.Context) { c.sections, c.err = c.plex.Sections(ctx) }

// BeginCheck notes that Plex is being asked, until EndCheck or DiscardCheck.
func (s *Scanner) BeginCheck(plex Libraries, now time.Time) *LibraryCheck {
	s.library.asking = true
	return &LibraryCheck{plex: plex, asked: now}
}

// EndCheck takes in the libraries as Plex gave them when it was asked. The index is to be
// listed once all scans have ended.
func (s *Scanner) EndCheck(c *LibraryCheck, now time.Time) {
	l := &s.library
	l.asking = false
	l.wait = min(2*l.wait, lastScanCheck)
	l.at = now.Add(l.wait)
	for id, since := range l.since {
		if now.Sub(since) > giveUpScan {
			delete(l.since, id)
		}
	}
	if c.err != nil || l.scanning(c.sections, c.asked) {
		return
	}
	l.listing = c.asked
	s.WantBy(What{Newest: true, Index: true}, now)
}

// DiscardCheck forgets all scans: another server was asked for them.
func (s *Scanner) DiscardCheck() { s.library = libraryScans{} }
