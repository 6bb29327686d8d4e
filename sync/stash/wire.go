package stash

import (
	"strings"

	"lockstep/sync/scene"
)

// wireScene is a scene as the fragment F asks for it. Nulls become zero values: Stash
// writes an unset text now as "" and now as null.
type wireScene struct {
	ID         string          `json:"id"`
	Title      string          `json:"title"`
	Details    string          `json:"details"`
	Date       string          `json:"date"` // whole, or partial since Stash 0.30
	Rating     int             `json:"rating100"`
	Organized  bool            `json:"organized"`
	CreatedAt  string          `json:"created_at"`
	UpdatedAt  string          `json:"updated_at"`
	Files      []wireFile      `json:"files"`
	Studio     *wireStudio     `json:"studio"`
	Performers []wirePerformer `json:"performers"`
	Tags       []wireTag       `json:"tags"`
	Code       string          `json:"code"`
	Director   string          `json:"director"`
	URLs       []string        `json:"urls"`
	StashIDs   []wireStashID   `json:"stash_ids"`
	Groups     []wireGroup     `json:"groups"`
	Galleries  []wireGallery   `json:"galleries"`
}

type wireFile struct {
	ID        string  `json:"id"`
	Path      string  `json:"path"`
	Size      int64   `json:"size"`
	UpdatedAt string  `json:"updated_at"`
	Width     int     `json:"width"`
	Height    int     `json:"height"`
	Duration  float64 `json:"duration"`
}

type wireStudio struct {
	scene.Named
	Parent *wireStudio `json:"parent_studio"`
}

type wirePerformer struct {
	scene.Named
	Disambiguation string        `json:"disambiguation"`
	Gender         string        `json:"gender"`
	Country        string        `json:"country"`
	Tags           []scene.Named `json:"tags"`
	ImagePath      string        `json:"image_path"`
}

// performer has a picture if Stash does not give a default one in its place.
func (w wirePerformer) performer() scene.Performer {
	picture := w.ImagePath != "" && !strings.Contains(w.ImagePath, "default=true")
	return scene.Performer{Named: w.Named, Disambiguation: w.Disambiguation, Gender: w.Gender, Country: w.Country, Tags: w.Tags, Picture: picture}
}

type wireTag struct {
	scene.Named
	Aliases []string  `json:"aliases"`
	Parents []wireTag `json:"parents"`
}

type wireGroup struct {
	Group  scene.Named `json:"group"`
	Number int         `json:"scene_index"`
}

type wireGallery struct {
	ID        string `json:"id"`
	UpdatedAt string `json:"updated_at"`
}

type wireStashID struct {
	Endpoint string `json:"endpoint"`
	ID       string `json:"stash_id"`
}

type wireStamp struct {
	ID        string     `json:"id"`
	UpdatedAt string     `json:"updated_at"`
	CreatedAt string     `json:"created_at"`
	Files     []wireFile `json:"files"`
}

func (w wireScene) scene() (scene.Scene, error) {
	id, err := scene.ParseID(w.ID)
	if err != nil {
		return scene.Scene{}, errID
	}
	if w.Files == nil {
		return scene.Scene{}, errFiles()
	}
	s := scene.Scene{
		ID: id, Title: w.Title, Details: w.Details, Date: w.Date, Rating: w.Rating, Organized: w.Organized,
		Files: files(w.Files), UpdatedAt: w.UpdatedAt, CreatedAt: w.CreatedAt, Code: w.Code, Director: w.Director, URLs: w.URLs,
	}
	if w.Studio != nil {
		studio := w.Studio.studio()
		s.Studio = &studio
	}
	for _, p := range w.Performers {
		s.Performers = append(s.Performers, p.performer())
	}
	for _, t := range w.Tags {
		s.Tags = append(s.Tags, scene.Tag{Named: t.Named, Aliases: t.Aliases, Above: above(t)})
	}
	for _, x := range w.StashIDs {
		s.StashIDs = append(s.StashIDs, scene.StashID(x))
	}
	for _, g := range w.Groups {
		s.Groups = append(s.Groups, scene.Group{Named: g.Group, Number: g.Number})
	}
	for _, g := range w.Galleries {
		s.Galleries = append(s.Galleries, scene.Gallery(g))
	}
	return s, nil
}

// studio has the studios above it in a row, the nearest first.
func (w wireStudio) studio() scene.Studio {
	s := scene.Studio{Named: w.Named}
	for p := w.Parent; p != nil; p = p.Parent {
		s.Above = append(s.Above, p.Named)
	}
	return s
}

// above lists the tags above a tag, each once, level by level: a tag may have several parents,
// and a parent may be reached on several ways.
func above(t wireTag) (out []scene.Named) {
	seen := map[string]bool{t.ID: true}
	for level := t.Parents; len(level) > 0; {
		var next []wireTag
		for _, p := range level {
			if !seen[p.ID] {
				seen[p.ID] = true
				out, next = append(out, p.Named), append(next, p.Parents...)
			}
		}
		level = next
	}
	return out
}

// files keeps Stash's order: the primary file is first.
func files(list []wireFile) []scene.File {
	out := make([]scene.File, 0, len(list))
	for _, f := range list {
		out = append(out, scene.File(f))
	}
	return out
}

// wireNode is a tag, which has parents, or a studio, which has one parent at most.
type wireNode struct {
	scene.Named
	Aliases []string    `json:"aliases"`
	Parents []wireAbove `json:"parents"`
	Parent  *wireAbove  `json:"parent_studio"`
}

type wireAbove struct {
	ID string `json:"id"`
}

func nodes(list []wireNode) []scene.Node {
	out := make([]scene.Node, 0, len(list))
	for _, w := range list {
		n := scene.Node{Named: w.Named, Aliases: w.Aliases}
		if w.Parent != nil {
			w.Parents = append(w.Parents, *w.Parent)
		}
		for _, above := range w.Parents {
			n.Parents = append(n.Parents, above.ID)
		}
		out = append(out, n)
	}
	return out
}
