package match_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"lockstep/sync/config"
	"lockstep/sync/match"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
)

// shelf is a small world in which everything that can happen to a match happens: shared
// items, trash, two rules for one folder, other cases, several files.
type shelf struct {
	library
	scene scene.Scene
	rules []config.Rule
}

func drawShelf(t *rapid.T) shelf {
	s := shelf{scene: scene.Scene{ID: 7}}
	s.owners = map[string][]scene.ID{}
	s.rules = []config.Rule{{Stash: "/stash", Plex: "/plex"}}
	if rapid.Bool().Draw(t, "rules disagree") {
		s.rules = append(s.rules, config.Rule{Stash: "/stash/deep", Plex: "/x"}, config.Rule{Stash: "/stash/deep", Plex: "/y"})
	}
	names := []string{"/a.mkv", "/b.mkv", "/deep/a.mkv", "/deep/c.mkv"}
	for range rapid.IntRange(0, 3).Draw(t, "files") {
		path := rapid.SampledFrom([]string{"/stash", "/stash", "/other"}).Draw(t, "root") + rapid.SampledFrom(names).Draw(t, "file")
		s.scene.Files = append(s.scene.Files, scene.File{Path: path})
	}
	for i := range rapid.IntRange(0, 4).Draw(t, "items") {
		c := item(fmt.Sprint(i+1), fmt.Sprint("Item ", i+1))
		for range rapid.IntRange(1, 2).Draw(t, "parts") {
			f := rapid.SampledFrom([]string{"/plex", "/x", "/y"}).Draw(t, "at") + rapid.SampledFrom(append(names, "/A.mkv")).Draw(t, "part")
			c.Files = append(c.Files, f)
			if rapid.IntRange(0, 3).Draw(t, "shared") == 0 {
				s.owners[match.Key(f)] = []scene.ID{7, 9}
			}
		}
		c.Trashed = rapid.IntRange(0, 4).Draw(t, "trashed") == 0
		s.items = append(s.items, c)
	}
	return s
}

// targets are the items to be written, told the simple way: those that hold, by exactly one
// rule, exactly one of the scene's files, are not in the trash and hold no other scene's.
func (s shelf) targets() []string {
	m := match.NewMapper(s.rules)
	var out []string
	for _, f := range s.scene.Files {
		mapped := m.Map(f.Path)
		if len(mapped) != 1 {
			continue
		}
		for _, c := range s.items {
			holds := slices.ContainsFunc(c.Files, func(p string) bool { return match.Same(p, mapped[0]) })
			shared := slices.ContainsFunc(c.Files, func(p string) bool { return slices.Contains(s.owners[match.Key(p)], 9) })
			if holds && !shared && !c.Trashed && !slices.Contains(out, c.Key.RatingKey) {
				out = append(out, c.Key.RatingKey)
			}
		}
	}
	return out
}

// Whatever lies on the shelf: the targets are those of the naive rule, each candidate is
// there once, the best first, and a scene without target says why.
func TestResolvingAgreesWithTheNaiveRule(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := drawShelf(t)
		r, err := match.Resolve(s.scene, match.NewMapper(s.rules), s.index())
		if err != nil {
			t.Fatal(err)
		}
		if got, want := keys(r), s.targets(); !slices.Equal(got, want) {
			t.Fatalf("targets %v, want %v: %+v", got, want, r)
		}
		if (len(r.Targets) == 0) != (r.Skip != "") || (r.Skip == "") != (r.Why.IsZero()) || len(r.Paths) != len(s.scene.Files) && r.Skip != skip.NoFile {
			t.Fatalf("%+v", r)
		}
		seen := map[scene.ItemKey]bool{}
		for i, c := range r.Candidates {
			if seen[c.Key] || i > 0 && c.Score > r.Candidates[i-1].Score || c.Why.IsZero() || !slices.Contains(c.Files, c.Path) {
				t.Fatalf("candidates %+v", r.Candidates)
			}
			seen[c.Key] = true
		}
		for _, target := range r.Targets {
			i := slices.IndexFunc(r.Candidates, func(c match.Scored) bool { return c.Key == target.Key })
			if i < 0 || r.Candidates[i].Score != match.Certain || r.Candidates[i].Path != target.Path || len(r.Candidates[i].Others) > 0 {
				t.Fatalf("target %+v is no certain candidate of %+v", target, r.Candidates)
			}
		}
	})
}

