package sim_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"lockstep/sync/sim"
)

// TestStudiosAndGroupsHavePictures: one that has none is served as a drawing, and its address says so.
func TestStudiosAndGroupsHavePictures(t *testing.T) {
	t.Parallel()
	w := start(t, sim.Options{Seed: 1, Scenes: 3})
	sc, _ := w.Stash.Scene(1)
	group := w.Stash.GroupID("Harbour nights")
	logo := sim.DrawCover(7)
	ask := func() any {
		return at(t, decode(t, gql(t, w, `{findStudio(id:`+fmt.Sprint(sc.StudioID)+`){details image_path} findGroup(id:`+fmt.Sprint(group)+`){front_image_path}}`, nil)), "data")
	}
	equal(t, "none", strings.HasSuffix(at(t, ask(), "findStudio", "image_path").(string), "&default=true"), true)
	equal(t, "no front", strings.HasSuffix(at(t, ask(), "findGroup", "front_image_path").(string), "&default=true"), true)
	if err := w.Stash.SetStudio(sc.StudioID, "Films of the sea.", logo); err != nil {
		t.Fatal(err)
	}
	if err := w.Stash.SetGroupFront(group, logo); err != nil {
		t.Fatal(err)
	}
	equal(t, "details", at(t, ask(), "findStudio", "details"), any("Films of the sea."))
	for _, path := range []string{at(t, ask(), "findStudio", "image_path").(string), at(t, ask(), "findGroup", "front_image_path").(string)} {
		u, err := url.Parse(path)
		if err != nil || u.Query().Has("default") {
			t.Fatalf("%s %v", path, err)
		}
		got := send(t, "GET", w.Stash.URL()+u.Path, nil, "")
		equal(t, path, got.body, string(logo))
	}
	equal(t, "drawing", strings.Contains(send(t, "GET", w.Stash.URL()+"/studio/999/image", nil, "").body, "Not Found"), true)
}

// TestCollectionsAreEditedLikeFilms: with a type of their own, pictures and locks.
func TestCollectionsAreEditedLikeFilms(t *testing.T) {
	t.Parallel()
	w := start(t, sim.Options{Seed: 1, Scenes: 3})
	plex(t, w, "PUT", "/library/sections/1/all?type=1&id=1&collection%5B0%5D.tag.tag=Coasts")
	smart := w.Plex.AddSmartCollection(1, "All of them")
	list := w.Plex.Collections(1)
	equal(t, "collections", len(list), 2)
	key := list[1].RatingKey
	if list[1].Fields["title"] != "Coasts" {
		key = list[0].RatingKey
	}
	shown := func() any {
		return at(t, decode(t, plex(t, w, "GET", "/library/metadata/"+key)), "MediaContainer", "Metadata", 0)
	}
	equal(t, "composite", strings.Contains(at(t, shown(), "thumb").(string), "/composite/"), true)
	equal(t, "edit", plex(t, w, "PUT", "/library/sections/1/all?type=18&id="+key+"&summary.value=By+the+sea&summary.locked=1").status, 200)
	equal(t, "upload", send(t, "POST", w.Plex.URL()+"/library/metadata/"+key+"/posters", map[string]string{"X-Plex-Token": w.Plex.Token()}, string(sim.DrawCover(3))).status, 200)
	equal(t, "summary", at(t, shown(), "summary"), any("By the sea"))
	equal(t, "lock", at(t, shown(), "Field", 0, "name"), any("summary"))
	equal(t, "picture", strings.Contains(at(t, shown(), "thumb").(string), "/library/metadata/"+key+"/thumb/"), true)
	equal(t, "smart", at(t, decode(t, plex(t, w, "GET", "/library/metadata/"+smart)), "MediaContainer", "Metadata", 0, "smart"), any(true))
	equal(t, "right so far", w.Plex.Violations(), []string{})
	plex(t, w, "PUT", "/library/sections/1/all?type=1&id="+key+"&summary.value=x")
	equal(t, "the type of films", len(w.Plex.Violations()), 1)
	if err := w.Plex.RenameCollection(key, "Shores"); err != nil {
		t.Fatal(err)
	}
	equal(t, "renamed", at(t, shown(), "title"), any("Shores"))
	if err := w.Plex.RemoveCollection(key); err != nil {
		t.Fatal(err)
	}
	equal(t, "gone", plex(t, w, "GET", "/library/metadata/"+key).status, 404)
}
