// Package collection gives collections in Plex a picture and a summary: a studio's its logo and
// its description, a group's its front picture. It compares what Stash has with what each
// collection shows, writes what is missing, reads it back and takes it away again. A collection
// that cannot be read or written is a reason of its own and stops nothing else. What anybody else
// set stays, and smart collections are never touched.
//
// It decides when to do that, and what it means for a server that it failed, as little as package
// worker does.
package collection

import (
	"context"
	"time"

	"lockstep/sync/config"
	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/plan"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// Stash is what is asked of Stash.
type Stash interface {
	Studios(ctx context.Context) ([]scene.Subject, error)
	Groups(ctx context.Context) ([]scene.Subject, error)
	// SubjectPicture reads the picture of a studio or group unless it still has the ETag.
	SubjectPicture(ctx context.Context, s scene.Subject, etag string) (scene.Cover, error)
}

// Plex is what is asked of Plex.
type Plex interface {
	Collections(ctx context.Context, section string) ([]scene.Collection, error)
	CollectionItems(ctx context.Context, keys []string) (map[string]scene.Item, error)
	Pictures(ctx context.Context, ratingKey string, f scene.Field) ([]scene.Picture, error)
	UploadToCollection(ctx context.Context, ratingKey string, body []byte, contentType string) error
	Select(ctx context.Context, ratingKey string, f scene.Field, key string) error
	Unselect(ctx context.Context, ratingKey string, f scene.Field) error
	Edit(ctx context.Context, e plan.Edit) error
}

// Deps are what the looks of collections are compared and written with. All but Unread must be set.
type Deps struct {
	Stash    Stash
	Plex     Plex
	Store    store.Store
	Settings config.Settings
	Machine  string          // of the Plex server
	Sections []scene.Section // the chosen ones
	Clock    func() time.Time
	// Unread says for how long a collection that could not be read is not asked for again; zero:
	// it is. Nil has every one asked for.
	Unread func(key string) time.Duration
}

// Comparison is what became of one collection that is about a studio or a group.
type Comparison struct {
	scene.Collection
	Library string // its title
	Subject scene.Subject
	// InPlex is the collection as Plex has it, State what Lockstep wrote to it.
	InPlex scene.Item
	State  store.ItemState
	Plan   plan.Plan
	// Left says why the collection is left alone as a whole; Fault why it could not be read;
	// Picture why the picture of the subject could not be, or is none that Plex takes.
	Left    message.Message
	Fault   *fault.Error
	Picture *fault.Error

	// Rested says that it was not asked for, because it could not be read before.
	Rested bool

	written bool
	sent    bool // something of it may have reached Plex
}

// Open reports that there is a plan.
func (c *Comparison) Open() bool { return c.Left.IsZero() && c.Fault == nil }

// Changes reports that something is to be written.
func (c *Comparison) Changes() bool { return c.Open() && c.Plan.Changed }

// Key is that of its item.
func (d Deps) key(c *Comparison) scene.ItemKey {
	return scene.ItemKey{Machine: d.Machine, RatingKey: c.RatingKey}
}

// Wanted reports whether the settings want anything written to collections at all.
func Wanted(s config.Settings) bool {
	return s.CollectionLook != config.Off && s.CollectionLook != "" &&
		len(plan.AboutSubjects(s, scene.StudioSubject))+len(plan.AboutSubjects(s, scene.GroupSubject)) > 0
}

// mark is what ItemState.Path is for a collection: a rating key that means something else by now,
// as after Plex's database was restored, is not known.
func mark(title string) string { return "collection:" + plan.TitleKey(title) }
