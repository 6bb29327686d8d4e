package match_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"lockstep/sync/config"
	"lockstep/sync/match"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
)

// What a path in another case finds where any case will do: the one way in which Plex spells it, and nothing where
// there is doubt.
func TestAnyCaseFindsWhatLeavesNoDoubt(t *testing.T) {
	t.Parallel()
	rules := []config.Rule{{Stash: "/Data/films", Plex: "/media"}}
	gone := item("9", "Gone", "/media/old/A.MKV")
	gone.Trashed = true
	for name, c := range map[string]struct {
		files []string
		rules []config.Rule
		has   library
		found []string
		at    string // the file that proved the first
		skip  skip.Code
		why   string
	}{
		"a file":                  {[]string{"/Data/films/x/a.mkv"}, rules, library{items: []match.Candidate{item("1", "A", "/media/X/A.mkv")}}, []string{"1"}, "/media/X/A.mkv", "", ""},
		"without rules":           {[]string{"/films/a.mkv"}, nil, library{items: []match.Candidate{item("1", "A", "/Films/A.mkv")}}, []string{"1"}, "/Films/A.mkv", "", ""},
		"a rule":                  {[]string{"/data/FILMS/a.mkv"}, rules, library{items: []match.Candidate{item("1", "A", "/media/a.mkv")}}, []string{"1"}, "/media/a.mkv", "", ""},
		"the folder of Plex":      {[]string{"/Data/films/a.mkv"}, rules, library{items: []match.Candidate{item("1", "A", "/Media/a.mkv")}}, []string{"1"}, "/Media/a.mkv", "", ""},
		"as it is goes first":     {[]string{"/Data/films/a.mkv"}, rules, library{items: []match.Candidate{item("1", "A", "/media/A.mkv"), item("2", "a", "/media/a.mkv")}}, []string{"2"}, "/media/a.mkv", "", ""},
		"in two libraries":        {[]string{"/Data/films/a.mkv"}, rules, library{items: []match.Candidate{item("1", "A", "/media/A.mkv"), item("2", "A", "/media/A.mkv")}}, []string{"1", "2"}, "/media/A.mkv", "", ""},
		"several ways":            {[]string{"/Data/films/a.mkv"}, rules, library{items: []match.Candidate{item("1", "A", "/media/A.mkv"), item("2", "A", "/media/a.MKV")}}, nil, "", skip.Ambiguous, "“/media/A.mkv”, “/media/a.MKV”"},
		"several ways in an item": {[]string{"/Data/films/a.mkv"}, rules, library{items: []match.Candidate{item("1", "A", "/media/A.mkv", "/media/a.MKV")}}, nil, "", skip.Ambiguous, "several ways"},
		"one is in the trash":     {[]string{"/Data/films/old/a.mkv"}, rules, library{items: []match.Candidate{item("1", "A", "/media/old/a.MKV"), gone}}, []string{"1"}, "/media/old/a.MKV", "", ""},
		"all is in the trash":     {[]string{"/Data/films/old/a.mkv"}, rules, library{items: []match.Candidate{gone}}, nil, "", skip.NotInPlex, "trash"},
		"another scene has it too": {[]string{"/Data/films/a.mkv"}, rules,
			library{items: []match.Candidate{item("1", "A", "/media/A.mkv")}, owners: map[string][]scene.ID{"/media/A.mkv": {7, 8}, "/media/a.mkv": {7, 8}}}, nil, "", skip.Ambiguous, "scene 8"},
		"both files of a scene": {[]string{"/Data/films/a.mkv", "/Data/films/A.mkv"}, rules, library{items: []match.Candidate{item("1", "A", "/media/A.mkv")}}, []string{"1"}, "/media/A.mkv", "", ""},
		"rules that disagree": {[]string{"/data/films/a.mkv"}, append([]config.Rule{{Stash: "/DATA/FILMS", Plex: "/else"}}, rules...),
			library{items: []match.Candidate{item("1", "A", "/media/a.mkv")}}, nil, "", skip.Ambiguous, "/else/a.mkv"},
		"another name": {[]string{"/Data/films/a.mkv"}, rules, library{items: []match.Candidate{item("1", "A", "/media/b.mkv")}}, nil, "", skip.NotInPlex, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := match.Of(config.Settings{PathMap: c.rules, AnyPathCase: true})
			r, err := match.Resolve(sceneWith(c.files...), m, c.has.index())
			var found []string
			for _, g := range r.Targets {
				found = append(found, g.Key.RatingKey)
			}
			if err != nil || strings.Join(found, " ") != strings.Join(c.found, " ") || r.Skip != c.skip || !strings.Contains(r.Why.String(), c.why) {
				t.Fatalf("found %q, %q %q, %v", found, r.Skip, r.Why, err)
			}
			if len(found) > 0 && r.Targets[0].Path != c.at {
				t.Errorf("by %q, want %q", r.Targets[0].Path, c.at)
			}
		})
	}
}

