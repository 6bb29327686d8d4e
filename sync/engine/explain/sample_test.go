package explain

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"lockstep/sync/match"
)

func TestSamplesAreSmallAndKeepNamesWhole(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		limit := rapid.IntRange(1, 40).Draw(t, "limit")
		a, b := samples(limit)
		var all []string
		for i := range rapid.IntRange(0, 300).Draw(t, "files") {
			p := fmt.Sprintf("/d%d/reel %d.mp4", rapid.IntRange(0, 3).Draw(t, "folder"), rapid.IntRange(0, 200).Draw(t, "name"))
			all = append(all, p)
			a.add(p)
			if i%2 == 0 {
				b.add("/other" + p)
			}
		}
		even(a, b)
		if len(a.paths) > limit || len(b.paths) > limit || a.level != b.level {
			t.Fatalf("%d and %d paths at levels %d and %d, limit %d", len(a.paths), len(b.paths), a.level, b.level, limit)
		}
		kept := map[string]bool{}
		for _, p := range a.paths {
			kept[match.NameKey(p)] = true
		}
		for _, p := range all {
			if kept[match.NameKey(p)] != slices.Contains(a.paths, p) {
				t.Fatalf("%s is kept by halves", p)
			}
		}
		if len(all) <= limit && len(a.paths) != len(all) && b.level == 0 {
			t.Fatalf("kept %d of %d", len(a.paths), len(all))
		}
	})
}
