package worker_test

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"lockstep/sync/config"
	"lockstep/sync/plan"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/sim"
	"lockstep/sync/worker"
)

// hostile are texts that break what is written carelessly: commas and percent signs divide and
// encode lists, and nobody sees control characters.
var hostile = []string{
	"Night", "Fog, light", "100% steam", "50%2C off", "a+b & c=d", "夜行列車 🚢", "\u202eright to left", "עברית", "tab\tbell\a\x00nul", "e\u0301tude",
	"semi;colon", "[x] {y}", `"quoted" \ back`, "%", ",", "  spaced   out  ", "👩\u200d🚀 crew", strings.Repeat("long ", 80),
}

// pieces are what sources of these tests are put together from.
var pieces = []string{
	"{title}", "{details}", "{date}", "{year}", "{code}", "{director}", "{studio}", "{parent_studio}", "{network}", "{performers}", "{stars}",
	"{organized:ok}", "{url}", "{stash_id}", "{resolution}", "{duration}", "{tag:Night}", "[ ({year})]", "[{code}: ]", " & ", "50%, ", "夜", "{{", "]]",
}

// each are what gives a list several values.
var each = []string{
	"", "{performer}", "{performer:female}", "{performer} [{performer_country}]", "{tag}", "{tag<Place}", "{performer_tag}", "{group}[ #{group_number}]",
}

func drawSources(t *rapid.T, f scene.Field) []string {
	one := func() string {
		s := strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 1, 3).Draw(t, "pieces"), "")
		if f.Kind() == scene.List && f != scene.FieldRoles {
			s += rapid.SampledFrom(each).Draw(t, "each")
		}
		return s
	}
	switch {
	case f == scene.FieldDate:
		return []string{rapid.SampledFrom([]string{"{date}", "{year}-01-01", "{title}"}).Draw(t, "date source")}
	case f == scene.FieldRating:
		return []string{rapid.SampledFrom([]string{"{rating}", "{stars}", "{title}"}).Draw(t, "rating source")}
	case f.Kind() == scene.List && f != scene.FieldRoles:
		return []string{one(), rapid.SampledFrom([]string{"Lockstep", "{tag}", "Site: {studio}"}).Draw(t, "second")}
	}
	return []string{one()}
}

// drawScene changes everything of a scene that a source can use. Only with many there may be more
// tags than fit into one request: they could not be written to a server that replaces lists.
func drawScene(t *rapid.T, s *sim.Stash, id int, many bool) error {
	text := rapid.SampledFrom(append([]string{""}, hostile...))
	tags := rapid.SliceOfNDistinct(rapid.SampledFrom(hostile), 0, 6, rapid.ID).Draw(t, "tags")
	if many && rapid.IntRange(0, 7).Draw(t, "many") == 0 {
		for i := range 300 {
			tags = append(tags, fmt.Sprintf("Tag, no. %d of 100%%", i))
		}
	}
	place := s.TagID("Place")
	var tagIDs, people []int
	for _, name := range tags {
		tagIDs = append(tagIDs, s.TagID(strings.TrimSpace(name)))
	}
	if len(tagIDs) > 0 && tagIDs[0] != place {
		if err := s.SetTagParents(tagIDs[0], place); err != nil {
			return err
		}
	}
	for i, name := range rapid.SliceOfN(rapid.SampledFrom(hostile[:8]), 0, 4).Draw(t, "performers") { // some twice
		p := s.PerformerID(name, []string{"", "the elder", "the younger", "II"}[i])
		people = append(people, p)
		err := s.EditPerformer(p, func(p *sim.Performer) {
			p.Gender, p.Country, p.TagIDs = rapid.SampledFrom([]string{"", "FEMALE", "MALE"}).Draw(t, "gender"), "NO", []int{place}
			p.Picture = rapid.Bool().Draw(t, "picture")
		})
		if err != nil {
			return err
		}
	}
	var pictures []sim.Image
	for i := range rapid.IntRange(0, 3).Draw(t, "pictures of a gallery") {
		path := fmt.Sprintf("/galleries/%d/%02d.jpg", id, i)
		pictures = append(pictures, rapid.SampledFrom([]sim.Image{sim.Portrait(path), sim.Clip(path), sim.Landscape(path, nil)}).Draw(t, "picture"))
	}
	if _, err := s.SetGallery(id, pictures...); err != nil {
		return err
	}
	details := text.Draw(t, "details")
	if rapid.IntRange(0, 5).Draw(t, "long") == 0 {
		details = strings.Repeat("Nothing happens, 100% of the time. 夜\r\n", 2500)
	}
	return s.Edit(id, func(sc *sim.Scene) {
		sc.Title, sc.Details, sc.Code, sc.Director = text.Draw(t, "title"), details, text.Draw(t, "code"), text.Draw(t, "director")
		sc.Date, sc.Rating100 = rapid.SampledFrom([]string{"", "2020", "2020-05", "2020-05-17"}).Draw(t, "date"), rapid.IntRange(0, 100).Draw(t, "rating")
		sc.Organized, sc.URLs = rapid.Bool().Draw(t, "organized"), []string{"https://example.org/?a=1&b=%20"}
		sc.TagIDs, sc.PerformerIDs, sc.StudioID = tagIDs, people, s.StudioID(strings.TrimSpace(rapid.SampledFrom(hostile).Draw(t, "studio")))
		sc.Groups = []sim.GroupLink{{Name: strings.TrimSpace(rapid.SampledFrom(hostile).Draw(t, "group")), Index: rapid.IntRange(0, 9).Draw(t, "number")}}
	})
}

