package stash

import (
	"context"
	"crypto/sha1" //nolint:gosec // identifies an image, protects nothing
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"lockstep/sync/budget"
	"lockstep/sync/fault"
	"lockstep/sync/scene"
)

// maxCover bounds a cover; Stash's own are below 1 MB, people's scans rarely above 10.
const maxCover = 20 << 20

// pictures are the types of the covers Stash serves as they were stored.
var pictures = []string{"image/jpeg", "image/png", "image/webp", "image/gif", "image/bmp"}

// Cover fetches the cover of a scene unless it is still the one etag stands for; an
// empty etag always fetches. Type is by content, ETag is for the next question. For a scene
// without cover Stash sends a drawn placeholder, whose ETag is given as well: a later
// NotModified for it means "still none". NotFound: no such scene. Rejected: what is stored as cover
// is no picture or above 20 MB; the rest of the scene can be synced all the same. The
// address is made from our own base: the one in Stash's answers may name another host.
func (c *Client) Cover(ctx context.Context, id scene.ID, etag string) (cover scene.Cover, err error) {
	err = c.gated(budget.Cover, func() error { cover, err = c.cover(ctx, id, etag); return err })
	return cover, err
}

func (c *Client) cover(ctx context.Context, id scene.ID, etag string) (scene.Cover, error) {
	req, err := c.request(ctx, http.MethodGet, "scene/"+id.String()+"/screenshot", nil)
	if err != nil {
		return scene.Cover{}, err
	}
	if etag != "" {
		req.Header.Set("If-None-Match", etag)
	}
	req.Header.Set("Accept", "image/*")
	r, err := c.send(ctx, req, maxCover)
	if err != nil {
		return scene.Cover{}, err
	}
	switch r.code {
	case http.StatusOK:
		return picture(r)
	case http.StatusNotModified:
		return scene.Cover{ETag: etag, NotModified: true}, nil
	case http.StatusNotFound:
		return scene.Cover{}, fault.New(fault.NotFound, fault.Stash, "Stash no longer has this scene.", "", c.said(r))
	case http.StatusInternalServerError:
		return scene.Cover{}, c.coverFailed(ctx, r)
	}
	if err := c.refusal(r); err != nil {
		return scene.Cover{}, err
	}
	return scene.Cover{}, errNotStash(c.said(r))
}

// coverFailed tells a Stash that is not ready from one broken cover.
func (c *Client) coverFailed(ctx context.Context, r reply) error {
	if _, err := c.state(ctx); err != nil {
		return err
	}
	return fault.New(fault.Temporary, fault.Stash, "Stash could not read the cover.", "", c.said(r))
}

// picture checks that the answer is one: login and error pages come with 200 as well.
func picture(r reply) (scene.Cover, error) {
	said := r.mediaType()
	if said == "image/svg+xml" {
		return scene.Cover{ETag: r.header.Get("ETag"), None: true}, nil
	}
	if said == "text/html" {
		return scene.Cover{}, fault.New(fault.Config, fault.Stash, "This address answers with a web page, not with a cover.", hintHost, nil)
	}
	if r.more {
		return scene.Cover{}, fault.New(fault.Rejected, fault.Stash, "The cover is larger than 20 MB.", "Choose a smaller cover in Stash.", nil)
	}
	kind, _, _ := strings.Cut(http.DetectContentType(r.body), ";")
	if !slices.Contains(pictures, kind) {
		return scene.Cover{}, fault.New(fault.Rejected, fault.Stash, "The cover in Stash is not a picture.", "Choose another cover in Stash.",
			fmt.Errorf("declared %.40q, contains %s", said, kind))
	}
	sum := sha1.Sum(r.body) //nolint:gosec // see the import
	return scene.Cover{Bytes: r.body, Type: kind, ETag: r.header.Get("ETag"), SHA1: hex.EncodeToString(sum[:])}, nil
}