// Each reason names what it is about, and the strongest one is given.
func TestTheReasonThatIsGiven(t *testing.T) {
	t.Parallel()
	rules := []config.Rule{{Stash: "/stash", Plex: "/plex"}, {Stash: "/two", Plex: "/x"}, {Stash: "/two", Plex: "/y"}}
	gone := item("3", "Gone", "/plex/gone.mkv")
	gone.Trashed = true
	l := library{
		items:  []match.Candidate{item("1", "Shared", "/plex/shared.mkv"), item("2", "Other case", "/plex/CASE.mkv"), gone},
		owners: map[string][]scene.ID{"/plex/shared.mkv": {9}},
	}
	for name, tt := range map[string]struct {
		paths []string
		skip  skip.Code
		names []string // what the sentence must name
		never []string
	}{
		"shared":                      {[]string{"/stash/shared.mkv"}, skip.Ambiguous, []string{"Shared", "9"}, nil},
		"rules disagree":              {[]string{"/two/a.mkv"}, skip.Ambiguous, []string{"“/two/a.mkv”", "“/x/a.mkv”, “/y/a.mkv”"}, nil},
		"both":                        {[]string{"/stash/shared.mkv", "/two/a.mkv"}, skip.Ambiguous, []string{"Shared", "/two/a.mkv", "; "}, nil},
		"shared and in the trash":     {[]string{"/stash/gone.mkv", "/stash/shared.mkv"}, skip.Ambiguous, []string{"Shared"}, []string{"Gone"}},
		"in the trash and missing":    {[]string{"/stash/none.mkv", "/stash/gone.mkv"}, skip.NotInPlex, []string{"Gone"}, []string{"none.mkv"}},
		"in the trash and other case": {[]string{"/stash/case.mkv", "/stash/gone.mkv"}, skip.NotInPlex, []string{"Gone"}, []string{"case.mkv"}},
		"other case and missing":      {[]string{"/stash/none.mkv", "/stash/case.mkv"}, skip.PathCase, []string{"“/plex/case.mkv”", "“/plex/CASE.mkv”"}, []string{"none"}},
		"missing, two files":          {[]string{"/stash/a.mkv", "/stash/b.mkv"}, skip.NotInPlex, []string{"“/plex/a.mkv”, “/plex/b.mkv”"}, nil},
		"one of two has no rule":      {[]string{"/else/a.mkv", "/stash/b.mkv"}, skip.NotInPlex, []string{"“/plex/b.mkv”"}, []string{"/else"}},
		"a rule but for its case":     {[]string{"/Stash/a.mkv"}, skip.PathCase, []string{"“/stash”", "“/Stash/a.mkv”"}, nil},
		"no rule at all":              {[]string{"/else/a.mkv", "/else/b.mkv"}, skip.PathNotMapped, []string{"“/else/a.mkv”, “/else/b.mkv”"}, nil},
	} {
		r, err := match.Resolve(sceneWith(tt.paths...), match.NewMapper(rules), l.index())
		if err != nil || r.Skip != tt.skip || len(r.Targets) != 0 {
			t.Errorf("%s: %q, %v", name, r.Skip, err)
		}
		for _, n := range tt.names {
			if !strings.Contains(r.Why.String(), n) {
				t.Errorf("%s: %q does not name %q", name, r.Why, n)
			}
		}
		for _, n := range tt.never {
			if strings.Contains(r.Why.String(), n) {
				t.Errorf("%s: %q names %q", name, r.Why, n)
			}
		}
	}
}

// A candidate says which of its files was compared, why, and who else claims one.
func TestACandidateSaysWhy(t *testing.T) {
	t.Parallel()
	l := library{
		items: []match.Candidate{
			item("1", "Shared", "/plex/v1.mkv", "/plex/a.mkv", "/plex/c.mkv"), item("2", "Case", "/plex/v1.mkv", "/plex/A.mkv"), item("3", "Name", "/plex/x/z.mkv", "/plex/x/a.mkv"),
		},
		owners: map[string][]scene.ID{"/plex/v1.mkv": {9, 7, 8}, "/plex/c.mkv": {8}},
	}
	r, err := match.Resolve(sceneWith("/plex/a.mkv"), match.Mapper{}, l.index())
	if err != nil || len(r.Candidates) != 3 {
		t.Fatalf("%+v %v", r, err)
	}
	for i, want := range []struct {
		key, path string
		score     float64
		others    []scene.ID
	}{{"1", "/plex/a.mkv", match.Certain, []scene.ID{8, 9}}, {"2", "/plex/A.mkv", match.Doubtful, nil}, {"3", "/plex/x/a.mkv", match.NameOnly, nil}} {
		c := r.Candidates[i]
		if c.Key.RatingKey != want.key || c.Path != want.path || c.Score != want.score || !slices.Equal(c.Others, want.others) || c.Why.IsZero() {
			t.Errorf("%d: %+v, want %+v", i, c, want)
		}
	}
}

// An item found twice is one candidate, by the better of the two.
func TestAnItemFoundTwiceCountsByTheBetter(t *testing.T) {
	t.Parallel()
	rules := []config.Rule{{Stash: "/stash", Plex: "/plex"}}
	for _, paths := range [][]string{{"/stash/b.mkv", "/stash/a.mkv"}, {"/stash/a.mkv", "/stash/b.mkv"}} {
		l := library{items: []match.Candidate{item("1", "A", "/plex/a.mkv", "/plex/B.mkv")}}
		r, err := match.Resolve(sceneWith(paths...), match.NewMapper(rules), l.index())
		if err != nil || len(r.Targets) != 1 || r.Targets[0].Path != "/plex/a.mkv" || len(r.Candidates) != 1 || r.Candidates[0].Score != match.Certain || r.Candidates[0].Path != "/plex/a.mkv" {
			t.Errorf("%v: %+v %v", paths, r, err)
		}
	}
}