// person is somebody who edited an item in Plex before the first sync.
func person(t *rapid.T, p *sim.Plex, key string) error {
	switch rapid.IntRange(0, 3).Draw(t, "person") {
	case 0:
		return p.PersonEdit(key, "summary", "A person's words, 100 %.")
	case 1:
		return p.PersonTags(key, "genre", "A person's, tag", "100% theirs")
	case 2:
		return p.PersonEdit(key, "titleSort", "zz")
	}
	return nil
}

// Whatever Stash holds and whatever fields are made of: what the sources give is what Plex then
// has, a second run writes nothing, and an undo gives back everything, locks included.
func TestWhatSourcesGiveIsWrittenOnceAndUndone(t *testing.T) {
	const parts = 2
	fewerChecks(t, 24, parts)
	for part := range parts {
		t.Run(strconv.Itoa(part), func(t *testing.T) {
			t.Parallel()
			whatSourcesGive(t)
		})
	}
}

func whatSourcesGive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		dir, remove := folder(t)
		defer remove()
		r, end := newRig(t, dir, sim.Options{Seed: rapid.Uint64Range(1, 99).Draw(t, "seed"), Scenes: 3})
		defer end()
		r.Settings = sourced(t, r.Settings.Clone())
		r.Settings.StashURL = r.World.Stash.URL()
		replaces := rapid.Bool().Draw(t, "replaces")
		r.World.Plex.SetQuirks(func(q *sim.Quirks) {
			q.ReplaceTags, q.RemoveLast = replaces, rapid.Bool().Draw(t, "removes last")
			q.ResetUnlocked, q.ValueLocks = rapid.Bool().Draw(t, "resets"), rapid.Bool().Draw(t, "locks")
		})
		for _, id := range r.World.Stash.SceneIDs() {
			r.Must(drawScene(t, r.World.Stash, id, !replaces))
			r.each(id, func(key string) { r.Must(person(t, r.World.Plex, key)) })
		}
		r.scan()
		before := r.shelf()
		r.done(t, r.all()...)
		r.rendered(t, before)

		r.World.Plex.ResetCounts()
		if r.done(t, r.all()...); r.World.Plex.Mutations() != 0 {
			t.Fatalf("the second run wrote: %v", r.World.Plex.Counts())
		}
		for range 2 { // the second time there is nothing left
			var undo []queue.Job
			for _, j := range r.all() {
				j.Undo = 1
				undo = append(undo, j)
			}
			r.done(t, undo...)
			after := r.shelf()
			for key := range before {
				if before[key] != after[key] {
					t.Fatalf("item %s before\n%s\nundone\n%s", key, before[key], after[key])
				}
			}
		}
		if v := r.World.Plex.Violations(); len(v) > 0 {
			t.Fatalf("%v", v)
		}
	})
}

// sourced are settings with a drawn source and policy for every field that has one.
func sourced(t *rapid.T, set config.Settings) config.Settings {
	set.MaxTags, set.Sources = 500, map[scene.Field][]string{}
	policies := rapid.SampledFrom([]config.Policy{config.Mirror, config.Merge, config.Fill, config.Off})
	for _, f := range scene.Fields() {
		if set.Fields[f] = config.Off; f == scene.FieldPoster { // in Plex a poster is never none: it has a frame of the film
			continue
		}
		set.Fields[f] = policies.Draw(t, "policy")
		if row, _ := config.Field(f); row.Chosen() {
			set.Sources[f] = drawSources(t, f)
		}
	}
	set.Background = rapid.SampledFrom([]config.PictureSource{config.FromCover, config.FromGallery, config.GalleryOrCover}).Draw(t, "background")
	if err := set.Validate(); err != nil {
		t.Fatal(err)
	}
	return set
}

// done works jobs off, all of which must end well.
func (r *rig) done(t *rapid.T, jobs ...queue.Job) {
	results, err := r.work(jobs...)
	if err != nil {
		t.Fatal(err)
	}
	for id, res := range results {
		if res.Outcome != worker.Done {
			t.Fatalf("scene %s: outcome %d, %s %s, %v", id, res.Outcome, res.Code, res.Message, res.Fault)
		}
	}
}

