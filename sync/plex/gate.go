package plex

import (
	"net/http"
	"strings"

	"lockstep/sync/budget"
)

// gated makes a request only when the budget allows it, and reports how it ended.
func (c *Client) gated(r call, exchange func() error) error {
	k := r.kind()
	if err := c.budget.Allow(k); err != nil && !r.probe {
		return err
	}
	err := exchange()
	c.budget.Done(k, err)
	return err
}

// kind sorts a request by what it is about.
func (r call) kind() budget.Kind {
	switch path := r.path; {
	case path == "/identity":
		return budget.Identity
	case path == "/library/sections":
		return budget.Sections
	case strings.HasPrefix(path, "/api/"):
		return budget.Account
	case path == "/activities", strings.HasSuffix(path, "/refresh"):
		return budget.Scan
	case r.method == http.MethodPut && strings.HasSuffix(path, "/all"):
		return budget.Edit
	case strings.HasSuffix(path, "/all"):
		return budget.Listing
	case r.method != "" && r.method != http.MethodGet:
		return budget.Upload
	case strings.HasSuffix(path, "/posters"), strings.HasSuffix(path, "/arts"):
		return budget.Pictures
	}
	return budget.Items
}
