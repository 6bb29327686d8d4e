package plan_test

import (
	"maps"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lockstep/sync/config"
	"lockstep/sync/plan"
	"lockstep/sync/scene"
)

// shown is a collection as it is read in full.
func shown(summary, thumb string, locked ...string) scene.Item {
	it := scene.Item{RatingKey: "7", Section: "1", Title: "Coasts", Summary: summary, Thumb: thumb, Locked: map[string]bool{}, Detailed: true}
	for _, name := range locked {
		it.Locked[name] = true
	}
	return it
}

func lookWanted(summary, sha string) plan.Wanted {
	want := plan.SubjectWanted(scene.Subject{Kind: scene.StudioSubject, Details: summary})
	want.Images = map[scene.Field]plan.Image{scene.FieldPoster: {SHA1: sha}}
	return want
}

func TestWhatACollectionShowsIsWrittenOnlyWhereNobodySetIt(t *testing.T) {
	t.Parallel()
	const sha = "0123456789012345678901234567890123456789"
	for name, c := range map[string]struct {
		item             scene.Item
		policy           config.Policy
		summary, picture plan.Action
	}{
		"empty":                    {shown("", ""), config.Merge, plan.Write, plan.Write},
		"empty, only filled":       {shown("", ""), config.Fill, plan.Write, plan.Write},
		"off":                      {shown("", ""), config.Off, plan.Skip, plan.Skip},
		"a person's, locked":       {shown("Mine", "/t/1", "summary", "thumb"), config.Merge, plan.Keep, plan.Keep},
		"a tool's, not locked":     {shown("Mine", "/t/1"), config.Merge, plan.Keep, plan.Keep},
		"emptied and locked":       {shown("", "", "summary", "thumb"), config.Merge, plan.Keep, plan.Keep},
		"as wanted, by chance":     {shown("About", ""), config.Merge, plan.Adopt, plan.Write},
		"a person's, only filled":  {shown("Mine", "/t/1"), config.Fill, plan.Keep, plan.Keep},
		"one of them a person's":   {shown("Mine", "", "summary"), config.Merge, plan.Keep, plan.Write},
		"from a listing: no locks": {scene.Item{RatingKey: "7", Title: "Coasts"}, config.Merge, "", ""},
	} {
		p := plan.Collection(c.item, lookWanted("About", sha), plan.Memory{}, c.policy)
		s, _ := p.Decision(scene.FieldSummary)
		i, _ := p.Decision(scene.FieldPoster)
		if s.Action != c.summary || i.Action != c.picture {
			t.Errorf("%s: summary %q, picture %q; want %q and %q", name, s.Action, i.Action, c.summary, c.picture)
		}
		if s.Action == plan.Keep && s.Said().IsZero() || i.Action == plan.Keep && i.Said().IsZero() {
			t.Errorf("%s: kept without a reason", name)
		}
		for field := range p.Edit.Scalars {
			if field != "summary" {
				t.Errorf("%s: the edit carries %s", name, field)
			}
		}
		if p.Changed && (p.Edit.Type != plan.CollectionType || len(p.Edit.Lists) > 0) {
			t.Errorf("%s: %+v", name, p.Edit)
		}
	}
}

