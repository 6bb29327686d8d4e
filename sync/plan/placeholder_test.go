package plan_test

import (
	"slices"
	"testing"

	"lockstep/sync/plan"
	"lockstep/sync/scene"
)

// related is a scene with everything a placeholder can stand for.
func related() scene.Scene {
	s := harbour()
	s.Code, s.Director, s.URLs = "HL-1", "Dee  Rector", []string{"https://example.org/a", "https://example.org/b"}
	s.StashIDs = []scene.StashID{{Endpoint: "https://example.org", ID: "0f6f"}}
	s.Studio.Above = []scene.Named{{ID: "8", Name: "House"}, {ID: "9", Name: "World"}}
	s.Groups = []scene.Group{{Named: scene.Named{ID: "1", Name: "Coasts"}, Number: 3}, {Named: scene.Named{ID: "2", Name: "Ports"}}}
	s.Tags[0].Above, s.Tags[0].Aliases = []scene.Named{{ID: "7", Name: "Time"}}, []string{"Dark", "Nuit"}
	s.Tags[1].Aliases = []string{"Night", "Boats"} // the name of another
	s.Performers[0].Gender, s.Performers[0].Country, s.Performers[0].Tags = "FEMALE", "NO", []scene.Named{{ID: "5", Name: "Keeper"}, {ID: "6", Name: "Guest"}}
	s.Performers[1].Gender, s.Performers[1].Tags = "NON_BINARY", []scene.Named{{ID: "5", Name: "Keeper"}}
	s.Files[0].Width, s.Files[0].Height, s.Files[0].Duration = 1080, 1920, 3723.9
	return s
}

func TestPlaceholdersOfWhatBelongsToAScene(t *testing.T) {
	t.Parallel()
	for source, want := range map[string][]string{
		"{code} {director} {url} {stash_id}":     {"HL-1 Dee Rector https://example.org/a 0f6f"},
		"{studio} < {parent_studio} < {network}": {"North Quay < House < World"},
		"{resolution} {duration}":                {"1080p 1:02:03"},
		"{performer:female}":                     {"Ada Keel"},
		"{performer:non-binary}":                 {"Ben Mast"},
		"{performer:male}":                       nil,
		"{performer}[ ({performer_country})]":    {"Ada Keel (NO)", "Ben Mast"},
		"{performer_country}":                    {"NO"},
		"{performer_tag}":                        {"Keeper", "Guest"},
		"{tag<Time}":                             {"Night"},
		"{tag<7}":                                {"Night"},
		"{tag<Ships}":                            nil,
		"{tag:Nuit}":                             {"Night"},
		"{tag:boats}":                            {"Ships"},
		"{tag:Night}":                            {"Night"},
		"Group: {group}[ {group_number}]":        {"Group: Coasts 3", "Group: Ports"},
		"{group_number}":                         {"3"},
		"{organized:ok}{performer:intersex}{tag:Nowhere}": nil,
	} {
		w := plan.Want(related(), sourced(scene.FieldCollections, source))
		if got := w.Lists[scene.FieldCollections]; !slices.Equal(got, want) || len(w.Notes) != 0 {
			t.Errorf("%s: got %q, want %q; notes %v", source, got, want, w.Notes)
		}
	}
}

func TestWhatASceneLacksGivesNothing(t *testing.T) {
	t.Parallel()
	bare := harbour()
	bare.Studio, bare.Files = nil, nil
	for _, source := range []string{
		"{code}", "{director}", "{url}", "{stash_id}", "{studio}", "{parent_studio}", "{network}", "{resolution}", "{duration}",
		"{performer:female}", "{performer_country}", "{performer_tag}", "{tag<Time}", "{group}", "{group_number}",
	} {
		if got := plan.Want(bare, sourced(scene.FieldCollections, "x"+source)).Lists[scene.FieldCollections]; len(got) != 0 {
			t.Errorf("%s: %q", source, got)
		}
	}
	alone := harbour()
	if got := plan.Want(alone, sourced(scene.FieldStudio, "{network}[/{parent_studio}]")).Scalars[scene.FieldStudio]; got != "North Quay" {
		t.Errorf("the network of a studio without one is %q", got)
	}
}

func TestResolutionAndDurationAtTheirEdges(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		w, h     int
		duration float64
		want     string
	}{
		{1920, 1080, 59.9, "1080p 0:59"}, {1920, 1079, 60, "720p 1:00"}, {3840, 2160, 3599, "4K 59:59"}, {3840, 1919, 3600, "1440p 1:00:00"},
		{7680, 4320, 36_000, "8K 10:00:00"}, {320, 180, 0.4, "144p "}, {0, 0, -5, ""}, {12_288, 6144, 1e300, "HUGE 277777:46:40"},
	} {
		s := harbour()
		s.Files[0].Width, s.Files[0].Height, s.Files[0].Duration = tt.w, tt.h, tt.duration
		got := plan.Want(s, sourced(scene.FieldSummary, "{resolution} {duration}")).Scalars[scene.FieldSummary]
		if want := trimmed(tt.want); got != want {
			t.Errorf("%d×%d, %v s: got %q, want %q", tt.w, tt.h, tt.duration, got, want)
		}
	}
}

func trimmed(s string) string {
	for s != "" && s[len(s)-1] == ' ' {
		s = s[:len(s)-1]
	}
	return s
}

func TestChosenTagsAreKnownByTheirOtherNamesToo(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		only, omit []string
		source     string
		want       []string
	}{
		"omitted by an alias":        {nil, []string{"boats"}, "{tag}", []string{"Night"}},
		"only by an alias":           {[]string{"Nuit"}, nil, "{tag}", []string{"Night"}},
		"of performers":              {nil, []string{"Keeper"}, "{performer_tag}", []string{"Guest"}},
		"below a tag":                {nil, []string{"Night"}, "{tag<Time}", nil},
		"what is made of no tag":     {[]string{"Fog"}, nil, "{group}", []string{"Coasts", "Ports"}},
		"a performer is no tag":      {nil, []string{"Ada Keel"}, "{performer:female}", []string{"Ada Keel"}},
		"the same number is no sign": {[]string{"Fog"}, nil, "{performer}", []string{"Ada Keel", "Ben Mast"}},
	} {
		set := sourced(scene.FieldTags, tt.source)
		set.OnlyTags, set.OmitTags = tt.only, tt.omit
		if got := plan.Want(related(), set).Lists[scene.FieldTags]; !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %q, want %q", name, got, tt.want)
		}
	}
}
