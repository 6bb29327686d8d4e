package change_test

import (
	"maps"
	"testing"
	"time"

	"lockstep/sync/change"
	"lockstep/sync/config"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/sim"
)

// related gives the five scenes everything a source can use: scene 1 has a performer with a tag,
// scenes 1 and 2 a tag below another, scene 2 a studio of a studio of a network, a group, and a gallery.
func related(r *rig) {
	place, thing := r.stash.TagID("Place"), r.stash.TagID("Thing")
	r.Must(r.stash.SetTagParents(r.tag(), place))
	r.Must(r.stash.SetTagParents(place, thing))
	r.Must(r.stash.EditPerformer(r.person(), func(p *sim.Performer) {
		p.Gender, p.Country, p.TagIDs = "FEMALE", "NO", []int{r.stash.TagID("Keeper")}
	}))
	house, world := r.stash.StudioID("House"), r.stash.StudioID("World")
	r.Must(r.stash.SetParentStudio(r.studio(), house))
	r.Must(r.stash.SetParentStudio(house, world))
	r.Must(r.stash.Edit(2, func(s *sim.Scene) { s.Groups = []sim.GroupLink{{Name: "Coasts", Index: 1}} }))
	_, err := r.stash.SetGallery(2, sim.Landscape("/g/5.jpg", nil))
	r.Must(err)
}

// ofGallery is the source of a background.
const ofGallery = "a gallery"

// TestWhatASourceUsesIsFoundAndNothingElse: none of these changes is worth a job, or is even
// read, unless a source uses it; most of them bump no scene.
func TestWhatASourceUsesIsFoundAndNothingElse(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		source string
		change func(*rig) error
		want   map[scene.ID]queue.Cause
	}{
		"parent renamed":   {"{parent_studio}", func(r *rig) error { return r.stash.RenameStudio(r.stash.StudioID("House"), "Home") }, found("renamed", 2)},
		"parent taken":     {"{parent_studio}", func(r *rig) error { return r.stash.SetParentStudio(r.studio(), 0) }, found("renamed", 2)},
		"parent destroyed": {"{parent_studio}", func(r *rig) error { return r.stash.DestroyStudio(r.stash.StudioID("House")) }, found("renamed", 2)},
		"network renamed":  {"{network}", func(r *rig) error { return r.stash.RenameStudio(r.stash.StudioID("World"), "Earth") }, found("renamed", 2)},
		"network taken":    {"{network}", func(r *rig) error { return r.stash.SetParentStudio(r.stash.StudioID("House"), 0) }, found("renamed", 2)},
		"tag above renamed": {"{tag<Place}", func(r *rig) error { return r.stash.RenameTag(r.stash.TagID("Place"), "Spot") },
			found("renamed", 1, 2)},
		"tag above moved": {"{tag<Thing}", func(r *rig) error { return r.stash.SetTagParents(r.stash.TagID("Place")) }, found("renamed", 1, 2)},
		"tag put below":   {"{tag<Keeper}", func(r *rig) error { return r.stash.SetTagParents(r.tag(), r.stash.TagID("Keeper")) }, found("renamed", 1, 2)},
		"alias":           {"{tag:Beacon}", func(r *rig) error { return r.stash.SetTagAliases(r.tag(), "Beacon") }, found("renamed", 1, 2)},
		"performer's tag renamed": {"{performer_tag}", func(r *rig) error { return r.stash.RenameTag(r.stash.TagID("Keeper"), "Guard") },
			found("renamed", 1)},
		"performer's tags": {"{performer_tag}", func(r *rig) error {
			return r.stash.EditPerformer(r.person(), func(p *sim.Performer) { p.TagIDs = nil })
		},
			found("renamed", 1)},
		"gender": {"{performer:male}", func(r *rig) error {
			return r.stash.EditPerformer(r.person(), func(p *sim.Performer) { p.Gender = "MALE" })
		},
			found("renamed", 1)},
		"country": {"{performer_country}", func(r *rig) error {
			return r.stash.EditPerformer(r.person(), func(p *sim.Performer) { p.Country = "SE" })
		},
			found("renamed", 1)},
		"group renamed":   {"{group}", func(r *rig) error { return r.stash.RenameGroup(r.stash.GroupID("Coasts"), "Shores") }, found("renamed", 2)},
		"group destroyed": {"{group_number}", func(r *rig) error { return r.stash.DestroyGroup(r.stash.GroupID("Coasts")) }, found("renamed", 2)},
		"group left":      {"{group}", func(r *rig) error { return r.stash.Edit(2, func(s *sim.Scene) { s.Groups = nil }) }, found("edited", 2)},
		"code":            {"{code}", func(r *rig) error { return r.stash.Edit(1, func(s *sim.Scene) { s.Code = "X-1" }) }, found("edited", 1)},
		"director":        {"{director}", func(r *rig) error { return r.stash.Edit(1, func(s *sim.Scene) { s.Director = "D. Gull" }) }, found("edited", 1)},
		"address": {"{url}", func(r *rig) error {
			return r.stash.Edit(1, func(s *sim.Scene) { s.URLs = []string{"https://example.org"} })
		}, found("edited", 1)},
		"stash id": {"{stash_id}", func(r *rig) error {
			return r.stash.Edit(1, func(s *sim.Scene) { s.StashIDs = []sim.StashID{{Endpoint: "https://example.org", ID: "7"}} })
		}, found("edited", 1)},
		"pictures of a gallery":     {ofGallery, func(r *rig) error { return r.stash.ChangeGallery(1, sim.Landscape("/g/1.jpg", nil)) }, found("renamed", 2)},
		"size of a replaced file":   {"{resolution}", func(r *rig) error { return r.stash.ReplaceVideo(3, 1280, 720, 600) }, found("edited", 3)},
		"length of a replaced file": {"{duration}", func(r *rig) error { return r.stash.ReplaceVideo(3, 1920, 1080, 77) }, found("edited", 3)},
	}
	for name, tt := range tests {
		for _, used := range []bool{true, false} {
			t.Run(name+map[bool]string{true: "", false: ", unused"}[used], func(t *testing.T) {
				t.Parallel()
				r, want := fiveScenes(t), tt.want
				related(r)
				r.settle()
				r.finder.Settings.Fields[scene.FieldCollections] = config.Merge
				switch {
				case used && tt.source == ofGallery:
					r.finder.Settings.Fields[scene.FieldBackground], r.finder.Settings.Background = config.Merge, config.FromGallery
				case used:
					r.finder.Settings.Sources = map[scene.Field][]string{scene.FieldCollections: {tt.source}}
				default:
					want = map[scene.ID]queue.Cause{}
				}
				r.recheck()
				if err := tt.change(r); err != nil {
					t.Fatal(err)
				}
				r.Clock.Pass(time.Hour)
				r.scan()
				if got := r.waiting(); !maps.Equal(got, want) {
					t.Fatalf("in the queue: %v, want %v", got, want)
				}
				r.settle()
			})
		}
	}
}

// settle brings everything that was found in step; nothing is found after that.
func (r *rig) settle() {
	r.t.Helper()
	r.scan()
	r.work()
	r.Clock.Pass(time.Hour)
	if f := r.scan(); f != (change.Found{}) {
		r.t.Fatalf("a library in step: %+v, %v", f, r.waiting())
	}
}

// recheck has every scene looked at with the settings as they are now, as a change of them does.
func (r *rig) recheck() {
	r.t.Helper()
	_, err := r.finder.Recheck("settings")
	r.Must(err)
	r.work()
	r.settle()
}
