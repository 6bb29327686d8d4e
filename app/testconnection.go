package app

import (
	"errors"

	"lockstep/app/present"
	"lockstep/sync/api"
	"lockstep/sync/message"
)

// connectionsJSON is what `test-connection --json` prints.
type connectionsJSON struct {
	Stash *testedJSON `json:"stash"` // null when it was not asked for
	Plex  *testedJSON `json:"plex"`
}

// Run tries the addresses and secrets in force.
func (c *testConnectionCmd) Run(s *session) error {
	return s.change(func(a api.API, _ bool) error {
		st, err := a.Settings(s.ctx)
		if err != nil {
			return err
		}
		var stash, plex *api.TestResult
		fine := true
		try := func(server, url string, into **api.TestResult) error {
			if c.Server != "both" && c.Server != server {
				return nil
			}
			r, err := s.try(a, server, url)
			*into, fine = &r, fine && r.OK
			return err
		}
		if err := errors.Join(try("stash", st.Values.StashURL, &stash), try("plex", st.Values.PlexURL, &plex)); err != nil {
			return err
		}
		s.answer(connectionsJSON{testedOf(stash), testedOf(plex)}, func() {
			for _, r := range []*api.TestResult{stash, plex} {
				if r != nil {
					s.say("%s", present.Tested(*r).Words)
				}
			}
		})
		if !fine {
			return errFailed
		}
		return nil
	})
}

func (s *session) try(a api.API, server, url string) (api.TestResult, error) {
	if url == "" {
		name := map[string]string{"stash": "Stash", "plex": "Plex"}[server]
		return api.TestResult{Message: message.New(message.CommandNoAddress, message.Word(name)), Hint: message.New(message.AdviceNoAddress, message.Word(server))}, nil
	}
	return a.TestConnection(s.ctx, api.TestRequest{Server: server, URL: url})
}
