package sim

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// AddFilm adds a scene whose file lies at rel below both roots. Stash knows it at once; Plex finds it at the next scan.
func (w *World) AddFilm(sc Scene, rel string) (sceneID int) {
	path := w.opt.StashRoot + "/" + rel
	id := w.Stash.AddScene(sc, path)
	plexPath, _ := w.PlexPath(path)
	w.Plex.PutOnDisk(plexPath, 1_000_000)
	return id
}

// MoveFilm moves the scene's primary file on disk to rel below both roots. Stash follows at once without bumping the
// scene; Plex loses and finds it at the next scan, under a new rating key.
func (w *World) MoveFilm(sceneID int, rel string) error {
	sc, ok := w.Stash.Scene(sceneID)
	if !ok || len(sc.Files) == 0 {
		return fmt.Errorf("scene %d has no file to move", sceneID)
	}
	if old, ok := w.PlexPath(sc.Files[0].Path); ok {
		w.Plex.TakeFromDisk(old)
	}
	path := w.opt.StashRoot + "/" + rel
	plexPath, _ := w.PlexPath(path)
	w.Plex.PutOnDisk(plexPath, sc.Files[0].Size)
	return w.Stash.MoveFile(sc.Files[0].ID, path)
}

// Author makes ordinary changes in Stash, one at a time, drawn from a seed. It is for one goroutine.
type Author struct {
	w   *World
	rng *rand.Rand
	n   int
}

// NewAuthor starts an author; the same seed on the same world makes the same changes.
func (w *World) NewAuthor(seed uint64) *Author {
	return &Author{w: w, rng: rand.New(rand.NewPCG(seed, 0xa07))}
}

// Change makes one change and says which in a sentence without a full stop; "" when the library has no scenes.
func (a *Author) Change() string {
	ids := a.w.Stash.SceneIDs()
	if len(ids) == 0 {
		return ""
	}
	a.n++
	id := ids[a.rng.IntN(len(ids))]
	changes := []func(int) (string, error){a.retitle, a.rewrite, a.redate, a.retag, a.untag, a.recast, a.house, a.cover, a.noop,
		a.renameTag, a.renamePerformer, a.renameStudio, a.mergeTags}
	words, err := changes[a.rng.IntN(len(changes))](id)
	if err != nil {
		return fmt.Sprintf("nothing, because %v", err)
	}
	return words
}

func (a *Author) word(list []string) string { return list[a.rng.IntN(len(list))] }

func (a *Author) retitle(id int) (string, error) {
	title := fmt.Sprintf("%s of %s, take %d", a.word(sampleSubjects), a.word(samplePlaces), a.n)
	return fmt.Sprintf("scene %d is called %q", id, title), a.w.Stash.Edit(id, func(sc *Scene) { sc.Title = title })
}

func (a *Author) rewrite(id int) (string, error) {
	text := fmt.Sprintf("%s\n%s (%d)", a.word(sampleTexts), a.word(sampleTexts), a.n)
	return fmt.Sprintf("scene %d has new details", id), a.w.Stash.Edit(id, func(sc *Scene) { sc.Details = text })
}

func (a *Author) redate(id int) (string, error) {
	date := fmt.Sprintf("20%02d-%02d-%02d", a.rng.IntN(26), 1+a.rng.IntN(12), 1+a.rng.IntN(28))
	return fmt.Sprintf("scene %d is of %s", id, date), a.w.Stash.Edit(id, func(sc *Scene) { sc.Date = date })
}

func (a *Author) retag(id int) (string, error) {
	name := fmt.Sprintf("%s %d", a.word(sampleTags), a.n%40)
	tag := a.w.Stash.TagID(name)
	return fmt.Sprintf("scene %d gains the tag %q", id, name), a.w.Stash.Edit(id, func(sc *Scene) {
		if !slices.Contains(sc.TagIDs, tag) {
			sc.TagIDs = append(sc.TagIDs, tag)
		}
	})
}

func (a *Author) untag(id int) (string, error) {
	return fmt.Sprintf("scene %d loses its first tag", id), a.w.Stash.Edit(id, func(sc *Scene) {
		if len(sc.TagIDs) > 0 {
			sc.TagIDs = sc.TagIDs[1:]
		}
	})
}

func (a *Author) recast(id int) (string, error) {
	name := a.word(sampleFirst) + " " + a.word(sampleLast)
	person := a.w.Stash.PerformerID(name, "")
	return fmt.Sprintf("%s plays in scene %d", name, id), a.w.Stash.Edit(id, func(sc *Scene) { sc.PerformerIDs = []int{person} })
}

func (a *Author) house(id int) (string, error) {
	name := a.word(sampleStudios)
	studio := a.w.Stash.StudioID(name)
	return fmt.Sprintf("scene %d is by %s", id, name), a.w.Stash.Edit(id, func(sc *Scene) { sc.StudioID = studio })
}

func (a *Author) cover(id int) (string, error) {
	return fmt.Sprintf("scene %d has a new cover", id), a.w.Stash.SetCover(id, DrawCover(a.rng.Uint64()))
}

func (a *Author) noop(id int) (string, error) {
	return fmt.Sprintf("scene %d is saved without a change", id), a.w.Stash.NoopSave(id)
}

// used returns one of the ids the scene uses, or 0.
func (a *Author) used(id int, kind string) int {
	sc, _ := a.w.Stash.Scene(id)
	ids := idsOf(&sc, kind)
	if len(ids) == 0 {
		return 0
	}
	return ids[a.rng.IntN(len(ids))]
}

func (a *Author) renameTag(id int) (string, error) {
	name := fmt.Sprintf("%s, no. %d", a.word(sampleTags), a.n)
	return fmt.Sprintf("a tag of scene %d is now %q", id, name), a.w.Stash.RenameTag(a.used(id, "tag"), name)
}

func (a *Author) renamePerformer(id int) (string, error) {
	name := fmt.Sprintf("%s %s the %dth", a.word(sampleFirst), a.word(sampleLast), a.n)
	return fmt.Sprintf("a performer of scene %d is now %s", id, name), a.w.Stash.RenamePerformer(a.used(id, "performer"), name)
}

func (a *Author) renameStudio(id int) (string, error) {
	name := fmt.Sprintf("%s %d", strings.ToUpper(a.word(sampleStudios)), a.n)
	return fmt.Sprintf("the studio of scene %d is now %s", id, name), a.w.Stash.RenameStudio(a.used(id, "studio"), name)
}

func (a *Author) mergeTags(id int) (string, error) {
	sc, _ := a.w.Stash.Scene(id)
	if len(sc.TagIDs) < 2 {
		return a.noop(id)
	}
	return fmt.Sprintf("two tags of scene %d are merged", id), a.w.Stash.MergeTags(sc.TagIDs[0], sc.TagIDs[1])
}
