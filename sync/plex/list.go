package plex

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"lockstep/sync/budget"
	"lockstep/sync/fault"
	"lockstep/sync/httpc"
	"lockstep/sync/message"
	"lockstep/sync/plan"
	"lockstep/sync/scene"
)

const (
	// defaultPage and maxPage: clients use 100 to 1000 items a page, above 1000 a server
	// answered 400.
	defaultPage = 500
	maxPage     = 1000
	leastPage   = 50
	// usualBatch is how many items one read by key names; an item is about 10 kB.
	usualBatch = 100
	leastBatch = 10
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
	seen := map[string]bool{}
	for offset := 0; ; {
		p, err := c.page(ctx, section, o, offset)
		if err != nil {
			return err
		}
		if !fresh(p.Items, seen) { // the same ones once more: it would go on for ever
			return c.senseless("list library "+section, errors.New("a page without a new item"))
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

// fresh adds items to those seen and reports whether one was not, or there are none.
func fresh(items []scene.Item, seen map[string]bool) bool {
	before := len(seen)
	for _, it := range items {
		seen[it.RatingKey] = true
	}
	return len(items) == 0 || len(seen) > before
}

// senseless is the fault of a list that cannot be true.
func (c *Client) senseless(op string, why error) error {
	return plexFault(fault.Temporary, message.New(message.PlexSenseless), message.New(message.AdvicePlexLog), c.http.Because(op, why))
}

// sensible refuses a page with more items than there are, or with keys that would address
// other things than items.
func (c *Client) sensible(op string, b *container, offset int) error {
	if end := offset + len(b.Metadata) + len(b.Video); b.TotalSize != nil && end > offset && end > int(*b.TotalSize) {
		return c.senseless(op, fmt.Errorf("%d items of %d", end, *b.TotalSize))
	}
	for _, m := range append(slices.Clip(b.Metadata), b.Video...) {
		if m.RatingKey != "" && !isKey(string(m.RatingKey)) {
			return c.senseless(op, errors.New("a rating key that is no number"))
		}
	}
	return nil
}

func (c *Client) page(ctx context.Context, section string, o scene.Listing, offset int) (scene.ItemPage, error) {
	for {
		size := defaultPage
		if o.PageSize > 0 {
			size = o.PageSize
		}
		size = min(size, c.pages.Next())
		p, err := c.part(ctx, section, o, offset, size)
		if err == nil || !c.pages.Shrink(size, err) {
			return p, err
		}
	}
}

// part reads items from offset on; the server may give fewer than size.
func (c *Client) part(ctx context.Context, section string, o scene.Listing, offset, size int) (scene.ItemPage, error) {
	op := "list library " + section
	box, head, err := c.listing(ctx, section, httpc.Request{Op: op, Query: listQuery(o), Header: span(offset, size), Divides: func(err error) bool { return size > leastPage && httpc.TooLong(err) }}, func(b *container) error {
		if b.Offset != nil && int(*b.Offset) != offset {
			return plexFault(fault.Temporary, message.New(message.PlexOtherPart), message.None,
				c.http.Because(op, fmt.Errorf("offset %d instead of %d", *b.Offset, offset)))
		}
		return c.sensible(op, b, offset)
	})
	if err != nil {
		return scene.ItemPage{}, err
	}
	p := scene.ItemPage{Items: box.items(section, false), Offset: offset}
	p.Total = total(box, head, offset+len(p.Items))
	if n := len(box.Metadata) + len(box.Video); n > 0 && n < size && offset+n < p.Total {
		c.pages.Gave(n)
	} else {
		c.pages.Took()
	}
	return p, nil
}

// listing asks for items of a library.
func (c *Client) listing(ctx context.Context, section string, r httpc.Request, check func(*container) error) (*container, http.Header, error) {
	if !isKey(section) {
		return nil, nil, errOurs("a library id that is no number")
	}
	r.Kind, r.Path, r.Limit = budget.Listing.For(section), "/library/sections/"+section+"/all", listLimit
	return c.read(ctx, r, check)
}

// listQuery keeps one order per kind of listing: by time of addition nothing moves while
// titles are edited, as it would in Plex's own order.
func listQuery(o scene.Listing) string {
	q := "type=" + strconv.Itoa(plan.ItemType) + "&sort=addedAt:asc"
	if o.NewestFirst {
		q = "type=" + strconv.Itoa(plan.ItemType) + "&sort=updatedAt:desc"
	}
	if o.Lean || o.Bare {
		elements := leanElements
		if o.Bare {
			elements += ",Media"
		}
		q += "&excludeElements=" + url.QueryEscape(elements) + "&excludeFields=" + url.QueryEscape(leanFields)
	}
	return q
}

// total is the size of the library by body or header; without both the server ignored the
// paging and what it sent is everything.
func total(box *container, head http.Header, arrived int) int {
	if box.TotalSize != nil {
		return int(*box.TotalSize)
	}
	if n, err := strconv.Atoi(head.Get("X-Plex-Container-Total-Size")); err == nil && n >= 0 {
		return n
	}
	return arrived
}

// Size is the number of items in a library. One request.
func (c *Client) Size(ctx context.Context, section string) (int, error) {
	box, head, err := c.listing(ctx, section, httpc.Request{Op: "count library " + section, Query: "type=" + strconv.Itoa(plan.ItemType), Header: span(0, 0)}, nil)
	if err != nil {
		return 0, err
	}
	return total(box, head, max(int(box.Size), len(box.Metadata)+len(box.Video))), nil
}

// Items reads items by rating key, complete with lists, labels and locks. Keys that do
// not exist any more are missing from the answer. One request per 100 different keys.
func (c *Client) Items(ctx context.Context, keys []string) (map[string]scene.Item, error) {
	wanted := slices.Compact(slices.Sorted(slices.Values(keys)))
	if i := slices.IndexFunc(wanted, func(k string) bool { return !isKey(k) }); i >= 0 {
		return nil, errOurs("a rating key that is no number")
	}
	out := make(map[string]scene.Item, len(wanted))
	for len(wanted) > 0 {
		part := wanted[:min(len(wanted), c.batches.Next())]
		if err := c.some(ctx, part, out); err != nil {
			return nil, err
		}
		wanted = wanted[len(part):]
	}
	return out, nil
}

// some reads the items of at most one batch into out. Those that are missing from an
// answer are asked for again before they count as gone: a server may give fewer than it
// was asked for.
func (c *Client) some(ctx context.Context, keys []string, out map[string]scene.Item) error {
	for most := 0; ; {
		got, err := c.batch(ctx, keys, false, out)
		switch {
		case err != nil:
			return c.halves(ctx, keys, out, err)
		case got == len(keys):
			c.batches.Took()
			return nil
		case got == 0:
			return nil
		case most > 0:
			c.batches.Gave(most) // it had more than it gave
		}
		most = max(most, got)
		keys = slices.DeleteFunc(slices.Clone(keys), func(k string) bool { _, ok := out[k]; return ok })
	}
}

// halves reads a batch that failed in two parts, when its size may be why. When both
// succeed, it was.
func (c *Client) halves(ctx context.Context, keys []string, out map[string]scene.Item, why error) error {
	n := len(keys)
	if n < 2*leastBatch || !httpc.PerhapsTooLarge(why) || c.http.Failing(budget.Items) {
		return why
	}
	read := c.some
	if !httpc.TooLong(why) { // one bad item fails its half again: that is for the caller to find
		read = func(ctx context.Context, keys []string, out map[string]scene.Item) error {
			_, err := c.batch(ctx, keys, true, out)
			return err
		}
	}
	for _, half := range [][]string{keys[:n/2], keys[n/2:]} {
		if err := read(ctx, half, out); err != nil {
			return err
		}
	}
	c.batches.Gave(n / 2)
	return nil
}

// batch reads items with one request and tells how many came. 404 means that none of them
// exists. half is set for a part that is not divided further.
func (c *Client) batch(ctx context.Context, keys []string, half bool, out map[string]scene.Item) (got int, err error) {
	box, _, err := c.read(ctx, httpc.Request{
		Kind: budget.Items, Op: fmt.Sprintf("read %d items", len(keys)), Path: "/library/metadata/" + strings.Join(keys, ","),
		Query: "skipRefresh=1", Limit: listLimit, Divides: func(err error) bool { return len(keys) >= 2*leastBatch && !half && httpc.PerhapsTooLarge(err) },
	}, nil)
	if fault.Is(err, fault.NotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	for _, it := range box.items("", true) {
		_, asked := slices.BinarySearch(keys, it.RatingKey)
		if _, twice := out[it.RatingKey]; asked && !twice {
			out[it.RatingKey] = it
			got++
		}
	}
	return got, nil
}

// isKey reports a decimal number, which library ids and rating keys are. Anything else
// could address other things than meant.
func isKey(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}
