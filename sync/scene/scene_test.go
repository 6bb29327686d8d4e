package scene_test

import (
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"lockstep/sync/scene"
)

func film() scene.Scene {
	return scene.Scene{
		ID: 12, Title: "Harbour at dawn", Details: "Boats leave.", Date: "2023-04-05", Rating: 80, Organized: true,
		Studio:     &scene.Studio{Named: scene.Named{ID: "3", Name: "North Films"}, Above: []scene.Named{{ID: "9", Name: "World Films"}}},
		Performers: []scene.Performer{{Named: scene.Named{ID: "1", Name: "A. Gull"}, Disambiguation: "the elder"}},
		Tags: []scene.Tag{
			{Named: scene.Named{ID: "1", Name: "harbour"}, Aliases: []string{"port", "haven"}, Above: []scene.Named{{ID: "7", Name: "place"}, {ID: "8", Name: "thing"}}},
			{Named: scene.Named{ID: "2", Name: "dawn"}},
		},
		Groups:    []scene.Group{{Named: scene.Named{ID: "1", Name: "Coasts"}, Number: 2}, {Named: scene.Named{ID: "2", Name: "Ports"}}},
		Files:     []scene.File{{ID: "1", Path: "/data/harbour.mp4", Size: 1, UpdatedAt: "a"}},
		UpdatedAt: "2026-01-01T00:00:00Z", CreatedAt: "2025-01-01T00:00:00Z",
	}
}

func TestContentHashMovesForWhatIsWrittenAndNothingElse(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		change func(*scene.Scene)
		moves  bool
	}{
		"title":            {func(s *scene.Scene) { s.Title = "Dusk" }, true},
		"title emptied":    {func(s *scene.Scene) { s.Title = "" }, true},
		"details":          {func(s *scene.Scene) { s.Details += "!" }, true},
		"date":             {func(s *scene.Scene) { s.Date = "2023" }, true},
		"rating":           {func(s *scene.Scene) { s.Rating = 79 }, true},
		"organized":        {func(s *scene.Scene) { s.Organized = false }, true},
		"studio renamed":   {func(s *scene.Scene) { s.Studio.Name = "South Films" }, true},
		"studio gone":      {func(s *scene.Scene) { s.Studio = nil }, true},
		"performer":        {func(s *scene.Scene) { s.Performers[0].Name = "B. Gull" }, true},
		"disambiguation":   {func(s *scene.Scene) { s.Performers[0].Disambiguation = "" }, true},
		"performer gone":   {func(s *scene.Scene) { s.Performers = nil }, true},
		"tag renamed":      {func(s *scene.Scene) { s.Tags[1].Name = "dusk" }, true},
		"tag gone":         {func(s *scene.Scene) { s.Tags = s.Tags[:1] }, true},
		"tags reordered":   {func(s *scene.Scene) { slices.Reverse(s.Tags) }, false},
		"saved unchanged":  {func(s *scene.Scene) { s.UpdatedAt = "2026-02-02T00:00:00Z" }, false},
		"parent renamed":   {func(s *scene.Scene) { s.Studio.Above = []scene.Named{{ID: "9", Name: "Earth Films"}} }, true},
		"parent changed":   {func(s *scene.Scene) { s.Studio.Above = nil }, true},
		"tag above moved":  {func(s *scene.Scene) { s.Tags[0].Above = s.Tags[0].Above[:1] }, true},
		"tags above turn":  {func(s *scene.Scene) { slices.Reverse(s.Tags[0].Above) }, false},
		"alias":            {func(s *scene.Scene) { s.Tags[0].Aliases = []string{"port"} }, true},
		"aliases turn":     {func(s *scene.Scene) { slices.Reverse(s.Tags[0].Aliases) }, false},
		"performer's tag":  {func(s *scene.Scene) { s.Performers[0].Tags = []scene.Named{{ID: "1", Name: "grey"}} }, true},
		"gender":           {func(s *scene.Scene) { s.Performers[0].Gender = "FEMALE" }, true},
		"country":          {func(s *scene.Scene) { s.Performers[0].Country = "NO" }, true},
		"group renamed":    {func(s *scene.Scene) { s.Groups[0].Name = "Shores" }, true},
		"group number":     {func(s *scene.Scene) { s.Groups[0].Number = 3 }, true},
		"groups turn":      {func(s *scene.Scene) { slices.Reverse(s.Groups) }, false},
		"code":             {func(s *scene.Scene) { s.Code = "H-1" }, true},
		"director":         {func(s *scene.Scene) { s.Director = "D. Gull" }, true},
		"address":          {func(s *scene.Scene) { s.URLs = []string{"https://example.org/1"} }, true},
		"stash id":         {func(s *scene.Scene) { s.StashIDs = []scene.StashID{{Endpoint: "https://example.org", ID: "1"}} }, true},
		"file replaced":    {func(s *scene.Scene) { s.Files[0].Height = 1080 }, true},
		"file moved":       {func(s *scene.Scene) { s.Files[0].Path = "/data/quay.mp4" }, false},
		"created stamp":    {func(s *scene.Scene) { s.CreatedAt = "" }, false},
		"no difference":    {func(*scene.Scene) {}, false},
		"tag list emptied": {func(s *scene.Scene) { s.Tags = nil }, true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := film()
			tt.change(&s)
			before := s
			before.Tags, before.Groups = slices.Clone(s.Tags), slices.Clone(s.Groups)
			for i := range before.Tags {
				before.Tags[i].Above, before.Tags[i].Aliases = slices.Clone(s.Tags[i].Above), slices.Clone(s.Tags[i].Aliases)
			}
			if got := s.ContentHash() != film().ContentHash(); got != tt.moves {
				t.Errorf("moved %v, want %v", got, tt.moves)
			}
			if !reflect.DeepEqual(s, before) {
				t.Error("hashing changed the scene")
			}
		})
	}
}

