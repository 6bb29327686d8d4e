package explain

import (
	"slices"
	"testing"

	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/fault"
	"lockstep/sync/scene"
	"lockstep/sync/store"
	"lockstep/sync/testkit"
)

// asked is an Explainer of a Stash with five scenes, of which the last two have most to show,
// and one is not curated.
func asked(t *testing.T) (*Explainer, *testkit.FakeStash) {
	t.Helper()
	h, shelf := newHost(t), testkit.NewShelf(t, 5)
	shelf.Stash.Has[1].Details = ""
	ships := scene.Tag{Named: scene.Named{ID: "1", Name: "Ships"}}
	for _, id := range []scene.ID{4, 5} {
		shelf.Stash.Has[id].Studio = &scene.Studio{Named: scene.Named{ID: "1", Name: "North Quay"}}
	}
	shelf.Stash.Has[5].Tags = []scene.Tag{ships}
	shelf.Stash.Trees.Tags = []scene.Node{{Named: ships.Named}}
	update(t, h, func(tx store.Tx) error {
		for id := range scene.ID(5) {
			if err := tx.PutSeen(id+1, store.Seen{}); err != nil {
				return err
			}
		}
		return nil
	})
	return New(h, &fakeLoop{situations: []Situation{{Stash: fakeStash{Stash: shelf.Stash}}}}), shelf.Stash
}

func examplesOf(t *testing.T, e *Explainer, s config.Settings) api.Examples {
	t.Helper()
	x, err := e.Examples(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func TestExamplesAreTheScenesWithMostToShow(t *testing.T) {
	t.Parallel()
	e, stash := asked(t)
	set := config.Defaults()
	set.Sources = map[scene.Field][]string{scene.FieldTitle: {"{studio}: {title}"}}
	set.Fields[scene.FieldTitle] = config.Off // there is an example all the same
	x := examplesOf(t, e, set)
	var ids []scene.ID
	for _, s := range x.Scenes {
		ids = append(ids, s.Scene)
	}
	if !slices.Equal(ids, []scene.ID{5, 4, 2}) {
		t.Fatalf("scenes %v", ids)
	}
	if got := x.Scenes[0].Values; !slices.Equal(got[scene.FieldTitle], []string{"North Quay: Film 5"}) || !slices.Equal(got[scene.FieldTags], []string{"Ships"}) || got[scene.FieldDate] != nil {
		t.Errorf("%v", got)
	}
	if x.Scenes[0].Title != "Film 5" || !x.Scenes[0].Skipped.IsZero() {
		t.Errorf("%+v", x.Scenes[0])
	}
	set.Sources[scene.FieldTitle] = []string{"{title}"}
	if x = examplesOf(t, e, set); !slices.Equal(x.Scenes[0].Values[scene.FieldTitle], []string{"Film 5"}) {
		t.Errorf("%v", x.Scenes[0].Values)
	}
	if n := len(stash.Asked("scenes")); n != 1 {
		t.Errorf("Stash was asked %d times", n)
	}
	set.Sources[scene.FieldTitle] = []string{"{code}"} // which was not read
	examplesOf(t, e, set)
	if n := len(stash.Asked("scenes")); n != 2 {
		t.Errorf("Stash was asked %d times", n)
	}
}

// A background made of a gallery has its picture as example, asked for once a while; galleries that
// fail keep no other example away.
func TestExamplesNameThePictureOfAGallery(t *testing.T) {
	t.Parallel()
	e, stash := asked(t)
	for id := range scene.ID(5) {
		stash.Has[id+1].Galleries = []scene.Gallery{{ID: "7"}}
	}
	stash.Galleries = map[scene.ID]scene.GalleryPicture{4: {ID: "70", Version: "v", Name: "01.jpg", Width: 1920, Height: 1080}}
	set := config.Defaults()
	if x := examplesOf(t, e, set); x.Scenes[1].Values[scene.FieldBackground] != nil || len(stash.Asked("galleries")) != 0 {
		t.Errorf("made of the cover: %v", x.Scenes[1].Values)
	}
	for range 2 {
		set.Background = config.FromGallery // off, and there is an example all the same
		x := examplesOf(t, e, set)
		if got := x.Scenes[1].Values[scene.FieldBackground]; x.Scenes[1].Scene != 4 || !slices.Equal(got, []string{"01.jpg", "1920×1080"}) || x.Scenes[0].Values[scene.FieldBackground] != nil {
			t.Errorf("%+v", x.Scenes)
		}
	}
	if n := len(stash.Asked("galleries")); n != 1 {
		t.Errorf("Stash was asked %d times", n)
	}
	e, stash = asked(t)
	stash.Spoil(testkit.Trouble(fault.Temporary, fault.Stash), "galleries")
	if x := examplesOf(t, e, set); len(x.Scenes) != 3 || x.Scenes[0].Values[scene.FieldTitle] == nil {
		t.Errorf("without galleries: %+v", x)
	}
}

func TestExamplesSayWhatTheFilterDoes(t *testing.T) {
	t.Parallel()
	e, _ := asked(t)
	set := config.Defaults()
	set.Filter.Tags.Never = []string{"ships"}
	set.Filter.Studios.Never = []string{"Suoth"}
	x := examplesOf(t, e, set)
	if len(x.Unknown) != 1 || x.Unknown[0].String() != "Stash has no studio “Suoth”" {
		t.Errorf("%v", x.Unknown)
	}
	if got := x.Scenes[0].Skipped.String(); got != "Skipped by your filter for tags: it has the tag “Ships”" {
		t.Errorf("%q", got)
	}
	if got := x.Scenes[1].Skipped.String(); got != "Your filter names something that Stash does not have: Stash has no studio “Suoth”" {
		t.Errorf("%q", got)
	}
}

func TestThereAreNoExamplesOfWhatIsNotKnown(t *testing.T) {
	t.Parallel()
	e := New(newHost(t), &fakeLoop{situations: []Situation{{}, {Stash: fakeStash{}}}})
	if _, err := e.Examples(t.Context(), config.Defaults()); !fault.Is(err, fault.Config) {
		t.Errorf("without servers: %v", err)
	}
	if x, err := e.Examples(t.Context(), config.Defaults()); err != nil || len(x.Scenes) > 0 {
		t.Errorf("%+v, %v", x, err)
	}
}
