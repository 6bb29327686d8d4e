package filter_test

import (
	"slices"
	"testing"

	"lockstep/sync/config"
	"lockstep/sync/filter"
	"lockstep/sync/message"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
)

// lists is a filter of tags and studios.
func lists(tags, studios config.Choice) config.Filter {
	return config.Filter{Tags: tags, Studios: studios}
}

func TestAReasonNamesWhatItIsAbout(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		filter config.Filter
		change func(*scene.Scene)
		want   message.Message
	}{
		"a tag, as Stash calls it":             {never("DARK"), tagged(night), message.New(message.FilterHasTag, message.Title("Night"))},
		"a tag, and the entry it stands below": {never("ships"), tagged(cars), message.New(message.FilterBelowTag, message.Title("Car ferries"), message.Title("ships"))},
		"a studio":                             {lists(config.Choice{}, config.Choice{Never: []string{"11"}}), as, message.New(message.FilterHasStudio, message.Title("North Quay"))},
		"a studio, and the entry it stands below": {
			lists(config.Choice{}, config.Choice{Never: []string{"north"}}), as,
			message.New(message.FilterBelowStudio, message.Title("North Quay"), message.Title("north")),
		},
		"the folder of the filter, not the path of the scene": {
			config.Filter{Paths: config.Choice{Never: []string{"/other", "/data/copies"}}}, as,
			message.New(message.FilterInFolder, message.Path("/data/copies")),
		},
		"the first tag that is not there":             {never("Nihgt", "Shps"), as, message.New(message.FilterNoSuchTag, message.Title("Nihgt"))},
		"a tag that is not there before a studio":     {lists(config.Choice{Only: []string{"Nihgt"}}, config.Choice{Never: []string{"East"}}), as, message.New(message.FilterNoSuchTag, message.Title("Nihgt"))},
		"what is never wanted before what alone is":   {lists(config.Choice{Only: []string{"Shps"}, Never: []string{"Nihgt"}}, config.Choice{}), as, message.New(message.FilterNoSuchTag, message.Title("Nihgt"))},
		"a studio that is not there, if only studios": {lists(config.Choice{}, config.Choice{Only: []string{"East"}}), as, message.New(message.FilterNoSuchStudio, message.Title("East"))},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, why := filter.Gate(film(tt.change), tt.filter, filter.Resolve(tt.filter, stash, filter.Known{})); why != tt.want {
				t.Errorf("%q, want %q", why, tt.want)
			}
		})
	}
}

// A scene that several parts of a filter leave out has the first reason, and what a filter
// certainly says goes before what it might say and before what the scene lacks.
func TestTheFirstPartThatLeavesASceneOutIsItsReason(t *testing.T) {
	t.Parallel()
	bare := func(s *scene.Scene) { *s = scene.Scene{ID: 7, Tags: []scene.Tag{{Named: night}}, Studio: s.Studio} }
	var f config.Filter
	for _, step := range []struct {
		add  func() // goes before all that was added so far
		want skip.Code
	}{
		{func() {}, skip.NoFile}, // before that it is not curated
		{func() { f.Tags.Never = []string{"Nihgt"} }, skip.FilterUnknown},
		{func() { f.StashID = config.Required }, skip.FilteredStashID},
		{func() { f.URL = config.Required }, skip.FilteredURL},
		{func() { f.Organized = config.Required }, skip.FilteredOrganized},
		{func() { f.Studios.Never = []string{"North"} }, skip.FilteredStudio},
		{func() { f.Tags.Never = append(f.Tags.Never, "Night") }, skip.FilteredTag},
	} {
		step.add()
		if code, why := filter.Gate(film(bare), f, filter.Resolve(f, stash, filter.Known{})); code != step.want {
			t.Errorf("%q because %q, want %q", code, why, step.want)
		}
	}
	f = config.Filter{Paths: config.Choice{Never: []string{"/data/films"}}, Organized: config.Required, Studios: config.Choice{Only: []string{"South"}}}
	if code, _ := filter.Gate(film(as), f, filter.Resolve(f, stash, filter.Known{})); code != skip.FilteredStudio {
		t.Errorf("%q, want the studio before the folder", code)
	}
	f.Studios = config.Choice{}
	if code, _ := filter.Gate(film(as), f, filter.Resolve(f, stash, filter.Known{})); code != skip.FilteredPath {
		t.Errorf("%q, want the folder before the mark", code)
	}
}

func TestANameGoesBeforeAnAliasAndAnAliasBeforeAnID(t *testing.T) {
	t.Parallel()
	tree := scene.Tree{Tags: []scene.Node{
		{Named: scene.Named{ID: "1", Name: "Sea"}, Aliases: []string{"Harbour", "3"}},
		node("2", "Harbour"),
		node("3", "Night"),
	}}
	for entry, want := range map[string]string{"harbour": "2", "3": "1", "2": "2", "NIGHT": "3", "SEA": "1", "4": ""} {
		got := filter.Resolve(never(entry), tree, filter.Known{}).Tags.Never.Roots
		if got[scene.Fold(entry)] != want {
			t.Errorf("%q stands for %v, want %q", entry, got, want)
		}
	}
}

