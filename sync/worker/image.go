package worker

import (
	"context"
	"crypto/sha1" //nolint:gosec // Plex addresses uploads by SHA-1; it protects nothing
	"encoding/hex"
	"maps"
	"slices"

	"golang.org/x/sync/errgroup"

	"lockstep/sync/fault"
	"lockstep/sync/plan"
	"lockstep/sync/scene"
)

const (
	// coverReaders is how many covers are read at once; Stash gains nothing from more.
	coverReaders = 4
	// coverBudget bounds the covers kept from planning until writing; what does not
	// fit is read again.
	coverBudget = 16 << 20
)

// coverCache keeps covers between planning and writing.
type coverCache struct {
	bytes map[scene.ID]scene.Cover
	size  int
}

func (c *coverCache) put(id scene.ID, cover scene.Cover) {
	if c.size+len(cover.Bytes) > coverBudget {
		return
	}
	if c.bytes == nil {
		c.bytes = map[scene.ID]scene.Cover{}
	}
	c.bytes[id] = cover
	c.size += len(cover.Bytes)
}

// take hands a cover out once.
func (c *coverCache) take(id scene.ID) (scene.Cover, bool) {
	cover, ok := c.bytes[id]
	return cover, ok
}

// readCovers learns the SHA-1 of each scene's cover, without a request where the scene
// was not touched since the last look, and without bytes where the ETag still fits.
func (b *batch) readCovers(tasks []*task) error {
	group, ctx := errgroup.WithContext(b.hard)
	group.SetLimit(coverReaders)
	covers := make([]scene.Cover, len(tasks))
	for i, t := range tasks {
		if len(t.want.Images) == 0 || t.coverKnown() {
			continue
		}
		group.Go(func() (err error) {
			covers[i], err = b.cover(ctx, t)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for i, t := range tasks {
		b.tookCover(t, covers[i])
	}
	return nil
}

func (t *task) coverKnown() bool { return t.seen.CoverAt != "" && t.seen.CoverAt == t.scene.UpdatedAt }

func (b *batch) cover(ctx context.Context, t *task) (scene.Cover, error) {
	c, err := b.Stash.Cover(ctx, t.scene.ID, t.seen.Cover)
	if fault.Is(err, fault.NotFound) {
		return scene.Cover{None: true}, nil
	}
	return c, err
}

// tookCover enters what was learnt of a cover into the scene's record and wishes.
func (b *batch) tookCover(t *task, c scene.Cover) {
	switch {
	case len(t.want.Images) == 0 || t.coverKnown():
	case c.None:
		t.seen.Cover, t.seen.SHA1, t.seen.CoverAt = "", "", t.scene.UpdatedAt
	case c.NotModified:
		t.seen.CoverAt = t.scene.UpdatedAt
	case c.ETag != "" || len(c.Bytes) > 0:
		t.seen.Cover, t.seen.SHA1, t.seen.CoverAt = c.ETag, digest(c.Bytes), t.scene.UpdatedAt
		b.covers.put(t.scene.ID, c)
	}
	for f := range maps.Clone(t.want.Images) {
		t.want.Images[f] = plan.Image{SHA1: t.seen.SHA1}
	}
}

func digest(body []byte) string {
	sum := sha1.Sum(body) //nolint:gosec // see the import
	return hex.EncodeToString(sum[:])
}

// lookAtPictures asks Plex which picture is selected where only that tells whether it
// is ours: a locked picture without memory, or an upload whose end nobody saw.
func (b *batch) lookAtPictures(g *target, want plan.Wanted) (plan.Wanted, error) {
	for _, f := range plan.Look(g.item, want, g.state.Memory, b.Settings) {
		sha, err := b.pictureOf(g, f)
		if err != nil {
			return want, err
		}
		im := want.Images[f]
		im.Looked, im.Selected = true, sha
		want.Images = maps.Clone(want.Images)
		want.Images[f] = im
	}
	return want, nil
}

// pictureOf is the SHA-1 of the selected picture, empty when that is no upload.
func (b *batch) pictureOf(g *target, f scene.Field) (string, error) {
	pics, err := b.Plex.Pictures(b.hard, g.Key.RatingKey, f)
	if err != nil {
		return "", err
	}
	i := slices.IndexFunc(pics, func(p scene.Picture) bool { return p.Selected })
	if i < 0 {
		return "", nil
	}
	return pics[i].SHA1, nil
}

// upload sends the pictures of a plan.
func (b *batch) upload(t *task, g *target) error {
	for _, u := range g.plan.Uploads {
		c, ok := b.covers.take(t.scene.ID)
		if !ok {
			var err error
			if c, err = b.Stash.Cover(b.hard, t.scene.ID, ""); err != nil {
				return err
			}
		}
		if digest(c.Bytes) != u.SHA1 {
			return fault.New(fault.Busy, fault.Stash, "The cover changed while it was being sent.", "", nil)
		}
		if err := b.Plex.Upload(b.hard, g.Key.RatingKey, u.Field, c.Bytes, c.Type); err != nil {
			return err
		}
		g.written = true
	}
	return nil
}