// Where a path is found as it is, any case changes nothing: whoever switches it on loses no match and gets no other.
func TestAnyCaseTakesNoMatchAway(t *testing.T) {
	t.Parallel()
	name := rapid.SampledFrom([]string{"/a/x.mkv", "/A/x.mkv", "/a/X.mkv", "/b/x.mkv", "/B/X.MKV", `C:\a\x.mkv`, "/a/b/x.mkv"})
	rule := rapid.Custom(func(t *rapid.T) config.Rule {
		side := rapid.SampledFrom([]string{"/a", "/A", "/b", "/", "/a/b", `C:\a`})
		return config.Rule{Stash: side.Draw(t, "stash"), Plex: side.Draw(t, "plex")}
	})
	rapid.Check(t, func(t *rapid.T) {
		set := config.Settings{PathMap: rapid.SliceOfN(rule, 0, 3).Draw(t, "rules")}
		var l library
		for i, files := range rapid.SliceOfN(rapid.SliceOfNDistinct(name, 1, 2, rapid.ID), 0, 4).Draw(t, "items") {
			l.items = append(l.items, item(string(rune('1'+i)), "I", files...))
		}
		s := sceneWith(name.Draw(t, "file"))
		exact, err := match.Resolve(s, match.Of(set), l.index())
		if err != nil {
			t.Fatal(err)
		}
		set.AnyPathCase = true
		any, err := match.Resolve(s, match.Of(set), l.index())
		if err != nil {
			t.Fatal(err)
		}
		if len(exact.Targets) > 0 && len(any.Targets) != len(exact.Targets) {
			t.Fatalf("exactly %v, in any case %v %s", exact.Targets, any.Targets, any.Why)
		}
		if len(any.Targets) > 0 && len(exact.Targets) == 0 && exact.Skip != skip.PathCase && exact.Skip != skip.PathNotMapped && exact.Skip != skip.NotInPlex {
			t.Fatalf("exactly %s (%s), in any case %v", exact.Skip, exact.Why, any.Targets)
		}
		for _, g := range any.Targets {
			mapped := match.Of(set).Map(s.Files[0].Path)
			if len(mapped) != 1 || match.Key(g.Path) != match.Key(mapped[0]) {
				t.Fatalf("%q is taken for %q", g.Path, mapped)
			}
		}
	})
}

func TestAPathIsMappedBackInAnyCase(t *testing.T) {
	t.Parallel()
	m := match.NewMapper([]config.Rule{{Stash: "/Data/films", Plex: "/media"}})
	if got := m.Reverse("/Media/x.mkv"); len(got) != 0 {
		t.Errorf("as it is: %q", got)
	}
	if got := m.InAnyCase(true).Reverse("/Media/x.mkv"); len(got) != 1 || got[0] != "/Data/films/x.mkv" {
		t.Errorf("in any case: %q", got)
	}
}
