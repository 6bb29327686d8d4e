package stash

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"time"

	"lockstep/sync/scene"
)

// west is how far the clocks of any place are behind UTC at most: what is stamped from now
// on cannot bear an earlier text than the time there.
const west = 12 * time.Hour

// overlap covers the hour at the end of summer time, and stamps that become visible late.
const overlap = 90 * time.Minute

// since is the text that the stamps of what happens after a moment exceed, in the place where
// Stash is: newest is the newest of its stamps.
func since(at time.Time, newest string) string {
	place := time.FixedZone("", -int(west/time.Second))
	if t, err := time.Parse(time.RFC3339, newest); err == nil {
		place = t.Location()
	}
	return at.In(place).Add(-overlap).Format(stampTime)
}

// stampTime is how a stamp begins: without its zone it is less than all of that second.
const stampTime = "2006-01-02T15:04:05"

// signFor makes the sign of a list that has so many names, of which those changed last came,
// the newest first as Stash orders them. at is the time by the server's clock.
func signFor(count int, names []json.RawMessage, at time.Time) (scene.Sign, error) {
	sign := scene.Sign{Count: count}
	stamps := make([]string, len(names))
	for i, raw := range names {
		var n struct {
			UpdatedAt string `json:"updated_at"`
		}
		if err := unmarshal(raw, &n); err != nil {
			return sign, err
		}
		stamps[i] = n.UpdatedAt
	}
	shown := stamps[:min(newestNames, len(stamps))]
	sign.Whole = count > len(shown) && count <= wholeList && !reachesBack(shown, at)
	if len(names) == 0 || len(names) >= count {
		sign.Digest = digest(names, "")
		return sign, nil
	}
	// Which of those that are stamped like the last one come is left to chance.
	sign.Digest = digest(names[:alike(stamps)], stamps[len(stamps)-1])
	return sign, nil
}

// alike is where those begin that are stamped like the last one.
func alike(stamps []string) int {
	n := len(stamps)
	for n > 0 && stamps[n-1] == stamps[len(stamps)-1] {
		n--
	}
	return n
}

// reachesBack reports that whatever is stamped from now on comes before the last of these.
func reachesBack(stamps []string, at time.Time) bool {
	return len(stamps) > 0 && before(stamps[len(stamps)-1], at.Add(-west))
}

// before reports that a stamp of Stash, whatever its zone, begins with an earlier time than
// any place on earth shows.
func before(stamp string, earliest time.Time) bool {
	local, err := time.Parse(stampTime, stamp[:min(len(stamp), len(stampTime))])
	return err == nil && local.Before(earliest)
}

// digest is of names in any order, as those stamped alike have none, and of the stamp behind
// them.
func digest(names []json.RawMessage, last string) string {
	texts := make([]string, len(names), len(names)+1)
	for i, n := range names {
		texts[i] = string(n)
	}
	slices.Sort(texts)
	sum := sha256.New()
	for _, t := range append(texts, last) {
		sum.Write([]byte(t))
		sum.Write([]byte{0})
	}
	return hex.EncodeToString(sum.Sum(nil)[:8])
}
