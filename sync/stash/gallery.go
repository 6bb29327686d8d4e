package stash

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"lockstep/sync/budget"
	"lockstep/sync/fault"
	"lockstep/sync/httpc"
	"lockstep/sync/message"
	"lockstep/sync/scene"
)

const (
	// galleryBatch is for how many scenes one request asks for pictures: Stash searches for each.
	galleryBatch = 25
	// galleryImages are asked for each scene: the first of them may be clips.
	galleryImages = `  s%d: findImages(image_filter: {galleries: {value: $g%d, modifier: INCLUDES}, orientation: {value: [LANDSCAPE]}}, ` +
		`filter: {per_page: 10, sort: "path", direction: ASC}) { images { id visual_files { ...I } } }`
	imageFields = `fragment I on ImageFile { basename size mod_time width height fingerprints { type value } }`
)

// galleryWords are those of a picture of a gallery.
var galleryWords = pictureWords{
	message.StashCoverPage, message.GalleryPictureLarge, message.AdviceGalleryPicture, message.GalleryPictureNone, message.AdviceGalleryPicture,
}

// wireImage is a picture of a gallery. Of a clip the file has nothing that was asked for.
type wireImage struct {
	ID    string `json:"id"`
	Files []struct {
		Basename     string            `json:"basename"`
		Size         json.Number       `json:"size"`
		ModTime      string            `json:"mod_time"`
		Width        int               `json:"width"`
		Height       int               `json:"height"`
		Fingerprints []json.RawMessage `json:"fingerprints"`
	} `json:"visual_files"`
}

// GalleryPictures finds for each scene the first picture by path that is wider than high in any of
// its galleries, in one request for every 25 scenes. Scenes without such a picture are missing, and
// so are those without galleries, for which Stash is not asked.
func (c *Client) GalleryPictures(ctx context.Context, of map[scene.ID][]scene.Gallery) (map[scene.ID]scene.GalleryPicture, error) {
	out := map[scene.ID]scene.GalleryPicture{}
	var ids []scene.ID
	for id, list := range of {
		if len(list) > 0 { // for no gallery Stash gives all pictures there are
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	for part := range slices.Chunk(ids, galleryBatch) {
		if err := c.galleryPictures(ctx, part, of, out); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (c *Client) galleryPictures(ctx context.Context, ids []scene.ID, of map[scene.ID][]scene.Gallery, out map[scene.ID]scene.GalleryPicture) error {
	vars := map[string]any{}
	for i, id := range ids {
		var galleries []string
		for _, g := range of[id] {
			galleries = append(galleries, g.ID)
		}
		vars["g"+strconv.Itoa(i)] = galleries
	}
	var answer map[string]*struct{ Images []wireImage }
	return c.ask(ctx, question{kind: budget.Galleries, query: galleryQuery(len(ids)), vars: vars, limit: pageLimit}, &answer, func() error {
		for i, id := range ids {
			list := answer["s"+strconv.Itoa(i)]
			if list == nil || list.Images == nil {
				return c.notStash(errors.New("a gallery without its pictures"))
			}
			for _, im := range list.Images {
				if p, ok := im.picture(); ok {
					out[id] = p
					break
				}
			}
		}
		return nil
	})
}

// galleryQuery asks for the pictures of so many scenes, each under its own alias.
func galleryQuery(n int) string {
	var vars, lines []string
	for i := range n {
		vars = append(vars, fmt.Sprintf("$g%d: [ID!]", i))
		lines = append(lines, fmt.Sprintf(galleryImages, i, i))
	}
	return "query Galleries(" + strings.Join(vars, " ") + ") {\n" + strings.Join(lines, "\n") + "\n}\n" + imageFields
}

// picture is false for a clip, and for what is not wider than high.
func (w wireImage) picture() (scene.GalleryPicture, bool) {
	if _, err := scene.ParseID(w.ID); err != nil || len(w.Files) == 0 || w.Files[0].Width <= w.Files[0].Height {
		return scene.GalleryPicture{}, false
	}
	f := w.Files[0]
	version := scene.HashOf([]any{w.ID, f.Size, f.ModTime, f.Fingerprints})
	return scene.GalleryPicture{ID: w.ID, Version: string(version), Name: f.Basename, Width: f.Width, Height: f.Height}, true
}

// GalleryPicture fetches a picture of a gallery. Stash sends the file as it is. NotFound: there is
// none any more. Rejected: it is of a kind Plex does not take, or above 20 MB.
func (c *Client) GalleryPicture(ctx context.Context, id string) (scene.Cover, error) {
	if _, err := scene.ParseID(id); err != nil {
		return scene.Cover{}, c.notStash(errID)
	}
	r := httpc.Request{Kind: budget.GalleryPicture, Op: "image", Path: "/image/" + id + "/image"}
	return c.image(ctx, r, "", func(rep httpc.Reply) (scene.Cover, error) { return c.galleryPicture(ctx, rep) })
}

func (c *Client) galleryPicture(ctx context.Context, r httpc.Reply) (scene.Cover, error) {
	switch r.Code {
	case http.StatusOK:
		cover, err := c.picture(r, galleryWords)
		if err == nil && cover.None {
			err = fault.New(fault.Rejected, fault.Stash, message.New(message.GalleryPictureNone), message.New(message.AdviceGalleryPicture), errors.New("image/svg+xml"))
		}
		return cover, err
	case http.StatusNotFound, http.StatusInternalServerError:
		if _, err := c.state(ctx); err != nil { // one that is not ready finds no picture either
			return scene.Cover{}, err
		}
		if r.Code == http.StatusInternalServerError {
			return scene.Cover{}, fault.New(fault.Temporary, fault.Stash, message.New(message.GalleryPictureUnread), message.None, c.http.Said("", r))
		}
		return scene.Cover{}, fault.New(fault.NotFound, fault.Stash, message.New(message.GalleryPictureGone), message.None, c.http.Said("", r))
	}
	return scene.Cover{}, c.unexpected(r)
}
