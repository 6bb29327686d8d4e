package signin

import (
	"context"
	"crypto/rand"
	"slices"
	"sync"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/budget"
	"lockstep/sync/fault"
	"lockstep/sync/message"
)

// SignIn is a sign-in with Plex that is under way. Its servers stay in memory until the
// next one starts or the engine ends; the token is kept as soon as there is one. It is safe
// for concurrent use.
type SignIn struct {
	id      string
	service Service
	pin     PIN
	expires time.Time
	now     func() time.Time // as it is stored
	// keep stores the token of the account before anything else is done with it.
	keep func(ctx context.Context, s *SignIn, token string) error

	mu      sync.Mutex // one poll at a time
	token   string     // of the account, once somebody confirmed
	servers []Found
	ended   bool      // the PIN has run out
	asked   time.Time // when plex.tv was last asked about it
}

// Found is a server of the account and the best of its addresses, if any answered.
type Found struct {
	Server
	Best Address
}

// Shown is the server as people choose it.
func (f Found) Shown() api.PlexServer {
	return api.PlexServer{Name: f.Name, Machine: f.Machine, Version: f.Version, URL: f.Best.URL, Local: f.Best.Local, Relay: f.Best.Relay}
}

// defaultLife is how long Plex lets a PIN be confirmed when it does not say.
const defaultLife = 15 * time.Minute

// Start asks plex.tv for a PIN. The sign-in is not followed before Follow.
func (s *SignIn) Start(ctx context.Context) (api.SignIn, error) {
	pin, err := s.service.NewPIN(ctx)
	if err != nil {
		return api.SignIn{}, err
	}
	life := pin.Lifetime
	if life <= 0 {
		life = defaultLife
	}
	s.id, s.pin, s.expires = rand.Text(), pin, s.now().Add(life)
	return api.SignIn{ID: s.id, URL: pin.URL, Expires: s.expires}, nil
}

// Poll asks how the sign-in stands, and lists the account's servers once it was confirmed.
// A nil one has expired.
func (s *SignIn) Poll(ctx context.Context) (api.SignInState, error) {
	if s == nil {
		return api.SignInState{State: api.SignInExpired}, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	state, err := s.poll(ctx)
	if err != nil || state != api.SignInDone {
		return api.SignInState{State: state}, err
	}
	if err := s.list(ctx); err != nil {
		return api.SignInState{State: api.SignInWaiting}, err
	}
	out := api.SignInState{State: api.SignInDone}
	for _, f := range s.servers {
		out.Servers = append(out.Servers, f.Shown())
	}
	return out, nil
}

// poll asks whether somebody confirmed. A confirmed sign-in stays usable until its PIN
// would have run out.
func (s *SignIn) poll(ctx context.Context) (api.SignInProgress, error) {
	now := s.now()
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
		if refused(s.service.Renew(ctx, token)) {
			// Another page was confirmed after this one: its token is the one to keep.
			s.ended = true
			return api.SignInExpired, nil
		}
		err = s.keep(ctx, s, token)
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

// refused reports that plex.tv refused this very token, and not another one a moment ago.
func refused(err error) bool { return fault.Is(err, fault.Unauthorized) && !budget.Held(err) }

// followEvery is how often a sign-in is asked about that no window asks about.
const followEvery = 5 * time.Second

// follow asks about the sign-in unless a window does, and reports whether it is over.
func (s *SignIn) follow(ctx context.Context) (over bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if age := s.now().Sub(s.asked); age >= 0 && age < followEvery {
		return s.ended || s.token != "", nil
	}
	state, err := s.poll(ctx)
	return err == nil && state != api.SignInWaiting, err
}

// list finds the account's servers and tries their addresses, once.
func (s *SignIn) list(ctx context.Context) error {
	if s.servers != nil {
		return nil
	}
	servers, err := s.service.Servers(ctx, s.token)
	if err != nil {
		if refused(err) {
			s.ended, s.token = true, ""
		}
		return err
	}
	found := make([]Found, len(servers))
	var wait sync.WaitGroup
	for i, server := range servers {
		found[i].Server = server
		wait.Go(func() { found[i].Best, _ = s.service.BestConnection(ctx, server) }) // none is shown as such
	}
	wait.Wait()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	s.servers = found
	return nil
}

// Choose finds a server of the sign-in; one that did not answer before is tried again.
func (s *SignIn) Choose(ctx context.Context, machine string) (Found, error) {
	if s == nil {
		return Found{}, errNoSignIn
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.servers, func(f Found) bool { return f.Machine == machine })
	if i < 0 {
		return Found{}, errNoSignIn
	}
	f := &s.servers[i]
	if f.Best.URL == "" {
		best, err := s.service.BestConnection(ctx, f.Server)
		if err != nil {
			return Found{}, err
		}
		f.Best = best
	}
	return *f, nil
}

var errNoSignIn = fault.New(fault.NotFound, fault.None, message.New(message.SignInRunOut), message.New(message.AdviceStartAgain), nil)
