package scene

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
)

// Hash is a short content hash in hexadecimal; empty means "never computed".
type Hash string

// HashOf hashes any value by its JSON form. It is for values whose JSON is
// deterministic (structs, slices, strings).
func HashOf(v any) Hash {
	b, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(b)
	return Hash(hex.EncodeToString(sum[:12]))
}

// ContentHash covers everything of a scene that could be written to Plex, and
// nothing else: a save in Stash that changes nothing keeps the hash. The cover is
// not part of it; its version token is, because Stash changes the token with each
// edit, images are compared by content later.
func (s Scene) ContentHash() Hash {
	type content struct {
		Title, Details, Date string
		Rating               int
		Organized            bool
		Studio               *Named
		Performers           []Performer
		Tags                 []Named
	}
	c := content{s.Title, s.Details, s.Date, s.Rating, s.Organized, nil, s.Performers, slices.Clone(s.Tags)}
	if s.Studio != nil { // a parent studio is never written
		c.Studio = &s.Studio.Named
	}
	slices.SortFunc(c.Tags, func(a, b Named) int { return strings.Compare(a.ID, b.ID) })
	return HashOf(c)
}

// PathHash covers the paths of a scene's files, in order.
func (s Scene) PathHash() Hash { return HashOf(s.Paths()) }
