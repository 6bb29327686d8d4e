// Package signin owns the sign-ins with Plex: those somebody may still confirm in a browser,
// and the token of the account that the last one left, which is renewed and stands in when
// Plex refuses the one in use.
package signin

import (
	"context"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/budget"
)

// Service is what is asked of plex.tv.
type Service interface {
	// NewPIN begins a sign-in.
	NewPIN(ctx context.Context) (PIN, error)
	// PollPIN gives the account's token once the sign-in was confirmed and "" before; a PIN
	// that has run out is fault.NotFound.
	PollPIN(ctx context.Context, p PIN) (token string, err error)
	// Servers lists the servers the account owns.
	Servers(ctx context.Context, token string) ([]Server, error)
	// BestConnection gives the best address that answers as this very server.
	BestConnection(ctx context.Context, s Server) (Address, error)
	// Renew keeps a token alive. Unauthorized is plex.tv's own refusal; any other fault says
	// nothing about the token.
	Renew(ctx context.Context, token string) error
}

// Options say which service it is, and who asks.
type Options struct {
	Service  string // its address; empty means plex.tv
	Page     string // of the site people confirm on; empty means app.plex.tv
	ClientID string // of this installation
	Version  string
	Budget   *budget.Budget
}

// PIN is a sign-in somebody has to confirm in a browser.
type PIN struct {
	ID       int64
	Code     string
	URL      string        // the page to open
	Lifetime time.Duration // for how long it can be confirmed
}

// Server is one the account owns.
type Server struct {
	Name, Machine, Version string
	Token                  string // to use with this server; may differ from the account's
	HTTPSRequired          bool
	Addresses              []Address
}

// Address is one of a server's.
type Address struct {
	URL   string
	Local bool
	Relay bool // through Plex's own servers, too slow for many writes
}

// Secrets is where tokens live.
type Secrets interface {
	// Get returns "" for a secret that is not set.
	Get(name string) (string, error)
	Set(name, value string) error
}

// The names of the secrets it reads and sets.
const (
	PlexToken = "plex-token" // the one in use
	// AccountToken is what a sign-in leaves. It is there exactly for those who signed in that
	// way.
	AccountToken = "plex-account-token"
)

// Loop is what the engine's loop gives the account and its dialog.
type Loop struct {
	// Do has a function called in the loop, and returns its error, or why it was not called.
	Do func(ctx context.Context, fn func() error) error
	// Connect makes a connection to plex.tv.
	Connect func(Options) Service
	// Installation says which service the present settings name and who asks it.
	Installation func() Options
	// MayChoose refuses to store an address of Plex. It is called in the loop.
	MayChoose func() error
	// Test tries address and token of a server without storing them.
	Test func(context.Context, api.TestRequest) (api.TestResult, error)
	// Store keeps the server a person chose.
	Store func(ctx context.Context, machine, url, token string) error
}
