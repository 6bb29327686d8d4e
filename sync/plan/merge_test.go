package plan_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"lockstep/sync/config"
	"lockstep/sync/plan"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
)

// TestScalarPolicies walks through every kind of present value under every policy.
// "ours" was written by an earlier sync of another value.
func TestScalarPolicies(t *testing.T) {
	t.Parallel()
	type outcome struct {
		action  plan.Action
		code    skip.Code
		foreign bool
	}
	for name, c := range map[string]struct {
		policy config.Policy
		now    string
		locked bool
		ours   bool
		want   string
		out    outcome
	}{
		"merge, agent's":                 {config.Merge, "agent", false, false, "Quay", outcome{plan.Write, "", true}},
		"merge, empty":                   {config.Merge, "", false, false, "Quay", outcome{plan.Write, "", false}},
		"merge, a person's":              {config.Merge, "person", true, false, "Quay", outcome{plan.Keep, skip.LockedInPlex, false}},
		"merge, locked empty":            {config.Merge, "", true, false, "Quay", outcome{plan.Keep, skip.LockedInPlex, false}},
		"merge, ours":                    {config.Merge, "before", true, true, "Quay", outcome{plan.Write, "", false}},
		"merge, edited after us":         {config.Merge, "person", true, true, "Quay", outcome{plan.Keep, skip.PlexEditKept, false}},
		"merge, equal":                   {config.Merge, "Quay", false, false, "Quay", outcome{plan.Adopt, "", false}},
		"merge, clears ours":             {config.Merge, "before", true, true, "", outcome{plan.Clear, "", false}},
		"merge, does not clear agent's":  {config.Merge, "agent", false, false, "", outcome{plan.Keep, "", false}},
		"merge, does not clear person's": {config.Merge, "person", true, true, "", outcome{plan.Keep, skip.PlexEditKept, false}},
		"merge, does not clear others'":  {config.Merge, "person", true, false, "", outcome{plan.Keep, "", false}},
		"mirror, a person's":             {config.Mirror, "person", true, false, "Quay", outcome{plan.Write, "", true}},
		"mirror, clears":                 {config.Mirror, "person", true, false, "", outcome{plan.Clear, "", true}},
		"fill, empty":                    {config.Fill, "", false, false, "Quay", outcome{plan.Write, "", false}},
		"fill, not empty":                {config.Fill, "agent", false, false, "Quay", outcome{plan.Keep, skip.PolicyFill, false}},
		"fill, nothing to fill in":       {config.Fill, "agent", false, false, "", outcome{plan.Same, "", false}},
		"off":                            {config.Off, "agent", false, false, "Quay", outcome{plan.Skip, skip.PolicyOff, false}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			set := allFields(config.Off)
			set.Fields[scene.FieldStudio] = c.policy
			s := newShelf(scene.Item{Title: "x"})
			var mem plan.Memory
			if c.ours {
				_, mem = s.sync(studio("before", set), mem, set)
			}
			s.item.Studio, s.item.Locked["studio"] = c.now, c.locked
			d := fieldOf(t, plan.Make(s.read(), studio(c.want, set), mem, set), scene.FieldStudio)
			if got := (outcome{d.Action, d.Code, d.Foreign}); got != c.out {
				t.Errorf("got %+v, want %+v (%s)", got, c.out, d.Why)
			}
			if d.Old != c.now {
				t.Errorf("old %q", d.Old)
			}
		})
	}
}

func studio(name string, set config.Settings) plan.Wanted {
	w := plan.Want(scene.Scene{}, set)
	w.Scalars[scene.FieldStudio] = name
	return w
}