func TestPathHashMovesWithPathsOnly(t *testing.T) {
	t.Parallel()
	s := film()
	s.Files[0].Size, s.Files[0].UpdatedAt, s.Title = 5, "b", "x"
	if s.PathHash() != film().PathHash() {
		t.Error("moved although the path is the same")
	}
	s.Files = append(s.Files, scene.File{Path: "/data/second.mp4"})
	two := s.PathHash()
	slices.Reverse(s.Files)
	if two == film().PathHash() || two == s.PathHash() {
		t.Error("a second file or another primary file went unnoticed")
	}
	sized := film()
	sized.Files[0].Height = 1080
	if sized.PathHash() == film().PathHash() {
		t.Error("a file of another size went unnoticed")
	}
	if (scene.Scene{}).PathHash() == "" {
		t.Error("a scene without file has no hash, as if it was never looked at")
	}
}

func TestNameIsTheTitleOrThatOfTheFileOrNone(t *testing.T) {
	t.Parallel()
	at := func(paths ...string) scene.Scene {
		s := scene.Scene{ID: 12}
		for _, p := range paths {
			s.Files = append(s.Files, scene.File{Path: p})
		}
		return s
	}
	for want, s := range map[string]scene.Scene{
		"Harbour at dawn": film(),
		"quay":            at("/data/quay.mp4", "/data/other.mp4"),
		"pier v1.5":       at(`D:\Films\pier v1.5.mkv`),
		"":                at(),
	} {
		if got := s.Name(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	for _, p := range []string{"", "/", "/data/.mp4", ".", `\`} {
		if got := at(p).Name(); got != "" {
			t.Errorf("the name of %q is %q", p, got)
		}
	}
	for title, want := range map[string]string{" \t": "", "\x1b[31mred\u202e \t\nalert\a": "[31mred alert"} {
		if got := (scene.Scene{ID: 3, Title: title}).Name(); got != want {
			t.Errorf("%q is called %q, want %q", title, got, want)
		}
	}
}

func TestRawNeedsOneSignOfCuration(t *testing.T) {
	t.Parallel()
	raw := scene.Scene{ID: 1, Title: "IMG_0001", Rating: 60, Organized: true, Details: " \n", Files: film().Files}
	if !raw.Raw() {
		t.Error("a scene with title and rating only is not raw")
	}
	for name, change := range map[string]func(*scene.Scene){
		"studio":     func(s *scene.Scene) { s.Studio = film().Studio },
		"performers": func(s *scene.Scene) { s.Performers = film().Performers },
		"tags":       func(s *scene.Scene) { s.Tags = film().Tags },
		"details":    func(s *scene.Scene) { s.Details = "x" },
		"date":       func(s *scene.Scene) { s.Date = "2023" },
	} {
		s := raw
		if change(&s); s.Raw() {
			t.Errorf("raw although it has %s", name)
		}
	}
}

func TestIDsAreReadStrictly(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"", "0", "-1", "+1", "1.0", "x", "0x1", "18446744073709551616"} {
		if id, err := scene.ParseID(bad); err == nil {
			t.Errorf("%q is %d", bad, id)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		id := scene.ID(rapid.Uint64Min(1).Draw(t, "id"))
		if got, err := scene.ParseID(" " + id.String() + "\n"); err != nil || got != id {
			t.Fatalf("%d became %d (%v)", id, got, err)
		}
	})
}

func TestItemKeysComeBackFromTheirText(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		k := scene.ItemKey{
			Machine: rapid.StringMatching(`[0-9a-f]{1,40}`).Draw(t, "machine"), RatingKey: rapid.StringMatching(`[0-9]{1,9}`).Draw(t, "key"),
		}
		if got := scene.ParseItemKey(k.String()); got != k {
			t.Fatalf("%v became %v", k, got)
		}
	})
	if got := scene.ParseItemKey("77"); got != (scene.ItemKey{RatingKey: "77"}) {
		t.Errorf("%+v", got)
	}
}

func TestEveryFieldHasItsPlaceInAnItem(t *testing.T) {
	t.Parallel()
	it := scene.Item{
		Title: "title", Studio: "studio", Summary: "summary", Date: "originallyAvailableAt", Rating: "userRating",
		TitleSort: "titleSort", OriginalTitle: "originalTitle", Tagline: "tagline", Edition: "editionTitle", ContentRating: "contentRating",
		Performers: []string{"actor"}, Tags: []string{"genre"}, Collections: []string{"collection"}, Labels: []string{"label"},
		Directors: []string{"director"}, Writers: []string{"writer"}, Producers: []string{"producer"}, Countries: []string{"country"},
	}
	wires := map[string]bool{}
	it.Roles, it.Thumbs = map[string]string{"actor": "captain"}, map[string]string{"actor": "captain"}
	for _, f := range scene.Fields() {
		if f.Wire() == "" || wires[f.Wire()] != f.OfActors() {
			t.Errorf("%s is %q in Plex", f, f.Wire())
		}
		wires[f.Wire()] = true
		it.Locked = map[string]bool{f.Wire(): true}
		if !it.IsLocked(f) {
			t.Errorf("%s is not seen to be locked", f)
		}
		scalar, list := it.Scalar(f), it.List(f)
		switch f.Kind() {
		case scene.Scalar:
			if scalar != f.Wire() || list != nil {
				t.Errorf("%s: %q %q", f, scalar, list)
			}
		case scene.List:
			if f.OfActors() {
				if name, role := scene.SplitActor(list[0]); name != "actor" || role != "captain" || len(list) != 1 {
					t.Errorf("roles: %q", list)
				}
				continue
			}
			if scalar != "" || !slices.Equal(list, []string{f.Wire()}) {
				t.Errorf("%s: %q %q", f, scalar, list)
			}
		case scene.Image:
			if scalar != "" || list != nil {
				t.Errorf("%s: %q %q", f, scalar, list)
			}
		}
	}
}

func TestPathsListThePrimaryFileFirst(t *testing.T) {
	t.Parallel()
	s := film()
	s.Files = append(s.Files, scene.File{Path: "/b"})
	if s.Path() != "/data/harbour.mp4" || !slices.Equal(s.Paths(), []string{"/data/harbour.mp4", "/b"}) {
		t.Errorf("%q %q", s.Path(), s.Paths())
	}
	if (scene.Scene{}).Path() != "" {
		t.Error("a scene without file has a path")
	}
}

func TestHashOfWhatCannotBeHashedIsNone(t *testing.T) {
	t.Parallel()
	if h := scene.HashOf(make(chan int)); h != "" {
		t.Errorf("%q", h)
	}
}

func TestASortTitleIsOneOnlyWhileItIsLocked(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		item scene.Item
		want string
	}{
		"made by Plex":  {scene.Item{Title: "The Quay", TitleSort: "Quay"}, ""},
		"locked":        {scene.Item{Title: "The Quay", TitleSort: "Quay", Locked: map[string]bool{"titleSort": true}}, "Quay"},
		"the title":     {scene.Item{Title: "The Quay", Locked: map[string]bool{"titleSort": true}}, "The Quay"},
		"another locks": {scene.Item{Title: "The Quay", TitleSort: "Quay", Locked: map[string]bool{"title": true}}, ""},
	} {
		if got := tt.item.Scalar(scene.FieldSortTitle); got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}
