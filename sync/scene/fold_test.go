package scene_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"lockstep/sync/scene"
)

func TestVariantsOfANameFoldToOne(t *testing.T) {
	t.Parallel()
	for _, variants := range [][]string{
		{"Night", "night", "NIGHT"},
		{"Élan", "E\u0301lan", "élan", "e\u0301LAN"},
		{"Kelvin", "\u212aelvin"},
		{"H\u0331", "\u1e96"},
		{"Ωmega", "\u2126mega", "ωMEGA"},
	} {
		for _, v := range variants {
			if got, want := scene.Fold(v), scene.Fold(variants[0]); got != want {
				t.Errorf("%q folds to %q, %q to %q", v, got, variants[0], want)
			}
		}
	}
	if scene.Fold("Night") == scene.Fold("Nights") {
		t.Error("different names fold to one")
	}
}

func TestFoldingTwiceChangesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := strings.ToValidUTF8(rapid.String().Draw(t, "name"), "")
		if once := scene.Fold(s); scene.Fold(once) != once {
			t.Fatalf("%q, %q, %q", s, once, scene.Fold(once))
		}
	})
}
