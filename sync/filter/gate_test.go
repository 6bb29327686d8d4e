package filter_test

import (
	"testing"

	"lockstep/sync/config"
	"lockstep/sync/filter"
	"lockstep/sync/message"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
)

// stash has tags and studios, some below others:
//
//	1 Ships ── 2 Ferries ── 3 Car ferries     10 North ── 11 North Quay
//	4 Night (alias Dark)                      12 South
var stash = scene.Tree{
	Tags: []scene.Node{
		node("1", "Ships"), node("2", "Ferries", "1"), node("3", "Car ferries", "2"),
		{Named: scene.Named{ID: "4", Name: "Night"}, Aliases: []string{"Dark"}},
	},
	Studios: []scene.Node{node("10", "North"), node("11", "North Quay", "10"), node("12", "South")},
}

func node(id, name string, parents ...string) scene.Node {
	return scene.Node{Named: scene.Named{ID: id, Name: name}, Parents: parents}
}

func film(change func(*scene.Scene)) scene.Scene {
	s := scene.Scene{
		ID: 7, Details: "About it.", Files: []scene.File{{Path: "/data/films/a.mkv"}, {Path: `/data/copies/a.mkv`}},
		Studio: &scene.Studio{Named: scene.Named{ID: "11", Name: "North Quay"}},
	}
	change(&s)
	return s
}

func tagged(names ...scene.Named) func(*scene.Scene) {
	return func(s *scene.Scene) {
		for _, n := range names {
			s.Tags = append(s.Tags, scene.Tag{Named: n})
		}
	}
}

var (
	ships   = scene.Named{ID: "1", Name: "Ships"}
	cars    = scene.Named{ID: "3", Name: "Car ferries"}
	night   = scene.Named{ID: "4", Name: "Night"}
	as      = func(*scene.Scene) {}
	unkempt = func(s *scene.Scene) { s.Studio, s.Details = nil, "" }
)

func never(tags ...string) config.Filter { return config.Filter{Tags: config.Choice{Never: tags}} }
func only(tags ...string) config.Filter  { return config.Filter{Tags: config.Choice{Only: tags}} }

