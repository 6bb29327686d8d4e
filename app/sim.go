package app

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"time"

	"lockstep/sync/sim"
)

// simKey is the API key of the simulated Stash, where one is wanted.
const simKey = "sim-stash-api-key"

// mostSimulated bounds a library that is held in memory: a scene takes about 10 kB.
const mostSimulated = 1_000_000

// simJSON is what `sim --json` prints once both servers listen.
type simJSON struct {
	StashURL string `json:"stashUrl"`
	APIKey   string `json:"apiKey"`
	PlexURL  string `json:"plexUrl"`
	Token    string `json:"token"`
	Library  string `json:"library"`
	PathMap  string `json:"pathMap"`
	Scenes   int    `json:"scenes"`
}

// Run serves a simulated household until it is interrupted.
func (c *simCmd) Run(s *session) error {
	if c.Scenes > mostSimulated {
		return errUsage{fmt.Errorf("--scenes: at most %d", mostSimulated)}
	}
	o := sim.Options{Seed: c.Seed, Scenes: c.Scenes, Dirt: sim.Messy()}
	if c.Clean {
		o.Dirt = sim.Dirt{}
	}
	if c.APIKey {
		o.StashAPIKey = simKey
	}
	w := sim.NewWorld(o)
	err := errors.Join(w.Stash.Start(onPort(c.StashPort)), w.Plex.Start(onPort(c.PlexPort)))
	if err != nil {
		return errors.Join(fmt.Errorf("start the simulated servers: %w", err), w.Close())
	}
	if err := c.inject(w); err != nil {
		return errors.Join(err, w.Close())
	}
	about := simJSON{w.Stash.URL(), o.StashAPIKey, w.Plex.URL(), w.Plex.Token(), w.Library(), w.StashRoot() + " => " + w.PlexRoot(), len(w.Stash.SceneIDs())}
	s.answer(about, func() { s.aboutSim(about) })
	c.change(s, w)
	return w.Close()
}

// inject puts the faults in force that were asked for.
func (c *simCmd) inject(w *sim.World) error {
	for _, text := range c.Fault {
		server, f, err := w.ParseFault(text)
		if err != nil {
			return errUsage{err}
		}
		server.Inject(f)
	}
	return nil
}

// onPort is an address of this machine; port 0 takes a free one.
func onPort(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

func (s *session) aboutSim(a simJSON) {
	s.say("Simulated servers with %d scenes, until Ctrl-C. In another terminal:\n", a.Scenes)
	s.say("  export LOCKSTEP_STASH_URL=%s", a.StashURL)
	if a.APIKey != "" {
		s.say("  export LOCKSTEP_STASH_API_KEY=%s", a.APIKey)
	}
	s.say("  export LOCKSTEP_PLEX_URL=%s", a.PlexURL)
	s.say("  export LOCKSTEP_PLEX_TOKEN=%s", a.Token)
	s.say("  export LOCKSTEP_PLEX_LIBRARY=%s", a.Library)
	s.say("  export LOCKSTEP_PATH_MAP='%s'", a.PathMap)
	s.say("  export LOCKSTEP_PLEXTV_URL=%s", a.PlexURL)
	s.say("  lockstep headless --once --data-dir /tmp/lockstep-try")
}

// change edits the simulated Stash now and then, or just waits.
func (c *simCmd) change(s *session, w *sim.World) {
	if c.Changes <= 0 {
		<-s.ctx.Done()
		return
	}
	author := w.NewAuthor(c.Seed)
	tick := time.NewTicker(c.Changes)
	defer tick.Stop()
	for {
		select {
		case <-s.ctx.Done():
			return
		case <-tick.C:
			if words := author.Change(); !s.g.JSON {
				s.say("%s.", words)
			}
		}
	}
}
