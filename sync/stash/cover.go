package stash

import (
	"context"
	"crypto/sha1" //nolint:gosec // identifies an image, protects nothing
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"lockstep/sync/budget"
	"lockstep/sync/decode"
	"lockstep/sync/fault"
	"lockstep/sync/httpc"
	"lockstep/sync/message"
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
func (c *Client) Cover(ctx context.Context, id scene.ID, etag string) (scene.Cover, error) {
	return c.screenshot(ctx, budget.Cover, id, etag)
}

// Thumbnail is Cover for somebody who only looks: what fails of it is counted apart, so that
// it holds up no cover that is to be written.
func (c *Client) Thumbnail(ctx context.Context, id scene.ID, etag string) (scene.Cover, error) {
	return c.screenshot(ctx, budget.Thumbnail, id, etag)
}

func (c *Client) screenshot(ctx context.Context, kind budget.Kind, id scene.ID, etag string) (scene.Cover, error) {
	r := httpc.Request{Kind: kind, Op: "screenshot", Path: "/scene/" + id.String() + "/screenshot"}
	return c.image(ctx, r, etag, func(rep httpc.Reply) (scene.Cover, error) {
		if kind == budget.Thumbnail && rep.Code == http.StatusInternalServerError {
			return scene.Cover{}, c.coverUnread(rep) // nobody asks for Stash's state because of it
		}
		return c.cover(ctx, rep, etag)
	})
}

// image asks for a picture unless it still has the ETag; take reads the answer.
func (c *Client) image(ctx context.Context, r httpc.Request, etag string, take func(httpc.Reply) (scene.Cover, error)) (cover scene.Cover, err error) {
	r.Header, r.Limit = http.Header{"Accept": {"image/*"}}, decode.Limit{Bytes: maxCover}
	if etag != "" {
		r.Header.Set("If-None-Match", etag)
	}
	err = c.http.Do(ctx, r, func(rep httpc.Reply) (err error) {
		cover, err = take(rep)
		return err
	})
	return cover, err
}

func (c *Client) cover(ctx context.Context, r httpc.Reply, etag string) (scene.Cover, error) {
	switch r.Code {
	case http.StatusOK:
		return c.picture(r, coverWords)
	case http.StatusNotModified:
		return scene.Cover{ETag: etag, NotModified: true}, nil
	case http.StatusNotFound:
		return scene.Cover{}, fault.New(fault.NotFound, fault.Stash, message.New(message.StashSceneGone), message.None, c.http.Said("", r))
	case http.StatusInternalServerError:
		return scene.Cover{}, c.coverFailed(ctx, r)
	}
	return scene.Cover{}, c.unexpected(r)
}

// unexpected is what an answer means whose status says nothing about a picture.
func (c *Client) unexpected(r httpc.Reply) error {
	if err := c.refusal(r); err != nil {
		return err
	}
	return c.notStash(c.http.Said("", r))
}

// coverFailed tells a Stash that is not ready from one broken cover.
func (c *Client) coverFailed(ctx context.Context, r httpc.Reply) error {
	if _, err := c.state(ctx); err != nil {
		return err
	}
	return c.coverUnread(r)
}

func (c *Client) coverUnread(r httpc.Reply) error {
	return fault.New(fault.Temporary, fault.Stash, message.New(message.StashCoverUnread), message.None, c.http.Said("", r))
}

// pictureWords say what is wrong with a picture.
type pictureWords struct{ page, large, smaller, none, other message.Code }

var coverWords = pictureWords{message.StashCoverPage, message.StashCoverLarge, message.AdviceCoverLarge, message.StashCoverNoPicture, message.AdviceCoverNoPicture}

// picture checks that the answer is one: login and error pages come with 200 as well.
func (c *Client) picture(r httpc.Reply, words pictureWords) (scene.Cover, error) {
	said := r.MediaType()
	if said == "image/svg+xml" {
		return scene.Cover{ETag: r.Header.Get("ETag"), None: true}, nil
	}
	if said == "text/html" {
		return scene.Cover{}, c.http.Contradiction("", message.New(words.page), c.http.HintHost(), errors.New("a web page as answer"))
	}
	if r.More {
		return scene.Cover{}, fault.New(fault.Rejected, fault.Stash, message.New(words.large), message.New(words.smaller), nil)
	}
	kind, _, _ := strings.Cut(http.DetectContentType(r.Body), ";")
	if !slices.Contains(pictures, kind) {
		return scene.Cover{}, fault.New(fault.Rejected, fault.Stash, message.New(words.none), message.New(words.other),
			fmt.Errorf("declared %.40q, contains %s", said, kind))
	}
	sum := sha1.Sum(r.Body) //nolint:gosec // see the import
	return scene.Cover{Bytes: r.Body, Type: kind, ETag: r.Header.Get("ETag"), SHA1: hex.EncodeToString(sum[:])}, nil
}
