package scan_test

import (
	"slices"
	"testing"

	"lockstep/sync/config"
	"lockstep/sync/engine/scan"
	"lockstep/sync/fault"
	"lockstep/sync/match"
	"lockstep/sync/scene"
	"lockstep/sync/testkit"
)

func TestAScanThatPlexTookOnIsNoted(t *testing.T) {
	t.Parallel()
	p := testkit.NewShelf(t, 0).Plex
	var asked []string
	n := scan.Noting{Plex: p, Asked: func(section string) { asked = append(asked, section) }}
	if err := n.Scan(t.Context(), "1", "/media/films"); err != nil {
		t.Fatal(err)
	}
	p.Spoil(testkit.Trouble(fault.Unreachable, fault.Plex), "scan")
	if err := n.Scan(t.Context(), "2", "/media/films"); !fault.Is(err, fault.Unreachable) {
		t.Errorf("%v", err)
	}
	if !slices.Equal(asked, []string{"1"}) || len(p.Asked("scan")) != 2 {
		t.Errorf("noted %v of %v", asked, p.Asked("scan"))
	}
}

func TestASceneClaimsThePathsOfAllItsFiles(t *testing.T) {
	t.Parallel()
	claims := scan.PathKeys(match.NewMapper([]config.Rule{{Stash: "/data", Plex: "/media"}}))
	got := claims(scene.Scene{Files: []scene.File{{Path: "/data/a.mkv"}, {Path: "/data/b.mkv"}}})
	want := slices.Concat(match.Keys([]string{"/media/a.mkv"}), match.Keys([]string{"/media/b.mkv"}))
	if !slices.Equal(got, want) {
		t.Errorf("claims %v, want %v", got, want)
	}
	if got := claims(scene.Scene{}); len(got) > 0 {
		t.Errorf("without files it claims %v", got)
	}
}
