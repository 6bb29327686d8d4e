// Package scene owns the vocabulary of Lockstep: a scene as Stash describes it, an
// item as Plex holds it, the fields that can be kept in step and the ids of all of
// them. It has no behaviour beyond equality, hashing and display.
package scene

import (
	"fmt"
	"path"
	"strconv"
	"strings"
)

// ID is a Stash scene id. Stash never reuses one; zero means "no scene".
type ID uint64

// ParseID reads the decimal text Stash uses for ids. Zero and anything that is not
// a positive number is an error.
func ParseID(s string) (ID, error) {
	n, err := strconv.ParseUint(strings.TrimSpace(s), 10, 64)
	if err != nil || n == 0 {
		return 0, fmt.Errorf("%q is not a scene id", s)
	}
	return ID(n), nil
}

// String is the decimal text Stash expects.
func (id ID) String() string { return strconv.FormatUint(uint64(id), 10) }

// Scene is what Stash knows of one video, reduced to what may be written to Plex
// and what is needed to find it there. Empty strings and lists mean "not set".
type Scene struct {
	ID         ID          `json:"id"`
	Title      string      `json:"title,omitempty"`
	Details    string      `json:"details,omitempty"`
	Date       string      `json:"date,omitempty"` // 2023-04-05, or partial: 2023-04 or 2023
	Rating     int         `json:"rating,omitempty"`
	Organized  bool        `json:"organized,omitempty"`
	Studio     *Studio     `json:"studio,omitempty"`
	Performers []Performer `json:"performers,omitempty"`
	Tags       []Tag       `json:"tags,omitempty"`
	Files      []File      `json:"files,omitempty"` // the primary file first
	// What follows is read only if it is among the Parts asked for, and empty otherwise.
	Code     string    `json:"code,omitempty"`
	Director string    `json:"director,omitempty"`
	URLs     []string  `json:"urls,omitempty"`
	StashIDs []StashID `json:"stashIds,omitempty"`
	Groups   []Group   `json:"groups,omitempty"`
	// Galleries are in no particular order.
	Galleries []Gallery `json:"galleries,omitempty"`
	// UpdatedAt is Stash's own text, to be compared for equality only: it is in the
	// server's local offset and must never be ordered.
	UpdatedAt string `json:"updatedAt,omitempty"`
	CreatedAt string `json:"createdAt,omitempty"`
}

// Named is a Stash object known by id and name: a tag, a performer or a studio.
type Named struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Studio is the studio of a scene. Above are those it belongs to, the nearest first; see
// PartParents.
type Studio struct {
	Named
	Above []Named `json:"above,omitempty"`
}

// Tag is a tag of a scene, with its other names, see PartAliases, and every tag above it, each
// once and the nearest first, see PartTagTree.
type Tag struct {
	Named
	Aliases []string `json:"aliases,omitempty"`
	Above   []Named  `json:"above,omitempty"`
}

// Group is a group of scenes, such as the film a scene is cut from.
type Group struct {
	Named
	Number int `json:"number,omitempty"` // the scene's place in it, zero: none
}

// Gallery is a gallery that belongs to a scene.
type Gallery struct {
	ID string `json:"id"`
	// UpdatedAt is another one when pictures were added or removed, to be compared for
	// equality only.
	UpdatedAt string `json:"updatedAt,omitempty"`
}

// StashID is a scene's id at a metadata server.
type StashID struct {
	Endpoint string `json:"endpoint"`
	ID       string `json:"id"`
}

// Performer is one performer of a scene. Two performers may share a name; only the
// disambiguation tells them apart.
type Performer struct {
	Named
	Disambiguation string `json:"disambiguation,omitempty"`
	// Gender is Stash's own word in capitals, such as "NON_BINARY"; see PartGender.
	Gender  string  `json:"gender,omitempty"`
	Country string  `json:"country,omitempty"` // mostly two letters; see PartCountry
	Tags    []Named `json:"tags,omitempty"`    // see PartPerformerTags
	Picture bool    `json:"picture,omitempty"` // there is one; see PartPictures
}

// Label is the name with the disambiguation, if there is one: what tells a performer
// from every other in Stash.
func (p Performer) Label() string {
	if p.Disambiguation == "" {
		return p.Name
	}
	return p.Name + " (" + p.Disambiguation + ")"
}

// File is one file of a scene as Stash sees it on disk.
type File struct {
	ID        string `json:"id"`
	Path      string `json:"path"`
	Size      int64  `json:"size,omitempty"`
	UpdatedAt string `json:"updatedAt,omitempty"`
	// Width, Height and Duration, in pixels and seconds, are zero unless PartVideo was read.
	Width    int     `json:"width,omitempty"`
	Height   int     `json:"height,omitempty"`
	Duration float64 `json:"duration,omitempty"`
}

// Name is what to call the scene in front of a person: its title, else the name of
// its first file without extension; "" when it has neither, so that whoever shows it says
// "scene 12" in a language. It is one clean line.
func (s Scene) Name() string {
	base := path.Base(strings.ReplaceAll(s.Path(), `\`, "/"))
	for _, name := range []string{s.Title, strings.TrimSuffix(base, path.Ext(base))} {
		if name = strings.Join(strings.Fields(Clean(name, false)), " "); name != "" && name != "/" {
			return name
		}
	}
	return ""
}

// Path is the scene's primary file, or "" for a scene without file.
func (s Scene) Path() string {
	if len(s.Files) == 0 {
		return ""
	}
	return s.Files[0].Path
}

// Paths lists the paths of all files of the scene, the primary one first.
func (s Scene) Paths() []string {
	out := make([]string, 0, len(s.Files))
	for _, f := range s.Files {
		out = append(out, f.Path)
	}
	return out
}

// Raw reports a scene nobody has curated yet: no studio, performer, tag, details or
// date. A title or rating alone does not count, as file names and players set them.
func (s Scene) Raw() bool {
	return s.Studio == nil && len(s.Performers) == 0 && len(s.Tags) == 0 && strings.TrimSpace(s.Details) == "" && s.Date == ""
}
