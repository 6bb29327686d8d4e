package plex

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"lockstep/sync/budget"
	"lockstep/sync/fault"
	"lockstep/sync/httpc"
	"lockstep/sync/message"
)

const (
	// plexTV and webApp are where people sign in.
	plexTV = "https://plex.tv"
	webApp = "https://app.plex.tv"

	// longestSignIn is how long plex.tv lets a sign-in be confirmed at present.
	longestSignIn = 30 * time.Minute
)

// SignInOptions says who signs in, and where.
type SignInOptions struct {
	// Service is the address of the sign-in service; empty means plex.tv.
	Service string
	// Page is the address of the site people confirm on; empty means app.plex.tv.
	Page string
	// ClientID is the UUID of this installation, the one of Options.
	ClientID string
	Version  string
	// Timeout is for one request; zero means 45 s.
	Timeout time.Duration
	// Budget holds back what failed a moment ago; nil holds back nothing.
	Budget *budget.Budget
}

// SignIn gets tokens from plex.tv. It keeps nothing. Its faults are not the server's and
// must not feed the breaker.
type SignIn struct{ o SignInOptions }

// NewSignIn connects to nothing.
func NewSignIn(o SignInOptions) *SignIn {
	if o.Service == "" {
		o.Service = plexTV
	}
	if o.Page == "" {
		o.Page = webApp
	}
	return &SignIn{o}
}

// PIN is a sign-in somebody has to confirm in a browser.
type PIN struct {
	ID   int64
	Code string
	// URL is the page to open.
	URL string
	// Lifetime is how long the PIN can be confirmed.
	Lifetime time.Duration
}

// NewPIN begins a sign-in. One request.
func (s *SignIn) NewPIN(ctx context.Context) (PIN, error) {
	var got struct {
		ID        num  `json:"id"`
		Code      text `json:"code"`
		ExpiresIn num  `json:"expiresIn"`
	}
	err := s.ask(ctx, "", httpc.Request{Kind: budget.Account, Op: "begin to sign in", Method: http.MethodPost, Path: "/api/v2/pins", Query: "strong=true"}, &got)
	if err != nil {
		return PIN{}, err
	}
	if got.ID == 0 || got.Code == "" {
		return PIN{}, plexFault(fault.Config, message.New(message.PlexTVNoCode), message.New(message.AdviceByHand), nil)
	}
	page := s.o.Page + "/auth#?clientID=" + escape(s.o.ClientID) + "&code=" + escape(string(got.Code)) + "&context%5Bdevice%5D%5Bproduct%5D=" + product
	return PIN{ID: int64(got.ID), Code: string(got.Code), URL: page, Lifetime: lifetime(got.ExpiresIn)}, nil
}

// lifetime is what plex.tv says, where that makes sense.
func lifetime(seconds num) time.Duration {
	if seconds <= 0 || seconds > num(longestSignIn/time.Second) {
		return longestSignIn
	}
	return time.Duration(seconds) * time.Second
}

// PollPIN gives the account's token once the sign-in was confirmed and "" before; a PIN
// that has run out is NotFound. One request; ask once a second.
func (s *SignIn) PollPIN(ctx context.Context, p PIN) (token string, err error) {
	var got struct {
		Token text `json:"authToken"`
	}
	err = s.ask(ctx, "", httpc.Request{Kind: budget.Account, Op: "wait for the sign-in", Path: "/api/v2/pins/" + strconv.FormatInt(p.ID, 10)}, &got)
	if fault.Is(err, fault.NotFound) {
		return "", plexFault(fault.NotFound, message.New(message.PlexTVRunOut), message.New(message.AdviceStartAgain), fault.Of(err).Err)
	}
	return string(got.Token), err
}

// Renew keeps a token alive: plex.tv drops those it has not seen for a month or two.
// Unauthorized is plex.tv's own refusal; any other fault says nothing about the token. One
// request.
func (s *SignIn) Renew(ctx context.Context, token string) error {
	err := s.ask(ctx, token, httpc.Request{Kind: budget.Account, Op: "renew the sign-in", Path: "/api/v2/ping"}, nil)
	if httpc.StatusOf(err) == http.StatusUnprocessableEntity {
		return plexFault(fault.Unauthorized, message.New(message.PlexTVRefusedSignIn), message.New(message.AdvicePlexSignIn), fault.Of(err).Err)
	}
	return err
}

