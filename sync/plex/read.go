package plex

import (
	"context"
	"errors"

	"lockstep/sync/budget"
	"lockstep/sync/fault"
	"lockstep/sync/httpc"
	"lockstep/sync/message"
	"lockstep/sync/scene"
)

// Identity asks who answers. It needs no valid token and succeeds while the server is
// still starting, so it proves nothing about the library. One request.
func (c *Client) Identity(ctx context.Context) (scene.Identity, error) {
	const op = "ask who answers"
	box, _, err := c.read(ctx, httpc.Request{Kind: budget.Identity, Op: op, Path: "/identity", Anyone: true}, func(b *container) error {
		if b.Machine == "" {
			return c.notPlex(op, errors.New("no machineIdentifier"))
		}
		return nil
	})
	if err != nil {
		return scene.Identity{}, absent(err)
	}
	return scene.Identity{
		Machine: string(box.Machine), Version: string(box.Version),
		StartState: string(box.StartState), Claimed: bool(box.Claimed),
	}, nil
}

// Sections lists the libraries the token may see. One request.
func (c *Client) Sections(ctx context.Context) ([]scene.Section, error) {
	return c.sections(ctx, httpc.Request{Op: "list the libraries"})
}

func (c *Client) sections(ctx context.Context, r httpc.Request) ([]scene.Section, error) {
	r.Kind, r.Path = budget.Sections, "/library/sections"
	box, _, err := c.read(ctx, r, nil)
	if err != nil {
		return nil, absent(err)
	}
	out := make([]scene.Section, 0, len(box.Directory))
	for _, d := range box.Directory {
		if !isKey(string(d.Key)) { // it would lead elsewhere in an address
			continue
		}
		s := scene.Section{
			ID: string(d.Key), Title: string(d.Title), Type: string(d.Type), Agent: string(d.Agent),
			Scanner: string(d.Scanner), Refreshing: bool(d.Refreshing),
		}
		for _, l := range d.Location {
			s.Locations = append(s.Locations, string(l.Path))
		}
		out = append(out, s)
	}
	return out, nil
}

// Ready tells who answers and whether the library can be used: it succeeds only when the
// server has started and shows its libraries to the token. The caller compares the
// machine with the one it knows. Two requests.
func (c *Client) Ready(ctx context.Context) (scene.Identity, []scene.Section, error) {
	who, err := c.Identity(ctx)
	if err != nil {
		return scene.Identity{}, nil, serverWide(err)
	}
	if who.StartState != "" {
		err := c.http.Because("ask who answers", errors.New("startState "+who.StartState))
		return who, nil, plexFault(fault.Unreachable, message.New(message.PlexStarting), message.None, err)
	}
	list, err := c.sections(ctx, httpc.Request{Op: "list the libraries", Anyone: true})
	return who, list, serverWide(err)
}

// MayEdit tells whether the token is that of somebody who may change the server: Plex shows
// the root of the library to its owner only. It is false only where Plex says no; what else
// goes wrong proves nothing. One request.
func (c *Client) MayEdit(ctx context.Context) (bool, error) {
	err := c.do(ctx, httpc.Request{Kind: budget.Owner, Op: "ask who owns the server", Path: "/library"})
	switch f := fault.Of(err); {
	case f == nil:
		return true, nil
	case f.Class == fault.Unauthorized:
		return false, nil
	default:
		return true, f
	}
}

// Expect has nothing but Identity and Ready asked of a server that is not this machine:
// whenever a new connection was made, who answers is asked first, one request. otherwise
// is the error when it is another one; then nothing is sent.
func (c *Client) Expect(machine string, otherwise error) {
	c.http.Vouch(func(ctx context.Context) error {
		who, err := c.door.Identity(ctx)
		switch {
		case err != nil:
			return serverWide(err)
		case who.Machine != machine:
			return otherwise
		}
		return nil
	})
}

// Probe tells within 10 s whether the library answers the token, and whether it is that of
// the server that is meant, see Expect. It is what an open breaker sends: one request, or
// two where the first asks over a new connection who answers.
func (c *Client) Probe(ctx context.Context) error {
	_, err := c.sections(ctx, httpc.Request{Op: "probe the library", Timeout: probeTimeout, Probe: true})
	return serverWide(err)
}

// absent turns NotFound into Unreachable where the path exists on every Plex: a proxy
// answers 404 while the server behind it is away.
func absent(err error) error {
	if f := fault.Of(err); f != nil && f.Class == fault.NotFound {
		away := *f // with the time it may be asked again
		away.Class, away.Message, away.Hint = fault.Unreachable, message.New(message.PlexForeign), message.New(message.AdvicePlexPort)
		return &away
	}
	return err
}

// serverWide turns Temporary into Unreachable where no single item is to blame.
func serverWide(err error) error {
	if f := fault.Of(err); f != nil && f.Class == fault.Temporary {
		wide := *f
		wide.Class = fault.Unreachable
		return &wide
	}
	return err
}
