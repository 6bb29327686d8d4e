package worker

import (
	"context"
	"crypto/sha1" //nolint:gosec // Plex addresses uploads by SHA-1; it protects nothing
	"encoding/hex"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"lockstep/sync/fault"
	"lockstep/sync/plan"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

const (
	// coverReaders is how many covers are read at once; Stash gains nothing from more.
	coverReaders = 4
	// coverBudget bounds the covers kept from planning until writing; what does not
	// fit is read again.
	coverBudget = 16 << 20
)

// coverCache keeps covers between planning and writing. It is safe for concurrent use.
type coverCache struct {
	mu    sync.Mutex
	bytes map[scene.ID]scene.Cover
	size  int
}

func (c *coverCache) put(id scene.ID, cover scene.Cover) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.size+len(cover.Bytes) > coverBudget {
		return
	}
	if c.bytes == nil {
		c.bytes = map[scene.ID]scene.Cover{}
	}
	c.bytes[id] = cover
	c.size += len(cover.Bytes)
}

func (c *coverCache) get(id scene.ID) (scene.Cover, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	cover, ok := c.bytes[id]
	return cover, ok
}

// readCovers learns the SHA-1 of each scene's cover, without a request where the scene
// was not touched since the last look, and without bytes where the ETag still fits.
func (b *batch) readCovers(tasks []*task) error {
	group, ctx := errgroup.WithContext(b.hard)
	group.SetLimit(coverReaders)
	for _, t := range tasks {
		if len(t.want.Images) == 0 || t.job.Undo != 0 || t.coverKnown() {
			continue
		}
		group.Go(func() error { return b.readCover(ctx, t) })
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for _, t := range tasks {
		for f := range maps.Clone(t.want.Images) {
			t.want.Images[f] = plan.Image{SHA1: t.seen.SHA1, Unknown: t.noCover}
		}
	}
	return nil
}

func (t *task) coverKnown() bool { return t.seen.CoverAt != "" && t.seen.CoverAt == t.scene.UpdatedAt }

// readCover enters what is learnt of a cover into the scene's record. A cover that Stash
// cannot give, or that is no picture, does not keep the rest from being written.
func (b *batch) readCover(ctx context.Context, t *task) error {
	c, err := b.Stash.Cover(ctx, t.scene.ID, t.seen.Cover)
	f := fault.Of(err)
	switch {
	case f == nil:
		b.tookCover(t, c)
	case f.Class == fault.NotFound:
		b.tookCover(t, scene.Cover{None: true})
	case f.Class == fault.Temporary:
		t.noCover, t.fault = true, f
	case f.Class == fault.Rejected:
		t.noCover, t.note = true, "no picture: "+strings.TrimSuffix(f.Words, ".")
	default:
		return f
	}
	return nil
}

func (b *batch) tookCover(t *task, c scene.Cover) {
	switch {
	case c.None:
		t.seen.Cover, t.seen.SHA1 = c.ETag, ""
	case c.NotModified:
	default:
		t.seen.Cover, t.seen.SHA1 = c.ETag, digest(c.Bytes)
		b.covers.put(t.scene.ID, c)
	}
	t.seen.CoverAt = t.stamp
}

// coverUnknown is what to remember of a scene whose cover is another one than was
// planned: it is read anew.
func (t *task) coverUnknown() *store.Seen {
	s := t.looked()
	if s != nil {
		s.Cover, s.CoverAt, s.SHA1 = "", "", ""
	}
	return s
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

// errCoverMoved tells that Stash has another cover now than the one planned for.
var errCoverMoved = errors.New("the cover changed while it was being sent")

// upload sends the pictures of a plan.
func (b *batch) upload(t *task, g *target) error {
	for _, u := range g.plan.Uploads {
		c, ok := b.covers.get(t.scene.ID)
		if !ok {
			var err error
			if c, err = b.Stash.Cover(b.hard, t.scene.ID, ""); fault.Is(err, fault.NotFound) {
				return errCoverMoved
			} else if err != nil {
				return err
			}
		}
		if digest(c.Bytes) != u.SHA1 {
			return errCoverMoved
		}
		if err := b.Plex.Upload(b.hard, g.Key.RatingKey, u.Field, c.Bytes, c.Type); err != nil {
			return err
		}
		g.written = true
	}
	return nil
}