// shelf is what every item holds, in a form that can be compared.
func (r *rig) shelf() map[string]string {
	out := map[string]string{}
	for _, key := range r.World.Plex.RatingKeys("1") {
		it, _ := r.World.Plex.Item(key)
		var b strings.Builder
		for _, name := range slices.Sorted(maps.Keys(it.Fields)) {
			fmt.Fprintf(&b, "%s=%q\n", name, it.Fields[name])
		}
		for _, kind := range slices.Sorted(maps.Keys(it.Tags)) {
			fmt.Fprintf(&b, "%s=%q\n", kind, slices.Sorted(slices.Values(it.Tags[kind])))
		}
		fmt.Fprintf(&b, "roles %q, pictures %q, background %q\n", it.Roles, it.Thumbs, it.Art)
		for _, name := range slices.Sorted(maps.Keys(it.Locked)) {
			if it.Locked[name] {
				fmt.Fprintf(&b, "locked %s\n", name)
			}
		}
		out[key] = b.String()
	}
	return out
}

// rendered checks that every item has what the sources give, as far as the policies let it.
func (r *rig) rendered(t *rapid.T, before map[string]string) {
	ids := r.World.Stash.SceneIDs()
	var wanted []scene.ID
	for _, id := range ids {
		wanted = append(wanted, scene.ID(id))
	}
	scenes, err := r.Stash.Scenes(t.Context(), wanted, r.Settings.Parts())
	r.Must(err)
	// A picture is the actor's in every item: of performers of one name it is that of one of them.
	pictures := map[string][]string{}
	for _, s := range scenes {
		for _, element := range plan.Want(*s, r.Settings).Lists[scene.FieldPerformerPictures] {
			actor, address := scene.SplitActor(element)
			pictures[scene.Fold(actor)] = append(pictures[scene.Fold(actor)], scene.Fold(address))
		}
	}
	for _, id := range ids {
		w := plan.Want(*scenes[scene.ID(id)], r.Settings)
		r.each(id, func(key string) {
			it, _ := r.World.Plex.Item(key)
			if got, want := it.Art, r.background(id); r.Settings.Policy(scene.FieldBackground) != config.Off && got != want {
				t.Fatalf("scene %d, background of %q: %q, want %q", id, r.Settings.Background, got, want)
			}
			for f, want := range w.Scalars {
				locked := strings.Contains(before[key], "locked "+f.Wire()+"\n")
				had := strings.Contains(before[key], f.Wire()+"=")
				if r.Settings.Policy(f) == config.Mirror || r.Settings.Policy(f) == config.Merge && !locked && want != "" || r.Settings.Policy(f) == config.Fill && !had {
					if got := it.Fields[f.Wire()]; got != want {
						t.Fatalf("scene %d, %s: %q, want %q", id, f, got, want)
					}
				}
			}
			for f, want := range w.Lists {
				if f.OfActors() {
					has := map[bool]map[string]string{true: it.Roles, false: it.Thumbs}[f == scene.FieldRoles]
					belongs(t, f, want, it.Tags["actor"], has, pictures)
					continue
				}
				locked := strings.Contains(before[key], "locked "+f.Wire()+"\n")
				if r.Settings.Policy(f) == config.Fill && locked {
					continue
				}
				for _, name := range want {
					if !holds(it.Tags[f.Wire()], name) {
						t.Fatalf("scene %d, %s lacks %q: %q", id, f, name, it.Tags[f.Wire()])
					}
				}
				if r.Settings.Policy(f) == config.Mirror && len(it.Tags[f.Wire()]) != len(want) {
					t.Fatalf("scene %d, %s: %q, want %q", id, f, it.Tags[f.Wire()], want)
				}
			}
		})
	}
}

// background is the upload that the background of a scene is made of: nobody else gave one.
func (r *rig) background(id int) string {
	picture := r.World.Stash.GalleryPicture(id)
	if from := r.Settings.Background; from == config.FromCover || from == config.GalleryOrCover && picture == nil {
		picture = r.World.Stash.Cover(id)
	}
	if picture == nil {
		return ""
	}
	return "upload://art/" + sha(picture...)
}

// belongs checks that whoever is among the actors has what belongs there: nobody else gave any.
func belongs(t *rapid.T, f scene.Field, want, actors []string, has map[string]string, pictures map[string][]string) {
	for _, element := range want {
		actor, what := scene.SplitActor(element)
		i := slices.IndexFunc(actors, func(n string) bool { return scene.Fold(n) == scene.Fold(actor) })
		right := []string{scene.Fold(what)}
		if f == scene.FieldPerformerPictures {
			right = pictures[scene.Fold(actor)]
		}
		if i >= 0 && !slices.Contains(right, scene.Fold(has[actors[i]])) {
			t.Fatalf("%s of %q: %q, want %q", f, actors[i], has[actors[i]], what)
		}
		if strings.Contains(what, "apikey") || f == scene.FieldPerformerPictures && !strings.HasSuffix(what, "/image") {
			t.Fatalf("the address of a picture is %q", what)
		}
	}
}

func holds(list []string, name string) bool {
	return slices.ContainsFunc(list, func(n string) bool { return scene.Fold(n) == scene.Fold(name) })
}
