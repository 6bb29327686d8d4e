package doctor

import (
	"context"
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
		f := fault.Shown(c.err)
		return Check{"Lockstep", Fail, present.SaySentence(f.Message), present.SaySentence(f.Hint)}
	case !c.snap.Live:
		return Check{"Lockstep", Warn, present.T("Lockstep %s is not running; this is the last known state.", c.env.Version), present.T("Start Lockstep to keep both libraries in step.")}
	case c.env.Alone:
		return Check{"Lockstep", Warn, present.T("Lockstep %s is not running; the checks were made without it.", c.env.Version), present.T("Start Lockstep to keep both libraries in step.")}
	case c.snap.Hold:
		return Check{"Lockstep", Warn, present.T("Lockstep %s writes nothing to Plex yet.", c.env.Version), present.T("Finish the set-up, or turn off “Write nothing” in the settings.")}
	case c.snap.Paused:
		return Check{"Lockstep", Warn, present.T("Lockstep %s is paused.", c.env.Version), present.T("Resume it from the menu when you are ready.")}
	}
	return Check{"Lockstep", OK, present.T("Lockstep %s is running.", c.env.Version), ""}
}

func (c *checkup) stashServer(ctx context.Context) Check {
	return c.server(ctx, "Stash", c.set.Values.StashURL, &c.stash)
}

func (c *checkup) plexServer(ctx context.Context) Check {
	check := c.server(ctx, "Plex", c.set.Values.PlexURL, &c.plex)
	if words := present.NewToken(c.snap, present.Moment{Now: c.env.Now()}); words != "" && check.State == OK {
		check.Hint = words
	}
	return check
}

// server tries a connection as the Test button does.
func (c *checkup) server(ctx context.Context, name, address string, result *api.TestResult) Check {
	if address == "" {
		return Check{name, Fail, present.T("Lockstep does not know where %s is.", name), present.T("Enter its address in the settings under Connections.")}
	}
	r, err := c.api.TestConnection(ctx, api.TestRequest{Server: strings.ToLower(name), URL: address})
	if err != nil {
		f := fault.Shown(err)
		return Check{name, Fail, present.SaySentence(f.Message), present.SaySentence(f.Hint)}
	}
	*result = r
	if !r.OK {
		return Check{name, Fail, present.SaySentence(r.Message), present.SaySentence(r.Hint)}
	}
	return Check{name, OK, present.SaySentence(r.Message), ""}
}

// requests tells what Lockstep asks for in vain although the servers are there.
func (c *checkup) requests(context.Context) Check {
	name, m := present.T("Requests"), present.Moment{Now: c.env.Now()}
	if !c.snap.Live {
		return Check{}
	}
	for _, f := range c.snap.Failing {
		return Check{name, Warn, present.Sentence(present.Failing(f, m)), present.SaySentence(f.Hint)}
	}
	return Check{name, OK, present.T("Stash and Plex answer everything that changes depend on."), ""}
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
		i := slices.IndexFunc(c.plex.Libraries, func(l api.Library) bool {
			return l.ID == name || strings.EqualFold(strings.TrimSpace(l.Title), strings.TrimSpace(name))
		})
		switch {
		case len(c.set.Libraries) > 0: // the engine knows them by more than their names
		case i < 0:
			unknown = append(unknown, name)
		default:
			kept = append(kept, c.plex.Libraries[i].Title)
		}
	}
	for _, l := range c.set.Libraries {
		kept = append(kept, l.Title)
	}
	name := present.T("Libraries")
	switch {
	case len(unknown) > 0:
		return Check{name, Fail, present.T("Plex has no library named %s.", strings.Join(unknown, ", ")), present.T("Choose the libraries again in the settings.")}
	case len(kept) == 0:
		return Check{name, Fail, present.T("Plex has no library that Lockstep can sync."), present.T("Create a library of type Movies or Other Videos in Plex.")}
	}
	return Check{name, OK, present.T("Kept in step: %s.", strings.Join(kept, ", ")), ""}
}

// mapping counts the files that the path rules find.
func (c *checkup) mapping(ctx context.Context) Check {
	if !c.plex.OK || !c.stash.OK || !c.snap.Live {
		return Check{}
	}
	name := present.T("Path rules")
	m, err := c.api.Mapping(ctx, c.set.Values.PathMap)
	if err != nil {
		f := fault.Shown(err)
		return Check{name, Warn, present.T("The files could not be counted: %s", present.SaySentence(f.Message)), present.SaySentence(f.Hint)}
	}
	c.paths = m
	words := present.Sentence(present.Coverage(m))
	switch {
	case m.Total == 0:
		return Check{name, OK, present.T("Stash has no files to look for yet."), ""}
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
		return present.T("Your files suggest the rule %s => %s; see Libraries & mapping in the settings.", r.Stash, r.Plex)
	}
	return present.T("Check the path rules under Libraries & mapping, and whether Plex has scanned these folders.")
}

// outages shows the verdict, and nothing else may say that Plex is down.
func (c *checkup) outages(context.Context) Check {
	name := present.T("Outage record")
	m := present.Moment{Now: c.env.Now()}
	switch {
	case c.snap.Verdict == health.Up && !c.snap.Plex.Checked: // nothing speaks against it, but nobody asked yet
	case c.snap.Verdict == health.Up:
		return Check{name, OK, present.T("Plex is up, and the outage record agrees."), ""}
	case c.snap.Verdict == health.Down:
		return Check{name, Fail, present.Sentence(present.Plex(c.snap, m).Words), present.T("Lockstep keeps trying; nothing is lost.")}
	case c.snap.Verdict == health.Disputed:
		return Check{name, Warn, present.T("It is unclear whether Plex is up; Lockstep checks again and sorts it out."), ""}
	}
	return Check{name, Warn, present.T("Whether Plex is up is not known yet."), present.T("Check again in a minute.")}
}

// queue tells what waits for a person.
func (c *checkup) queue(context.Context) Check {
	name := present.T("Queue")
	if a, asked := present.Urgent(c.snap); asked {
		return Check{name, Warn, present.SaySentence(a.Message), present.SaySentence(a.Hint)}
	}
	q := c.snap.Queue
	if q.Dead > 0 {
		return Check{name, Warn, present.T("%s failed.", present.Count(q.Dead, "scene", "scenes")), present.T("Open the queue to see why, and to try again.")}
	}
	again := ""
	if q.Retrying > 0 {
		again = present.T("%s of them failed and will be retried; the queue shows why.", present.Number(q.Retrying))
	}
	return Check{name, OK, present.T("Nothing needs your attention; %s in the queue.", present.Count(q.Waiting+q.Running+q.Retrying, "scene is", "scenes are")), again}
}

// otherWriter warns of the plugin that writes to Plex as well; that there is none is no news.
func (c *checkup) otherWriter(ctx context.Context) Check {
	if !c.stash.OK {
		return Check{}
	}
	r, err := c.api.Import(ctx, api.ImportRequest{Preview: true})
	if err != nil || r.Plugin != api.PluginOn {
		return Check{} // a Stash that does not answer has a line of its own
	}
	return Check{"Stash2Plex", Warn, present.T("Stash2Plex is still enabled in Stash: two programs would write to Plex and undo each other's work."),
		present.T("Switch it off in Stash, in the settings under Plugins, before Lockstep writes.")}
}
