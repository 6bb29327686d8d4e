package plan

import (
	"slices"
	"strings"

	"lockstep/sync/config"
	"lockstep/sync/message"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
)

// Gate decides whether a scene may be synced at all: it must be curated, have a file
// and not be left out by the settings. An empty code lets it pass.
func Gate(s scene.Scene, set config.Settings) (skip.Code, message.Message) {
	for _, t := range s.Tags {
		if slices.ContainsFunc(set.ExcludeTags, func(x string) bool { return strings.EqualFold(x, t.Name) }) {
			return skip.Excluded, message.New(message.PlanHasTag, message.Title(t.Name))
		}
	}
	switch {
	case set.OrganizedOnly && !s.Organized:
		return skip.Excluded, message.New(message.PlanNotOrganized)
	case len(s.Files) == 0:
		return skip.NoFile, message.None
	case s.Raw():
		return skip.NoMetadata, message.None
	}
	return "", message.None
}
