// Package playback has the rules by which Stash learns what was watched and rated in Plex:
// which plays Stash has already, who wins where both sides changed a rating or a resume
// point, how much was watched between two looks, and how much may be written in a day
// without a person being asked. It does no input or output.
package playback

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"lockstep/sync/config"
	"lockstep/sync/scene"
)

// Kind is what Stash can learn from Plex. The texts are stored, and printed as JSON.
type Kind string

// The kinds.
const (
	Play   Kind = "play"   // somebody watched it
	Resume Kind = "resume" // where it was left, and how long it was watched
	Rating Kind = "rating"
)

// Kinds lists them in display order.
func Kinds() []Kind { return []Kind{Play, Resume, Rating} }

// On lists the kinds that the settings switch on. Ratings of Plex are of no account where
// Stash's always win.
func On(s config.Settings) (out []Kind) {
	if s.ActivityPlays {
		out = append(out, Play)
	}
	if s.ActivityResume {
		out = append(out, Resume)
	}
	if s.ActivityRatings && s.Policy(scene.FieldRating) != config.Mirror {
		out = append(out, Rating)
	}
	return out
}

// Verdict is what a three-way merge comes to.
type Verdict int

// The verdicts.
const (
	Same     Verdict = iota // nothing is to be written
	Send                    // Stash gets what Plex has
	Conflict                // both changed, differently: Stash keeps its own
)

// Base is the value both sides had when they last agreed, or were last compared.
type Base struct{ Plex, Stash int }

// MergeRating decides about a rating, 1 to 100 on both sides and zero for none. held says that
// Stash's value is the one Plex last got from it: then Stash did not change, whatever the base
// says.
func MergeRating(b Base, plex, stash int, held bool) Verdict {
	return merge(plex == stash, plex == b.Plex, stash == b.Stash || held)
}

func merge(equal, plexStayed, stashStayed bool) Verdict {
	switch {
	case equal, plexStayed:
		return Same
	case stashStayed:
		return Send
	}
	return Conflict
}

// near is how far two resume points may lie apart that are one: Stash keeps fractions of
// seconds, Plex thousandths.
const near = time.Second

// Close reports whether two resume points are the same.
func Close(a, b time.Duration) bool { return (a - b).Abs() < near }

// Point is where a film was left, on both sides, when they last agreed.
type Point struct{ Plex, Stash time.Duration }

// MergeResume decides about a resume point.
func MergeResume(b Point, plex, stash time.Duration) Verdict {
	return merge(Close(plex, stash), Close(plex, b.Plex), Close(stash, b.Stash))
}

// Gained is how long a film was watched between two looks that lie elapsed apart. Plex does
// not say: it follows from where the film was left and how often it was finished, and whoever
// jumped ahead did not watch for longer than the time that passed.
func Gained(before, now scene.Viewing, elapsed time.Duration) time.Duration {
	gained := now.Offset - before.Offset
	if n := now.Views - before.Views; n > 0 {
		length := max(now.Length, before.Offset)
		gained = time.Duration(n)*length - before.Offset + now.Offset
	}
	return max(0, min(gained, elapsed))
}

// FromPlex reads a rating as Plex prints it, 0 to 10, as one of Stash: 1 to 100, zero for
// none.
func FromPlex(text string) int {
	f, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if err != nil || !(f > 0) {
		return 0
	}
	return max(1, int(min(f, 10)*10+0.5))
}

// Viewers are the accounts whose plays count: those named, or the owner of the server when
// none is. A name may be the number of an account. unknown are names that no account has.
func Viewers(names []string, all []scene.Account) (ids []int64, unknown []string) {
	if len(names) == 0 {
		return []int64{scene.OwnerAccount}, nil
	}
	for _, name := range names {
		i := slices.IndexFunc(all, func(a scene.Account) bool { return a.Name != "" && scene.Fold(a.Name) == scene.Fold(name) })
		if i < 0 {
			i = slices.IndexFunc(all, func(a scene.Account) bool { return a.ID > 0 && strconv.FormatInt(a.ID, 10) == name })
		}
		if i < 0 {
			unknown = append(unknown, name)
			continue
		}
		if !slices.Contains(ids, all[i].ID) {
			ids = append(ids, all[i].ID)
		}
	}
	return ids, unknown
}
