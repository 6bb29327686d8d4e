package present

import (
	"time"

	"lockstep/sync/api"
	"lockstep/sync/fault"
)

// lastingAfter is how long something fails before it is spoken of: most faults are over by
// then.
const lastingAfter = 30 * time.Second

// stuck is what has failed for longest, nil when nothing has for more than a moment. What a
// person is asked for and a server that is away are spoken of elsewhere.
func stuck(s api.Snapshot) *api.Failing {
	for i := range s.Failing {
		if s.At.Sub(s.Failing[i].Since) >= lastingAfter {
			return &s.Failing[i]
		}
	}
	return nil
}

// Failing says what fails, why, and when it is tried again.
func Failing(f api.Failing, m Moment) string {
	words := what(f) + because(f.Words)
	if f.Next.After(m.Now) {
		words = join(words, T("next try at %s", m.Clock(f.Next)))
	}
	return words
}

// what says which request fails.
func what(f api.Failing) string {
	switch f.Kind {
	case "listing", "index":
		return T("Plex does not list its library")
	case "stamps", "sweep":
		return T("Stash does not list its scenes")
	case "names", "name sweep":
		return T("Stash does not list its tags, performers and studios")
	case "paths", "file sweep":
		return T("Stash does not list its files")
	case "scenes", "recheck", "newest":
		return T("Stash does not return its scenes")
	case "edit", "upload", "write":
		return T("Plex does not accept changes")
	case "items":
		return T("Plex does not return its items")
	}
	if f.Server == fault.Stash {
		return T("Stash does not answer correctly")
	}
	return T("Plex does not answer correctly")
}

// Scan says how far the look at the servers is: "Reading scenes from Stash, 12 000 of
// 100 000 so far".
func Scan(s api.Scan) string {
	words := T("Reading scenes from Stash")
	if s.Server == fault.Plex {
		words = T("Listing Plex's items")
	}
	switch {
	case s.Done == 0:
		return words + "…"
	case s.Total > s.Done:
		return T("%s, %s of %s so far", words, Number(s.Done), Number(s.Total))
	}
	return T("%s, %s so far", words, Number(s.Done))
}