// What is written arrives, the next plan has nothing to do, and an undo brings everything back,
// which then stays, whatever somebody had set before.
func TestTheLookOfACollectionIsWrittenOnceAndUndone(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SampledFrom([]string{"", "Mine", "About", "Other"})
		before := shown(text.Draw(t, "summary"), rapid.SampledFrom([]string{"", "/t/1"}).Draw(t, "thumb"))
		for _, name := range []string{"summary", "thumb"} {
			before.Locked[name] = rapid.Bool().Draw(t, name)
		}
		want := lookWanted(text.Draw(t, "wanted"), rapid.SampledFrom([]string{"", "0123456789012345678901234567890123456789"}).Draw(t, "logo"))
		policy := rapid.SampledFrom([]config.Policy{config.Fill, config.Merge}).Draw(t, "policy")
		now := time.Unix(1000, 0)
		p := plan.Collection(before, want, plan.Memory{}, policy)
		mem := p.Intent(plan.Memory{}, now)
		after := carriedOut(before, p)
		mem, missing := p.Verify(after, mem, now)
		if len(missing) > 0 {
			t.Fatalf("missing %+v", missing)
		}
		if again := plan.Collection(after, want, mem, policy); again.Changed {
			t.Fatalf("a second run writes %+v", again.Edit)
		}
		if !p.Changed {
			return
		}
		u := plan.UndoCollection(p.Former, after, mem)
		mem = u.Intent(mem, now)
		back := carriedOut(after, u)
		mem, missing = u.Verify(back, mem, now)
		if len(missing) > 0 || back.Summary != before.Summary || (back.Thumb == "") != (before.Thumb == "") || back.Locked["summary"] != before.Locked["summary"] || back.Locked["thumb"] != before.Locked["thumb"] {
			t.Fatalf("undone %+v, was %+v, missing %+v", back, before, missing)
		}
		if again := plan.Collection(back, want, mem, policy); again.Changed {
			t.Fatalf("what was undone is written again: %+v", again.Edit)
		}
	})
}

// carriedOut is the collection after a plan.
func carriedOut(it scene.Item, p plan.Plan) scene.Item {
	locked := map[string]bool{}
	maps.Copy(locked, it.Locked)
	it.Locked = locked
	if v, ok := p.Edit.Scalars["summary"]; ok {
		it.Summary = v
	}
	maps.Copy(it.Locked, p.Edit.Locks)
	if len(p.Uploads) > 0 {
		it.Thumb += "/uploaded"
	}
	for _, r := range p.Restores {
		if it.Thumb = ""; r.HadImage {
			it.Thumb = "/t/restored"
		}
	}
	if p.Changed {
		it.UpdatedAt++
	}
	return it
}

func TestWhichCollectionsAreAboutASubject(t *testing.T) {
	t.Parallel()
	studio := scene.Subject{Kind: scene.StudioSubject, Named: scene.Named{ID: "1", Name: "Sea Films"}}
	group := scene.Subject{Kind: scene.GroupSubject, Named: scene.Named{ID: "2", Name: "Night Boats"}}
	for name, c := range map[string]struct {
		sources       []string
		policy        config.Policy
		studio, group []string
	}{
		"the usual one":          {nil, config.Merge, []string{"Studio: Sea Films"}, nil},
		"the studio alone":       {[]string{"{studio}"}, config.Merge, []string{"Sea Films"}, nil},
		"with a word before it":  {[]string{"Studio: {studio}"}, config.Merge, []string{"Studio: Sea Films"}, nil},
		"parents and groups":     {[]string{"{parent_studio}", "Film: {group}"}, config.Merge, []string{"Sea Films"}, []string{"Film: Night Boats"}},
		"of a year or performer": {[]string{"{studio} ({year})", "{performer}", "Always"}, config.Merge, nil, nil},
		"collections are off":    {nil, config.Off, nil, nil},
	} {
		s := config.Defaults()
		s.Fields[scene.FieldCollections] = c.policy
		if c.sources != nil {
			s.Sources = map[scene.Field][]string{scene.FieldCollections: c.sources}
		}
		if got := plan.CollectionTitles(s, studio); len(got) != len(c.studio) || len(got) > 0 && got[0] != c.studio[0] {
			t.Errorf("%s: studio %q, want %q", name, got, c.studio)
		}
		if got := plan.CollectionTitles(s, group); len(got) != len(c.group) || len(got) > 0 && got[0] != c.group[0] {
			t.Errorf("%s: group %q, want %q", name, got, c.group)
		}
	}
	if !plan.SameTitle("Sea Films ", "SEA FILMS") || plan.SameTitle("Sea Films", "Sea Film") {
		t.Error("titles")
	}
}
