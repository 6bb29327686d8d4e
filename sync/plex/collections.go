package plex

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"lockstep/sync/budget"
	"lockstep/sync/httpc"
	"lockstep/sync/plan"
	"lockstep/sync/scene"
)

// Collections lists the collections of a library, smart ones included. One request per 500.
func (c *Client) Collections(ctx context.Context, section string) ([]scene.Collection, error) {
	if !isKey(section) {
		return nil, errOurs("a library id that is no number")
	}
	op := "list the collections of library " + section
	var out []scene.Collection
	seen := map[string]bool{}
	for offset := 0; ; {
		box, head, err := c.read(ctx, httpc.Request{
			Kind: budget.Collections.For(section), Op: op, Path: "/library/sections/" + section + "/all",
			Query:  "type=" + strconv.Itoa(plan.CollectionType) + "&excludeFields=summary",
			Header: span(offset, defaultPage), Limit: listLimit,
		}, func(b *container) error { return c.sensible(op, b, offset) })
		if err != nil {
			return nil, err
		}
		before := len(out)
		for _, m := range box.Metadata {
			key := string(m.RatingKey)
			if isKey(key) && !seen[key] {
				seen[key] = true
				out = append(out, scene.Collection{RatingKey: key, Section: section, Title: string(m.Title), Smart: bool(m.Smart)})
			}
		}
		n := len(box.Metadata)
		if offset += n; n == 0 || offset >= total(box, head, offset) {
			return out, nil
		}
		if len(out) == before { // the same ones once more: it would go on for ever
			return nil, c.senseless(op, errors.New("a page without a new collection"))
		}
	}
}

// CollectionItems reads collections by rating key, with summary, picture and locks, as Items reads
// films. A picture that Plex puts together from those of the members counts as none.
func (c *Client) CollectionItems(ctx context.Context, keys []string) (map[string]scene.Item, error) {
	found, err := c.Items(ctx, keys)
	for key, it := range found {
		if strings.Contains(it.Thumb, "/composite/") {
			it.Thumb = ""
			found[key] = it
		}
	}
	return found, err
}

// UploadToCollection is Upload for the picture of a collection.
func (c *Client) UploadToCollection(ctx context.Context, ratingKey string, body []byte, contentType string) error {
	return c.upload(ctx, budget.CollectionUpload, ratingKey, scene.FieldPoster, body, contentType)
}
