package doctor

import (
	"context"
	"slices"
	"strings"

	"lockstep/app/present"
	"lockstep/sync/api"
	"lockstep/sync/fault"
	"lockstep/sync/health"
	"lockstep/sync/message"
)

// program is the name of a program as a check.
func program(name string) message.Message {
	return message.New(message.DoctorProgram, message.Word(name))
}

// titles are several names that people gave.
func titles(names []string) message.Arg {
	out := make([]message.Arg, len(names))
	for i, n := range names {
		out[i] = message.Title(n)
	}
	return message.List(out...)
}

// engine says whether an engine answers, and of which version.
func (c *checkup) engine(context.Context) Check {
	version := message.Word(c.env.Version)
	switch {
	case c.err != nil:
		f := fault.Shown(c.err)
		return Check{program("Lockstep"), Fail, f.Message, f.Hint}
	case !c.snap.Live:
		return Check{program("Lockstep"), Warn, message.New(message.DoctorLastState, version), message.New(message.AdviceKeepRunning)}
	case c.env.Alone:
		return Check{program("Lockstep"), Warn, message.New(message.DoctorAlone, version), message.New(message.AdviceKeepRunning)}
	case c.snap.Hold:
		return Check{program("Lockstep"), Warn, message.New(message.DoctorHeld, version), message.New(message.AdviceFinishSetup)}
	case c.snap.Paused:
		return Check{program("Lockstep"), Warn, message.New(message.DoctorPaused, version), message.New(message.AdviceResumeMenu)}
	}
	return Check{program("Lockstep"), OK, message.New(message.DoctorRuns, version), message.None}
}

func (c *checkup) stashServer(ctx context.Context) Check {
	return c.server(ctx, "Stash", c.set.Values.StashURL, &c.stash)
}

func (c *checkup) plexServer(ctx context.Context) Check {
	check := c.server(ctx, "Plex", c.set.Values.PlexURL, &c.plex)
	if check.State == OK {
		check.Hint = present.NewTokenMessage(c.snap)
	}
	return check
}

// server tries a connection as the Test button does.
func (c *checkup) server(ctx context.Context, name, address string, result *api.TestResult) Check {
	if address == "" {
		return Check{program(name), Fail, message.New(message.DoctorNoAddress, message.Word(name)), message.New(message.AdviceEnterAddress)}
	}
	r, err := c.api.TestConnection(ctx, api.TestRequest{Server: strings.ToLower(name), URL: address})
	if err != nil {
		f := fault.Shown(err)
		return Check{program(name), Fail, f.Message, f.Hint}
	}
	*result = r
	if !r.OK {
		return Check{program(name), Fail, r.Message, r.Hint}
	}
	return Check{program(name), OK, r.Message, message.None}
}

// requests tells what Lockstep asks for in vain although the servers are there.
func (c *checkup) requests(context.Context) Check {
	name := message.New(message.DoctorRequests)
	if !c.snap.Live {
		return Check{}
	}
	for _, f := range c.snap.Failing {
		return Check{name, Warn, present.FailingMessage(f, c.env.Now()), f.Hint}
	}
	return Check{name, OK, message.New(message.DoctorRequestsFine), message.None}
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
	name := message.New(message.DoctorLibraries)
	switch {
	case len(unknown) > 0:
		return Check{name, Fail, message.New(message.DoctorLibraryUnknown, titles(unknown)), message.New(message.AdviceChooseLibraries)}
	case len(kept) == 0:
		return Check{name, Fail, message.New(message.DoctorLibrariesNone), message.New(message.AdviceMakeLibrary)}
	}
	return Check{name, OK, message.New(message.DoctorLibrariesKept, titles(kept)), message.None}
}

// mapping counts the files that the path rules find.
func (c *checkup) mapping(ctx context.Context) Check {
	if !c.plex.OK || !c.stash.OK || !c.snap.Live {
		return Check{}
	}
	name := message.New(message.DoctorPathRules)
	m, err := c.api.Mapping(ctx, c.set.Values.PathMap)
	if err != nil {
		f := fault.Shown(err)
		return Check{name, Warn, message.New(message.DoctorFilesUncounted, message.Of(f.Message)), f.Hint}
	}
	c.paths = m
	words := message.New(message.DoctorFilesFound, message.Count(m.Covered), message.Count(m.Total))
	switch {
	case m.Total == 0:
		return Check{name, OK, message.New(message.DoctorFilesNone), message.None}
	case m.Covered == 0:
		return Check{name, Fail, words, c.ruleHint()}
	case m.Covered*10 < m.Total*9:
		return Check{name, Warn, words, c.ruleHint()}
	}
	return Check{name, OK, words, message.None}
}

func (c *checkup) ruleHint() message.Message {
	if len(c.paths.Suggestions) > 0 {
		r := c.paths.Suggestions[0]
		return message.New(message.AdviceSuggestedRule, message.Path(r.Stash), message.Path(r.Plex))
	}
	return message.New(message.AdvicePathRules)
}

// outages shows the verdict, and nothing else may say that Plex is down.
func (c *checkup) outages(context.Context) Check {
	name := message.New(message.DoctorOutageRecord)
	switch {
	case c.snap.Verdict == health.Up && !c.snap.Plex.Checked: // nothing speaks against it, but nobody asked yet
	case c.snap.Verdict == health.Up:
		return Check{name, OK, message.New(message.DoctorPlexUp), message.None}
	case c.snap.Verdict == health.Down:
		return Check{name, Fail, message.Sentences(message.New(message.DoctorPlexDown, message.Time(c.snap.Since)), c.snap.Breaker.Cause), message.New(message.AdvicePlexDown)}
	case c.snap.Verdict == health.Disputed:
		return Check{name, Warn, message.New(message.DoctorPlexDisputed), message.None}
	}
	return Check{name, Warn, message.New(message.DoctorPlexUnknown), message.New(message.AdvicePlexUnknown)}
}

// queue tells what waits for a person.
func (c *checkup) queue(context.Context) Check {
	name := message.New(message.DoctorQueue)
	if a, asked := present.Urgent(c.snap); asked {
		return Check{name, Warn, a.Message, a.Hint}
	}
	q := c.snap.Queue
	if q.Dead > 0 {
		return Check{name, Warn, message.New(message.DoctorScenesFailed, message.Count(q.Dead)), message.New(message.AdviceOpenQueue)}
	}
	if n := c.snap.Standing.NeedYou; n > 0 { // as the headline counts them
		return Check{name, Warn, message.New(message.DoctorScenesNeedYou, message.Count(n), message.Count(q.Pending())), message.New(message.AdviceOpenOverview)}
	}
	again := message.None
	if q.Retrying > 0 {
		again = message.New(message.AdviceRetriedScenes, message.Count(q.Retrying))
	}
	return Check{name, OK, message.New(message.DoctorQueueFine, message.Count(q.Pending())), again}
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
	return Check{program("Stash2Plex"), Warn, message.New(message.DoctorOtherWriter),
		message.New(message.AdviceOtherWriter)}
}
