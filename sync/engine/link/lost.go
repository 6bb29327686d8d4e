package link

import (
	"slices"
	"time"

	"lockstep/sync/library"
	"lockstep/sync/scene"
)

// lostAgain is how long after a library was missed Plex is asked for it again: somebody has to
// bring it back.
const lostAgain = 5 * time.Minute

// lose takes in which libraries are lost, and reports whether one came back.
func (l *Links) lose(lost []library.Lost, now time.Time) (back bool) {
	before := l.lost
	l.lost = nil
	for _, x := range lost {
		since := now
		if i := slices.IndexFunc(before, func(b lostLibrary) bool { return b.Name == x.Name }); i >= 0 {
			since = before[i].since
		}
		l.lost = append(l.lost, lostLibrary{x, since})
	}
	if len(l.lost) > 0 {
		l.plexCheck.want(now.Add(lostAgain))
	}
	return slices.ContainsFunc(before, func(b lostLibrary) bool {
		return !slices.ContainsFunc(lost, func(x library.Lost) bool { return x.Name == b.Name })
	})
}

// Unlisted takes in that libraries could not be listed: Plex is asked whether it still has them.
func (l *Links) Unlisted(failed []library.Failed) {
	for _, f := range failed {
		l.host.Log.Debug("a library could not be listed", "library", f.Section.ID, "err", f.Err)
		l.plexCheck.doubt(l.host.Now())
	}
}

// titled is the title of a chosen library, empty where it is the only one or not known.
func (l *Links) titled(section string) string {
	i := slices.IndexFunc(l.sections, func(s scene.Section) bool { return s.ID == section })
	if i < 0 || len(l.sections) < 2 {
		return ""
	}
	return l.sections[i].Title
}
