package present

import (
	"fmt"
	"strings"

	"lockstep/sync/api"
	"lockstep/sync/scene"
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
	lines := []string{Match(api.Match{Title: e.Title, Scene: e.Scene})}
	for i, s := range e.Steps {
		lines = append(lines, fmt.Sprintf("%d %-9s %s", i+1, T(s.Topic), m.Say(s.Message)))
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
func Match(c api.Match) string {
	if c.Title == "" {
		return Begun(Named("", c.Scene))
	}
	return c.Title + " (" + Named("", c.Scene) + ")"
}

// Named is what a scene is called: its name, or its number when it has none; "" for no scene.
func Named(name string, id scene.ID) string {
	if name != "" || id == 0 {
		return name
	}
	return T("scene %s", id)
}
