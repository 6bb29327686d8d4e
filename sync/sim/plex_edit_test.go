package sim_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"lockstep/sync/sim"
)

// put edits item 1 of section 1 with name and value pairs and returns the status.
func put(t *testing.T, w *sim.World, pairs ...string) int {
	t.Helper()
	return plex(t, w, "PUT", "/library/sections/1/all?type=1&id=1&"+params(pairs...)).status
}

func params(pairs ...string) string {
	var out []string
	for i := 0; i < len(pairs); i += 2 {
		out = append(out, url.PathEscape(pairs[i])+"="+strings.ReplaceAll(url.QueryEscape(pairs[i+1]), "+", "%20"))
	}
	return strings.Join(out, "&")
}

func item1(t *testing.T, w *sim.World) sim.Item {
	t.Helper()
	it, ok := w.Plex.Item("1")
	if !ok {
		t.Fatal("no item 1")
	}
	return it
}

func TestOnePutSetsScalarsTagsAndLocks(t *testing.T) {
	t.Parallel()
	w := start(t, sim.Options{Scenes: 1})
	got := plex(t, w, "PUT", "/library/sections/1/all?type=1&id=1&"+params("title.value", "Fog & Rain", "title.locked", "1",
		"summary.value", "Two\nlines", "originallyAvailableAt.value", "2020-02-29", "genre[0].tag.tag", "Alpha, Beta", "genre[1].tag.tag", "50%",
		"genre.locked", "1", "actor[0].tag.tag", "Mara", "actor[0].tagging.text", "Guide", "label[0].tag.tag", "lockstep", "thumb.locked", "1",
		"collection[0].tag.tag", "Harbours"))
	equal(t, "status", got.status, 200)
	equal(t, "empty body", got.body, "")
	it := item1(t, w)
	equal(t, "title", it.Fields["title"], "Fog & Rain")
	equal(t, "summary", it.Fields["summary"], "Two\nlines")
	equal(t, "date", it.Fields["originallyAvailableAt"], "2020-02-29")
	equal(t, "genres", it.Tags["genre"], []string{"Alpha, Beta", "50%"})
	equal(t, "role", it.Roles["Mara"], "Guide")
	equal(t, "label gets a capital", it.Tags["label"], []string{"Lockstep"})
	equal(t, "collection", it.Tags["collection"], []string{"Harbours"})
	equal(t, "locks", it.Locked, map[string]bool{"title": true, "genre": true, "thumb": true})
	put(t, w, "title.locked", "0", "tagline.value", "x")
	put(t, w, "tagline.value", "")
	equal(t, "unlocked", item1(t, w).Locked["title"], false)
	equal(t, "cleared", item1(t, w).Fields["tagline"], "")
}

func TestTagsAppendAndAreRemovedByDoublyEncodedNames(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		quirk func(*sim.Quirks)
		raw   string
		want  []string
	}{
		"append, indexes do not overwrite": {nil, params("genre[0].tag.tag", "New"), []string{"Alpha, Beta", "Gamma", "New"}},
		"letter case is no identity":       {nil, params("genre[0].tag.tag", "GAMMA"), []string{"Alpha, Beta", "Gamma"}},
		"double encoding":                  {nil, "genre%5B%5D.tag.tag-=Alpha%252C%2520Beta%2CGamma", nil},
		"single encoding splits at commas": {nil, params("genre[].tag.tag-", "Alpha, Beta"), []string{"Alpha, Beta", "Gamma"}},
		"removal ignores case":             {nil, params("genre[].tag.tag-", "gamma"), []string{"Alpha, Beta"}},
		"clear all":                        {nil, params("genre[].tag", ""), nil},
		"replace quirk":                    {func(q *sim.Quirks) { q.ReplaceTags = true }, params("genre[0].tag.tag", "New"), []string{"New"}},
		"remove then add":                  {nil, params("genre[0].tag.tag", "gamma", "genre[].tag.tag-", "Gamma"), []string{"Alpha, Beta", "Gamma"}},
		"add then remove quirk": {func(q *sim.Quirks) { q.RemoveLast = true },
			params("genre[0].tag.tag", "gamma", "genre[].tag.tag-", "Gamma"), []string{"Alpha, Beta"}},
		"single decode quirk": {func(q *sim.Quirks) { q.SingleDecode = true }, "genre%5B%5D.tag.tag-=Alpha%252C%2520Beta%2CGamma", []string{"Alpha, Beta"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := start(t, sim.Options{Scenes: 1})
			put(t, w, "genre[0].tag.tag", "Alpha, Beta", "genre[1].tag.tag", "Gamma")
			if c.quirk != nil {
				w.Plex.SetQuirks(c.quirk)
			}
			equal(t, "status", plex(t, w, "PUT", "/library/sections/1/all?type=1&id=1&"+c.raw).status, 200)
			equal(t, "genres", item1(t, w).Tags["genre"], c.want)
		})
	}
}

