package engine

import (
	"context"
	"crypto/rand"
	"slices"
	"sync"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/engine/link"
	"lockstep/sync/fault"
	"lockstep/sync/plex"
	"lockstep/sync/store"
)

// signIn is a sign-in with Plex that is under way. Its servers stay in memory until the
// next one starts or the engine ends; the token is kept as soon as there is one.
type signIn struct {
	id      string
	expires time.Time
	service *plex.SignIn
	pin     plex.PIN

	mu      sync.Mutex // one poll at a time
	token   string     // of the account, once somebody confirmed
	servers []foundServer
	ended   bool      // the PIN has run out
	asked   time.Time // when plex.tv was last asked about it
}

// foundServer is a server of the account and the best of its addresses, if any answered.
type foundServer struct {
	plex.Server
	best plex.Connection
}

// signInLife is how long Plex lets a PIN be confirmed when it does not say.
const signInLife = 15 * time.Minute

// StartSignIn begins a sign-in. An older one is forgotten.
func (e *Engine) StartSignIn(ctx context.Context) (api.SignIn, error) {
	s := &signIn{id: rand.Text()}
	err := e.ask(ctx, func() error {
		e.account.budget.Forget() // a person asks
		s.service = plex.NewSignIn(e.signInOptions())
		return nil
	})
	if err != nil {
		return api.SignIn{}, err
	}
	if s.pin, err = s.service.NewPIN(ctx); err != nil {
		return api.SignIn{}, err
	}
	life := s.pin.Lifetime
	if life <= 0 {
		life = signInLife
	}
	s.expires = e.stamp().Add(life)
	err = e.ask(ctx, func() error { e.signIn = s; return e.followFrom(s) })
	return api.SignIn{ID: s.id, URL: s.pin.URL, Expires: s.expires}, err
}

// signInOptions sends people to the public page, or to the service itself when it is
// not the public one.
func (e *Engine) signInOptions() plex.SignInOptions {
	o := plex.SignInOptions{Service: e.settings.PlexTV, ClientID: e.clientID(), Version: e.o.Version, Budget: e.account.budget}
	if o.Service != config.PublicPlexTV {
		o.Page = o.Service
	}
	return o
}

