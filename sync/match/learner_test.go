package match

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"lockstep/sync/config"
)

// told is a pair in words: both heads and what agrees.
func told(p pair) string {
	s, x := p.heads()
	return fmt.Sprintf("%s > %s (%d)", s, x, p.tail)
}

// Two paths agree from the end as far as they do, and each keeps its volume.
func TestHowFarTwoPathsAgree(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ stash, plex, want string }{
		{"/data/films/a.mkv", "/mnt/films/a.mkv", "/data > /mnt (2)"},
		{"/data/films/a.mkv", "/mnt/other/a.mkv", "/data/films > /mnt/other (1)"},
		{"/data/films/a.mkv", "/mnt/films/b.mkv", "/data/films/a.mkv > /mnt/films/b.mkv (0)"},
		{"/films/a.mkv", "/films/a.mkv", "/ > / (2)"},
		{"/a.mkv", "/mnt/a.mkv", "/ > /mnt (1)"},
		{"/data/Films/a.mkv", "/mnt/films/a.mkv", "/data/Films > /mnt/films (1)"},
		{"/data/Films/A.mkv", `D:\films\a.mkv`, `/data > D:\ (2)`},
		{`E:\Films\a.mkv`, "/films/A.mkv", `E:\ > / (2)`},
		{`\\nas\films\a.mkv`, "/mnt/films/a.mkv", `\\nas > /mnt (2)`},
	} {
		if got := told(pairOf(split(tt.stash), split(tt.plex))); got != tt.want {
			t.Errorf("%s and %s: %s, want %s", tt.stash, tt.plex, got, tt.want)
		}
	}
}

// Files pair by the shortest end of their paths that is unique on both sides.
func TestFilesPairByTheShortestEndThatIsUnique(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		stash, plex []string
		want        []string
	}{
		"by name":                    {[]string{"/data/a.mkv"}, []string{"/mnt/a.mkv"}, []string{"/data > /mnt (1)"}},
		"in any case of the name":    {[]string{"/data/A.mkv"}, []string{"/mnt/a.mkv"}, nil}, // they pair and then agree in nothing
		"by folder":                  {[]string{"/data/x/a.mkv", "/data/y/a.mkv"}, []string{"/mnt/x/a.mkv", "/mnt/y/a.mkv"}, []string{"/data > /mnt (2)", "/data > /mnt (2)"}},
		"several in Stash, one here": {[]string{"/data/x/a.mkv", "/data/y/a.mkv"}, []string{"/mnt/x/a.mkv"}, []string{"/data > /mnt (2)"}},
		"one in Stash, several here": {[]string{"/data/x/a.mkv"}, []string{"/mnt/x/a.mkv", "/mnt/y/a.mkv"}, []string{"/data > /mnt (2)"}},
		"unknown to Plex":            {[]string{"/data/a.mkv"}, []string{"/mnt/b.mkv"}, nil},
		"too short to tell apart":    {[]string{"/x/a.mkv", "/y/a.mkv"}, []string{"/mnt/x/a.mkv", "/mnt/y/a.mkv"}, []string{"/ > /mnt (2)", "/ > /mnt (2)"}},
		"the same path twice":        {[]string{"/data/a.mkv", "/data/a.mkv"}, []string{"/mnt/a.mkv"}, nil},
		"nothing":                    {nil, nil, nil},
	} {
		var got []string
		for _, p := range pairs(splitAll(tt.stash), splitAll(tt.plex)) {
			got = append(got, told(p))
		}
		if slices.Sort(got); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}

