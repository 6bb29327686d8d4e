package present

import (
	"fmt"
	"strings"

	"lockstep/sync/api"
)

// Explanation is why a scene is, or is not, in step, as text of several lines.
func Explanation(e api.Explanation, m Moment) string {
	if len(e.Matches) > 0 {
		lines := []string{m.Say(e.Outcome)}
		for _, c := range e.Matches {
			lines = append(lines, "  "+Match(c), "            "+c.Path)
		}
		return strings.Join(lines, "\n")
	}
	lines := []string{e.Title + " (" + T("scene %s", e.Scene) + ")"}
	for i, s := range e.Steps {
		lines = append(lines, fmt.Sprintf("%d %-9s %s", i+1, T(s.Topic), m.Say(s.Words)))
		for _, l := range s.Lines {
			lines = append(lines, "            "+m.Say(l))
		}
	}
	if !e.Outcome.IsZero() {
		lines = append(lines, m.Say(e.Outcome))
	}
	return strings.Join(lines, "\n")
}

// Match names a scene to choose.
func Match(c api.Match) string { return c.Title + " (" + T("scene %s", c.Scene) + ")" }
