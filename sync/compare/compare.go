// Package compare is the one path from scenes to what is to be done about them: it takes
// scene ids and gives one Comparison for each, with what Stash has, which items hold its
// files, what each of them has and the plan for it, or the reason why there is none. The
// worker writes comparisons, a reconciliation and a preview judge them, Explain tells them.
//
// A scene, an item or a cover that cannot be read is a reason of its own and ends nothing;
// only a server that is at fault as a whole does. A batch costs one request to Stash and
// one to Plex, one for each cover or gallery picture that is not known yet, and one for every 25
// scenes whose galleries are asked for a background. Nothing is written anywhere.
package compare

import (
	"context"
	"time"

	"lockstep/sync/config"
	"lockstep/sync/fault"
	"lockstep/sync/match"
	"lockstep/sync/message"
	"lockstep/sync/plan"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
	"lockstep/sync/store"
)

// MaxBatch is how many scenes share one request to each server: both answer a hundred in
// about 0.1 s.
const MaxBatch = 100

// Stash is what a comparison needs of Stash.
type Stash interface {
	// Scenes reads scenes by id, with these parts; a nil scene was deleted, a missing one could
	// not be read.
	Scenes(ctx context.Context, ids []scene.ID, parts scene.Parts) (map[scene.ID]*scene.Scene, error)
	// Cover reads a cover unless it still has the ETag.
	Cover(ctx context.Context, id scene.ID, etag string) (scene.Cover, error)
	// GalleryPictures finds for each scene the picture of its galleries that may become its
	// background; those without one are missing.
	GalleryPictures(ctx context.Context, of map[scene.ID][]scene.Gallery) (map[scene.ID]scene.GalleryPicture, error)
	// GalleryPicture reads such a picture by its id.
	GalleryPicture(ctx context.Context, id string) (scene.Cover, error)
	// Tree reads where tags, studios or both stand below one another.
	Tree(ctx context.Context, tags, studios bool) (scene.Tree, error)
}

// Plex is what a comparison needs of Plex. It cannot change anything.
type Plex interface {
	// Items reads items in full by rating key; those that do not exist are missing.
	Items(ctx context.Context, keys []string) (map[string]scene.Item, error)
	Pictures(ctx context.Context, ratingKey string, f scene.Field) ([]scene.Picture, error)
}

// Reader compares scenes. All fields without "may be nil" must be set. It keeps nothing
// from one call to the next.
type Reader struct {
	Stash    Stash
	Plex     Plex
	Store    store.Store
	Settings config.Settings
	Machine  string          // of the Plex server
	Sections []scene.Section // the chosen ones
	Mapper   match.Mapper
	Clock    func() time.Time
	// Index finds the items of a file within a transaction; it may be nil, then the
	// store's own index is asked.
	Index func(store.Tx) match.Index
	// Recent may be nil; Edited keeps scenes there, and Read takes them from there.
	Recent *Recent
	// KeepCovers keeps the bytes of pictures for Reader.Picture, as far as there is room.
	KeepCovers bool
}

// Request names a scene to be compared.
type Request struct {
	Scene scene.ID
	// Ungated compares a scene too that must not be synced: for an undo.
	Ungated bool
	// Forced forgets what kept its items from being written: a person asked for it again.
	Forced bool
	// Repeated says that the same comparison was made before: what somebody changed back
	// is not counted a second time.
	Repeated bool
}

// Comparison is what became of one scene. Exactly one of these holds: Code tells why the
// scene is left alone; or Fault tells why it, or its only items, could not be read; or
// there are Items, each with its plan.
type Comparison struct {
	Request
	// Scene is nil when Stash no longer has it, or when it could not be read.
	Scene *scene.Scene
	// Seen is what the store knows of the scene, brought up to date with what was learnt of
	// its cover; Known is false when it knew nothing.
	Seen  store.Seen
	Known bool
	// Stamp is the scene's time of change as it is to be remembered.
	Stamp string
	Match match.Result
	// Section and Folder are the chosen library and the folder there in which a file
	// without item should lie; both are empty for a file outside all of them.
	Section, Folder string
	Items           []*Item
	// Gone are items that the index takes for this scene's and that no longer hold its file.
	Gone []scene.ItemKey
	// Trashed are items of the index that turned out to be in Plex's trash.
	Trashed []scene.ItemKey
	// Code and Message say why there is nothing to compare.
	Code    skip.Code
	Message message.Message
	// Fault says why the scene or one of its items could not be read. The items that could
	// are there all the same.
	Fault *fault.Error
	// Want is what the scene should look like.
	Want plan.Wanted
	// Picture says why the cover, or what Plex shows in its place, could not be read: the
	// rest is planned without it, and it is worth another try. Note says so of a cover that
	// is not.
	Picture *fault.Error
	Note    message.Message

	cover       kept // of the scene
	gallery     kept // of the picture of its galleries that may become its background
	fromGallery bool // the background is made of that
}

// Item is one Plex item of a scene.
type Item struct {
	match.Target
	// InPlex is the item as Plex has it, read in full.
	InPlex scene.Item
	// State is what Lockstep wrote to it, Known is false when it never did.
	State store.ItemState
	Known bool
	Plan  plan.Plan
	// Contested tells that somebody else keeps changing it back.
	Contested bool
}

// Compare reads scenes and items and makes the plans. Its error is as that of Read.
func (r *Reader) Compare(ctx context.Context, requests []Request) ([]*Comparison, error) {
	list, err := r.Read(ctx, requests)
	if err == nil {
		err = r.Plan(ctx, list)
	}
	return list, err
}

// Open reports that there is something to plan: at least one item was read.
func (c *Comparison) Open() bool { return c.Code == "" && len(c.Items) > 0 }

// Changed reports that one of the items differs from what is wanted.
func (c *Comparison) Changed() bool {
	for _, it := range c.Items {
		if it.Plan.Changed {
			return true
		}
	}
	return false
}

// AsSeen is what to remember of a scene that was read but not brought in step.
func (c *Comparison) AsSeen() store.Seen {
	s := c.Seen
	s.UpdatedAt, s.Name, s.Paths = c.Stamp, c.Scene.Name(), c.Scene.PathHash()
	return s
}

// PlexPaths are the paths the rules give the scene's files in Plex.
func (c *Comparison) PlexPaths() []string {
	var out []string
	for _, p := range c.Match.Paths {
		out = append(out, p.Plex...)
	}
	return out
}
