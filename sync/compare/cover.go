package compare

import (
	"context"
	"crypto/sha1" //nolint:gosec // Plex addresses uploads by SHA-1; it protects nothing
	"encoding/hex"
	"maps"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/plan"
	"lockstep/sync/scene"
)

const (
	// coverReaders is how many covers are read at once; Stash gains nothing from more.
	coverReaders = 4
	// coverRoom bounds the covers kept for Reader.Cover; what does not fit is read again.
	coverRoom = 16 << 20
)

// readCovers learns the SHA-1 of each scene's cover, without a request where the scene was
// not touched since the last look, and without bytes where the ETag still fits.
func (r *Reader) readCovers(ctx context.Context, list []*Comparison) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(coverReaders)
	room := &room{free: coverRoom}
	if !r.KeepCovers {
		room.free = 0
	}
	for _, c := range list {
		if len(c.Want.Images) > 0 && !c.coverKnown() {
			group.Go(func() error { return r.readCover(ctx, c, room) })
		}
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for _, c := range list {
		missing := c.Picture != nil || !c.Note.IsZero()
		for f := range maps.Clone(c.Want.Images) {
			c.Want.Images[f] = plan.Image{SHA1: c.Seen.SHA1, Unknown: missing}
		}
	}
	return nil
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
	case f.Class == fault.Canceled, f.Class == fault.Local:
		return f
	case f.Class == fault.Rejected:
		c.Note = message.New(message.NoPicture, message.Of(f.Message))
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
			c.cover = cover
		}
	}
	c.Seen.CoverAt = c.Stamp
}

// Cover is the scene's cover as it is to be sent to Plex, read again unless it was kept.
// NotFound: there is none any more.
func (r *Reader) Cover(ctx context.Context, c *Comparison) (scene.Cover, error) {
	if c.cover.Bytes != nil {
		return c.cover, nil
	}
	return r.fitted(ctx, c.Scene.ID, "")
}

// fitted reads a cover and makes it small enough for Plex. Its SHA1 is that of the bytes
// it comes with.
func (r *Reader) fitted(ctx context.Context, id scene.ID, etag string) (scene.Cover, error) {
	cover, err := r.Stash.Cover(ctx, id, etag)
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
