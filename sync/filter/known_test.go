package filter_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"lockstep/sync/config"
	"lockstep/sync/filter"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
)

func TestAFilterFollowsWhatBecomesOfATag(t *testing.T) {
	t.Parallel()
	renamed := scene.Tree{Tags: []scene.Node{node("1", "Vessels"), node("3", "Car ferries", "1")}}
	merged := scene.Tree{Tags: []scene.Node{{Named: scene.Named{ID: "5", Name: "Boats"}, Aliases: []string{"Ships"}}}}
	anew := scene.Tree{Tags: []scene.Node{node("1", "Vessels"), node("9", "Ships")}}
	gone := scene.Tree{Tags: []scene.Node{node("4", "Night")}}
	for name, tt := range map[string]struct {
		filter  config.Filter
		now     scene.Tree
		has     scene.Named
		want    skip.Code
		renamed []string // what the filter names now; nil: as before
	}{
		"renamed, never":               {never("Ships"), renamed, scene.Named{ID: "1", Name: "Vessels"}, skip.FilteredTag, []string{"Vessels"}},
		"renamed, one below it":        {never("Ships"), renamed, cars, skip.FilteredTag, []string{"Vessels"}},
		"renamed, only":                {only("ships"), renamed, scene.Named{ID: "1", Name: "Vessels"}, "", []string{"Vessels"}},
		"merged into another":          {never("Ships"), merged, scene.Named{ID: "5", Name: "Boats"}, skip.FilteredTag, nil},
		"another one has the name now": {never("Ships"), anew, scene.Named{ID: "9", Name: "Ships"}, skip.FilteredTag, nil},
		"and the former one no more":   {never("Ships"), anew, scene.Named{ID: "1", Name: "Vessels"}, "", nil},
		"deleted, never":               {never("Ships"), gone, night, "", nil},
		"deleted, only":                {only("Ships"), gone, night, skip.FilterUnknown, nil},
		"deleted, only it or another":  {only("Ships", "Night"), gone, night, "", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			before := stored(t, filter.Resolve(tt.filter, stash, filter.Known{}))
			known := filter.Resolve(tt.filter, tt.now, before)
			if code, why := filter.Gate(film(tagged(tt.has)), tt.filter, known); code != tt.want {
				t.Errorf("%q because %q, want %q", code, why, tt.want)
			}
			next, changed := filter.Renamed(tt.filter, tt.now, known)
			if got := slices.Concat(next.Tags.Only, next.Tags.Never); changed != (tt.renamed != nil) || changed && !slices.Equal(got, tt.renamed) {
				t.Errorf("the filter became %q (%v), want %q", got, changed, tt.renamed)
			}
			again := filter.Resolve(next, tt.now, known)
			if code, _ := filter.Gate(film(tagged(tt.has)), next, again); code != tt.want {
				t.Errorf("by its present names: %q, want %q", code, tt.want)
			}
			if later := filter.Resolve(tt.filter, tt.now, known); !reflect.DeepEqual(later, known) {
				t.Errorf("the second look gives %+v, not %+v", later, known)
			}
		})
	}
}

// stored is what is known after a restart.
func stored(t *testing.T, k filter.Known) (out filter.Known) {
	t.Helper()
	data, err := json.Marshal(k)
	if err == nil {
		err = json.Unmarshal(data, &out)
	}
	if err != nil || !reflect.DeepEqual(out, k) {
		t.Fatalf("%+v comes back as %+v (%v)", k, out, err)
	}
	return out
}

func TestUnknownNamesAreListedAsTheyAreWritten(t *testing.T) {
	t.Parallel()
	f := config.Filter{Tags: config.Choice{Only: []string{"Nihgt", "Ships"}, Never: []string{"shps"}}, Studios: config.Choice{Never: []string{"East", "South"}}}
	k := filter.Resolve(f, stash, filter.Known{})
	if tags, studios := k.Unknown(); !slices.Equal(tags, []string{"Nihgt", "shps"}) || !slices.Equal(studios, []string{"East"}) || !k.Doubtful() {
		t.Errorf("tags %q, studios %q", tags, studios)
	}
	if (filter.Known{}).Doubtful() {
		t.Error("nothing is known of nothing")
	}
}

func TestWhatMovedInTheTreeIsTold(t *testing.T) {
	t.Parallel()
	f := config.Filter{Tags: config.Choice{Never: []string{"Ships"}}, Studios: config.Choice{Only: []string{"North"}}}
	before := filter.Resolve(f, stash, filter.Known{})
	next := scene.Tree{
		Tags:    []scene.Node{node("1", "Ships"), node("2", "Ferries"), node("3", "Car ferries", "2"), node("4", "Night", "1")},
		Studios: []scene.Node{node("10", "North"), node("11", "North Quay"), node("12", "South", "10")},
	}
	tags, studios := filter.Resolve(f, next, before).Moved(before)
	if !slices.Equal(tags, []string{"2", "3", "4"}) || !slices.Equal(studios, []string{"11", "12"}) {
		t.Errorf("tags %q, studios %q", tags, studios)
	}
	if tags, studios := before.Moved(before); len(tags)+len(studios) > 0 {
		t.Errorf("tags %q, studios %q of the same", tags, studios)
	}
}

// TestAnyForestIsWalkedLikeANaiveOne holds In against asking for each tag whether a way leads
// up to a root. The forests may have several parents and circles: Stash refuses circles, a
// damaged database may hold one.
func TestAnyForestIsWalkedLikeANaiveOne(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 8).Draw(t, "tags")
		tree := scene.Tree{}
		above := map[string][]string{}
		for i := range n {
			id := fmt.Sprint(i)
			for _, p := range rapid.SliceOfNDistinct(rapid.IntRange(0, n-1), 0, 3, rapid.ID).Draw(t, "parents") {
				above[id] = append(above[id], fmt.Sprint(p))
			}
			tree.Tags = append(tree.Tags, node(id, "tag "+id, above[id]...))
		}
		roots := rapid.SliceOfNDistinct(rapid.IntRange(0, n-1), 1, -1, rapid.ID).Draw(t, "roots")
		var names []string
		for _, r := range roots {
			names = append(names, fmt.Sprint("TAG ", r))
		}
		got := filter.Resolve(never(names...), tree, filter.Known{}).Tags.Never.In
		want := map[string]bool{}
		for i := range n {
			for _, r := range roots {
				want[fmt.Sprint(i)] = want[fmt.Sprint(i)] || leads(fmt.Sprint(i), fmt.Sprint(r), above, n)
			}
		}
		maps.DeleteFunc(want, func(_ string, in bool) bool { return !in })
		if !slices.Equal(slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want))) {
			t.Fatalf("got %v, want %v", got, want)
		}
	})
}

func leads(from, to string, above map[string][]string, steps int) bool {
	return from == to || steps > 0 && slices.ContainsFunc(above[from], func(p string) bool { return leads(p, to, above, steps-1) })
}