// Server is a Plex Media Server an account owns.
type Server struct {
	Name    string
	Machine string
	Version string
	// Token is the one to use with this server; it may differ from the account's.
	Token         string
	HTTPSRequired bool
	Connections   []Connection
}

// Connection is one address of a server.
type Connection struct {
	URL   string
	Local bool
	// Relay goes through Plex's own servers and is too slow for many writes.
	Relay bool
}

type resource struct {
	Name          text             `json:"name"`
	Version       text             `json:"productVersion"`
	Machine       text             `json:"clientIdentifier"`
	Provides      text             `json:"provides"`
	Owned         flag             `json:"owned"`
	Token         text             `json:"accessToken"`
	HTTPSRequired flag             `json:"httpsRequired"`
	Connections   many[connection] `json:"connections"`
}

type connection struct {
	Protocol text `json:"protocol"`
	Address  text `json:"address"`
	Port     num  `json:"port"`
	URI      text `json:"uri"`
	Local    flag `json:"local"`
	Relay    flag `json:"relay"`
}

// Servers lists the servers the account owns; only an owner may edit. One request.
func (s *SignIn) Servers(ctx context.Context, token string) ([]Server, error) {
	var got many[resource]
	err := s.ask(ctx, token, httpc.Request{Kind: budget.Account, Op: "list the account's servers", Path: "/api/v2/resources", Query: "includeHttps=1&includeRelay=1&includeIPv6=1"}, &got)
	if err != nil {
		return nil, err
	}
	var out []Server
	for _, r := range got {
		if bool(r.Owned) && strings.Contains(","+string(r.Provides)+",", ",server,") {
			out = append(out, r.server())
		}
	}
	return out, nil
}

// server adds the plain address to each local one: routers that distrust answers from
// inside the network break the names Plex's certificates are for.
func (r resource) server() Server {
	s := Server{Name: string(r.Name), Machine: string(r.Machine), Version: string(r.Version), Token: string(r.Token), HTTPSRequired: bool(r.HTTPSRequired)}
	for _, c := range r.Connections {
		s.Connections = append(s.Connections, Connection{URL: string(c.URI), Local: bool(c.Local), Relay: bool(c.Relay)})
		plain := url.URL{Scheme: "http", Host: joinHost(string(c.Address), int(c.Port))}
		if c.Local && !r.HTTPSRequired && !c.Relay && c.Address != "" && plain.String() != string(c.URI) {
			s.Connections = append(s.Connections, Connection{URL: plain.String(), Local: true})
		}
	}
	return s
}

// ask carries out a request to plex.tv and reads its JSON.
func (s *SignIn) ask(ctx context.Context, token string, r httpc.Request, into any) error {
	c := New(Options{URL: s.o.Service, Token: func() string { return token }, ClientID: s.o.ClientID, Version: s.o.Version, Timeout: s.o.Timeout, Budget: s.o.Budget, Name: "plex.tv"})
	defer c.Close()
	err := c.http.Do(ctx, r, func(rep httpc.Reply) error {
		if err := c.judge(r, rep); err != nil {
			return err
		}
		if into != nil && rep.JSON(into) != nil {
			return plexFault(fault.Unreachable, message.New(message.PlexTVUnread), message.New(message.AdviceByHand), c.http.Because(r.Op, errors.New("no proper JSON")))
		}
		return nil
	})
	if err != nil {
		return tvFault(err)
	}
	return nil
}

// tvFault words a fault for the service instead of the server.
func tvFault(err error) error {
	f := fault.Of(err)
	words := map[fault.Class]message.Message{
		fault.Unreachable:  message.New(message.PlexTVAway),
		fault.Config:       message.New(message.PlexTVSomethingElse),
		fault.Temporary:    message.New(message.PlexTVError),
		fault.Busy:         message.New(message.PlexTVBusy),
		fault.Unauthorized: message.New(message.PlexTVRefusedSignIn),
		fault.Rejected:     message.New(message.PlexTVRefused),
	}[f.Class]
	if words.IsZero() {
		return err
	}
	out := *f
	out.Message = words
	if f.Class != fault.Unauthorized {
		out.Hint = message.New(message.AdviceByHand)
	}
	return &out
}
