package reconcile

import (
	"slices"
	"strings"
	"time"

	"lockstep/sync/config"
	"lockstep/sync/fault"
	"lockstep/sync/match"
	"lockstep/sync/message"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// scope decides which scenes a run looks at.
//
// "The last 24 hours" is about changes, and Stash's stamps are no proof of them: renames
// and moved files bump nothing, and a stamp's text must never be ordered. So a scene is
// in scope when our own record says that it changed: it is new to us, its stamp or files
// differ from those last seen, a name it uses changed, or it was brought in step within
// the time by our clock. The stamps of scene and files only add to that, as instants
// read with their own offset; one that cannot be read counts as recent.
type scope struct {
	since   time.Time // zero: any time
	folders []string  // of a library as Plex names them; nil: anywhere
	only    scene.ID  // zero: any scene
	whole   bool      // vanished scenes are reported
}

// slack is how far the clocks of Stash and Lockstep may differ without a recent change
// being taken for an old one.
const slack = time.Hour

// ParseScope checks the text of a scope against the chosen libraries.
func ParseScope(text config.Scope, sections []scene.Section, now time.Time) (string, error) {
	_, err := scopeOf(text, sections, now)
	if text == "" {
		text = config.ScopeAll
	}
	return string(text), err
}

func scopeOf(text config.Scope, sections []scene.Section, now time.Time) (scope, error) {
	switch text {
	case "", config.ScopeAll:
		return scope{whole: true}, nil
	case config.ScopeDay:
		return scope{since: now.Add(-24*time.Hour - slack), whole: true}, nil
	case config.ScopeWeek:
		return scope{since: now.Add(-7*24*time.Hour - slack), whole: true}, nil
	}
	if title, ok := strings.CutPrefix(string(text), "library:"); ok {
		for _, fits := range []func(scene.Section) bool{ // the exact title first: others may differ only in a blank
			func(s scene.Section) bool { return s.Title == title },
			func(s scene.Section) bool {
				return strings.EqualFold(strings.TrimSpace(s.Title), strings.TrimSpace(title))
			},
			func(s scene.Section) bool { return s.ID == title },
		} {
			if i := slices.IndexFunc(sections, fits); i >= 0 {
				return scope{folders: sections[i].Locations}, nil
			}
		}
		return scope{}, fault.New(fault.Config, fault.None, message.New(message.NoChosenLibrary, message.Title(title)), message.New(message.SeeLibraries), nil)
	}
	if id, ok := strings.CutPrefix(string(text), "scene:"); ok {
		n, err := scene.ParseID(id)
		if err == nil {
			return scope{only: n}, nil
		}
	}
	return scope{}, fault.New(fault.Rejected, fault.None, message.New(message.NoScope, message.Title(string(text))), message.New(message.NoScopeAdvice), nil)
}

// holds reports whether a scene is looked at. differs tells that it is not as last seen.
func (c scope) holds(fs scene.FileStamp, seen store.Seen, differs bool, m match.Mapper) bool {
	if c.folders != nil {
		return c.inFolders(fs.Files, m)
	}
	if c.since.IsZero() || differs || !seen.Synced.Before(c.since) || c.recent(fs.UpdatedAt) {
		return true
	}
	for _, f := range fs.Files {
		if c.recent(f.UpdatedAt) {
			return true
		}
	}
	return false
}

func (c scope) recent(stamp string) bool {
	at, err := time.Parse(time.RFC3339, stamp)
	return err != nil || !at.Before(c.since)
}

func (c scope) inFolders(files []scene.File, m match.Mapper) bool {
	for _, f := range files {
		for _, p := range m.Map(f.Path) {
			for _, folder := range c.folders {
				if match.Under(p, folder) {
					return true
				}
			}
		}
	}
	return false
}