// A database of Stash that was put back from a backup has the tag again, perhaps under another
// name.
func TestATagThatWasDeletedAndIsBackIsTheSame(t *testing.T) {
	t.Parallel()
	back := scene.Tree{Tags: []scene.Node{node("1", "Vessels")}}
	for name, f := range map[string]config.Filter{"never": never("Ships"), "only": only("Ships")} {
		known := filter.Resolve(f, stash, filter.Known{})
		known = filter.Resolve(f, scene.Tree{}, stored(t, known))
		if doubtful := name == "only"; known.Doubtful() != doubtful {
			t.Errorf("%s: deleted, and doubtful %v", name, known.Doubtful())
		}
		known = filter.Resolve(f, back, known)
		if next, changed := filter.Renamed(f, back, known); known.Doubtful() || !changed || !slices.Equal(slices.Concat(next.Tags.Only, next.Tags.Never), []string{"Vessels"}) {
			t.Errorf("%s: back, and the filter is %+v of %+v", name, next.Tags, known)
		}
	}
}

func TestEveryListFollowsItsNamesAndNoneOfTheCallerChanges(t *testing.T) {
	t.Parallel()
	f := lists(config.Choice{Only: []string{"Night", "Ships"}, Never: []string{"Ferries", "dark"}}, config.Choice{Only: []string{"North"}, Never: []string{"South", "East"}})
	before := filter.Resolve(f, stash, filter.Known{})
	now := scene.Tree{
		Tags:    []scene.Node{node("1", "Vessels"), node("2", "Boats"), {Named: scene.Named{ID: "4", Name: "Evening"}, Aliases: []string{"Dark"}}},
		Studios: []scene.Node{node("10", "Nord"), node("12", "Sud")},
	}
	known := filter.Resolve(f, now, before)
	got, changed := filter.Renamed(f, now, known)
	want := lists(config.Choice{Only: []string{"Evening", "Vessels"}, Never: []string{"Boats", "dark"}}, config.Choice{Only: []string{"Nord"}, Never: []string{"Sud", "East"}})
	if !changed || got.Names() != want.Names() || !slices.Equal(got.Tags.Never, want.Tags.Never) || !slices.Equal(got.Studios.Never, want.Studios.Never) {
		t.Errorf("%+v (%v), want %+v", got, changed, want)
	}
	if f.Tags.Only[0] != "Night" || f.Tags.Never[0] != "Ferries" || f.Studios.Only[0] != "North" || f.Studios.Never[0] != "South" {
		t.Errorf("the caller's filter became %+v", f)
	}
	if known.Names != f.Names() || filter.Resolve(got, now, known).Names != got.Names() {
		t.Error("what is known does not say of which names")
	}
	if tags, studios := known.Moved(before); !slices.Equal(tags, []string{"2", "3"}) || !slices.Equal(studios, []string{"11"}) { // what stood below stands there no more
		t.Errorf("moved %v and %v", tags, studios)
	}
	if tags, _ := known.Moved(filter.Known{}); !slices.Equal(tags, []string{"1", "2", "4"}) {
		t.Errorf("moved from nothing: %v, each once", tags)
	}
}

func TestEachNameThatIsNotThereIsSaidOnce(t *testing.T) {
	t.Parallel()
	f := lists(config.Choice{Only: []string{"Nihgt"}, Never: []string{"Shps", "Ships"}}, config.Choice{Only: []string{"East"}, Never: []string{"West"}})
	got := filter.NotThere(filter.Resolve(f, stash, filter.Known{}))
	want := []message.Message{
		message.New(message.FilterNoSuchTag, message.Title("Nihgt")), message.New(message.FilterNoSuchTag, message.Title("Shps")),
		message.New(message.FilterNoSuchStudio, message.Title("East")), message.New(message.FilterNoSuchStudio, message.Title("West")),
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestADeletedStudioIsMissedWhereOnlyItIsWanted(t *testing.T) {
	t.Parallel()
	gone := scene.Tree{Studios: []scene.Node{node("12", "South")}}
	for name, tt := range map[string]struct {
		studios config.Choice
		want    bool
	}{"never": {config.Choice{Never: []string{"North"}}, false}, "only": {config.Choice{Only: []string{"North"}}, true}} {
		f := lists(config.Choice{}, tt.studios)
		if known := filter.Resolve(f, gone, filter.Resolve(f, stash, filter.Known{})); known.Doubtful() != tt.want {
			t.Errorf("%s: doubtful %v of %+v", name, known.Doubtful(), known)
		}
	}
	both := lists(config.Choice{Only: []string{"Nihgt"}}, config.Choice{Only: []string{"East"}})
	if !filter.Resolve(both, stash, filter.Known{}).Doubtful() {
		t.Error("a tag and a studio that are not there leave no doubt")
	}
}
