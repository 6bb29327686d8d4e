package sim

import (
	"slices"
	"strconv"
)

// Agent is what a library has its items described by, with the scanner that goes with it.
type Agent struct{ Agent, Scanner string }

// The agents of film libraries. With the first two nobody describes the items: people call
// such libraries "Other Videos".
var (
	NoAgent       = Agent{"tv.plex.agents.none", "Plex Video Files"}
	NoLegacyAgent = Agent{"com.plexapp.agents.none", "Plex Video Files Scanner"}
	FilmAgent     = Agent{"tv.plex.agents.movie", "Plex Movie"}
	LegacyAgent   = Agent{"com.plexapp.agents.imdb", "Plex Movie Scanner"}
)

// kindAgents are the agents of libraries that hold something else than films.
var kindAgents = map[string]Agent{
	"show":   {"tv.plex.agents.series", "Plex TV Series"},
	"artist": {"tv.plex.agents.music", "Plex Music"},
	"photo":  {"com.plexapp.agents.none", "Plex Photo Scanner"},
}

// AddLibrary adds an empty movie library over the given folders and returns its section id.
func (p *Plex) AddLibrary(title string, locations ...string) string {
	return p.AddLibraryOf("movie", NoAgent, title, locations...)
}

// AddLibraryOf is AddLibrary for a kind: "movie", "show", "artist" or "photo". The agent counts
// for films only.
func (p *Plex) AddLibraryOf(kind string, agent Agent, title string, locations ...string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.addSection(title, kind, "")
	sec := p.sections[len(p.sections)-1]
	sec.locations = slices.Clone(locations)
	if kind == "movie" {
		sec.agent, sec.scanner = agent.Agent, agent.Scanner
	}
	return strconv.Itoa(sec.id)
}

// RenameLibrary gives a library another title.
func (p *Plex) RenameLibrary(sectionID int, title string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.section(sectionID).title = title
}

// SetAgent has a library's items described by another agent.
func (p *Plex) SetAgent(sectionID int, a Agent) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.section(sectionID).agent, p.section(sectionID).scanner = a.Agent, a.Scanner
}

// RemoveLibrary deletes a library with its items; the files stay on disk. Plex gives its number
// to no other library.
func (p *Plex) RemoveLibrary(sectionID int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	sec := p.section(sectionID)
	for _, it := range sec.items {
		p.removeItem(it)
	}
	sec.gone = true
}

// HideLibrary leaves a library out of every answer, as for a token it is not shared with, and
// shows it again; it loses nothing.
func (p *Plex) HideLibrary(sectionID int, hidden bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sections[sectionID-1].gone = hidden
}

// MoveLibrary has a library lie in another folder: its files are found there as they were, and
// the items stay what they are.
func (p *Plex) MoveLibrary(sectionID int, from, to string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	sec := p.section(sectionID)
	for i, l := range sec.locations {
		if l == from {
			sec.locations[i] = to
		}
	}
	for _, it := range sec.items {
		for _, m := range it.media {
			for i := range m {
				if below(m[i].file, from) {
					p.unfile(m[i].file, it)
					m[i].file = to + m[i].file[len(from):]
					p.files[m[i].file] = append(p.files[m[i].file], it)
				}
			}
		}
		p.touch(it)
	}
}

// madeBy is the agent and scanner of a library.
func (sec *section) madeBy() Agent {
	if a, other := kindAgents[sec.kind]; other {
		return a
	}
	if sec.agent != "" {
		return Agent{sec.agent, sec.scanner}
	}
	return NoAgent
}
