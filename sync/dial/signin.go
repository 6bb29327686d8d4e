package dial

import (
	"context"

	"lockstep/sync/api"
	"lockstep/sync/engine/signin"
	"lockstep/sync/plex"
)

// SignIn makes a connection to plex.tv.
func SignIn(o signin.Options) signin.Service {
	return service{plex.NewSignIn(plex.SignInOptions{Service: o.Service, Page: o.Page, ClientID: o.ClientID, Version: o.Version, Budget: o.Budget})}
}

// service fits the adapter to what the engine asks for.
type service struct{ *plex.SignIn }

// NewPIN begins a sign-in.
func (s service) NewPIN(ctx context.Context) (signin.PIN, error) {
	p, err := s.SignIn.NewPIN(ctx)
	return signin.PIN(p), err
}

// PollPIN gives the account's token once the sign-in was confirmed.
func (s service) PollPIN(ctx context.Context, p signin.PIN) (string, error) {
	return s.SignIn.PollPIN(ctx, plex.PIN(p))
}

// Servers lists the servers the account owns.
func (s service) Servers(ctx context.Context, token string) ([]signin.Server, error) {
	list, err := s.SignIn.Servers(ctx, token)
	out := make([]signin.Server, 0, len(list))
	for _, p := range list {
		server := signin.Server{Name: p.Name, Machine: p.Machine, Version: p.Version, Token: p.Token, HTTPSRequired: p.HTTPSRequired}
		for _, c := range p.Connections {
			server.Addresses = append(server.Addresses, signin.Address(c))
		}
		out = append(out, server)
	}
	return out, err
}

// BestConnection gives the best address that answers as this very server.
func (s service) BestConnection(ctx context.Context, from signin.Server) (signin.Address, error) {
	p := plex.Server{Name: from.Name, Machine: from.Machine, Version: from.Version, Token: from.Token, HTTPSRequired: from.HTTPSRequired}
	for _, a := range from.Addresses {
		p.Connections = append(p.Connections, plex.Connection(a))
	}
	best, err := s.SignIn.BestConnection(ctx, p)
	return signin.Address(best), err
}

// Discover looks for Plex servers at an address, "" means the local network. Only a person
// asks for it and nothing repeats it, so it needs no budget.
func Discover(address string) func(context.Context) ([]api.PlexServer, error) {
	return func(ctx context.Context) ([]api.PlexServer, error) {
		found, err := plex.Discover(ctx, address)
		if err != nil {
			return nil, err
		}
		out := make([]api.PlexServer, 0, len(found))
		for _, s := range found {
			out = append(out, api.PlexServer{Name: s.Name, Machine: s.Machine, Version: s.Version, URL: s.URL, Local: true})
		}
		return out, nil
	}
}
