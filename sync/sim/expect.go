package sim

import (
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// Why a scene must not be written.
const (
	WhyRaw       = "raw"
	WhyNoFile    = "nofile"
	WhyOutside   = "outside"
	WhyMissing   = "missing"
	WhyAmbiguous = "ambiguous"
)

// judge looks at both sides at one moment; it holds both locks for reading.
type judge struct {
	w      *World
	index  map[string][]*item
	owners map[*item][]int
}

// judge indexes Plex's files by comparable path and tells which scenes own each item.
func (w *World) judge() (j *judge, unlock func()) {
	w.Stash.mu.RLock()
	w.Plex.mu.RLock()
	j = &judge{w: w, index: map[string][]*item{}, owners: map[*item][]int{}}
	for path, items := range w.Plex.files {
		key := w.comparable(path)
		for _, it := range items {
			if it.gone[path] == 0 { // what is in the trash has no file
				j.index[key] = append(j.index[key], it)
			}
		}
	}
	for _, id := range w.Stash.order {
		for _, it := range j.targets(w.Stash.scenes[id]) {
			j.owners[it] = append(j.owners[it], id)
		}
	}
	return j, func() {
		w.Plex.mu.RUnlock()
		w.Stash.mu.RUnlock()
	}
}

// comparable is a path without what two systems may disagree on: Unicode form, and letter case on Windows.
func (w *World) comparable(path string) string {
	path = norm.NFC.String(path)
	if w.opt.WindowsPlex {
		return strings.ToLower(path)
	}
	return path
}

// targets are the items that hold one of the scene's files, by rating key.
func (j *judge) targets(sc *Scene) []*item {
	var out []*item
	for _, f := range sc.Files {
		path, ok := j.w.PlexPath(f.Path)
		if !ok {
			continue
		}
		for _, it := range j.index[j.w.comparable(path)] {
			if !slices.Contains(out, it) {
				out = append(out, it)
			}
		}
	}
	slices.SortFunc(out, func(a, b *item) int { return a.key - b.key })
	return out
}

func (j *judge) why(sc *Scene) string {
	raw := sc.StudioID == 0 && len(sc.PerformerIDs) == 0 && len(sc.TagIDs) == 0 && sc.Details == "" && sc.Date == ""
	inside := slices.ContainsFunc(sc.Files, func(f *File) bool { _, ok := j.w.PlexPath(f.Path); return ok })
	targets := j.targets(sc)
	shared := slices.ContainsFunc(targets, func(it *item) bool { return len(j.owners[it]) > 1 })
	switch {
	case raw:
		return WhyRaw
	case len(sc.Files) == 0:
		return WhyNoFile
	case !inside:
		return WhyOutside
	case len(targets) == 0:
		return WhyMissing
	case shared:
		return WhyAmbiguous
	}
	return ""
}

// Expect returns for every scene that must not be written the reason, by scene id. All others must be in step.
func (w *World) Expect() map[int]string {
	j, unlock := w.judge()
	defer unlock()
	out := map[int]string{}
	for id, sc := range w.Stash.scenes {
		if why := j.why(sc); why != "" {
			out[id] = why
		}
	}
	return out
}

// TargetKeys returns the rating keys of all items that hold one of the scene's files.
func (w *World) TargetKeys(sceneID int) []string {
	j, unlock := w.judge()
	defer unlock()
	sc, ok := w.Stash.scenes[sceneID]
	if !ok {
		return nil
	}
	var out []string
	for _, it := range j.targets(sc) {
		out = append(out, strconv.Itoa(it.key))
	}
	return out
}
