package plan_test

import (
	"testing"

	"lockstep/sync/config"
	"lockstep/sync/plan"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
)

func TestOnlyCuratedScenesWithAFileAreSynced(t *testing.T) {
	t.Parallel()
	set := config.Defaults()
	set.ExcludeTags = []string{"private"}
	picky := set
	picky.OrganizedOnly = true
	for name, tc := range map[string]struct {
		set    config.Settings
		change func(*scene.Scene)
		want   skip.Code
	}{
		"curated":        {set, func(*scene.Scene) {}, ""},
		"excluded":       {set, func(s *scene.Scene) { s.Tags = named("Night", "Private") }, skip.Excluded},
		"not organized":  {picky, func(*scene.Scene) {}, skip.Excluded},
		"organized":      {picky, func(s *scene.Scene) { s.Organized = true }, ""},
		"without a file": {set, func(s *scene.Scene) { s.Files = nil }, skip.NoFile},
		"raw": {set, func(s *scene.Scene) {
			s.Studio, s.Performers, s.Tags, s.Details, s.Date = nil, nil, nil, "", ""
		}, skip.NoMetadata},
	} {
		s := harbour()
		tc.change(&s)
		if got, _ := plan.Gate(s, tc.set); got != tc.want {
			t.Errorf("%s: %q, want %q", name, got, tc.want)
		}
	}
}
