// Package scan decides when Stash and Plex are scanned and for what: the newest scene, a
// sweep of all scenes, the lists of names, the paths of all files, the index of Plex's
// items. A Scanner keeps what is wanted and when; a Scan is carried out beside the
// loop; what it found goes back to the Scanner with End and Arm. A Scanner belongs to one
// goroutine and starts nothing itself.
package scan

import (
	"time"

	"lockstep/sync/engine/host"
	"lockstep/sync/library"
	"lockstep/sync/scene"
)

// Stored is what of a Scanner outlives the process.
type Stored struct {
	Newest       scene.Newest
	Signs        scene.Signs // of names, when these were last read
	Swept, Files time.Time   // of the last complete sweep, of scenes and of files
}

// New makes a Scanner that has seen nothing before Load or Resume.
func New(h host.Host) *Scanner { return &Scanner{host: h} }

// Resume goes on from what was stored. A clock that was wrong when it was stored has everything
// scanned.
func (s *Scanner) Resume(known Stored, now time.Time) {
	if known.Swept.After(now) || known.Files.After(now) {
		known.Swept, known.Files = time.Time{}, time.Time{}
	}
	s.newest, s.signs, s.lastSweep, s.lastFile = known.Newest, known.Signs, known.Swept, known.Files
}

// Stored is what is to be kept for the next process.
func (s *Scanner) Stored() Stored {
	return Stored{Newest: s.newest, Signs: s.signs, Swept: s.lastSweep.UTC().Round(0), Files: s.lastFile.UTC().Round(0)}
}

// Want has the next scan cover w as well, whenever it is due.
func (s *Scanner) Want(w What) { s.wanted = s.wanted.with(w) }

// WantBy has a scan cover w no later than t.
func (s *Scanner) WantBy(w What, t time.Time) {
	s.Want(w)
	if s.at.IsZero() || t.Before(s.at) {
		s.at = t
	}
}

// Soon has both servers looked at no later than t: a scan asks Stash for its newest scene.
func (s *Scanner) Soon(t time.Time) { s.WantBy(What{Newest: true}, t) }

// Wait returns a channel that gets the outcome of the next scan.
func (s *Scanner) Wait() <-chan error {
	done := make(chan error, 1)
	s.waiting = append(s.waiting, done)
	return done
}

// Refuse ends the wait of those whose scan cannot begin.
func (s *Scanner) Refuse(err error) {
	answer(s.waiting, err)
	s.waiting = nil
}

func answer(list []chan error, err error) {
	for _, w := range list {
		w <- err
	}
}

// Running reports whether a scan is under way.
func (s *Scanner) Running() bool { return s.running }

// Swept reports whether every scene was seen since the start.
func (s *Scanner) Swept() bool { return s.swept }

// Complete reports whether every scene was seen since the start and every item listed since
// Plex was connected.
func (s *Scanner) Complete() bool { return s.swept && s.indexed }

// Scenes is how many scenes Stash has, as far as is known.
func (s *Scanner) Scenes() int { return s.newest.Count }

// Newest is Stash's newest scene, as far as is known.
func (s *Scanner) Newest() scene.Newest { return s.newest }

// ForgetIndex takes the index for out of date: Plex is another one, or may be.
func (s *Scanner) ForgetIndex() { s.indexed = false }

// failedAgain is how long after a library could not be listed it is tried again: meanwhile the
// others are kept up to date as ever.
const failedAgain = time.Minute

// Indexed takes in that the index is up to date, but for libraries that could not be listed. It
// reports whether it is so for the first time since Plex was connected.
func (s *Scanner) Indexed(failed []library.Failed, now time.Time) (first bool) {
	if s.listAt = (time.Time{}); len(failed) > 0 {
		s.listAt = now.Add(failedAgain)
	}
	first = !s.indexed
	s.lastIndex, s.indexed = now, true
	s.library.listed(s.wanted.Index)
	return first
}