func TestEditWithoutIDHitsTheWholeSection(t *testing.T) {
	t.Parallel()
	w := start(t, sim.Options{Scenes: 3})
	equal(t, "status", plex(t, w, "PUT", "/library/sections/1/all?type=1&studio.value=Oops").status, 200)
	for _, key := range w.Plex.RatingKeys("1") {
		it, _ := w.Plex.Item(key)
		equal(t, key, it.Fields["studio"], "Oops")
	}
	equal(t, "violations", w.Plex.Violations(), []string{"an edit of the whole section 1"})
}

func TestEditOfManyAndOfNone(t *testing.T) {
	t.Parallel()
	w := start(t, sim.Options{Scenes: 3})
	equal(t, "two", plex(t, w, "PUT", "/library/sections/1/all?type=1&id=1,3,99&studio.value=Both").status, 200)
	for key, want := range map[string]string{"1": "Both", "2": "", "3": "Both"} {
		it, _ := w.Plex.Item(key)
		equal(t, key, it.Fields["studio"], want)
	}
	equal(t, "gone", plex(t, w, "PUT", "/library/sections/1/all?type=1&id=99&studio.value=x").status, 404)
	equal(t, "no such section", plex(t, w, "PUT", "/library/sections/9/all?type=1&id=1&studio.value=x").status, 500)
	equal(t, "not of this section", plex(t, w, "PUT", "/library/sections/2/all?type=1&id=1&studio.value=x").status, 404)
	equal(t, "writes", w.Plex.Writes()["3"], 1)
	equal(t, "mutations", w.Plex.Mutations(), 4)
	equal(t, "counts", w.Plex.Counts(), map[string]int{"edit": 4})
}

func TestRefusedEditsChangeNothing(t *testing.T) {
	t.Parallel()
	w := start(t, sim.Options{Scenes: 1})
	before := item1(t, w)
	equal(t, "unknown field", put(t, w, "nosuch.value", "1", "studio.value", "x"), 400)
	equal(t, "role is wrong", put(t, w, "role[0].tag.tag", "x"), 400)
	equal(t, "bad lock", put(t, w, "title.locked", "maybe"), 400)
	equal(t, "bad date", put(t, w, "originallyAvailableAt.value", "2020"), 500)
	equal(t, "unchanged", item1(t, w), before)
	w.Plex.SetQuirks(func(q *sim.Quirks) { q.SilentUnknown, q.RejectEmptyDate = true, true })
	equal(t, "silent", put(t, w, "nosuch.value", "1", "studio.value", "x"), 200)
	equal(t, "rest is done", item1(t, w).Fields["studio"], "x")
	equal(t, "empty date", put(t, w, "originallyAvailableAt.value", ""), 500)
}

func TestRequestLineIsLimited(t *testing.T) {
	t.Parallel()
	w := start(t, sim.Options{Scenes: 1})
	equal(t, "7.5 kB", put(t, w, "summary.value", strings.Repeat("x", 7500)), 200)
	equal(t, "8.2 kB", put(t, w, "summary.value", strings.Repeat("y", 8192)), 414)
	equal(t, "kept", item1(t, w).Fields["summary"][0], byte('x'))
}

