package present

import (
	"strings"

	"lockstep/sync/api"
	"lockstep/sync/health"
	"lockstep/sync/message"
)

// Tone is how a line should look; the words carry the meaning without it.
type Tone int

// The tones.
const (
	Muted Tone = iota
	Good
	Busy
	Warn
	Bad
)

// Line is words with a tone.
type Line struct {
	Words string
	Tone  Tone
}

// Plex is the state of Plex as the verdict and the last answer tell it.
func Plex(s api.Snapshot, m Moment) Line {
	switch {
	case !s.Live:
		return Line{T("Plex not monitored"), Muted}
	case !s.Configured && !s.Plex.Checked:
		return Line{T("Plex not set up"), Muted}
	case s.Verdict == health.Down:
		return Line{T("Plex down") + m.since(s.Since) + because(s.Breaker.Cause), Bad}
	case s.Verdict != health.Up || !s.Plex.Checked:
		return Line{T("Checking Plex"), Muted}
	case !s.Plex.OK && !s.Plex.Error.IsZero():
		return Line{About("Plex", s.Plex.Error), Warn}
	}
	return Line{T("Plex reachable"), Good}
}

// PlexBrief is the state of Plex for a line that is always there: no more than its name
// while all is well, and never the cause.
func PlexBrief(s api.Snapshot, m Moment) Line {
	s.Breaker.Cause = message.None
	return named(Plex(s, m), "Plex")
}

// StashBrief is the state of Stash as PlexBrief has that of Plex.
func StashBrief(s api.Snapshot, m Moment) Line {
	if Away(s.Stash) {
		s.Stash.Error = message.None
	}
	return named(Stash(s, m), "Stash")
}

func named(l Line, name string) Line {
	if l.Tone == Good {
		l.Words = name
	}
	return l
}

// NewToken says that Lockstep took a newer token by itself, "" when it did not.
func NewToken(s api.Snapshot, m Moment) string {
	return m.Say(NewTokenMessage(s))
}

// NewTokenMessage is what NewToken says.
func NewTokenMessage(s api.Snapshot) message.Message {
	if s.Plex.NewToken.IsZero() {
		return message.None
	}
	return message.New(message.PlexNewToken, message.Time(s.Plex.NewToken))
}

// Stash is the state of Stash by its last answer.
func Stash(s api.Snapshot, m Moment) Line {
	c := s.Stash
	switch {
	case !s.Live:
		return Line{T("Stash not monitored"), Muted}
	case !s.Configured && !c.Checked:
		return Line{T("Stash not set up"), Muted}
	case !c.Checked:
		return Line{T("Checking Stash"), Muted}
	case Away(c):
		return Line{m.stashSilent(c.Since) + because(c.Error), Bad}
	case !c.OK && !c.Error.IsZero():
		return Line{About("Stash", c.Error), Warn}
	}
	return Line{T("Stash reachable"), Good}
}

// because adds a cause. It has a colon and no brackets: a cause may have its own.
func because(cause message.Message) string {
	if cause.IsZero() {
		return ""
	}
	return ": " + SayClause(cause)
}

// About is what is said of a server, which is named before it unless the words do that
// themselves. Names of people's things do not count: a library may be called Plex.
func About(server string, m message.Message) string {
	own := m.Map(func(a message.Arg) message.Arg {
		switch a.Kind {
		case message.KindTitle, message.KindPath, message.KindName, message.KindAddress:
			a.Text = ""
		default:
		}
		return a
	})
	if server == "" || strings.Contains(Say(own), server) {
		return Say(m)
	}
	return server + ": " + Say(m)
}
