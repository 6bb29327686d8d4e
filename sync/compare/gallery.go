package compare

import (
	"context"

	"golang.org/x/sync/errgroup"

	"lockstep/sync/budget"
	"lockstep/sync/fault"
	"lockstep/sync/scene"
)

// readGalleries learns which picture of its galleries each scene has for its background, and the
// SHA-1 of it, without bytes where that picture is known. What of this fails leaves the backgrounds
// alone and nothing else.
func (r *Reader) readGalleries(ctx context.Context, list []*Comparison, room *room) error {
	if !r.Settings.FromGallery() {
		return nil
	}
	var asked []*Comparison
	for _, c := range list {
		if _, wanted := c.Want.Images[scene.FieldBackground]; wanted && len(c.Scene.Galleries) > 0 {
			asked = append(asked, c)
		}
	}
	if err := r.askGalleries(ctx, asked); err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(coverReaders)
	for _, c := range asked {
		if c.gallery.id != "" && c.gallery.cover.SHA1 == "" {
			group.Go(func() error { return r.readGallery(ctx, c, room) })
		}
	}
	return group.Wait()
}

// askGalleries finds the pictures of scenes with galleries, and in halves when that fails because of
// some of them: the budget ends that when it is the server.
func (r *Reader) askGalleries(ctx context.Context, list []*Comparison) error {
	if len(list) == 0 {
		return nil
	}
	of := map[scene.ID][]scene.Gallery{}
	for _, c := range list {
		of[c.Scene.ID] = c.Scene.Galleries
	}
	found, err := r.Stash.GalleryPictures(ctx, of)
	f := fault.Of(err)
	switch {
	case f == nil:
		for _, c := range list {
			c.tookGallery(found)
		}
		return nil
	case len(list) > 1 && plainly(f) && !budget.Held(err):
		half := len(list) / 2
		if err := r.askGalleries(ctx, list[:half]); err != nil {
			return err
		}
		return r.askGalleries(ctx, list[half:])
	}
	for _, c := range list {
		c.fromGallery = true // nobody knows of a cover in its place
		if err := c.unread(&c.gallery, f); err != nil {
			return err
		}
	}
	return nil
}

// tookGallery enters the picture that was found. One that is known needs no bytes.
func (c *Comparison) tookGallery(found map[scene.ID]scene.GalleryPicture) {
	p, has := found[c.Scene.ID]
	if !has {
		return
	}
	c.fromGallery, c.gallery.id = true, p.ID
	if c.Seen.Gallery != p.Version {
		c.Seen.Gallery, c.Seen.GallerySHA1 = p.Version, ""
	}
	c.gallery.cover.SHA1 = c.Seen.GallerySHA1
}

// readGallery enters what is learnt of a picture into what is known of the scene. One that Stash
// cannot give, or that Plex would not take, keeps nothing else from being compared.
func (r *Reader) readGallery(ctx context.Context, c *Comparison, room *room) error {
	cover, err := fit(r.Stash.GalleryPicture(ctx, c.gallery.id))
	if f := fault.Of(err); f != nil {
		return c.unread(&c.gallery, f)
	}
	c.Seen.GallerySHA1, c.gallery.cover.SHA1 = cover.SHA1, cover.SHA1
	if room.take(len(cover.Bytes)) {
		c.gallery.cover = cover
	}
	return nil
}
