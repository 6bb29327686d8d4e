package stash

import "lockstep/sync/scene"

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
	Tags       []scene.Named   `json:"tags"`
}

type wireFile struct {
	ID        string `json:"id"`
	Path      string `json:"path"`
	Size      int64  `json:"size"`
	UpdatedAt string `json:"updated_at"`
}

type wireStudio struct {
	scene.Named
	Parent *scene.Named `json:"parent_studio"`
}

type wirePerformer struct {
	scene.Named
	Disambiguation string `json:"disambiguation"`
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
		Files: files(w.Files), Tags: w.Tags, UpdatedAt: w.UpdatedAt, CreatedAt: w.CreatedAt,
	}
	if w.Studio != nil {
		studio := w.Studio.studio()
		s.Studio = &studio
	}
	for _, p := range w.Performers {
		s.Performers = append(s.Performers, scene.Performer(p))
	}
	return s, nil
}

func (w wireStudio) studio() scene.Studio { return scene.Studio{Named: w.Named, Parent: w.Parent} }

// files keeps Stash's order: the primary file is first.
func files(list []wireFile) []scene.File {
	out := make([]scene.File, 0, len(list))
	for _, f := range list {
		out = append(out, scene.File(f))
	}
	return out
}
