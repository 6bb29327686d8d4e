package stash

import (
	"strings"

	"lockstep/sync/budget"
)

// gated makes a request only when the budget allows it, and reports how it ended.
func (c *Client) gated(k budget.Kind, exchange func() error) error {
	if err := c.budget.Allow(k); err != nil {
		return err
	}
	err := exchange()
	c.budget.Done(k, err)
	return err
}

// kindOf sorts a query by its name.
func kindOf(query string) budget.Kind {
	name, _, _ := strings.Cut(strings.TrimPrefix(query, "query "), " ")
	name, _, _ = strings.Cut(name, "(")
	switch name {
	case "Newest":
		return budget.Newest
	case "Stamps", "Last":
		return budget.Stamps
	case "Files":
		return budget.Paths
	case "Names":
		return budget.Names
	case "Scenes", "Find":
		return budget.Scenes
	}
	return budget.Status
}
