package plex

import (
	"context"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"lockstep/sync/budget"
	"lockstep/sync/decode"
	"lockstep/sync/fault"
	"lockstep/sync/httpc"
	"lockstep/sync/message"
	"lockstep/sync/scene"
)

// maxImage is what an established tool sends at most; larger ones were answered with 500.
const maxImage = 10_480_000

// imagePaths are the names of an image in the paths of Plex: as a list, one of the list,
// and as part of the item.
type imagePaths struct{ list, one, shown string }

func pathsOf(f scene.Field) (imagePaths, error) {
	switch f {
	case scene.FieldPoster:
		return imagePaths{"posters", "poster", "thumb"}, nil
	case scene.FieldBackground:
		return imagePaths{"arts", "art", "art"}, nil
	}
	return imagePaths{}, errOurs("an image for a field that has none")
}

// imageCall prepares a request about an image of an item.
func imageCall(ratingKey string, f scene.Field, part func(imagePaths) string) (httpc.Request, error) {
	p, err := pathsOf(f)
	if err != nil {
		return httpc.Request{}, err
	}
	if !isKey(ratingKey) {
		return httpc.Request{}, errOurs("an image without a rating key")
	}
	return httpc.Request{Kind: budget.Pictures, Op: string(f) + " of item " + ratingKey, Path: "/library/metadata/" + ratingKey + "/" + part(p)}, nil
}

// Pictures lists the posters or backgrounds an item has. One request.
func (c *Client) Pictures(ctx context.Context, ratingKey string, f scene.Field) ([]scene.Picture, error) {
	r, err := imageCall(ratingKey, f, func(p imagePaths) string { return p.list })
	if err != nil {
		return nil, err
	}
	box, _, err := c.read(ctx, r, nil)
	if err != nil {
		return nil, err
	}
	var out []scene.Picture
	for _, m := range append(append([]metadata{}, box.Metadata...), box.Photo...) {
		if key := m.imageKey(); key != "" {
			out = append(out, scene.Picture{Key: key, SHA1: sha1Of(key), Selected: bool(m.Selected)})
		}
	}
	return out, nil
}

// imageKey is the rating key of an image, or else the one inside its address.
func (m metadata) imageKey() string {
	if m.RatingKey != "" {
		return string(m.RatingKey)
	}
	u, err := url.Parse(string(m.Key))
	if err != nil {
		return ""
	}
	return u.Query().Get("url")
}

// sha1Of reads the hash out of upload://posters/<sha1>.
func sha1Of(key string) string {
	rest, ok := strings.CutPrefix(key, "upload://")
	if !ok {
		return ""
	}
	sum := strings.ToLower(rest[strings.LastIndex(rest, "/")+1:])
	if b, err := hex.DecodeString(sum); err != nil || len(b) != 20 {
		return ""
	}
	return sum
}

// Upload gives an item an image, which Plex then shows. The bytes are sent as they are:
// Plex files them under their SHA-1 and keeps each different upload for ever, so callers
// look with Pictures first. One request; more than 10 MB is Rejected without one.
func (c *Client) Upload(ctx context.Context, ratingKey string, f scene.Field, body []byte, contentType string) error {
	return c.upload(ctx, budget.Upload, ratingKey, f, body, contentType)
}

func (c *Client) upload(ctx context.Context, kind budget.Kind, ratingKey string, f scene.Field, body []byte, contentType string) error {
	r, err := imageCall(ratingKey, f, func(p imagePaths) string { return p.list })
	if err != nil {
		return err
	}
	if len(body) == 0 {
		return errOurs("an empty image")
	}
	if len(body) > maxImage {
		return plexFault(fault.Rejected, message.New(message.PlexImageLarge), message.New(message.AdviceCoverLarge), fmt.Errorf("%d bytes", len(body)))
	}
	r.Kind, r.Method, r.Body, r.Header = kind, http.MethodPost, body, http.Header{"Content-Type": {contentType}}
	return c.do(ctx, r)
}

// Select makes an item show an image it already has. One request.
func (c *Client) Select(ctx context.Context, ratingKey string, f scene.Field, imageKey string) error {
	r, err := imageCall(ratingKey, f, func(p imagePaths) string { return p.one })
	if err != nil {
		return err
	}
	if imageKey == "" {
		return errOurs("the choice of no image")
	}
	r.Kind, r.Method, r.Query = budget.Upload, http.MethodPut, "url="+escape(imageKey)
	return c.do(ctx, r)
}

// Unselect makes an item show no image; the images stay. One request.
func (c *Client) Unselect(ctx context.Context, ratingKey string, f scene.Field) error {
	r, err := imageCall(ratingKey, f, func(p imagePaths) string { return p.shown })
	if err != nil {
		return err
	}
	r.Kind, r.Method = budget.Upload, http.MethodDelete
	return c.do(ctx, r)
}

// Thumbnail fetches the picture at a path that Plex gave for an item's poster or background,
// at most 10 MB; none is NotFound. No other path is asked for. One request, counted apart: it
// is for somebody who only looks.
func (c *Client) Thumbnail(ctx context.Context, path string) ([]byte, error) {
	if !isPicture(path) {
		return nil, errOurs("an image at a path that has none")
	}
	r := httpc.Request{Kind: budget.Thumbnail, Op: "picture", Path: path, Header: http.Header{"Accept": {"image/*"}}, Limit: decode.Limit{Bytes: maxImage}}
	var out []byte
	err := c.http.Do(ctx, r, func(rep httpc.Reply) error {
		if err := c.judge(r, rep); err != nil {
			return err
		}
		out = rep.Body
		return nil
	})
	return out, err
}

// isPicture reports whether a path is that of an item's picture: /library/metadata/5/thumb/7.
func isPicture(path string) bool {
	part := strings.Split(path, "/")
	return len(part) == 6 && part[0] == "" && part[1] == "library" && part[2] == "metadata" && isKey(part[3]) &&
		(part[4] == "thumb" || part[4] == "art") && isKey(part[5])
}
