package plex

import (
	"context"

	"lockstep/sync/budget"
	"lockstep/sync/fault"
	"lockstep/sync/httpc"
)

// scanActivity is what Plex calls a running scan of a library.
const scanActivity = "library.update.section"

// Scan asks Plex to look at one folder, named as Plex sees it. Plex answers before it has
// looked, and silently ignores a folder outside the library. One request.
func (c *Client) Scan(ctx context.Context, section, dir string) error {
	switch {
	case !isKey(section):
		return errOurs("a scan without a library")
	case dir == "":
		return errOurs("a scan of a whole library")
	}
	return c.do(ctx, httpc.Request{Kind: budget.Scan, Op: "scan a folder of library " + section, Path: "/library/sections/" + section + "/refresh", Query: "path=" + escape(dir)})
}

// Scanning reports whether a library is being scanned. A scan that does not yet say which
// library it is about counts for each. One request, a second one for servers that do not
// list their activities.
func (c *Client) Scanning(ctx context.Context, section string) (bool, error) {
	box, _, err := c.read(ctx, httpc.Request{Kind: budget.Scan, Op: "list activities", Path: "/activities"}, nil)
	if fault.Is(err, fault.NotFound) {
		return c.refreshing(ctx, section)
	}
	if err != nil {
		return false, err
	}
	for _, a := range box.Activity {
		if a.Type == scanActivity && a.concerns(section) {
			return true, nil
		}
	}
	return false, nil
}

func (a activity) concerns(section string) bool {
	for _, of := range a.Context {
		if of.SectionID != "" && string(of.SectionID) != section {
			return false
		}
	}
	return true
}

func (c *Client) refreshing(ctx context.Context, section string) (bool, error) {
	list, err := c.Sections(ctx)
	if err != nil {
		return false, err
	}
	for _, s := range list {
		if s.ID == section {
			return s.Refreshing, nil
		}
	}
	return false, nil
}
