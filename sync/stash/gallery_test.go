package stash_test

import (
	"bytes"
	"fmt"
	"testing"

	"lockstep/sync/fault"
	"lockstep/sync/scene"
	"lockstep/sync/sim"
)

// galleriesOf are the galleries of all scenes as Stash gives them.
func galleriesOf(t *testing.T, w *sim.World, read func([]scene.ID) map[scene.ID]*scene.Scene) map[scene.ID][]scene.Gallery {
	t.Helper()
	var ids []scene.ID
	for _, n := range w.Stash.SceneIDs() {
		ids = append(ids, scene.ID(n))
	}
	out := map[scene.ID][]scene.Gallery{}
	for id, s := range read(ids) {
		out[id] = s.Galleries
	}
	return out
}

func TestPicturesOfGalleriesAgainstTheSimulatedStash(t *testing.T) {
	t.Parallel()
	w, c := world(t, sim.Options{Seed: 3, Scenes: 60, StashAPIKey: canary})
	for i, n := range w.Stash.SceneIDs() {
		pictures := [][]sim.Image{
			{sim.Portrait("/g/01.jpg"), sim.Clip("/g/02.mp4"), sim.Landscape("/g/20.jpg", nil), sim.Landscape("/g/03.jpg", []byte(fmt.Sprint("\xff\xd8\xff picture ", n)))},
			{sim.Portrait("/g/01.jpg"), sim.Clip("/g/02.mp4")},
			nil,
			{sim.Landscape("/g/01.jpg", []byte("no picture"))},
		}[i%4]
		if _, err := w.Stash.SetGallery(n, pictures...); err != nil {
			t.Fatal(err)
		}
	}
	of := galleriesOf(t, w, func(ids []scene.ID) map[scene.ID]*scene.Scene {
		got, err := c.Scenes(t.Context(), ids, scene.PartGalleries)
		if err != nil {
			t.Fatal(err)
		}
		return got
	})
	w.Stash.ResetCounts()
	found, err := c.GalleryPictures(t.Context(), of)
	if err != nil || len(found) != 30 || w.Stash.Counts()["findImages"] != 2 { // 45 scenes have galleries
		t.Fatalf("%d pictures, %v, %v", len(found), w.Stash.Counts(), err)
	}
	for i, n := range w.Stash.SceneIDs() {
		p, has := found[scene.ID(n)]
		if has != (i%4 == 0 || i%4 == 3) {
			t.Errorf("scene %d: %v", n, p)
		}
		switch {
		case !has:
		case i%4 == 0:
			got, err := c.GalleryPicture(t.Context(), p.ID)
			if err != nil || !bytes.Equal(got.Bytes, w.Stash.GalleryPicture(n)) || got.Type != "image/jpeg" || p.Name != "03.jpg" || p.Width <= p.Height || p.Version == "" {
				t.Errorf("scene %d: %+v, %d bytes, %v", n, p, len(got.Bytes), err)
			}
		default:
			_, err := c.GalleryPicture(t.Context(), p.ID)
			want(t, err, fault.Rejected, "kind that Plex does not accept")
		}
	}
	_, err = c.GalleryPicture(t.Context(), "424242")
	want(t, err, fault.NotFound, "no longer has this picture")
	_, err = client(w.Stash.URL(), "").GalleryPicture(t.Context(), "1")
	want(t, err, fault.Unauthorized, "wants an API key")
	_, err = c.GalleryPicture(t.Context(), "../scene/1")
	want(t, err, fault.Config, "")
}

// Asked for the pictures of no gallery at all, Stash gives those of every gallery.
func TestScenesWithoutGalleriesAreNotAskedAbout(t *testing.T) {
	t.Parallel()
	w, c := world(t, sim.Options{Seed: 3, Scenes: 2})
	if _, err := w.Stash.SetGallery(1, sim.Landscape("/g/1.jpg", nil)); err != nil {
		t.Fatal(err)
	}
	w.Stash.ResetCounts()
	found, err := c.GalleryPictures(t.Context(), map[scene.ID][]scene.Gallery{2: nil, 1: {}})
	if err != nil || len(found) != 0 || w.Stash.Total() != 0 {
		t.Errorf("%v, %v, %v", found, w.Stash.Counts(), err)
	}
}

// Another picture at the front, and other content of the same one, are other versions.
func TestAVersionIsOfOnePictureAndItsContent(t *testing.T) {
	t.Parallel()
	w, c := world(t, sim.Options{Seed: 3, Scenes: 1})
	g, err := w.Stash.SetGallery(1, sim.Landscape("/g/5.jpg", []byte("one")))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	ask := func() {
		t.Helper()
		for range 2 {
			got, err := c.GalleryPictures(t.Context(), map[scene.ID][]scene.Gallery{1: {{ID: fmt.Sprint(g)}}})
			if err != nil || got[1].Version == "" {
				t.Fatal(got, err)
			}
			seen[got[1].Version] = true
		}
	}
	ask()
	for i, im := range []sim.Image{sim.Landscape("/g/5.jpg", []byte("two")), sim.Landscape("/g/1.jpg", []byte("two"))} {
		if err := w.Stash.ChangeGallery(g, im); err != nil {
			t.Fatal(err)
		}
		if ask(); len(seen) != i+2 {
			t.Errorf("%d versions after change %d", len(seen), i+1)
		}
	}
}
