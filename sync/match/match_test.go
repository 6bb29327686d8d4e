package match_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"lockstep/sync/config"
	"lockstep/sync/match"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
)

func TestPathsAreMapped(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		rules []config.Rule
		path  string
		want  []string
	}{
		"no rules":                  {nil, "/data/films/a.mkv", []string{"/data/films/a.mkv"}},
		"no rules, long prefix":     {nil, `\\?\D:\Films\a.mkv`, []string{`D:\Films\a.mkv`}},
		"posix to posix":            {[]config.Rule{{Stash: "/data/films", Plex: "/mnt/films"}}, "/data/films/x/a.mkv", []string{"/mnt/films/x/a.mkv"}},
		"trailing slashes":          {[]config.Rule{{Stash: "/data/films/", Plex: "/mnt//films/"}}, "/data//films/a.mkv", []string{"/mnt/films/a.mkv"}},
		"folder boundary":           {[]config.Rule{{Stash: "/data/films", Plex: "/mnt/films"}}, "/data/films2/a.mkv", nil},
		"the folder itself":         {[]config.Rule{{Stash: "/data/films", Plex: "/mnt/films"}}, "/data/films", []string{"/mnt/films"}},
		"posix case counts":         {[]config.Rule{{Stash: "/data/films", Plex: "/mnt"}}, "/data/Films/a.mkv", nil},
		"uncovered":                 {[]config.Rule{{Stash: "/data/films", Plex: "/mnt"}}, "/other/a.mkv", nil},
		"posix to windows":          {[]config.Rule{{Stash: "/data/films", Plex: `D:\Films`}}, "/data/films/x/a.mkv", []string{`D:\Films\x\a.mkv`}},
		"posix to drive":            {[]config.Rule{{Stash: "/data", Plex: `D:\`}}, "/data/a.mkv", []string{`D:\a.mkv`}},
		"posix to share":            {[]config.Rule{{Stash: "/data", Plex: `\\nas\films`}}, "/data/x/a.mkv", []string{`\\nas\films\x\a.mkv`}},
		"posix to slashed drive":    {[]config.Rule{{Stash: "/data", Plex: "D:/Films"}}, "/data/a.mkv", []string{`D:\Films\a.mkv`}},
		"windows to posix":          {[]config.Rule{{Stash: `D:\Films`, Plex: "/mnt/films"}}, `d:\films\x\a.mkv`, []string{"/mnt/films/x/a.mkv"}},
		"share to posix":            {[]config.Rule{{Stash: `\\NAS\Films`, Plex: "/mnt"}}, `\\?\UNC\nas\films\a.mkv`, []string{"/mnt/a.mkv"}},
		"longest wins":              {[]config.Rule{{Stash: "/data", Plex: "/a"}, {Stash: "/data/films", Plex: "/b"}}, "/data/films/x.mkv", []string{"/b/x.mkv"}},
		"longest wins, given first": {[]config.Rule{{Stash: "/data/films", Plex: "/b"}, {Stash: "/data", Plex: "/a"}}, "/data/films/x.mkv", []string{"/b/x.mkv"}},
		"root rule":                 {[]config.Rule{{Stash: "/", Plex: "/mnt"}}, "/data/a.mkv", []string{"/mnt/data/a.mkv"}},
		"root as target":            {[]config.Rule{{Stash: "/data", Plex: "/"}}, "/data/a.mkv", []string{"/a.mkv"}},
		"two answers":               {[]config.Rule{{Stash: "/data", Plex: "/a"}, {Stash: "/data/", Plex: "/b"}}, "/data/x.mkv", []string{"/a/x.mkv", "/b/x.mkv"}},
		"twice the same":            {[]config.Rule{{Stash: "/data", Plex: `D:\A`}, {Stash: "/data", Plex: "d:/a/"}}, "/data/x.mkv", []string{`D:\A\x.mkv`}},
		"decomposed":                {[]config.Rule{{Stash: "/data/Cafe\u0301", Plex: "/mnt"}}, "/data/Café/a.mkv", []string{"/mnt/a.mkv"}},
		"backslash in a posix name": {[]config.Rule{{Stash: "/data", Plex: "/mnt"}}, `/data/a\b.mkv`, []string{`/mnt/a\b.mkv`}},
		"empty rule":                {[]config.Rule{{Stash: "", Plex: "/mnt"}, {Stash: "/data", Plex: "/mnt"}}, "/data/a.mkv", []string{"/mnt/a.mkv"}},
		"a rule to nowhere":         {[]config.Rule{{Stash: "/data", Plex: ""}, {Stash: "/", Plex: "/mnt"}}, "/data/a.mkv", []string{"/mnt/data/a.mkv"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := match.NewMapper(c.rules).Map(c.path); !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestReverseLeadsBackToWhatMaps(t *testing.T) {
	t.Parallel()
	m := match.NewMapper([]config.Rule{
		{Stash: "/data", Plex: "/mnt"}, {Stash: "/data/films", Plex: `D:\Films`}, {Stash: "/more", Plex: "/mnt"}, {Stash: "/again/", Plex: "/mnt"}, {Stash: "/again", Plex: "/mnt"},
	})
	for path, want := range map[string][]string{
		`d:\films\x\a.mkv`:  {"/data/films/x/a.mkv"},
		"/mnt/a.mkv":        {"/data/a.mkv", "/more/a.mkv", "/again/a.mkv"},
		"/mnt/films/a.mkv":  {"/more/films/a.mkv", "/again/films/a.mkv"}, // /data/films goes elsewhere
		"/other/films/a.mk": nil,
	} {
		if got := m.Reverse(path); !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", path, got, want)
		}
	}
	if got := (match.Mapper{}).Reverse("/mnt/a.mkv"); !slices.Equal(got, []string{"/mnt/a.mkv"}) {
		t.Errorf("identity: %q", got)
	}
	if got := m.Rules("/data/films/a.mkv"); len(got) != 1 || got[0].Plex != `D:\Films` {
		t.Errorf("rules %v", got)
	}
}

func TestMappingIsReversible(t *testing.T) {
	t.Parallel()
	roots := []string{"/", "/data", "/data/films", "/data/films2", `D:\`, `D:\Films`, `\\nas\films`}
	rapid.Check(t, func(t *rapid.T) {
		var rules []config.Rule
		for range rapid.IntRange(0, 4).Draw(t, "rules") {
			rules = append(rules, config.Rule{Stash: rapid.SampledFrom(roots).Draw(t, "stash"), Plex: rapid.SampledFrom(roots).Draw(t, "plex")})
		}
		path := rapid.SampledFrom(roots).Draw(t, "root") + "/films/" + rapid.StringMatching(`[a-zE\x{301} é]{1,6}`).Draw(t, "name")
		m := match.NewMapper(rules)
		for _, p := range m.Map(path) {
			if !slices.ContainsFunc(m.Reverse(p), func(s string) bool { return match.Same(s, path) }) {
				t.Fatalf("%q maps to %q, which leads back to %q", path, p, m.Reverse(p))
			}
		}
	})
}

func TestSamePaths(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		a, b string
		same bool
		keys bool // equal keys
	}{
		"equal":                  {"/data/a.mkv", "/data/a.mkv", true, true},
		"slashes":                {"/data//a.mkv/", "/data/a.mkv", true, true},
		"unicode":                {"/data/Cafe\u0301", "/data/Café", true, true},
		"posix case":             {"/data/A.mkv", "/data/a.mkv", false, true},
		"windows case":           {`D:\Data\A.mkv`, "d:/data/a.mkv", true, true},
		"share case":             {`\\NAS\Data\A.mkv`, `\\?\UNC\nas\data\a.mkv`, true, true},
		"long prefix":            {`\\?\D:\a.mkv`, `D:\a.mkv`, true, true},
		"one longer":             {"/data/a", "/data/a/b", false, false},
		"other volume":           {`D:\a`, `E:\a`, false, false},
		"share is no posix path": {`\\nas\a`, "/nas/a", false, false},
		"backslash in a name":    {`/data/a\b`, "/data/a/b", false, true},
		"relative windows":       {`films\a.mkv`, `Films/a.mkv`, true, true},
		"drive alone":            {"D:", `d:\`, true, true},
		"empty":                  {"", "", false, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := match.Same(c.a, c.b); got != c.same || got != match.Same(c.b, c.a) {
				t.Errorf("same %v, want %v", got, c.same)
			}
			if got := match.Key(c.a) == match.Key(c.b); got != c.keys {
				t.Errorf("keys %q %q", match.Key(c.a), match.Key(c.b))
			}
		})
	}
	if got := match.Key(`\\?\D:\Films\\A.MKV`); got != "d:/films/a.mkv" {
		t.Errorf("key %q", got)
	}
}

func TestSamePathsHaveEqualKeys(t *testing.T) {
	t.Parallel()
	segment := rapid.StringMatching(`[aAbK\x{212a}E\x{301}\\éhH\x{331}ẖ:]{1,4}`)
	rapid.Check(t, func(t *rapid.T) {
		draw := func() string {
			parts := rapid.SliceOfN(segment, 1, 3).Draw(t, "segments")
			return rapid.SampledFrom([]string{"/", "D:/", `d:\`, `\\nas\`, `\\?\D:\`, ""}).Draw(t, "volume") +
				strings.Join(parts, rapid.SampledFrom([]string{"/", `\`}).Draw(t, "separator"))
		}
		a, b := draw(), draw()
		if match.Same(a, b) && match.Key(a) != match.Key(b) {
			t.Fatalf("%q and %q are the same, keys %q and %q", a, b, match.Key(a), match.Key(b))
		}
	})
}

// library is an index over a few items.
type library struct {
	items  []match.Candidate
	owners map[string][]scene.ID // by key
	err    error
}

func (l library) index() match.Index {
	find := func(same func(string) bool) ([]match.Candidate, error) {
		var out []match.Candidate
		for _, c := range l.items {
			if slices.ContainsFunc(c.Files, same) {
				out = append(out, c)
			}
		}
		return out, l.err
	}
	return match.Index{
		Items: func(key string) ([]match.Candidate, error) {
			return find(func(f string) bool { return match.Key(f) == key })
		},
		Names: func(key string) ([]match.Candidate, error) {
			return find(func(f string) bool { return match.NameKey(f) == key })
		},
		Owners: func(path string) ([]scene.ID, error) { return l.owners[match.Key(path)], nil },
	}
}

func item(key, title string, files ...string) match.Candidate {
	return match.Candidate{Key: scene.ItemKey{Machine: "m", RatingKey: key}, Section: "1", Title: title, Files: files}
}

func sceneWith(paths ...string) scene.Scene {
	s := scene.Scene{ID: 7}
	for _, p := range paths {
		s.Files = append(s.Files, scene.File{Path: p})
	}
	return s
}

func keys(r match.Result) []string {
	var out []string
	for _, t := range r.Targets {
		out = append(out, t.Key.RatingKey)
	}
	return out
}

func TestScenesAreResolved(t *testing.T) {
	t.Parallel()
	mapped := []config.Rule{{Stash: "/stash", Plex: "/plex"}}
	for name, c := range map[string]struct {
		scene   scene.Scene
		rules   []config.Rule
		library library
		targets []string
		skip    skip.Code
		why     string
		scores  []float64
	}{
		"one item": {sceneWith("/stash/a.mkv"), mapped, library{items: []match.Candidate{item("1", "A", "/plex/a.mkv")}}, []string{"1"}, "", "", []float64{1}},
		"several items, each once": {
			sceneWith("/stash/a.mkv", "/stash/b.mkv"), mapped,
			library{items: []match.Candidate{item("1", "A", "/plex/b.mkv", "/plex/a.mkv"), item("2", "B", "/plex/b.mkv"), item("3", "C", "/plex/c.mkv")}},
			[]string{"1", "2"}, "", "", []float64{1, 1},
		},
		"the second file counts too": {sceneWith("/stash/a.mkv", "/other/b.mkv", "/stash/c.mkv"), mapped, library{items: []match.Candidate{item("3", "C", "/plex/c.mkv")}}, []string{"3"}, "", "", []float64{1}},
		"no file":                    {scene.Scene{ID: 7}, mapped, library{}, nil, skip.NoFile, "no file", nil},
		"not mapped":                 {sceneWith("/other/a.mkv"), mapped, library{items: []match.Candidate{item("1", "A", "/other/a.mkv")}}, nil, skip.PathNotMapped, `“/other/a.mkv”`, []float64{0.3}},
		"not in Plex":                {sceneWith("/stash/a.mkv"), mapped, library{}, nil, skip.NotInPlex, `“/plex/a.mkv”`, nil},
		"the same name elsewhere is only a suggestion": {sceneWith("/stash/a.mkv"), mapped, library{items: []match.Candidate{item("1", "A", "/plex/deep/A.mkv")}}, nil, skip.NotInPlex, "", []float64{0.3}},
		"another case is only a suggestion":            {sceneWith("/stash/a.mkv"), mapped, library{items: []match.Candidate{item("1", "A", "/plex/A.mkv")}}, nil, skip.PathCase, "", []float64{0.6}},
		"another case on Windows is the same file": {
			sceneWith("/stash/a.mkv"), []config.Rule{{Stash: "/stash", Plex: `D:\Plex`}},
			library{items: []match.Candidate{item("1", "A", `\\?\d:\plex\A.mkv`)}}, []string{"1"}, "", "", []float64{1},
		},
		"rules disagree": {
			sceneWith("/stash/a.mkv"), append([]config.Rule{{Stash: "/stash", Plex: "/else"}}, mapped...),
			library{items: []match.Candidate{item("1", "A", "/plex/a.mkv")}}, nil, skip.Ambiguous, `“/else/a.mkv”, “/plex/a.mkv”`, []float64{0.6},
		},
		"the scene's own claim is no other's": {
			sceneWith("/stash/a.mkv"), mapped,
			library{items: []match.Candidate{item("1", "A", "/plex/a.mkv")}, owners: map[string][]scene.ID{"/plex/a.mkv": {7}}},
			[]string{"1"}, "", "", []float64{1},
		},
		"item of two scenes": {
			sceneWith("/stash/a.mkv"), mapped,
			library{
				items:  []match.Candidate{item("1", "A", "/plex/a.mkv", "/plex/b.mkv", "/plex/c.mkv")},
				owners: map[string][]scene.ID{"/plex/a.mkv": {7}, "/plex/b.mkv": {9, 7}, "/plex/c.mkv": {8, 9}},
			},
			nil, skip.Ambiguous, "file of scene 8, 9", []float64{1},
		},
		"the clear item is written though another is shared": {
			sceneWith("/stash/a.mkv"), mapped,
			library{
				items:  []match.Candidate{item("1", "A", "/plex/a.mkv", "/plex/b.mkv"), item("2", "A again", "/plex/a.mkv")},
				owners: map[string][]scene.ID{"/plex/b.mkv": {9}},
			},
			[]string{"2"}, "", "", []float64{1, 1},
		},
		"a doubtful path does not spoil a certain one": {
			sceneWith("/stash/deep/a.mkv", "/stash/b.mkv"), append([]config.Rule{{Stash: "/stash/deep", Plex: "/x"}, {Stash: "/stash/deep", Plex: "/y"}}, mapped...),
			library{items: []match.Candidate{item("1", "A", "/x/a.mkv", "/plex/b.mkv")}}, []string{"1"}, "", "", []float64{1},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := match.Resolve(c.scene, match.NewMapper(c.rules), c.library.index())
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(keys(r), c.targets) || r.Skip != c.skip || !strings.Contains(r.Why.String(), c.why) {
				t.Errorf("got %v %q %q, want %v %q %q", keys(r), r.Skip, r.Why, c.targets, c.skip, c.why)
			}
			var scores []float64
			for _, s := range r.Candidates {
				scores = append(scores, s.Score)
			}
			if !slices.Equal(scores, c.scores) || len(r.Paths) != len(c.scene.Files) {
				t.Errorf("scores %v, want %v; paths %v", scores, c.scores, r.Paths)
			}
		})
	}
}

func TestAnIndexThatFailsIsAnErrorNotAMiss(t *testing.T) {
	t.Parallel()
	broken := errors.New("disk on fire")
	whole := library{items: []match.Candidate{item("1", "A", "/plex/a.mkv")}, err: broken}.index()
	healthy := library{items: []match.Candidate{item("1", "A", "/plex/a.mkv")}}.index()
	for name, ix := range map[string]match.Index{
		"items":  whole,
		"names":  {Items: func(string) ([]match.Candidate, error) { return nil, nil }, Names: whole.Names},
		"owners": {Items: healthy.Items, Owners: func(string) ([]scene.ID, error) { return nil, broken }},
	} {
		if r, err := match.Resolve(sceneWith("/plex/a.mkv"), match.Mapper{}, ix); !errors.Is(err, broken) || r.Skip != "" || len(r.Targets) > 0 {
			t.Errorf("%s: %+v, %v", name, r, err)
		}
	}
	if r, err := match.Resolve(sceneWith("/plex/b.mkv"), match.Mapper{}, match.Index{Items: healthy.Items}); err != nil || r.Skip != skip.NotInPlex {
		t.Errorf("without the optional lookups: %+v, %v", r, err)
	}
	if r, err := match.Resolve(sceneWith("/plex/a.mkv"), match.Mapper{}, match.Index{Items: healthy.Items}); err != nil || len(r.Targets) != 1 {
		t.Errorf("without the optional lookups: %+v, %v", r, err)
	}
}

func TestAnItemInPlexsTrashIsNoTarget(t *testing.T) {
	t.Parallel()
	gone := item("1", "Gone", "/plex/a.mkv")
	gone.Trashed = true
	r, err := match.Resolve(sceneWith("/plex/a.mkv"), match.Mapper{}, library{items: []match.Candidate{gone}}.index())
	if err != nil || len(r.Targets) != 0 || r.Skip != skip.NotInPlex || r.Why.String() != "the item “Gone” is in Plex's trash: Plex did not find its file in the last scan" {
		t.Errorf("%+v %v", r, err)
	}
	if len(r.Candidates) != 1 || r.Candidates[0].Score != match.Doubtful || r.Candidates[0].Why.String() != "in Plex's trash" {
		t.Errorf("candidates %+v", r.Candidates)
	}
	back := library{items: []match.Candidate{gone, item("2", "Here", "/plex/a.mkv")}}
	if r, err = match.Resolve(sceneWith("/plex/a.mkv"), match.Mapper{}, back.index()); err != nil || len(r.Targets) != 1 || r.Targets[0].Key.RatingKey != "2" {
		t.Errorf("beside one that is there: %+v %v", r, err)
	}
}