func TestNoOpEditBumpsAndRatingDoesNot(t *testing.T) {
	t.Parallel()
	c := &clock{time.Unix(1_900_000_000, 0)}
	w := start(t, sim.Options{Scenes: 1, Now: c.now})
	put(t, w, "studio.value", "x")
	c.at = c.at.Add(time.Minute)
	put(t, w, "userRating.value", "7")
	equal(t, "rate", plex(t, w, "PUT", "/:/rate?key=1&identifier=com.plexapp.plugins.library&rating=8").status, 200)
	equal(t, "after a rating", item1(t, w).UpdatedAt, int64(1_900_000_000))
	equal(t, "rating", item1(t, w).Fields["userRating"], "8")
	put(t, w, "studio.value", "x")
	equal(t, "after a no-op", item1(t, w).UpdatedAt, int64(1_900_000_060))
}

func TestUnlockedFieldsAreTheAgents(t *testing.T) {
	t.Parallel()
	w := start(t, sim.Options{Scenes: 1})
	agent := item1(t, w).Fields["title"]
	put(t, w, "title.value", "Mine", "studio.value", "S", "studio.locked", "1", "genre[0].tag.tag", "G", "actor[0].tag.tag", "A", "actor.locked", "1")
	if err := w.Plex.RefreshMetadata("1"); err != nil {
		t.Fatal(err)
	}
	it := item1(t, w)
	equal(t, "title", it.Fields["title"], agent)
	equal(t, "studio", it.Fields["studio"], "S")
	equal(t, "genre", it.Tags["genre"], nil)
	equal(t, "actor", it.Tags["actor"], []string{"A"})
}

func TestTagEditResetsUncarriedUnlockedScalarsWhenAsked(t *testing.T) {
	t.Parallel()
	w := start(t, sim.Options{Scenes: 1})
	put(t, w, "tagline.value", "lost", "studio.value", "kept", "studio.locked", "1", "summary.value", "carried")
	w.Plex.SetQuirks(func(q *sim.Quirks) { q.ResetUnlocked = true })
	put(t, w, "genre[0].tag.tag", "G", "summary.value", "carried", "summary.locked", "0")
	it := item1(t, w)
	equal(t, "fields", []string{it.Fields["tagline"], it.Fields["studio"], it.Fields["summary"]}, []string{"", "kept", "carried"})
}

func TestOtherQuirks(t *testing.T) {
	t.Parallel()
	w := start(t, sim.Options{Scenes: 1})
	put(t, w, "studio.value", "a", "titleSort.value", "unlocked")
	equal(t, "no lock", len(item1(t, w).Locked), 0)
	equal(t, "sort title does not stick", item1(t, w).Fields["titleSort"], "")
	w.Plex.SetQuirks(func(q *sim.Quirks) { q.ValueLocks, q.DeriveYear = true, true })
	put(t, w, "studio.value", "b", "originallyAvailableAt.value", "1999-09-09")
	equal(t, "locked", item1(t, w).Locked["studio"], true)
	equal(t, "year", item1(t, w).Fields["year"], "1999")
	_ = plex(t, w, "PUT", "/library/sections/1/all?type=1&id=1&studio.value=a+b")
	equal(t, "plus is a space", item1(t, w).Fields["studio"], "a b")
	w.Plex.SetQuirks(func(q *sim.Quirks) { q.PlusIsPlus = true })
	_ = plex(t, w, "PUT", "/library/sections/1/all?type=1&id=1&studio.value=a+b%20c")
	equal(t, "plus is a plus", item1(t, w).Fields["studio"], "a+b c")
	_ = plex(t, w, "PUT", "/library/metadata/1?genre%5B0%5D.tag.tag=One")
	_ = plex(t, w, "PUT", "/library/metadata/1?genre%5B0%5D.tag.tag=Two")
	equal(t, "item form replaces", item1(t, w).Tags["genre"], []string{"Two"})
}

func TestWritesAreOneAfterTheOther(t *testing.T) {
	t.Parallel()
	w := start(t, sim.Options{Scenes: 4, PlexWrite: 20 * time.Millisecond})
	begin := time.Now()
	done := make(chan int)
	for _, key := range w.Plex.RatingKeys("1") {
		go func() {
			done <- plex(t, w, "PUT", "/library/sections/1/all?type=1&id="+key+"&studio.value=x").status
		}()
	}
	var got []int
	for range 4 {
		got = append(got, <-done)
	}
	equal(t, "statuses", slices.Compact(got), []int{200})
	equal(t, "took at least 80 ms", time.Since(begin) >= 80*time.Millisecond, true)
}
