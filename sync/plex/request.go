package plex

import (
	"bytes"
	"context"
	"net/http"
	"strconv"

	"lockstep/sync/decode"
	"lockstep/sync/fault"
	"lockstep/sync/httpc"
	"lockstep/sync/message"
)

// listLimit bounds listings and batch reads: 500 items are about 2 MB and 20 objects each,
// and a server that ignores paging sends a whole library.
var listLimit = decode.Limit{Bytes: 64 << 20, Objects: 500_000}

// span asks for a part of a listing.
func span(start, size int) http.Header {
	return http.Header{"X-Plex-Container-Start": {strconv.Itoa(start)}, "X-Plex-Container-Size": {strconv.Itoa(size)}}
}

// itemPath is what Plex answers to the choice of an image.
var itemPath = []byte("/library/metadata/")

// do carries out one request whose answer is success or not. Plex answers such a request with
// nothing, with a container or with the path of an item: whatever else comes with 2xx is no
// word of Plex's, and the request may not have been carried out.
func (c *Client) do(ctx context.Context, r httpc.Request) error {
	return c.http.Do(ctx, r, func(rep httpc.Reply) error {
		err := c.judge(r, rep)
		if body := bytes.TrimSpace(trimBOM(rep.Body)); err == nil && len(body) > 0 && !bytes.HasPrefix(body, itemPath) {
			_, err = c.decode(r.Op, rep)
		}
		return err
	})
}

// read carries out a request whose answer is a container, which check may refuse.
func (c *Client) read(ctx context.Context, r httpc.Request, check func(*container) error) (*container, http.Header, error) {
	var (
		box  *container
		head http.Header
	)
	err := c.http.Do(ctx, r, func(rep httpc.Reply) error {
		if err := c.judge(r, rep); err != nil {
			return err
		}
		var err error
		if box, err = c.decode(r.Op, rep); err == nil && check != nil {
			err = check(box)
		}
		head = rep.Header
		return err
	})
	return box, head, err
}

// judge gives back nil for a success that is no web page.
func (c *Client) judge(r httpc.Request, rep httpc.Reply) error {
	switch {
	case rep.Code == http.StatusForbidden && r.Method != "":
		return plexFault(fault.Forbidden, message.New(message.PlexOwner), message.New(message.AdvicePlexOwner), c.http.Because(r.Op, httpc.Status(rep.Code)))
	case !rep.OK():
		return c.refusal(r.Op, rep)
	case rep.More:
		return c.http.Oversized(r.Op)
	case isPage(rep.Body):
		return c.webPage(r.Op)
	}
	return nil
}
