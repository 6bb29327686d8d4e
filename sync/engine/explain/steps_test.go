package explain

import (
	"slices"
	"strings"
	"testing"

	"lockstep/sync/compare"
	"lockstep/sync/config"
	"lockstep/sync/fault"
	"lockstep/sync/match"
	"lockstep/sync/message"
	"lockstep/sync/reconcile"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

func TestTheStashStepTellsEditFilesAndWhenItWasInStep(t *testing.T) {
	t.Parallel()
	files := func(paths ...string) (out []scene.File) {
		for _, p := range paths {
			out = append(out, scene.File{Path: p})
		}
		return out
	}
	for name, tt := range map[string]struct {
		sc    scene.Scene
		seen  store.Seen
		words string
		lines []string
	}{
		"never in step": {scene.Scene{ID: 5}, store.Seen{}, "scene 5", []string{"no file", "Lockstep has never seen it in step"}},
		"edited and in step": {
			scene.Scene{ID: 5, UpdatedAt: "2026-03-01T14:00:00+02:00", Files: files("/a.mp4")}, store.Seen{Synced: noon},
			"scene 5, edited 2026-03-01T12:00:00Z", []string{"file /a.mp4", "last seen in step 2026-03-01T12:00:00Z"},
		},
		"two files": {scene.Scene{ID: 5, UpdatedAt: "yesterday", Files: files("/a.mp4", "/b.mp4")}, store.Seen{Synced: noon}, "scene 5", []string{"file /a.mp4", "file /b.mp4", "last seen in step 2026-03-01T12:00:00Z"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := inStash(reconcile.Finding{Comparison: &compare.Comparison{Scene: &tt.sc, Seen: tt.seen}})
			if got.Message.String() != tt.words || !slices.Equal(english(got.Lines), tt.lines) {
				t.Errorf("%q %q, want %q %q", got.Message, got.Lines, tt.words, tt.lines)
			}
		})
	}
}

func TestThePathStepNamesTheRuleOfEachPath(t *testing.T) {
	t.Parallel()
	rules := []config.Rule{{Stash: "/stash", Plex: "/plex"}}
	for name, tt := range map[string]struct {
		rules []config.Rule
		paths []match.Mapped
		words string
		more  int
	}{
		"no file":    {rules, nil, "there is no file to look for", 0},
		"a rule":     {rules, []match.Mapped{{Stash: "/stash/a.mp4", Plex: []string{"/plex/a.mp4"}}}, "rule /stash → /plex gives /plex/a.mp4", 0},
		"none fits":  {rules, []match.Mapped{{Stash: "/other/a.mp4"}}, "no path rule covers /other/a.mp4", 0},
		"without":    {nil, []match.Mapped{{Stash: "/a.mp4", Plex: []string{"/a.mp4"}}}, "no path rules: the same path in Plex, /a.mp4", 0},
		"two files":  {rules, []match.Mapped{{Stash: "/stash/a.mp4", Plex: []string{"/plex/a.mp4"}}, {Stash: "/other/b.mp4"}}, "rule /stash → /plex gives /plex/a.mp4", 1},
		"both apart": {rules, []match.Mapped{{Stash: "/other/a.mp4"}, {Stash: "/other/b.mp4"}}, "no path rule covers /other/a.mp4", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := explanation{Situation: Situation{Run: reconcile.Run{Mapper: match.NewMapper(tt.rules)}}}
			got := x.mapped(reconcile.Finding{Comparison: &compare.Comparison{Match: match.Result{Paths: tt.paths}}})
			if got.Message.String() != tt.words || len(got.Lines) != tt.more {
				t.Errorf("%q and %q, want %q and %d more", got.Message, got.Lines, tt.words, tt.more)
			}
		})
	}
}

