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

// ContentHash covers everything that was read of a scene and could be written to Plex, and
// nothing else: a save in Stash that changes nothing keeps the hash. Parts that were not read
// count as empty. The cover is not part of it; its version token is, because Stash changes the
// token with each edit, images are compared by content later.
func (s Scene) ContentHash() Hash {
	type content struct {
		Title, Details, Date string
		Rating               int
		Organized            bool
		Studio               *Studio
		Performers           []Performer
		Tags                 []Tag
		Code                 string    `json:",omitempty"`
		Director             string    `json:",omitempty"`
		URLs                 []string  `json:",omitempty"`
		StashIDs             []StashID `json:",omitempty"`
		Groups               []Group   `json:",omitempty"`
		Video                *video    `json:",omitempty"`
		Galleries            []Gallery `json:",omitempty"`
	}
	c := content{
		s.Title, s.Details, s.Date, s.Rating, s.Organized, s.Studio, slices.Clone(s.Performers), slices.Clone(s.Tags),
		s.Code, s.Director, s.URLs, s.StashIDs, slices.Clone(s.Groups), nil,
		slices.SortedFunc(slices.Values(s.Galleries), func(a, b Gallery) int { return strings.Compare(a.ID, b.ID) }),
	}
	if len(s.Files) > 0 {
		c.Video = s.Files[0].video()
	}
	for i := range c.Performers {
		c.Performers[i].Tags = slices.SortedFunc(slices.Values(c.Performers[i].Tags), byID)
	}
	slices.SortFunc(c.Tags, func(a, b Tag) int { return byID(a.Named, b.Named) })
	slices.SortFunc(c.Groups, func(a, b Group) int { return byID(a.Named, b.Named) })
	for i := range c.Tags {
		c.Tags[i].Aliases = slices.Sorted(slices.Values(c.Tags[i].Aliases))
		c.Tags[i].Above = slices.SortedFunc(slices.Values(c.Tags[i].Above), byID)
	}
	return HashOf(c)
}

func byID(a, b Named) int { return strings.Compare(a.ID, b.ID) }

// video is what is known of the picture of a file.
type video struct {
	Width, Height int
	Duration      float64
}

// video is nil unless PartVideo was read.
func (f File) video() *video {
	if f.Width == 0 && f.Height == 0 && f.Duration == 0 {
		return nil
	}
	return &video{f.Width, f.Height, f.Duration}
}

// PathHash covers the paths of a scene's files, in order, and what was read of their pictures:
// a file that was replaced moves no scene's stamp either.
func (s Scene) PathHash() Hash {
	facts := make([]*video, len(s.Files))
	read := false
	for i, f := range s.Files {
		facts[i] = f.video()
		read = read || facts[i] != nil
	}
	if !read {
		return HashOf(s.Paths())
	}
	return HashOf(struct {
		Paths []string
		Video []*video
	}{s.Paths(), facts})
}
