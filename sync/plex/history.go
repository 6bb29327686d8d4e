package plex

import (
	"context"
	"errors"
	"strconv"
	"time"

	"lockstep/sync/budget"
	"lockstep/sync/httpc"
	"lockstep/sync/scene"
)

// longestView bounds how long a film may be and where it may be left: a number beyond it is
// nonsense that would overflow.
const longestView = 1000 * time.Hour

// viewing is what the listing says of the account that asks.
func (m metadata) viewing() scene.Viewing {
	return scene.Viewing{Views: int(max(m.ViewCount, 0)), Offset: milliseconds(m.ViewOffset), Length: milliseconds(m.Duration)}
}

// milliseconds reads milliseconds.
func milliseconds(n num) time.Duration {
	if n <= 0 || int64(n) > longestView.Milliseconds() {
		return 0
	}
	return time.Duration(n) * time.Millisecond
}

// History reads what was watched since a moment, the newest first, page by page until page
// returns false or an error, or the history ends. The owner's token shows what everybody
// watched, any other only its own account. Entries can move between pages while somebody
// watches: one may come twice. Plex may ignore the moment; then it gives older ones too.
func (c *Client) History(ctx context.Context, since time.Time, page func([]scene.View) (more bool, err error)) error {
	const op = "read the play history"
	for offset := 0; ; {
		box, head, err := c.read(ctx, httpc.Request{
			Kind: budget.History, Op: op, Path: "/status/sessions/history/all", Query: historyQuery(since), Header: span(offset, defaultPage), Limit: listLimit,
		}, func(b *container) error { return c.sensible(op, b, offset) })
		if err != nil {
			return err
		}
		views, n := box.views()
		if n > 0 && len(views) == 0 {
			return c.senseless(op, errors.New("entries without a time"))
		}
		more, err := page(views)
		if err != nil {
			return err
		}
		offset += n
		if !more || n == 0 || offset >= total(box, head, offset) {
			return nil
		}
	}
}

// historyQuery has exactly one plain equal sign: with a second one encoded Plex ignores the
// filter.
func historyQuery(since time.Time) string {
	q := "sort=viewedAt%3Adesc"
	if !since.IsZero() {
		q += "&viewedAt%3E=" + strconv.FormatInt(since.Unix(), 10)
	}
	return q
}

// views are the entries of a page that make sense, and how many there were.
func (b *container) views() (out []scene.View, n int) {
	for _, list := range []rows[metadata]{b.Metadata, b.Video} {
		for _, m := range list {
			n++
			if m.ViewedAt <= 0 {
				continue
			}
			out = append(out, scene.View{
				RatingKey: string(m.RatingKey), Section: string(m.SectionID), Title: string(m.Title), Type: string(m.Type),
				Account: int64(m.AccountID), At: time.Unix(int64(m.ViewedAt), 0).UTC(),
			})
		}
	}
	return out, n
}

// Accounts lists who watches on this server. Only the owner may ask. One request.
func (c *Client) Accounts(ctx context.Context) ([]scene.Account, error) {
	box, _, err := c.read(ctx, httpc.Request{Kind: budget.Viewers, Op: "list the accounts", Path: "/accounts", Limit: listLimit}, nil)
	if err != nil {
		return nil, err
	}
	out := make([]scene.Account, 0, len(box.Account))
	for _, a := range box.Account {
		out = append(out, scene.Account{ID: int64(a.ID), Name: string(a.Name)})
	}
	return out, nil
}