func TestThePlexStepTellsWhatWasFoundAndConsidered(t *testing.T) {
	t.Parallel()
	candidate := func(key, section string) match.Candidate {
		return match.Candidate{Key: scene.ItemKey{RatingKey: key}, Section: section, Title: "Low Tide"}
	}
	target := match.Target{Candidate: candidate("7", "1")}
	paths := []match.Mapped{{Stash: "/a.mp4"}}
	listing := fault.New(fault.Unreachable, fault.Plex, message.Foreign("Plex does not answer."), message.None, nil)
	for name, tt := range map[string]struct {
		r        match.Result
		unlisted *fault.Error
		words    string
		lines    []string
	}{
		"one":        {match.Result{Targets: []match.Target{target}}, nil, "found: “Low Tide” in Films (item 7)", nil},
		"two":        {match.Result{Targets: []match.Target{target, target}}, nil, "found 2 items; each is kept in step", nil},
		"none":       {match.Result{Why: message.Foreign("no item at /a.mp4"), Paths: paths}, nil, "no item at /a.mp4", nil},
		"not listed": {match.Result{Why: message.Foreign("no item at /a.mp4"), Paths: paths}, listing, "Plex has not listed its libraries yet: Plex does not answer", nil},
		"no file":    {match.Result{}, listing, "nothing to look for", nil},
		"candidates": {
			match.Result{Targets: []match.Target{target}, Candidates: []match.Scored{
				{Candidate: candidate("7", "1"), Path: "/a.mp4", Score: match.Certain, Why: message.Foreign("the same path")},
				{Candidate: candidate("8", "2"), Path: "/A.mp4", Score: match.Doubtful, Why: message.Foreign("the same path but for case")},
			}}, nil, "found: “Low Tide” in Films (item 7)",
			[]string{"“Low Tide” in Films (item 7): the same path, 100 %", "“Low Tide” in library 2 (item 8, file /A.mp4): the same path but for case, 60 %"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := explanation{Situation: Situation{Run: reconcile.Run{Sections: []scene.Section{{ID: "1", Title: "Films"}}}}, unlisted: tt.unlisted}
			got := x.inPlex(reconcile.Finding{Comparison: &compare.Comparison{Match: tt.r}})
			if got.Message.String() != tt.words || !slices.Equal(english(got.Lines), tt.lines) {
				t.Errorf("%q %q, want %q %q", got.Message, got.Lines, tt.words, tt.lines)
			}
		})
	}
}

func TestTheBestOfManyUnmatchedPathsAreShownAsExamples(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	m := New(h, &fakeLoop{}).connected(Situation{Stash: fakeStash{}, Machine: "m"}, nil)
	var page []scene.FileStamp
	for i := range 3 * mapExamples {
		page = append(page, scene.FileStamp{Files: []scene.File{{Path: "/x/" + strings.Repeat("a", i+1) + ".mp4"}}})
	}
	if err := m.page(page); err != nil {
		t.Fatal(err)
	}
	if m.out.Total != 3*mapExamples || m.out.Covered != 0 || len(m.out.Unmatched) != mapExamples || m.out.Unmatched[0] != "/x/a.mp4" {
		t.Errorf("%+v", m.out)
	}
}

func TestARuleIsWorthItWhenThePathsDiffer(t *testing.T) {
	t.Parallel()
	rule := config.Rule{Stash: "/stash", Plex: "/plex"}
	for name, tt := range map[string]struct {
		present []config.Rule
		rule    config.Rule
		want    bool
	}{
		"new":                      {nil, rule, true},
		"the same folder, no rule": {nil, config.Rule{Stash: "/a", Plex: "/a"}, false},
		"known":                    {[]config.Rule{rule}, rule, false},
		"another target":           {[]config.Rule{rule}, config.Rule{Stash: "/stash", Plex: "/films"}, true},
		"beside the rules":         {[]config.Rule{rule}, config.Rule{Stash: "/a", Plex: "/a"}, true},
	} {
		m := mapping{mapper: match.NewMapper(tt.present)}
		if got := m.worth(match.Suggestion{Rule: tt.rule}); got != tt.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