func TestATitleIsNeverClearedAndAFileNameIsNobodys(t *testing.T) {
	t.Parallel()
	for _, policy := range []config.Policy{config.Merge, config.Mirror, config.Fill} {
		set := allFields(policy)
		s := newShelf(scene.Item{Title: "Harbour Lights 2020"})
		p, mem := s.sync(wantHarbour(set), plan.Memory{}, set)
		if d := fieldOf(t, p, scene.FieldTitle); d.Action != plan.Write || d.Foreign {
			t.Errorf("%s: %+v", policy, d)
		}
		for _, empty := range []func(plan.Wanted){
			func(w plan.Wanted) { delete(w.Scalars, scene.FieldTitle) },
			func(w plan.Wanted) { w.Scalars[scene.FieldTitle] = "" },
		} {
			w := wantHarbour(set)
			empty(w)
			p := plan.Make(s.read(), w, mem, set)
			if d := fieldOf(t, p, scene.FieldTitle); d.Action != plan.Same || p.Changed {
				t.Errorf("%s: %+v", policy, d)
			}
		}
	}
	item := newShelf(scene.Item{Title: "My own title"}).read()
	if d := fieldOf(t, plan.Make(item, wantHarbour(allFields(config.Merge)), plan.Memory{}, allFields(config.Merge)), scene.FieldTitle); !d.Foreign {
		t.Errorf("%+v", d)
	}
}

func TestARatingIsAPersonsUnlessNobodyRated(t *testing.T) {
	t.Parallel()
	set := allFields(config.Off)
	set.Fields[scene.FieldRating] = config.Merge
	s := newShelf(scene.Item{Title: "x", Rating: "3.0"})
	if d := fieldOf(t, plan.Make(s.read(), wantHarbour(set), plan.Memory{}, set), scene.FieldRating); d.Action != plan.Keep || d.Code != skip.LockedInPlex {
		t.Errorf("rated by a person: %+v", d)
	}
	s.item.Rating = ""
	p, mem := s.sync(wantHarbour(set), plan.Memory{}, set)
	if s.item.Rating != "8.5" || !p.Edit.Locks["userRating"] {
		t.Errorf("unrated: %+v", p.Edit)
	}
	s.item.Rating = ""
	if d := fieldOf(t, plan.Make(s.read(), wantHarbour(set), mem, set), scene.FieldRating); d.Action != plan.Keep || d.Code != skip.PlexEditKept {
		t.Errorf("taken away by a person: %+v", d)
	}
}

