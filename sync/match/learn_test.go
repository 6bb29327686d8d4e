package match_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"lockstep/sync/config"
	"lockstep/sync/match"
)

func TestRulesAreLearnt(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		stash, plex []string
		want        []match.Suggestion
	}{
		"one folder": {
			[]string{"/data/films/a/harbour.mkv", "/data/films/b/ships.mkv", "/data/films/c/fog.mkv"},
			[]string{"/mnt/films/a/harbour.mkv", "/mnt/films/b/ships.mkv", "/mnt/films/x.mkv"},
			[]match.Suggestion{{config.Rule{Stash: "/data/films", Plex: "/mnt/films"}, 2, 3}},
		},
		"windows, other case": {
			[]string{"/data/Films/a/harbour.mkv", "/data/Films/b/ships.mkv"},
			[]string{`D:\films\A\Harbour.mkv`, `\\?\D:\films\B\Ships.mkv`},
			[]match.Suggestion{{config.Rule{Stash: "/data/Films", Plex: `D:\films`}, 2, 2}},
		},
		"two folders, two targets": {
			[]string{"/data/films/a/harbour.mkv", "/data/films/b/ships.mkv", "/data/trains/a/steam.mkv", "/data/trains/b/rails.mkv"},
			[]string{"/mnt/films/a/harbour.mkv", "/mnt/films/b/ships.mkv", "/srv/trains/a/steam.mkv", "/srv/trains/b/rails.mkv"},
			[]match.Suggestion{
				{config.Rule{Stash: "/data/films", Plex: "/mnt/films"}, 2, 2},
				{config.Rule{Stash: "/data/trains", Plex: "/srv/trains"}, 2, 2},
			},
		},
		"one root for several folders": {
			[]string{"/data/films/harbour.mkv", "/data/trains/steam.mkv"},
			[]string{"/mnt/films/harbour.mkv", "/mnt/trains/steam.mkv"},
			[]match.Suggestion{{config.Rule{Stash: "/data", Plex: "/mnt"}, 2, 2}},
		},
		"names that repeat need their folders": {
			[]string{"/data/a/1.mkv", "/data/b/1.mkv", "/data/c/1.mkv"},
			[]string{"/mnt/a/1.mkv", "/mnt/b/1.mkv", "/mnt/c/1.mkv"},
			[]match.Suggestion{{config.Rule{Stash: "/data", Plex: "/mnt"}, 3, 3}},
		},
		"the same paths": {
			[]string{"/data/a/harbour.mkv", "/data/b/ships.mkv"}, []string{"/data/a/harbour.mkv", "/data/b/ships.mkv"},
			[]match.Suggestion{{config.Rule{Stash: "/data", Plex: "/data"}, 2, 2}},
		},
		"a renamed folder with all its files": {
			[]string{"/data/films/harbour.mkv", "/data/films/ships.mkv"}, []string{"/mnt/movies/harbour.mkv", "/mnt/movies/ships.mkv"},
			[]match.Suggestion{{config.Rule{Stash: "/data/films", Plex: "/mnt/movies"}, 2, 2}},
		},
		"bare names for a small part may be chance": {
			[]string{"/data/films/harbour.mkv", "/data/films/ships.mkv", "/data/films/fog.mkv", "/data/films/rain.mkv", "/data/films/sun.mkv"},
			[]string{"/mnt/movies/harbour.mkv", "/mnt/movies/ships.mkv"}, nil,
		},
		"folders in two Unicode forms": {
			[]string{"/data/Cafe\u0301/harbour.mkv", "/data/Caf\u00e9/ships.mkv", "/data/Cafe\u0301/fog.mkv"},
			[]string{"/mnt/Caf\u00e9/harbour.mkv", "/mnt/Caf\u00e9/ships.mkv", "/mnt/Caf\u00e9/fog.mkv"},
			[]match.Suggestion{{config.Rule{Stash: "/data/Caf\u00e9", Plex: "/mnt/Caf\u00e9"}, 3, 3}},
		},
		"one file is chance": {[]string{"/data/films/harbour.mkv"}, []string{"/mnt/films/harbour.mkv"}, nil},
		"evidence against it": {
			[]string{"/data/harbour.mkv", "/data/ships.mkv", "/data/fog.mkv"},
			[]string{"/mnt/harbour.mkv", "/mnt/ships.mkv", "/else/fog.mkv"}, nil,
		},
		"evidence against a part": {
			[]string{"/data/a/harbour.mkv", "/data/a/ships.mkv", "/data/b/rails.mkv", "/data/b/steam.mkv", "/data/b/fog.mkv"},
			[]string{"/mnt/a/harbour.mkv", "/mnt/a/ships.mkv", "/mnt/b/rails.mkv", "/mnt/b/steam.mkv", "/else/fog.mkv"},
			[]match.Suggestion{{config.Rule{Stash: "/data/a", Plex: "/mnt/a"}, 2, 2}},
		},
		"nothing": {nil, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := match.Learn(c.stash, c.plex); !slices.Equal(got, c.want) {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

// TestNoWrongRuleIsLearnt builds libraries with a known mapping, files missing on either
// side and names that repeat in other folders.
func TestNoWrongRuleIsLearnt(t *testing.T) {
	t.Parallel()
	roots := [][2]string{{"/data/films", "/mnt/films"}, {"/data/trains", `D:\Trains`}, {"/data/old/films", "/mnt/archive"}, {`E:\Birds`, "/mnt/birds"}}
	learnt := 0
	rapid.Check(t, func(t *rapid.T) {
		var stash, plex []string
		var truth []config.Rule
		for _, r := range roots[:rapid.IntRange(1, len(roots)).Draw(t, "roots")] {
			truth = append(truth, config.Rule{Stash: r[0], Plex: r[1]})
		}
		m := match.NewMapper(truth)
		for i := range rapid.IntRange(1, 30).Draw(t, "files") {
			root := rapid.SampledFrom(truth).Draw(t, "root").Stash
			path := fmt.Sprintf("%s/%s/%d.mkv", root, rapid.SampledFrom([]string{"a", "b", "a/c", "films"}).Draw(t, "folder"), i%rapid.IntRange(10, 40).Draw(t, "names"))
			if slices.Contains(stash, path) {
				continue
			}
			stash = append(stash, path)
			if rapid.IntRange(0, 9).Draw(t, "in Plex") > 0 {
				plex = append(plex, m.Map(path)...)
			}
		}
		if rapid.Bool().Draw(t, "stray") {
			plex = append(plex, "/mnt/elsewhere/"+rapid.SampledFrom([]string{"1.mkv", "a/2.mkv"}).Draw(t, "name"))
		}
		for _, s := range match.Learn(stash, plex) {
			learnt++
			proposed := match.NewMapper([]config.Rule{s.Rule})
			for _, path := range stash {
				if got := proposed.Map(path); len(got) > 0 && !match.Same(got[0], m.Map(path)[0]) {
					t.Fatalf("%+v maps %q to %q, not to %q", s, path, got[0], m.Map(path)[0])
				}
			}
		}
	})
	if learnt == 0 {
		t.Error("nothing was ever learnt")
	}
}

func TestCoverageIsCounted(t *testing.T) {
	t.Parallel()
	l := library{items: []match.Candidate{item("1", "A", "/mnt/a.mkv"), item("2", "B", "/mnt/B.mkv")}}
	m := match.NewMapper([]config.Rule{{Stash: "/data", Plex: "/mnt"}, {Stash: "/two", Plex: "/x"}, {Stash: "/two", Plex: "/y"}})
	got, err := match.Cover([]string{"/data/a.mkv", "/data/b.mkv", "/else/c.mkv", "/two/d.mkv"}, m, l.index().Items)
	if want := (match.Coverage{Total: 4, Unmapped: 1, Ambiguous: 1, Found: 1}); err != nil || got != want {
		t.Errorf("got %+v %v, want %+v", got, err, want)
	}
	if got.Percent() != 25 || (match.Coverage{}).Percent() != 100 {
		t.Errorf("percent %v", got.Percent())
	}
	broken := errors.New("disk on fire")
	if _, err := match.Cover([]string{"/data/a.mkv"}, m, library{err: broken}.index().Items); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

func TestFolders(t *testing.T) {
	t.Parallel()
	if !match.Under(`d:\films\x\a.mkv`, `D:\Films`) || match.Under("/data/films2/a.mkv", "/data/films") {
		t.Error("under")
	}
	for path, want := range map[string]string{"/data/a.mkv": "/data", "/a.mkv": "/", `D:\a.mkv`: `D:\`, `\\nas\films\a.mkv`: `\\nas\films`, "": ""} {
		if got := match.Dir(path); got != want {
			t.Errorf("%q: got %q, want %q", path, got, want)
		}
	}
	if got := match.Keys([]string{"/A", `D:\B`}); !slices.Equal(got, []string{"/a", "d:/b"}) {
		t.Errorf("keys %q", got)
	}
}

// A name that several folders have proves nothing about any of them.
func TestANameThatIsNotUniquePairsNothing(t *testing.T) {
	t.Parallel()
	stash := []string{"/a/x.mkv", "/a/y.mkv", "/b/x.mkv", "/b/y.mkv"}
	plex := []string{"/mnt/b/x.mkv", "/mnt/b/y.mkv"}
	for _, s := range match.Learn(stash, plex) {
		if got := match.NewMapper([]config.Rule{s.Rule}).Map("/a/x.mkv"); len(got) > 0 && got[0] == "/mnt/b/x.mkv" {
			t.Errorf("%+v leads a file of one folder to that of another", s)
		}
	}
}