// A path that is nothing but a volume, or relative of one segment, says nothing.
func TestPathsThatSayNothingAreLeftOut(t *testing.T) {
	t.Parallel()
	var got []string
	for _, l := range splitAll([]string{"/", "a.mkv", "D:", `D:\a.mkv`, "/a.mkv", "x/a.mkv", ""}) {
		got = append(got, l.String())
	}
	if want := []string{`D:\a.mkv`, "/a.mkv", "x/a.mkv"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func pairsOf(paths ...string) (out []pair) {
	for _, p := range paths {
		stash, plex, _ := strings.Cut(p, " > ")
		out = append(out, pairOf(split(stash), split(plex)))
	}
	return out
}

// The folders all pairs of a group share below their heads belong to the rule.
func TestTheFoldersAGroupShares(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		group []pair
		want  int
		rule  config.Rule
	}{
		"none":              {pairsOf("/data/x/a.mkv > /mnt/x/a.mkv", "/data/y/b.mkv > /mnt/y/b.mkv"), 0, config.Rule{Stash: "/data", Plex: "/mnt"}},
		"one":               {pairsOf("/data/x/a.mkv > /mnt/x/a.mkv", "/data/x/b.mkv > /mnt/x/b.mkv"), 1, config.Rule{Stash: "/data/x", Plex: "/mnt/x"}},
		"one of two":        {pairsOf("/data/x/y/a.mkv > /mnt/x/y/a.mkv", "/data/x/z/b.mkv > /mnt/x/z/b.mkv"), 1, config.Rule{Stash: "/data/x", Plex: "/mnt/x"}},
		"two":               {pairsOf("/data/x/y/a.mkv > /mnt/x/y/a.mkv", "/data/x/y/b.mkv > /mnt/x/y/b.mkv"), 2, config.Rule{Stash: "/data/x/y", Plex: "/mnt/x/y"}},
		"never the file":    {pairsOf("/data/a.mkv > /mnt/a.mkv", "/data/a.mkv > /mnt/a.mkv"), 0, config.Rule{Stash: "/data", Plex: "/mnt"}},
		"none of two":       {pairsOf("/data/x/y/a.mkv > /mnt/x/y/a.mkv", "/data/p/q/b.mkv > /mnt/p/q/b.mkv"), 0, config.Rule{Stash: "/data", Plex: "/mnt"}},
		"one lies higher":   {pairsOf("/data/x/y/a.mkv > /mnt/x/y/a.mkv", "/data/b.mkv > /mnt/b.mkv"), 0, config.Rule{Stash: "/data", Plex: "/mnt"}},
		"the same but once": {pairsOf("/data/x/y/a.mkv > /mnt/x/y/a.mkv", "/data/x/q/y/b.mkv > /mnt/x/q/y/b.mkv"), 1, config.Rule{Stash: "/data/x", Plex: "/mnt/x"}},
		"case on Windows":   {pairsOf(`/data/x/a.mkv > D:\X\a.mkv`, `/data/x/b.mkv > D:\x\b.mkv`), 1, config.Rule{Stash: "/data/x", Plex: `D:\X`}},
	} {
		got := sharedFolders(tt.group)
		if r := ruleAt(tt.group[0], got); got != tt.want || r.text != tt.rule {
			t.Errorf("%s: %d, %+v, want %d, %+v", name, got, r.text, tt.want, tt.rule)
		}
	}
}

// Where only bare file names speak for a rule, it takes all files, or most of several.
func TestWhatConvinces(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		covered, total int
		want           bool
	}{{2, 2, true}, {2, 3, false}, {3, 4, true}, {3, 6, true}, {3, 7, false}, {1, 1, true}, {0, 5, false}, {50, 100, true}, {49, 100, false}} {
		if got := convincing(Suggestion{Covered: tt.covered, Total: tt.total}); got != tt.want {
			t.Errorf("%d of %d: %v", tt.covered, tt.total, got)
		}
	}
}

// A rule that leads one known file elsewhere than where Plex has it is contradicted.
func TestOneFileContradictsARule(t *testing.T) {
	t.Parallel()
	l := &learner{pairs: pairsOf("/data/x/a.mkv > /mnt/x/a.mkv", "/data/y/b.mkv > /other/y/b.mkv")}
	for text, want := range map[string]bool{"/data > /mnt": true, "/data/x > /mnt/x": false, "/data/y > /mnt/y": true, "/data/y > /other/y": false, "/elsewhere > /mnt": false} {
		stash, plex, _ := strings.Cut(text, " > ")
		if got := l.contradicted(rule{stash: split(stash), plex: split(plex)}); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}

// The one with most evidence comes first, then by the name of the folder.
func TestSuggestionsAreOrderedByEvidence(t *testing.T) {
	t.Parallel()
	var stash, plex []string
	for root, files := range map[string]int{"b": 2, "a": 2, "c": 4} {
		for i := range files {
			stash = append(stash, fmt.Sprintf("/%s/films/%s%d.mkv", root, root, i))
			plex = append(plex, fmt.Sprintf("/mnt-%s/films/%s%d.mkv", root, root, i))
		}
	}
	stash = append(stash, "/c/films/missing.mkv")
	var got []string
	for _, s := range Learn(stash, plex) {
		got = append(got, fmt.Sprintf("%s %d/%d", s.Rule.Stash, s.Covered, s.Total))
	}
	if want := []string{"/c/films 4/5", "/a/films 2/2", "/b/films 2/2"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
