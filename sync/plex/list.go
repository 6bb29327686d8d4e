package plex

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"lockstep/sync/fault"
	"lockstep/sync/plan"
	"lockstep/sync/scene"
)

const (
	// defaultPage and maxPage: clients use 100 to 1000 items a page, above 1000 a server
	// answered 400.
	defaultPage = 500
	maxPage     = 1000
	// batch is how many items one read by key names; an item is about 10 kB.
	batch = 100
	// leanElements and leanFields are left out of a lean listing.
	leanElements = "Genre,Country,Director,Writer,Collection,Role,Rating,Guid,Image,UltraBlurColors"
	leanFields   = "summary,tagline"
)

// List reads a library page by page until page returns false or an error, or the library
// ends. Items come in the order they were added unless o says otherwise, without locks
// and labels and with truncated lists; a lean listing asks Plex to leave out summary,
// tagline and lists, which it may or may not do. Pages have at most 1000 items. Items can move between pages when somebody edits meanwhile: an item may come
// twice, and the caller compares what it got with Total. One request per page; a library
// of n items takes ceil(n/PageSize).
func (c *Client) List(ctx context.Context, section string, o scene.Listing, page func(scene.ItemPage) (more bool, err error)) error {
	for offset := 0; ; {
		p, err := c.page(ctx, section, o, offset)
		if err != nil {
			return err
		}
		if len(p.Items) == 0 && offset > 0 {
			return nil
		}
		more, err := page(p)
		if err != nil {
			return err
		}
		offset += len(p.Items)
		if !more || len(p.Items) == 0 || offset >= p.Total {
			return nil
		}
	}
}

func (c *Client) page(ctx context.Context, section string, o scene.Listing, offset int) (scene.ItemPage, error) {
	size := o.PageSize
	if size <= 0 {
		size = defaultPage
	}
	op := "list library " + section
	box, rep, err := c.listing(ctx, section, call{op: op, query: listQuery(o), span: &span{offset, min(size, maxPage)}, limit: maxList})
	if err != nil {
		return scene.ItemPage{}, err
	}
	if box.Offset != nil && int(*box.Offset) != offset {
		return scene.ItemPage{}, plexFault(fault.Temporary, "Plex answered with another part of the library than the one asked for.", "",
			c.because(op, fmt.Errorf("offset %d instead of %d", *box.Offset, offset)))
	}
	p := scene.ItemPage{Items: box.items(section, false), Offset: offset}
	p.Total = total(box, rep, offset+len(p.Items))
	return p, nil
}

// listing asks for items of a library.
func (c *Client) listing(ctx context.Context, section string, r call) (*container, reply, error) {
	if !isKey(section) {
		return nil, reply{}, errOurs("a library id that is no number")
	}
	r.path = "/library/sections/" + section + "/all"
	return c.read(ctx, r)
}

// listQuery keeps one order per kind of listing: by time of addition nothing moves while
// titles are edited, as it would in Plex's own order.
func listQuery(o scene.Listing) string {
	q := "type=" + strconv.Itoa(plan.ItemType) + "&sort=addedAt:asc"
	if o.NewestFirst {
		q = "type=" + strconv.Itoa(plan.ItemType) + "&sort=updatedAt:desc"
	}
	if o.Lean {
		q += "&excludeElements=" + url.QueryEscape(leanElements) + "&excludeFields=" + url.QueryEscape(leanFields)
	}
	return q
}

// total is the size of the library by body or header; without both the server ignored the
// paging and what it sent is everything.
func total(box *container, rep reply, arrived int) int {
	if box.TotalSize != nil {
		return int(*box.TotalSize)
	}
	if n, err := strconv.Atoi(rep.header.Get("X-Plex-Container-Total-Size")); err == nil {
		return n
	}
	return arrived
}

// Size is the number of items in a library. One request.
func (c *Client) Size(ctx context.Context, section string) (int, error) {
	box, rep, err := c.listing(ctx, section, call{
		op: "count library " + section, query: "type=" + strconv.Itoa(plan.ItemType), span: &span{0, 0}, limit: maxList,
	})
	if err != nil {
		return 0, err
	}
	return total(box, rep, max(int(box.Size), len(box.Metadata)+len(box.Video))), nil
}

// Items reads items by rating key, complete with lists, labels and locks. Keys that do
// not exist any more are missing from the answer. One request per 100 different keys.
func (c *Client) Items(ctx context.Context, keys []string) (map[string]scene.Item, error) {
	wanted := slices.Compact(slices.Sorted(slices.Values(keys)))
	if i := slices.IndexFunc(wanted, func(k string) bool { return !isKey(k) }); i >= 0 {
		return nil, errOurs("a rating key that is no number")
	}
	out := make(map[string]scene.Item, len(wanted))
	for part := range slices.Chunk(wanted, batch) {
		if err := c.some(ctx, part, out); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// some reads one batch. 404 means that none of its items exists.
func (c *Client) some(ctx context.Context, keys []string, out map[string]scene.Item) error {
	box, _, err := c.read(ctx, call{
		op: fmt.Sprintf("read %d items", len(keys)), path: "/library/metadata/" + strings.Join(keys, ","), query: "skipRefresh=1", limit: maxList,
	})
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, it := range box.items("", true) {
		if _, asked := slices.BinarySearch(keys, it.RatingKey); asked {
			out[it.RatingKey] = it
		}
	}
	return nil
}

// isKey reports a decimal number, which library ids and rating keys are. Anything else
// could address other things than meant.
func isKey(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}
