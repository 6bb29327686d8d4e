package sim

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// The words of [World.Dirty], equal to the field names of [Dirt].
var dirtNames = []string{"Raw", "Missing", "NoFile", "Outside", "Merged", "TwoLibraries", "YearOnly", "Untitled",
	"CaseDiffers", "Unicode", "HandEdited", "ControlLetters"}

func (d Dirt) amounts() []Amount {
	return []Amount{d.Raw, d.Missing, d.NoFile, d.Outside, d.Merged, d.TwoLibraries, d.YearOnly, d.Untitled,
		d.CaseDiffers, d.Unicode, d.HandEdited, d.ControlLetters}
}

func (w *World) populate() {
	s := &sampler{w: w, rng: rand.New(rand.NewPCG(w.opt.Seed, 0x10c5)), pair: map[int]int{}}
	s.people()
	s.soil()
	for i := range w.opt.Scenes {
		s.add(i)
	}
	for kind := range w.dirty {
		slices.Sort(w.dirty[kind])
	}
}

// soil decides which scenes get which dirt, covers, second files and finished items.
func (s *sampler) soil() {
	n := s.w.opt.Scenes
	s.kind = make([]string, n)
	order := s.rng.Perm(n)
	at := 0
	for k, amount := range s.w.opt.Dirt.amounts() {
		for range min(amount.of(n), n-at) {
			s.kind[order[at]] = dirtNames[k]
			at++
		}
	}
	s.pairUp()
	rest := order[at:]
	s.mark(rest, s.w.opt.MultiFile.of(n), "multi")
	slices.Reverse(rest)
	s.mark(rest, s.w.opt.Synced.of(n), "synced")
}

// pairUp joins the scenes marked Merged two by two, in ascending order; an odd one out stays clean.
func (s *sampler) pairUp() {
	last := -1
	for i, kind := range s.kind {
		switch {
		case kind != "Merged":
		case last < 0:
			last = i
		default:
			s.pair[i], last = last, -1
		}
	}
	if last >= 0 {
		s.kind[last] = ""
	}
}

func (s *sampler) mark(order []int, n int, word string) {
	for _, i := range order[:min(n, len(order))] {
		if s.kind[i] == "" {
			s.kind[i] = word
		}
	}
}

// add makes scene i, its file and its Plex item.
func (s *sampler) add(i int) {
	sc := s.scene(i)
	rel := s.path(sc, i)
	kind := s.kind[i]
	s.spoil(sc, kind)
	if s.w.opt.NoCover > 0 && s.rng.IntN(max(1, s.w.opt.Scenes)) < s.w.opt.NoCover.of(s.w.opt.Scenes) {
		sc.cover = cover{}
	}
	id := s.w.Stash.addScene(sc)
	if slices.Contains(dirtNames, kind) {
		s.w.dirty[kind] = append(s.w.dirty[kind], id)
	}
	if kind == "NoFile" {
		return
	}
	stash, plex := s.paths(rel, kind)
	f := s.w.Stash.addFile(sc, stash, sc.CreatedAt)
	if kind != "Missing" && kind != "Outside" {
		s.shelve(i, sc, f, plex)
	}
}

// spoil takes metadata away as the kind of dirt says.
func (s *sampler) spoil(sc *Scene, kind string) {
	switch kind {
	case "Raw":
		*sc = Scene{CreatedAt: sc.CreatedAt, UpdatedAt: sc.CreatedAt, cover: sc.cover}
	case "YearOnly":
		sc.Date = sc.Date[:4+3*s.rng.IntN(2)]
	case "Untitled":
		sc.Title = ""
	case "ControlLetters":
		sc.Title += " \t\u0001\u0007\u001b[31m"
		sc.Details = strings.ReplaceAll(sc.Details, "\n", "\r\n") + "\u0000\r\nlast line \u200b<script>"
	}
}

func (s *sampler) paths(rel, kind string) (stash, plex string) {
	stash = s.w.opt.StashRoot + "/" + rel
	plex, _ = s.w.PlexPath(stash)
	switch kind {
	case "Outside":
		stash = "/elsewhere/" + rel
	case "CaseDiffers":
		stash = s.w.opt.StashRoot + "/" + strings.ToUpper(rel[:1]) + strings.ToLower(rel[1:])
	case "Unicode":
		rel = "Åland/" + rel
		stash = s.w.opt.StashRoot + "/" + norm.NFD.String(rel)
		plex, _ = s.w.PlexPath(s.w.opt.StashRoot + "/" + norm.NFC.String(rel))
	}
	return stash, plex
}

// shelve puts the file into Plex.
func (s *sampler) shelve(i int, sc *Scene, f *File, path string) {
	p := s.w.Plex
	kind := s.kind[i]
	if first, ok := s.pair[i]; ok {
		if other := p.itemAt(s.w.plexOf(s.w.Stash.scenes[first+1])); other != nil {
			p.addVersion(other, path, f.Size)
			return
		}
	}
	it := p.addItem(mainSection, path, f.Size, sc.CreatedAt.Unix())
	switch kind {
	case "TwoLibraries":
		p.addItem(archiveSection, path, f.Size, sc.CreatedAt.Unix())
	case "multi":
		s.secondFile(i, sc, it)
	case "synced":
		s.w.fill(it, sc)
	case "HandEdited":
		it.set("title", fmt.Sprintf("My own name for no. %d", i+1))
		it.set("summary", "Written by hand, please keep.")
		it.byHand("title")
		it.byHand("summary")
	}
}

// secondFile adds another file to the scene: a second version of the item, or an item of its own.
func (s *sampler) secondFile(i int, sc *Scene, it *item) {
	rel := fmt.Sprintf("Copies/%05d second cut.mp4", i+1)
	f := s.w.Stash.addFile(sc, s.w.opt.StashRoot+"/"+rel, sc.CreatedAt)
	path, _ := s.w.PlexPath(f.Path)
	if i%2 == 0 {
		s.w.Plex.addVersion(it, path, f.Size)
		return
	}
	s.w.Plex.addItem(mainSection, path, f.Size, sc.CreatedAt.Unix())
}

// plexOf is the Plex path of a scene's first file, "" without one.
func (w *World) plexOf(sc *Scene) string {
	if sc == nil || len(sc.Files) == 0 {
		return ""
	}
	path, _ := w.PlexPath(sc.Files[0].Path)
	return path
}

// fill makes an item hold what its scene says, locked, as if it had been synced before.
func (w *World) fill(it *item, sc *Scene) {
	v := w.Stash.want(sc)
	v.fields["title"], v.fields["summary"] = sc.Title, sc.Details
	for field, value := range v.fields {
		if value != "" {
			it.set(field, value)
			it.lock(field)
		}
	}
	for kind, names := range v.tags {
		for _, name := range names {
			w.Plex.addTag(it, kind, name, "")
		}
		if len(names) > 0 {
			it.lock(kind)
		}
	}
	if image := sc.cover.bytes(); image != nil && w.opt.SyncedCovers {
		key := "upload://posters/" + sha1Hex(image)
		it.poster = picture{uploads: []upload{{key, image}}, selected: key, stamp: it.added + 1}
		it.lock("thumb")
	}
}