// PollSignIn asks how a sign-in stands. A sign-in nobody knows any more has expired.
func (e *Engine) PollSignIn(ctx context.Context, id string) (api.SignInState, error) {
	s, err := e.knownSignIn(ctx, id)
	if err != nil || s == nil {
		return api.SignInState{State: api.SignInExpired}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	state, err := s.poll(ctx, e)
	if err != nil || state != api.SignInDone {
		return api.SignInState{State: state}, err
	}
	if err := s.list(ctx); err != nil {
		return api.SignInState{State: api.SignInWaiting}, err
	}
	out := api.SignInState{State: api.SignInDone}
	for _, f := range s.servers {
		out.Servers = append(out.Servers, f.shown())
	}
	return out, nil
}

// knownSignIn is the sign-in of that id, nil when there is none.
func (e *Engine) knownSignIn(ctx context.Context, id string) (*signIn, error) {
	var s *signIn
	err := e.ask(ctx, func() error {
		if e.signIn != nil && e.signIn.id == id {
			s = e.signIn
		}
		return nil
	})
	return s, err
}

// poll asks whether somebody confirmed. A confirmed sign-in stays usable until its PIN
// would have run out.
func (s *signIn) poll(ctx context.Context, e *Engine) (api.SignInProgress, error) {
	now := e.stamp()
	if s.ended || now.After(s.expires) {
		s.ended, s.token, s.servers = true, "", nil
		return api.SignInExpired, nil
	}
	if s.token != "" {
		return api.SignInDone, nil
	}
	s.asked = now
	token, err := s.service.PollPIN(ctx, s.pin)
	if err == nil && token != "" {
		err = e.keepAccount(ctx, s, token)
	}
	switch {
	case fault.Is(err, fault.NotFound):
		s.ended = true
		return api.SignInExpired, nil
	case err != nil || token == "":
		return api.SignInWaiting, err
	}
	s.token = token
	return api.SignInDone, nil
}

// follow asks about a sign-in unless a window does, and reports whether it is over.
func (s *signIn) follow(ctx context.Context, e *Engine) (over bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if age := e.stamp().Sub(s.asked); age >= 0 && age < followEvery {
		return s.ended || s.token != "", nil
	}
	state, err := s.poll(ctx, e)
	return err == nil && state != api.SignInWaiting, err
}

// list finds the account's servers and tries their addresses, once.
func (s *signIn) list(ctx context.Context) error {
	if s.servers != nil {
		return nil
	}
	servers, err := s.service.Servers(ctx, s.token)
	if err != nil {
		if fault.Is(err, fault.Unauthorized) {
			s.ended, s.token = true, ""
		}
		return err
	}
	found := make([]foundServer, len(servers))
	var wait sync.WaitGroup
	for i, server := range servers {
		found[i].Server = server
		wait.Go(func() { found[i].best, _ = s.service.BestConnection(ctx, server) }) // none is shown as such
	}
	wait.Wait()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	s.servers = found
	return nil
}

func (f foundServer) shown() api.PlexServer {
	return api.PlexServer{Name: f.Name, Machine: f.Machine, Version: f.Version, URL: f.best.URL, Local: f.best.Local, Relay: f.best.Relay}
}

// ChooseServer stores address and token of a server, after the server accepted them.
func (e *Engine) ChooseServer(ctx context.Context, id, machine string) (api.PlexServer, error) {
	var none api.PlexServer
	s, err := e.knownSignIn(ctx, id)
	if err != nil {
		return none, err
	}
	f, err := s.choose(ctx, machine)
	if err != nil {
		return none, err
	}
	if err := e.mayStore("plex-url"); err != nil {
		return none, err
	}
	accepted, err := e.TestConnection(ctx, api.TestRequest{Server: "plex", URL: f.best.URL, Secret: &f.Token})
	if err != nil {
		return none, err
	}
	if !accepted.OK {
		return none, fault.Old(fault.Rejected, fault.Plex, accepted.Words, accepted.Hint, nil)
	}
	return f.shown(), e.storeServer(ctx, f)
}

// choose finds a server of a sign-in; one that did not answer before is tried again.
func (s *signIn) choose(ctx context.Context, machine string) (foundServer, error) {
	if s == nil {
		return foundServer{}, errNoSignIn
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.servers, func(f foundServer) bool { return f.Machine == machine })
	if i < 0 {
		return foundServer{}, errNoSignIn
	}
	f := &s.servers[i]
	if f.best.URL == "" {
		best, err := s.service.BestConnection(ctx, f.Server)
		if err != nil {
			return foundServer{}, err
		}
		f.best = best
	}
	return *f, nil
}

var errNoSignIn = fault.Old(fault.NotFound, fault.None, "This sign-in has run out.", "Start it again.", nil)

// mayStore refuses to store what a flag or variable would hide.
func (e *Engine) mayStore(option string) error {
	if !e.overridden(option) {
		return nil
	}
	return fault.Old(fault.Rejected, fault.None, "The Plex address is fixed from outside.",
		"Remove "+e.o.Overridden[option]+" to choose a server here.", nil)
}

// storeServer keeps the choice. The machine is bound anew even if the address is the
// old one: a person has just said that this is the server.
func (e *Engine) storeServer(ctx context.Context, f foundServer) error {
	values := config.Defaults()
	err := e.ask(ctx, func() error {
		return e.store.Update(func(tx store.Tx) error {
			if _, err := tx.Value(settingsValue, &values); err != nil {
				return err
			}
			return link.Bind(tx, f.Machine, f.best.URL)
		})
	})
	if err != nil {
		return err
	}
	values.PlexURL = f.best.URL
	return e.save(ctx, api.SettingsChange{Values: values, Token: &f.Token}, true)
}

// Discover looks for Plex servers on the local network. Only a person asks for it and nothing
// repeats it, so it needs no budget.
func (e *Engine) Discover(ctx context.Context) ([]api.PlexServer, error) {
	found, err := plex.Discover(ctx, e.o.Discovery)
	if err != nil {
		return nil, err
	}
	out := make([]api.PlexServer, 0, len(found))
	for _, s := range found {
		out = append(out, api.PlexServer{Name: s.Name, Machine: s.Machine, Version: s.Version, URL: s.URL, Local: true})
	}
	return out, nil
}
