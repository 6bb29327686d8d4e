package scene_test

import (
	"maps"
	"testing"

	"pgregory.net/rapid"

	"lockstep/sync/scene"
)

func TestASignMovesWithWhatItStandsFor(t *testing.T) {
	t.Parallel()
	known := scene.Signs{scene.TagList: {Count: 3, Digest: "a"}, scene.StudioList: {Count: 1, Digest: "s"}}
	for name, tt := range map[string]struct {
		now  scene.Signs
		want bool
	}{
		"the same":                           {scene.Signs{scene.TagList: {Count: 3, Digest: "a"}}, false},
		"another way to read it next time":   {scene.Signs{scene.TagList: {Count: 3, Digest: "a", Whole: true}}, false},
		"nothing was given":                  {nil, false},
		"a name was changed":                 {scene.Signs{scene.TagList: {Count: 3, Digest: "b"}}, true},
		"one was merged":                     {scene.Signs{scene.TagList: {Count: 2, Digest: "a"}}, true},
		"one list of several":                {scene.Signs{scene.TagList: {Count: 3, Digest: "a"}, scene.StudioList: {Count: 2, Digest: "s"}}, true},
		"a list that was never read":         {scene.Signs{scene.GroupList: {}}, true},
		"an empty list in place of all tags": {scene.Signs{scene.TagList: {}}, true},
	} {
		if got := known.Moved(tt.now); got != tt.want {
			t.Errorf("%s: moved is %v", name, got)
		}
	}
	if scene.Signs(nil).Moved(nil) {
		t.Error("nothing moved into nothing")
	}
}

func TestWhatWasTakenInHasNotMoved(t *testing.T) {
	t.Parallel()
	signs := rapid.MapOf(rapid.SampledFrom([]scene.ListKind{scene.TagList, scene.PerformerList, scene.StudioList, scene.GroupList}),
		rapid.Custom(func(t *rapid.T) scene.Sign {
			return scene.Sign{Count: rapid.IntRange(0, 3).Draw(t, "count"), Digest: rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "digest"), Whole: rapid.Bool().Draw(t, "whole")}
		}))
	rapid.Check(t, func(t *rapid.T) {
		before, now := scene.Signs(signs.Draw(t, "before")), scene.Signs(signs.Draw(t, "now"))
		kept := maps.Clone(before)
		after := before.With(now)
		if after.Moved(now) {
			t.Errorf("%v with %v is %v, which moved", before, now, after)
		}
		if !maps.Equal(before, kept) {
			t.Errorf("%v became %v", kept, before)
		}
		for list, s := range before {
			if _, given := now[list]; !given && after[list] != s {
				t.Errorf("%s was not given and became %v", list, after[list])
			}
		}
	})
}
