package engine_test

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"

	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/scene"
	"lockstep/sync/sim"
)

// What a source gave is Lockstep's own: another source takes it away again, and what people
// put into the same list stays.
func TestANewSourceIsFollowedAndTheUsualOneBringsEverythingBack(t *testing.T) {
	t.Parallel()
	r := newRig(t, sim.Options{Seed: 71, Scenes: 20})
	r.settings.Fields[scene.FieldCollections] = config.Merge
	r.settings.BrakePercent = 100
	l := r.start()
	l.settled()
	usual := collections(r.world)
	if !slices.ContainsFunc(slices.Collect(maps.Values(usual)), func(list string) bool { return list != "" }) {
		t.Fatal("no scene has a studio")
	}
	save := func(templates []string, what string, done func(now map[string]string) bool) {
		r.settings.Sources = nil
		if templates != nil {
			r.settings.Sources = map[scene.Field][]string{scene.FieldCollections: templates}
		}
		must(t, l.SaveSettings(context.Background(), api.SettingsChange{Values: r.settings.Clone()}))
		l.until(what, func(s api.Snapshot) bool { return !s.Active && s.Queue.Empty() && done(collections(r.world)) })
	}
	save([]string{"Site: {studio}", "Lockstep"}, "the new collections", func(now map[string]string) bool {
		for id, before := range usual {
			if before != "" && now[id] != "Lockstep|Site: "+strings.TrimPrefix(before, "Studio: ") {
				return false
			}
		}
		return true
	})
	save(nil, "the usual collections", func(now map[string]string) bool {
		for id, before := range usual {
			if before != "" && now[id] != before {
				return false
			}
		}
		return true
	})
}

// collections are those of each item, in their order by name.
func collections(w *sim.World) map[string]string {
	out := map[string]string{}
	for _, key := range w.Plex.RatingKeys("") {
		if it, ok := w.Plex.Item(key); ok {
			list := slices.Clone(it.Tags["collection"])
			slices.Sort(list)
			out[key] = strings.Join(list, "|")
		}
	}
	return out
}