func TestEveryFilterHasItsReason(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		filter config.Filter
		change func(*scene.Scene)
		want   skip.Code
		why    message.Code
	}{
		"no filter":                        {config.Filter{}, as, "", ""},
		"never, and it has it":             {never("ships"), tagged(night, ships), skip.FilteredTag, message.FilterHasTag},
		"never, and it has one below":      {never("Ships"), tagged(cars), skip.FilteredTag, message.FilterBelowTag},
		"never, and it has another":        {never("Ships"), tagged(night), "", ""},
		"never, by alias":                  {never("DARK"), tagged(night), skip.FilteredTag, message.FilterHasTag},
		"never, by id":                     {never("4"), tagged(night), skip.FilteredTag, message.FilterHasTag},
		"only, and it has one below":       {only("Ships"), tagged(cars), "", ""},
		"only, and it has another":         {only("Ferries"), tagged(ships), skip.FilteredTag, message.FilterLacksTag},
		"only, and it has none":            {only("Ferries"), as, skip.FilteredTag, message.FilterLacksTag},
		"only and never":                   {config.Filter{Tags: config.Choice{Only: []string{"Ships"}, Never: []string{"Night"}}}, tagged(ships, night), skip.FilteredTag, message.FilterHasTag},
		"never this studio":                {config.Filter{Studios: config.Choice{Never: []string{"North Quay"}}}, as, skip.FilteredStudio, message.FilterHasStudio},
		"never a studio above":             {config.Filter{Studios: config.Choice{Never: []string{"North"}}}, as, skip.FilteredStudio, message.FilterBelowStudio},
		"only a studio above":              {config.Filter{Studios: config.Choice{Only: []string{"North"}}}, as, "", ""},
		"only another studio":              {config.Filter{Studios: config.Choice{Only: []string{"South"}}}, as, skip.FilteredStudio, message.FilterLacksStudio},
		"only a studio, and it has none":   {config.Filter{Studios: config.Choice{Only: []string{"South"}}}, func(s *scene.Scene) { s.Studio = nil }, skip.FilteredStudio, message.FilterLacksStudio},
		"never a folder":                   {config.Filter{Paths: config.Choice{Never: []string{"/data/copies/"}}}, as, skip.FilteredPath, message.FilterInFolder},
		"never a folder that begins alike": {config.Filter{Paths: config.Choice{Never: []string{"/data/film"}}}, as, "", ""},
		"never one file":                   {config.Filter{Paths: config.Choice{Never: []string{"/data/films/a.mkv"}}}, as, skip.FilteredPath, message.FilterInFolder},
		"only a folder":                    {config.Filter{Paths: config.Choice{Only: []string{"/data/films"}}}, as, "", ""},
		"only another folder":              {config.Filter{Paths: config.Choice{Only: []string{"/other"}}}, as, skip.FilteredPath, message.FilterNotInFolder},
		"organized wanted":                 {config.Filter{Organized: config.Required}, as, skip.FilteredOrganized, message.FilterNotOrganized},
		"organized not wanted":             {config.Filter{Organized: config.Without}, func(s *scene.Scene) { s.Organized = true }, skip.FilteredOrganized, message.FilterOrganized},
		"organized does not matter":        {config.Filter{Organized: config.Any}, as, "", ""},
		"a URL wanted":                     {config.Filter{URL: config.Required}, as, skip.FilteredURL, message.FilterNoURL},
		"a URL wanted, and there":          {config.Filter{URL: config.Required}, func(s *scene.Scene) { s.URLs = []string{"https://example.org"} }, "", ""},
		"a URL not wanted":                 {config.Filter{URL: config.Without}, func(s *scene.Scene) { s.URLs = []string{"https://example.org"} }, skip.FilteredURL, message.FilterHasURL},
		"a stash id wanted":                {config.Filter{StashID: config.Required}, as, skip.FilteredStashID, message.FilterNoStashID},
		"a stash id not wanted":            {config.Filter{StashID: config.Without}, func(s *scene.Scene) { s.StashIDs = []scene.StashID{{ID: "x"}} }, skip.FilteredStashID, message.FilterHasStashID},
		"without a file":                   {config.Filter{}, func(s *scene.Scene) { s.Files = nil }, skip.NoFile, ""},
		"without a file, only a folder":    {config.Filter{Paths: config.Choice{Only: []string{"/x"}}}, func(s *scene.Scene) { s.Files = nil }, skip.NoFile, ""},
		"not curated":                      {config.Filter{}, unkempt, skip.NoMetadata, ""},
		"not curated, and filtered":        {config.Filter{Organized: config.Required}, unkempt, skip.FilteredOrganized, message.FilterNotOrganized},

		"never a tag that is not there":          {never("Nihgt"), tagged(ships), skip.FilterUnknown, message.FilterNoSuchTag},
		"the same, and filtered by another":      {never("Nihgt", "Ships"), tagged(ships), skip.FilteredTag, message.FilterHasTag},
		"the same, and filtered by something":    {config.Filter{Tags: config.Choice{Never: []string{"Nihgt"}}, Organized: config.Required}, as, skip.FilteredOrganized, message.FilterNotOrganized},
		"only a tag that is not there":           {only("Nihgt"), tagged(ships), skip.FilterUnknown, message.FilterNoSuchTag},
		"only one that is there and another not": {only("Nihgt", "Ships"), tagged(ships), "", ""},
		"the same, without it":                   {only("Nihgt", "Ships"), tagged(night), skip.FilterUnknown, message.FilterNoSuchTag},
		"never a studio that is not there":       {config.Filter{Studios: config.Choice{Never: []string{"East"}}}, as, skip.FilterUnknown, message.FilterNoSuchStudio},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code, why := filter.Gate(film(tt.change), tt.filter, filter.Resolve(tt.filter, stash, filter.Known{}))
			if code != tt.want || why.Code != tt.why {
				t.Errorf("%q because %q, want %q because %q", code, why, tt.want, tt.why)
			}
		})
	}
}

func TestWhatAFilterLeavesOutIsNoConcernOfAPerson(t *testing.T) {
	t.Parallel()
	for _, r := range skip.All() {
		if r.Code.Filtered() && (r.Act || r.Field || r.Advice.IsZero() || !r.Code.Deliberate()) {
			t.Errorf("%s: %+v", r.Code, r)
		}
	}
	if r := skip.Of(skip.FilterUnknown); !r.Act || r.Code.Filtered() || r.Code.Deliberate() {
		t.Errorf("a filter nobody can follow: %+v", r)
	}
}
