package sim

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// sampleBegin is the moment the sample library was set up; fixed, so that a seed always gives the same bytes.
var sampleBegin = time.Date(2026, 1, 5, 8, 0, 0, 0, time.UTC)

var (
	sampleSubjects = []string{"Night Train", "Harbour", "Lighthouse", "Mountain Hut", "Tidal Flat", "Glacier", "Signal Box",
		"Ferry", "Heath", "Old Bridge", "Marsh", "Cable Car", "Dunes", "Canal Lock", "Pine Forest", "Slow Train", "Fjord", "Weir"}
	samplePlaces = []string{"Lindau", "Bergen", "Narvik", "Trieste", "Ålesund", "Cork", "Porto", "Gdańsk", "Kiruna", "Chur",
		"Husum", "Aarhus", "Łeba", "Évian", "Ystad", "Bodø", "Zürich", "青森", "Reykjavík", "Faro"}
	sampleShapes = []string{"%s at %s", "The %s of %s", "%s near %s, Part Two", "%s: Winter in %s", "One Hour of %s – %s", "%s by Night (%s)"}
	sampleTags   = []string{"Night", "Rain", "Fog, light", "Snow, heavy", "100% steam", "50% slow motion", "Slow TV", "Railway", "Sea",
		"Birds", "Wind & waves", "4K", "Narrow gauge", "日本", "Sunrise", "Ünder bridges", "No narration", "Aerial", "Time lapse", "Ice",
		"Harbour", "Timber", "Low tide", "High tide", "Signals", "C & D sidings", "Dawn chorus", "\"Golden hour\"", "Spring", "Autumn"}
	sampleFirst = []string{"Mara", "Jonas", "Ingrid", "Émile", "Søren", "Aiko", "Lena", "Piotr", "Nuala", "Tomás", "Freya", "Oskar", "Ada", "Beat"}
	sampleLast  = []string{"Lindqvist", "O'Neil", "Vogel", "Kowalski", "Hansen", "Mori", "da Costa", "Keller", "Byrne", "Åberg", "Rossi", "Brandt"}
	sampleTexts = []string{"A camera, a tripod and nobody in a hurry.", "The tide takes two hours to reach the wall.",
		"Recorded in one take; the wind is real.", "Signals change, freight passes, snow falls.", "Zwischen Möwen und Kränen 🚢.",
		"At 04:12 the night train arrives on platform 3.", "Nothing happens, and it happens beautifully.", "夜行列車は静かに出発する。"}
	sampleStudios = []string{"Northlight", "Slow River", "Platform Nine", "Tidewater", "Hochmoor", "Blå Time", "Kestrel", "Stillwater"}
	sampleBranch  = []string{"Rails", "Coast", "Alps", "Winter"}
)

// sampler makes the sample library; everything it draws comes from one seeded source.
type sampler struct {
	w          *World
	rng        *rand.Rand
	tags       []int
	performers []int
	studios    []int
	kind       []string
	pair       map[int]int
}

func (s *sampler) pick(list []string) string { return list[s.rng.IntN(len(list))] }

// people fills tags, performers and studios in proportion to the library.
func (s *sampler) people() {
	st, n := s.w.Stash, s.w.opt.Scenes
	for i := range clampInt(n/150, len(sampleTags), 600) {
		name := sampleTags[i%len(sampleTags)]
		if i >= len(sampleTags) {
			name = fmt.Sprintf("%s %d", name, 1+i/len(sampleTags))
		}
		s.tags = append(s.tags, st.addTag(name, sampleBegin))
	}
	s.performers = append(s.performers, st.addPerformer("Mara Lindqvist", "", sampleBegin), st.addPerformer("Mara Lindqvist", "the geologist", sampleBegin))
	for i := 1; i < clampInt(n/25, 40, 4000); i++ {
		name := sampleFirst[i%len(sampleFirst)] + " " + sampleLast[(i/len(sampleFirst))%len(sampleLast)]
		if i >= len(sampleFirst)*len(sampleLast) {
			name = fmt.Sprintf("%s %d", name, i)
		}
		s.performers = append(s.performers, st.addPerformer(name, "", sampleBegin))
	}
	for i := range clampInt(n/200, len(sampleStudios), 100) {
		name := sampleStudios[i%len(sampleStudios)]
		if i >= len(sampleStudios) {
			name = fmt.Sprintf("%s %d", name, 1+i/len(sampleStudios))
		}
		parent := st.addStudio(name, 0, sampleBegin)
		s.studios = append(s.studios, parent)
		for _, branch := range sampleBranch {
			s.studios = append(s.studios, st.addStudio(name+" "+branch, parent, sampleBegin))
		}
	}
}

// scene draws scene number i (from 0); its file is added by the caller.
func (s *sampler) scene(i int) *Scene {
	subject, place := s.pick(sampleSubjects), s.pick(samplePlaces)
	sc := &Scene{
		Title:     fmt.Sprintf(s.pick(sampleShapes), subject, place),
		Code:      fmt.Sprintf("NF-%05d", i+1),
		CreatedAt: sampleBegin.Add(time.Duration(i) * time.Second),
		Organized: s.rng.IntN(2) == 0,
		cover:     cover{kind: coverDrawn, seed: s.w.opt.Seed + uint64(i)},
	}
	sc.UpdatedAt = sc.CreatedAt.Add(time.Duration(s.rng.IntN(3)) * 24 * time.Hour)
	sc.Details = s.details()
	sc.Date = time.Date(1996+s.rng.IntN(30), time.Month(1+s.rng.IntN(12)), 1+s.rng.IntN(28), 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
	sc.Rating100 = s.rng.IntN(101)
	sc.StudioID = s.studios[s.rng.IntN(len(s.studios))]
	sc.PerformerIDs = s.some(s.performers, s.rng.IntN(4))
	sc.TagIDs = s.some(s.tags, 1+s.rng.IntN(6))
	return sc
}

func (s *sampler) details() string {
	text := s.pick(sampleTexts)
	switch s.rng.IntN(4) {
	case 0:
		return text + "\n\n" + s.pick(sampleTexts)
	case 1:
		return text + " " + s.pick(sampleTexts)
	}
	return text
}

// some draws n different ids.
func (s *sampler) some(ids []int, n int) []int {
	if n == 0 {
		return nil
	}
	out := make([]int, 0, n)
	for len(out) < n {
		id := ids[s.rng.IntN(len(ids))]
		fresh := true
		for _, have := range out {
			fresh = fresh && have != id
		}
		if fresh {
			out = append(out, id)
		}
	}
	return out
}

// fileNames drops what Windows does not allow in a name.
var fileNames = strings.NewReplacer("/", "-", ":", "", "?", "", "\"", "", ",", "")

// path is the place of scene i below the root; the number makes it unique.
func (s *sampler) path(sc *Scene, i int) string {
	name := fileNames.Replace(sc.Title)
	return fmt.Sprintf("%s/%s/%s %05d.mkv", s.pick(sampleSubjects), s.pick(samplePlaces), name, i+1)
}

func clampInt(n, low, high int) int { return max(low, min(n, high)) }
