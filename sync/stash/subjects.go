package stash

import (
	"context"
	"errors"
	"net/url"

	"lockstep/sync/budget"
	"lockstep/sync/fault"
	"lockstep/sync/httpc"
	"lockstep/sync/message"
	"lockstep/sync/scene"
)

// studiosQuery and groupsQuery ask for what a collection can show of a studio or a group;
// moviesQuery asks for groups before Stash 0.27.
const (
	studiosQuery = `query Studios { findStudios(filter: {per_page: -1}) { studios { id name details image_path } } }`
	groupsQuery  = `query Groups { findGroups(filter: {per_page: -1}) { groups { id name front_image_path } } }`
	moviesQuery  = `query Groups { findGroups: findMovies(filter: {per_page: -1}) { groups: movies { id name front_image_path } } }`
)

type wireSubject struct {
	scene.Named
	Details string
	Image   string `json:"image_path"`
	Front   string `json:"front_image_path"`
}

// Studios reads all studios with their descriptions. One request.
func (c *Client) Studios(ctx context.Context) ([]scene.Subject, error) {
	var out struct {
		FindStudios *struct{ Studios []wireSubject }
	}
	err := c.ask(ctx, question{kind: budget.Subjects, query: studiosQuery, limit: namesLimit}, &out, func() error { return c.listed(out.FindStudios == nil) })
	if err != nil {
		return nil, err
	}
	return subjects(scene.StudioSubject, out.FindStudios.Studios), nil
}

// Groups reads all groups, which were movies before Stash 0.27. One request.
func (c *Client) Groups(ctx context.Context) ([]scene.Subject, error) {
	var out struct {
		FindGroups *struct{ Groups []wireSubject }
	}
	query := groupsQuery
	if c.hasMovies(ctx) {
		query = moviesQuery
	}
	err := c.ask(ctx, question{kind: budget.Subjects, query: query, limit: namesLimit}, &out, func() error { return c.listed(out.FindGroups == nil) })
	if err != nil {
		return nil, err
	}
	return subjects(scene.GroupSubject, out.FindGroups.Groups), nil
}

func subjects(kind scene.SubjectKind, list []wireSubject) []scene.Subject {
	out := make([]scene.Subject, 0, len(list))
	for _, w := range list {
		if _, err := scene.ParseID(w.ID); err != nil {
			continue // it would lead elsewhere in an address
		}
		out = append(out, scene.Subject{Kind: kind, Named: w.Named, Details: w.Details, Picture: pictureVersion(w.Image + w.Front)})
	}
	return out
}

// pictureVersion is the part of a picture's address that changes with the picture, empty for the
// drawing Stash serves in place of one that is missing.
func pictureVersion(address string) string {
	u, err := url.Parse(address)
	if err != nil || address == "" || u.Query().Get("default") == "true" {
		return ""
	}
	if t := u.Query().Get("t"); t != "" {
		return t
	}
	return "?" // a release that does not tell: it is asked for each time
}

// SubjectPicture fetches the picture of a studio or group unless it is the one etag stands for,
// as Cover does. Rejected: it is a drawing (SVG), which Plex does not take, no picture, or above
// 20 MB.
func (c *Client) SubjectPicture(ctx context.Context, s scene.Subject, etag string) (scene.Cover, error) {
	if _, err := scene.ParseID(s.ID); err != nil {
		return scene.Cover{}, c.notStash(errID)
	}
	path := "/studio/" + s.ID + "/image"
	if s.Kind == scene.GroupSubject {
		path = "/group/" + s.ID + "/frontimage"
		if c.hasMovies(ctx) {
			path = "/movie/" + s.ID + "/frontimage"
		}
	}
	r := httpc.Request{Kind: budget.SubjectPicture, Op: "picture", Path: path}
	return c.image(ctx, r, etag, func(rep httpc.Reply) (scene.Cover, error) {
		cover, err := c.cover(ctx, rep, etag)
		if err != nil || !cover.None {
			return cover, err
		}
		return cover, fault.New(fault.Rejected, fault.Stash, message.New(message.PictureDrawing), message.New(message.AdvicePictureDrawing), errors.New("image/svg+xml"))
	})
}
