package plex

import (
	"context"
	"maps"
	"net/http"
	"slices"

	"lockstep/sync/budget"
	"lockstep/sync/httpc"
	"lockstep/sync/plan"
	"lockstep/sync/scene"
)

const (
	// maxLine bounds a request line: Plex documents no limit, common proxies stop at 8 kB.
	maxLine = 7500
	// minLine: a line this short is refused for what it says, not for its length.
	minLine = 2048
)

// Edit writes one item. A field without entry in e.Locks ends locked, as an unlocked one
// is lost at the next refresh. Normally one request; an edit whose request line would
// exceed 7.5 kB is split, the rest of the lists following the scalars, removals coming
// after additions. Clearing the date costs a request of its own, because some servers
// refuse it. When Plex or a proxy finds a line too long, the parts are halved, and when
// Plex refuses it, the values it does not take are told from those it does: everything
// else is written, and the error is a plan.Refused. An empty edit costs no request. A
// failed Edit may have been carried out in part; repeating it is safe.
func (c *Client) Edit(ctx context.Context, e plan.Edit) error {
	if e.Empty() {
		return nil
	}
	if why := unsafeEdit(e); why != "" {
		return errOurs(why)
	}
	first, clear := withoutDateClear(e)
	t := trial{client: c, limit: maxLine - c.lineLen(e, "")}
	if err := t.write(ctx, first); err != nil {
		return err
	}
	if err := t.clearDate(ctx, clear); err != nil {
		return err
	}
	return t.verdict()
}

// Try sends an edit in one request, whatever failed before: it is to tell whether Plex takes
// edits at all, and must be one that changes nothing.
func (c *Client) Try(ctx context.Context, e plan.Edit) error {
	if why := unsafeEdit(e); why != "" {
		return errOurs(why)
	}
	return c.do(ctx, httpc.Request{
		Kind: editKind(e), Op: "try an edit of item " + e.RatingKey, Method: http.MethodPut, Path: editPath(e), Query: encode(e), Probe: true,
	})
}

// send writes an edit in as many requests as the limit for a query asks for. divides is
// that of the requests.
func (c *Client) send(ctx context.Context, e plan.Edit, limit int, divides func(error) bool) error {
	for _, part := range split(e, limit) {
		if err := c.put(ctx, part, divides); err != nil {
			return err
		}
	}
	return nil
}

// put sends one request and halves it when it seems to be too long.
func (c *Client) put(ctx context.Context, e plan.Edit, divides func(error) bool) error {
	query := encode(e)
	err := c.do(ctx, httpc.Request{
		Kind: editKind(e), Op: "edit item " + e.RatingKey, Method: http.MethodPut, Path: editPath(e), Query: query, Divides: divides,
	})
	if err == nil || c.lineLen(e, query) <= minLine || !perhapsTooLong(httpc.StatusOf(err)) {
		return err
	}
	if len(split(e, len(query)/2)) < 2 {
		return err
	}
	return c.send(ctx, e, len(query)/2, divides)
}

func perhapsTooLong(code int) bool { return code == http.StatusBadRequest || tooLong(code) }

// editKind tells edits of collections from those of films.
func editKind(e plan.Edit) budget.Kind {
	if e.Type == plan.CollectionType {
		return budget.CollectionEdit
	}
	return budget.Edit
}

func editPath(e plan.Edit) string { return "/library/sections/" + e.Section + "/all" }

// lineLen is the length of the request line of an edit.
func (c *Client) lineLen(e plan.Edit, query string) int {
	base := ""
	if c.base != nil {
		base = c.base.EscapedPath()
	}
	return len("PUT ") + len(base) + len(editPath(e)) + len("?") + len(query) + len(" HTTP/1.1")
}

// unsafeEdit tells why an edit must not be sent. Without exactly one id it would hit a
// whole library, and an item without title cannot be told from others.
func unsafeEdit(e plan.Edit) string {
	if !isKey(e.RatingKey) {
		return "an edit without a rating key"
	}
	if !isKey(e.Section) {
		return "an edit without a library"
	}
	if title, ok := e.Scalars[scene.FieldTitle.Wire()]; ok && title == "" {
		return "an edit that clears the title"
	}
	for _, names := range [][]string{keys(e.Scalars), keys(e.Lists), keys(e.Locks)} {
		if i := slices.IndexFunc(names, func(n string) bool { return !isName(n) }); i >= 0 {
			return "an edit of a field without a proper name"
		}
	}
	return ""
}

func isName(s string) bool {
	for _, r := range s {
		if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') {
			return false
		}
	}
	return s != ""
}

func keys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// withoutDateClear takes the clearing of the date out of an edit, but not its lock: Plex
// may answer it with 500, which must not take the rest along. It comes last, when tag
// edits that reset unlocked fields are done.
func withoutDateClear(e plan.Edit) (rest, clear plan.Edit) {
	date := scene.FieldDate.Wire()
	if v, ok := e.Scalars[date]; !ok || v != "" {
		return e, plan.Edit{}
	}
	for _, u := range units(e) {
		if _, ok := u.Scalars[date]; ok {
			clear = u
			u.Scalars = nil
		}
		rest = join(rest, u)
	}
	return rest, clear
}
