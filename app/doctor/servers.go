package doctor

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"lockstep/app/present"
	"lockstep/sync/api"
	"lockstep/sync/fault"
	"lockstep/sync/health"
)

// engine says whether an engine answers, and of which version.
func (c *checkup) engine(context.Context) Check {
	switch {
	case c.err != nil:
		f := fault.Of(c.err)
		return Check{"Lockstep", Fail, present.Sentence(f.Words), present.Sentence(f.Hint)}
	case !c.snap.Live:
		return Check{"Lockstep", Warn, "Lockstep " + c.env.Version + " is not running; this is what it knew last.", "Start Lockstep to keep both libraries in step."}
	case c.snap.Hold:
		return Check{"Lockstep", Warn, "Lockstep " + c.env.Version + " writes nothing to Plex yet.", "Finish the set-up, or switch off Write nothing in the settings."}
	case c.snap.Paused:
		return Check{"Lockstep", Warn, "Lockstep " + c.env.Version + " is paused.", "Resume it from the menu when you are ready."}
	}
	return Check{"Lockstep", OK, "Lockstep " + c.env.Version + " is running.", ""}
}

func (c *checkup) stashServer(ctx context.Context) Check {
	return c.server(ctx, "Stash", c.set.Values.StashURL, &c.stash)
}

func (c *checkup) plexServer(ctx context.Context) Check {
	return c.server(ctx, "Plex", c.set.Values.PlexURL, &c.plex)
}

// server tries a connection as the Test button does.
func (c *checkup) server(ctx context.Context, name, address string, result *api.TestResult) Check {
	if address == "" {
		return Check{name, Fail, "Lockstep does not know where " + name + " is.", "Enter its address in the settings under Connections."}
	}
	r, err := c.api.TestConnection(ctx, api.TestRequest{Server: strings.ToLower(name), URL: address})
	if err != nil {
		f := fault.Of(err)
		return Check{name, Fail, present.Sentence(f.Words), present.Sentence(f.Hint)}
	}
	*result = r
	if !r.OK {
		return Check{name, Fail, present.Sentence(r.Words), present.Sentence(r.Hint)}
	}
	return Check{name, OK, present.Sentence(r.Words), ""}
}

// libraries compares those that were chosen with those Plex has.
func (c *checkup) libraries(context.Context) Check {
	if !c.plex.OK {
		return Check{}
	}
	var kept, unknown []string
	if len(c.set.Values.Libraries) == 0 {
		for _, l := range c.plex.Libraries {
			if l.Type == "movie" {
				kept = append(kept, l.Title)
			}
		}
	}
	for _, name := range c.set.Values.Libraries {
		i := slices.IndexFunc(c.plex.Libraries, func(l api.Library) bool { return l.ID == name || strings.EqualFold(l.Title, name) })
		if i < 0 {
			unknown = append(unknown, name)
			continue
		}
		kept = append(kept, c.plex.Libraries[i].Title)
	}
	const name = "Libraries"
	switch {
	case len(unknown) > 0:
		return Check{name, Fail, "Plex has no library named " + strings.Join(unknown, ", ") + ".", "Choose the libraries again in the settings."}
	case len(kept) == 0:
		return Check{name, Fail, "Plex has no library that Lockstep could keep in step.", "Create a library of type Movies or Other Videos in Plex."}
	}
	return Check{name, OK, "Kept in step: " + strings.Join(kept, ", ") + ".", ""}
}

// mapping counts the files that the path rules find.
func (c *checkup) mapping(ctx context.Context) Check {
	if !c.plex.OK || !c.stash.OK || !c.snap.Live {
		return Check{}
	}
	const name = "Path rules"
	m, err := c.api.Mapping(ctx, c.set.Values.PathMap)
	if err != nil {
		f := fault.Of(err)
		return Check{name, Warn, "The files could not be counted: " + lowerFirst(present.Sentence(f.Words)), present.Sentence(f.Hint)}
	}
	c.paths = m
	words := present.Sentence(present.Coverage(m))
	switch {
	case m.Total == 0:
		return Check{name, OK, "Stash has no files to look for yet.", ""}
	case m.Covered == 0:
		return Check{name, Fail, words, c.ruleHint()}
	case m.Covered*10 < m.Total*9:
		return Check{name, Warn, words, c.ruleHint()}
	}
	return Check{name, OK, words, ""}
}

func (c *checkup) ruleHint() string {
	if len(c.paths.Suggestions) > 0 {
		r := c.paths.Suggestions[0]
		return fmt.Sprintf("The files speak for the rule %s => %s; see Libraries & mapping in the settings.", r.Stash, r.Plex)
	}
	return "Check the path rules under Libraries & mapping, and whether Plex has scanned these folders."
}

// outages shows the verdict, and nothing else may say that Plex is down.
func (c *checkup) outages(context.Context) Check {
	const name = "Outage record"
	m := present.Moment{Now: c.env.Now()}
	switch c.snap.Verdict {
	case health.Up:
		return Check{name, OK, "Breaker and outage record agree that Plex is up.", ""}
	case health.Down:
		return Check{name, Fail, present.Sentence(present.Plex(c.snap, m).Words), "Lockstep keeps trying; nothing is lost."}
	case health.Disputed:
		return Check{name, Warn, "Breaker and outage record disagree; Lockstep repairs this by itself.", ""}
	}
	return Check{name, Warn, "It is not known yet whether Plex is up.", "Look again in a minute."}
}

// queue tells what waits for a person.
func (c *checkup) queue(context.Context) Check {
	const name = "Queue"
	if a, asked := present.Urgent(c.snap); asked {
		return Check{name, Warn, present.Sentence(a.Words), present.Sentence(a.Hint)}
	}
	q := c.snap.Queue
	if q.Dead > 0 {
		return Check{name, Warn, present.Count(q.Dead, "scene was", "scenes were") + " given up.", "Open the queue to see why, and to try again."}
	}
	return Check{name, OK, "Nothing waits for you; " + present.Count(q.Waiting+q.Running+q.Retrying, "scene is", "scenes are") + " in the queue.", ""}
}

func lowerFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}