func TestListsGoByElement(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		policy  config.Policy
		first   []string // written before, if any
		now     []string
		locked  bool
		want    []string
		result  []string
		code    skip.Code
		foreign bool
	}{
		"agent's list becomes ours":              {config.Merge, nil, []string{"agent"}, false, []string{"Night"}, []string{"Night"}, "", true},
		"agent's list stays without a wish":      {config.Merge, nil, []string{"agent"}, false, nil, []string{"agent"}, "", false},
		"locked without memory only gains":       {config.Merge, nil, []string{"own", "Old"}, true, []string{"Night"}, []string{"own", "Old", "Night"}, "", false},
		"what Stash lost goes":                   {config.Merge, []string{"Night", "Fog"}, []string{"own", "Night", "Fog"}, true, []string{"Night"}, []string{"own", "Night"}, "", false},
		"what a person removed stays out":        {config.Merge, []string{"Night", "Fog"}, []string{"Night"}, true, []string{"Night", "Fog"}, []string{"Night"}, skip.PlexEditKept, false},
		"empty wish takes ours":                  {config.Merge, []string{"Night"}, []string{"own", "Night"}, true, nil, []string{"own"}, "", false},
		"case is not a difference":               {config.Merge, nil, []string{"NIGHT", "e\u0301lan"}, true, []string{"Night", "Élan"}, []string{"NIGHT", "e\u0301lan"}, "", false},
		"mirror takes all":                       {config.Mirror, nil, []string{"own", "Night"}, true, []string{"Night", "Fog"}, []string{"Night", "Fog"}, "", true},
		"mirror clears":                          {config.Mirror, nil, []string{"own"}, true, nil, nil, "", true},
		"fill leaves":                            {config.Fill, nil, []string{"agent"}, false, []string{"Night"}, []string{"agent"}, skip.PolicyFill, false},
		"fill fills":                             {config.Fill, nil, nil, false, []string{"Night"}, []string{"Night"}, "", false},
		"unlocked ours becomes the wish, whole":  {config.Merge, []string{"Night"}, []string{"agent"}, false, []string{"Night"}, []string{"Night"}, "", true},
		"unlocked and no wish loses ours only":   {config.Merge, []string{"Night"}, []string{"Night", "agent"}, false, nil, []string{"agent"}, "", false},
		"a person's extra is not worth a report": {config.Merge, nil, []string{"own", "Night"}, true, []string{"Night"}, []string{"own", "Night"}, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			set := allFields(config.Off)
			set.Fields[scene.FieldTags] = c.policy
			s := newShelf(scene.Item{Title: "x"})
			var mem plan.Memory
			if c.first != nil {
				_, mem = s.sync(tags(c.first, set), mem, set)
			}
			s.item.Tags, s.item.Locked["genre"] = c.now, c.locked
			p, _ := s.sync(tags(c.want, set), mem, set)
			d := fieldOf(t, p, scene.FieldTags)
			if !slices.Equal(s.item.Tags, c.result) || d.Code != c.code || d.Foreign != c.foreign {
				t.Errorf("got %q %s foreign %v, want %q %s %v", s.item.Tags, d.Code, d.Foreign, c.result, c.code, c.foreign)
			}
			ours := c.locked || len(c.want) > 0 || len(c.result) == 0
			if p.Changed == slices.Equal(c.now, c.result) || p.Changed && s.item.Locked["genre"] != ours {
				t.Errorf("changed %v, locked %v", p.Changed, s.item.Locked["genre"])
			}
		})
	}
}

func tags(names []string, set config.Settings) plan.Wanted {
	w := plan.Want(scene.Scene{}, set)
	w.Lists[scene.FieldTags] = names
	return w
}

func TestCollectionsAlwaysCountAsLocked(t *testing.T) {
	t.Parallel()
	set := allFields(config.Off)
	set.Fields[scene.FieldCollections] = config.Merge
	s := newShelf(scene.Item{Title: "x", Collections: []string{"My favourites"}})
	_, _ = s.sync(wantHarbour(set), plan.Memory{}, set)
	if want := []string{"My favourites", "Studio: North Quay"}; !slices.Equal(s.item.Collections, want) {
		t.Errorf("got %q, want %q", s.item.Collections, want)
	}
}

func TestTheEditCarriesEveryOtherScalar(t *testing.T) {
	t.Parallel()
	set := config.Defaults()
	s := newShelf(scene.Item{
		Title: "Harbour Lights", TitleSort: "Lights", Studio: "North Quay", Summary: "A person's summary", OriginalTitle: "Hafenlichter",
		Tagline: "A tagline", ContentRating: "PG", Rating: "7.0", Performers: []string{"Ada Keel", "Ben Mast"},
		Locked: map[string]bool{"summary": true, "tagline": true, "actor": true},
	})
	p := plan.Make(s.read(), wantHarbour(set), plan.Memory{}, set)
	scalars := map[string]string{
		"title": "Harbour Lights", "studio": "North Quay", "summary": "A person's summary", "originallyAvailableAt": "2020-05-17",
		"originalTitle": "Hafenlichter", "tagline": "A tagline", "contentRating": "PG",
	}
	if !maps.Equal(p.Edit.Scalars, scalars) {
		t.Errorf("scalars %v, want %v", p.Edit.Scalars, scalars)
	}
	locks := map[string]bool{
		"title": true, "studio": true, "summary": true, "originallyAvailableAt": true, "genre": true, "thumb": true,
		"originalTitle": false, "tagline": true, "contentRating": false,
	}
	if !maps.Equal(p.Edit.Locks, locks) {
		t.Errorf("locks %v, want %v", p.Edit.Locks, locks)
	}
	if _, carried := p.Edit.Lists["actor"]; carried || len(p.Edit.Lists) != 1 {
		t.Errorf("lists %v: locked ones that stay need no place", p.Edit.Lists)
	}
	s.item.Locked["titleSort"] = true
	if p := plan.Make(s.read(), wantHarbour(set), plan.Memory{}, set); p.Edit.Scalars["titleSort"] != "Lights" || !p.Edit.Locks["titleSort"] {
		t.Errorf("a locked sort title is not carried: %v", p.Edit)
	}
}

