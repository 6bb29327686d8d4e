package compare

import (
	"context"
	"crypto/sha1" //nolint:gosec // Plex addresses uploads by SHA-1; it protects nothing
	"encoding/hex"
	"maps"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"lockstep/sync/config"
	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/plan"
	"lockstep/sync/scene"
)

const (
	// coverReaders is how many covers are read at once; Stash gains nothing from more.
	coverReaders = 4
	// coverRoom bounds the pictures kept for Reader.Picture; what does not fit is read again.
	coverRoom = 16 << 20
)

// kept is a picture of Stash as it was read for a comparison.
type kept struct {
	id    string      // of an image in Stash; empty for a cover
	cover scene.Cover // without bytes unless there was room for them
	// unread says that the picture could not be had: see Comparison.Picture and Note.
	unread bool
}

// readWanted learns the SHA-1 of each picture that is wanted of the scenes: first which of them
// have a background in a gallery, because the others may have their cover there.
func (r *Reader) readWanted(ctx context.Context, list []*Comparison) error {
	room := &room{free: coverRoom}
	if !r.KeepCovers {
		room.free = 0
	}
	if err := r.readGalleries(ctx, list, room); err != nil {
		return err
	}
	if err := r.readCovers(ctx, list, room); err != nil {
		return err
	}
	for _, c := range list {
		for f := range maps.Clone(c.Want.Images) {
			img := plan.Image{SHA1: c.Seen.SHA1, Unknown: c.cover.unread}
			if c.galleryFor(f, r.Settings.Background) {
				img = plan.Image{SHA1: c.gallery.cover.SHA1, Unknown: c.gallery.unread}
			}
			c.Want.Images[f] = img
		}
	}
	return nil
}

// galleryFor reports that a picture is made of a gallery, or of nothing because there is none.
func (c *Comparison) galleryFor(f scene.Field, from config.PictureSource) bool {
	return f == scene.FieldBackground && (c.fromGallery || from == config.FromGallery)
}

// wantsCover reports that one of the pictures is made of the cover.
func (c *Comparison) wantsCover(from config.PictureSource) bool {
	for f := range c.Want.Images {
		if !c.galleryFor(f, from) {
			return true
		}
	}
	return false
}

// readCovers learns the SHA-1 of each scene's cover, without a request where the scene was
// not touched since the last look, and without bytes where the ETag still fits.
func (r *Reader) readCovers(ctx context.Context, list []*Comparison, room *room) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(coverReaders)
	for _, c := range list {
		if c.wantsCover(r.Settings.Background) && !c.coverKnown() {
			group.Go(func() error { return r.readCover(ctx, c, room) })
		}
	}
	return group.Wait()
}

func (c *Comparison) coverKnown() bool {
	return c.Seen.CoverAt != "" && c.Seen.CoverAt == c.Scene.UpdatedAt
}

// readCover enters what is learnt of a cover into what is known of the scene. A cover that
// Stash cannot give keeps nothing else from being compared.
func (r *Reader) readCover(ctx context.Context, c *Comparison, room *room) error {
	cover, err := r.fitted(ctx, c.Scene.ID, c.Seen.Cover)
	f := fault.Of(err)
	switch {
	case f == nil:
		c.took(cover, room)
	case f.Class == fault.NotFound:
		c.took(scene.Cover{None: true}, room)
	default:
		return c.unread(&c.cover, f)
	}
	return nil
}

// unread enters why a picture could not be had. Of several, one that is worth another try is told.
func (c *Comparison) unread(k *kept, f *fault.Error) error {
	k.unread = true
	switch f.Class {
	case fault.Canceled, fault.Local:
		return f
	case fault.Rejected:
		c.Note = message.Clauses(c.Note, message.New(message.NoPicture, message.Of(f.Message)))
	default:
		c.Picture = own(f)
	}
	return nil
}

func (c *Comparison) took(cover scene.Cover, room *room) {
	switch {
	case cover.None:
		c.Seen.Cover, c.Seen.SHA1 = cover.ETag, ""
	case cover.NotModified:
	default:
		c.Seen.Cover, c.Seen.SHA1 = cover.ETag, cover.SHA1
		if room.take(len(cover.Bytes)) {
			c.cover.cover = cover
		}
	}
	c.Seen.CoverAt = c.Stamp
}

// ToSend is a picture of the scene as it is to be sent to Plex, read again unless it was kept.
// NotFound: there is none any more.
func (r *Reader) ToSend(ctx context.Context, c *Comparison, f scene.Field) (scene.Cover, error) {
	k := c.cover
	if c.galleryFor(f, r.Settings.Background) {
		k = c.gallery
	}
	switch {
	case k.cover.Bytes != nil:
		return k.cover, nil
	case k.id != "":
		return fit(r.Stash.GalleryPicture(ctx, k.id))
	}
	return r.fitted(ctx, c.Scene.ID, "")
}

// fitted reads a cover and makes it small enough for Plex.
func (r *Reader) fitted(ctx context.Context, id scene.ID, etag string) (scene.Cover, error) {
	return fit(r.Stash.Cover(ctx, id, etag))
}

// fit makes a picture that was read small enough for Plex. Its SHA1 is that of the bytes it comes
// with.
func fit(cover scene.Cover, err error) (scene.Cover, error) {
	if err != nil || cover.None || cover.NotModified {
		return cover, err
	}
	if cover.Bytes, cover.Type, err = Fit(cover.Bytes, cover.Type); err != nil {
		return scene.Cover{}, err
	}
	sum := sha1.Sum(cover.Bytes) //nolint:gosec // see the import
	cover.SHA1 = hex.EncodeToString(sum[:])
	return cover, nil
}

// room is how much may still be kept. It is safe for concurrent use.
type room struct {
	mu   sync.Mutex
	free int
}

func (r *room) take(n int) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if n > r.free {
		return false
	}
	r.free -= n
	return true
}

// readPictures asks Plex which picture is selected where only that tells whether it is
// ours: a locked picture without memory, or an upload whose end nobody saw. A list that
// Plex cannot give leaves that picture alone.
func (r *Reader) readPictures(ctx context.Context, c *Comparison, it *Item) (plan.Wanted, error) {
	want := c.Want
	for _, f := range plan.PicturesToRead(it.InPlex, want, it.State.Memory, r.Settings) {
		want.Images = maps.Clone(want.Images)
		im := want.Images[f]
		sha, err := r.Selected(ctx, it.Key.RatingKey, f)
		switch p := fault.Of(err); {
		case p == nil:
			im.Listed, im.Selected = true, sha
		case p.Class == fault.Canceled, p.Class == fault.Local:
			return want, p
		default:
			c.Picture, im.Unknown = own(p), true
		}
		want.Images[f] = im
	}
	return want, nil
}

// Selected is the SHA-1 of the selected picture of an item, empty when that is no upload.
func (r *Reader) Selected(ctx context.Context, ratingKey string, f scene.Field) (string, error) {
	pics, err := r.Plex.Pictures(ctx, ratingKey, f)
	if err != nil {
		return "", err
	}
	i := slices.IndexFunc(pics, func(p scene.Picture) bool { return p.Selected })
	if i < 0 {
		return "", nil
	}
	return pics[i].SHA1, nil
}