func TestAValueTooLongForARequestIsLockedInsteadAndUnlockedByUndo(t *testing.T) {
	t.Parallel()
	set := config.Defaults()
	set.Fields[scene.FieldSummary] = config.Off
	long := strings.Repeat("\u6e2f", 2000)
	s := newShelf(scene.Item{Title: "Harbour Lights 2020", Summary: long, Tagline: long})
	p, mem := s.sync(wantHarbour(set), plan.Memory{}, set)
	if _, sent := p.Edit.Scalars["summary"]; sent || !s.item.Locked["summary"] || !s.item.Locked["tagline"] {
		t.Errorf("sent %v, locks %v", sent, s.item.Locked)
	}
	u, _, missing := s.undo(p.Former, mem)
	if _, sent := u.Edit.Scalars["summary"]; sent || s.item.Locked["summary"] || s.item.Locked["tagline"] || len(missing) > 0 || s.item.Summary != long {
		t.Errorf("sent %v, locks %v, missing %v", sent, s.item.Locked, missing)
	}
}

func TestAnItemInStepIsNotWrittenForALock(t *testing.T) {
	t.Parallel()
	set := config.Defaults()
	s := newShelf(scene.Item{
		Title: "Harbour Lights", Studio: "North Quay", Summary: "Ships at night.\r\nA second line.", Date: "2020-05-17 00:00:00",
		Performers: []string{"ben mast", "Ada Keel"}, Tags: []string{"Ships", "Night"},
	})
	w := wantHarbour(set)
	w.Images[scene.FieldPoster] = plan.Image{Unknown: true}
	p, mem := s.sync(w, plan.Memory{}, set)
	if p.Changed || !p.Edit.Empty() || !p.Former.Empty() || !mem.Known(scene.FieldTitle) || mem.Known(scene.FieldPoster) {
		t.Errorf("%+v", p)
	}
	if again := plan.Make(s.read(), w, mem, set); fieldOf(t, again, scene.FieldTitle).Action != plan.Same || !again.Adopted(mem).Equal(mem) {
		t.Errorf("%+v", again)
	}
}

func TestAListingIsNotEnough(t *testing.T) {
	t.Parallel()
	p := plan.Make(scene.Item{RatingKey: "55", Title: "x"}, wantHarbour(config.Defaults()), plan.Memory{}, config.Defaults())
	if _, found := p.Decision(scene.FieldTitle); !p.Blind || p.Changed || found {
		t.Errorf("%+v", p)
	}
}

func TestAnEditLocksWhatIsInStepAlready(t *testing.T) {
	t.Parallel()
	set := config.Defaults()
	s := newShelf(scene.Item{Title: "Harbour Lights", Tags: []string{"Ships", "Night"}, Collections: []string{"agent"}})
	p, _ := s.sync(wantHarbour(set), plan.Memory{}, set)
	if l := p.Edit.Lists["genre"]; !slices.Equal(l.Want, []string{"Ships", "Night"}) || len(l.Remove) != 0 {
		t.Errorf("an unlocked list in step is carried: %+v", p.Edit.Lists)
	}
	if !s.item.Locked["genre"] || !s.item.Locked["title"] || s.item.Locked["collection"] {
		t.Errorf("locks %v", s.item.Locked)
	}
}
