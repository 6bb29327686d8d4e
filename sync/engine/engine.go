// Package engine runs Lockstep: it owns breaker and outage record, the schedule, the
// pause and the connections, hands due jobs to the worker and publishes a snapshot
// after every durable change. Everything that is not safe for many goroutines belongs
// to one goroutine, the loop; others send it functions. It implements api.API.
package engine

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/compare"
	"lockstep/sync/config"
	"lockstep/sync/engine/activity"
	"lockstep/sync/engine/audit"
	"lockstep/sync/engine/dispatch"
	"lockstep/sync/engine/explain"
	"lockstep/sync/engine/host"
	"lockstep/sync/engine/link"
	"lockstep/sync/engine/loop"
	"lockstep/sync/engine/monitor"
	"lockstep/sync/engine/movein"
	"lockstep/sync/engine/pictures"
	"lockstep/sync/engine/records"
	"lockstep/sync/engine/scan"
	"lockstep/sync/engine/settings"
	"lockstep/sync/engine/shelves"
	"lockstep/sync/engine/signin"
	"lockstep/sync/engine/upkeep"
	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/store"
	"lockstep/sync/zone"
)

// Secrets is where API key and token live.
type Secrets = settings.Secrets

// The names of the secrets.
const (
	StashAPIKey = settings.StashAPIKey
	PlexToken   = settings.PlexToken
	PlexAccount = signin.AccountToken
	StashLogin  = settings.StashLogin
	PlexLogin   = settings.PlexLogin
)

// Options are what an engine is made of.
type Options struct {
	Store   store.Store
	Secrets Secrets
	Dial    link.Dial
	// Override puts flags and variables over the stored settings; may be nil.
	Override   func(*config.Settings) error
	Overridden map[string]string // the options it sets by name, with the flag or variable they come from
	Now        func() time.Time
	Jitter     func() float64 // uniform in [0,1)
	Log        *slog.Logger
	Version    string
	// Notice is a message about the database from opening it, "" when all was well.
	Notice message.Message
	// Damaged names the stored values that are not what was last stored.
	Damaged []string
	// Data is what the database needs beside transactions; may be nil.
	Data upkeep.Data
	// Free gives what this process does not use any more back to the system; may be nil.
	Free func()
	// Pictures is the folder in which small pictures are kept; empty keeps none.
	Pictures string
	// SignIn makes a connection to plex.tv.
	SignIn func(signin.Options) signin.Service
	// Discover looks for Plex servers on the local network.
	Discover func(context.Context) ([]api.PlexServer, error)
	// Still makes an engine that neither connects nor works: for commands that change
	// what is stored while no Lockstep runs.
	Still bool
	// Hold makes an engine that connects and answers, but writes nothing by itself, as
	// if it were paused: for commands that only read both servers.
	Hold bool
}

// Engine is the one owner of all moving state. Make it with New and run it with Run.
type Engine struct {
	o     Options
	log   *slog.Logger
	store store.Store
	host  host.Host
	records.Reader
	signin.Dialog
	dispatch.Commands
	activity.Desk
	*explain.Explainer
	*pictures.Fetcher
	*movein.Importer
	*shelves.Viewer
	*audit.Applier
	loop *loop.Loop[api.Snapshot]
	quit chan struct{} // closed when somebody asks the process to end
	once sync.Once

	// What follows belongs to the loop goroutine.
	owner
}

// owner is the state only the loop touches.
type owner struct {
	chosen   *settings.Keeper
	monitor  *monitor.Monitor
	links    *link.Links
	dispatch *dispatch.Dispatcher
	recent   *compare.Recent // scenes found edited, of the present Stash
	scan     *scan.Scanner
	audit    *audit.Auditor
	shelves  *shelves.Keeper
	upkeep   *upkeep.Upkeep
	account  *signin.Account
	activity *activity.Recorder
	revision uint64
	unshown  bool // something changed that the end of the turn has to publish
	lastErr  message.Message
	stopping message.Message
}

func (e *Engine) now() time.Time { return e.o.Now() }

// stamp is now as it is stored: UTC, no monotonic reading.
func (e *Engine) stamp() time.Time { return zone.Stamp(e.o.Now()) }

// settings are those in force.
func (e *Engine) settings() config.Settings { return e.chosen.Current() }

// errNoServers is what callers get before both servers are known.
var errNoServers = fault.New(fault.Config, fault.None, message.New(message.NoServers), message.New(message.EnterAddresses), nil)

// errStopped is what callers get when the engine has ended.
var errStopped = fault.New(fault.Canceled, fault.None, message.New(message.Quitting), message.None, nil)

// mayScan reports whether scanning makes sense: a pause stops sweeps, a Stash that is away
// is waited for by the connection check.
func (e *Engine) mayScan() bool {
	return e.links.Connected() && e.links.StashState().OK && !e.chosen.Paused() && e.stopping.IsZero() && !e.audit.Listing()
}

// mayWork reports whether jobs may be handed out at all. Nothing is written before
// every scene was seen and every item listed: only then is it known which scenes claim
// which files.
func (e *Engine) mayWork() bool {
	return e.links.Ready() && e.monitor.Allows() && !e.chosen.Paused() && e.stopping.IsZero() && e.scan.Complete()
}

// scanConditions is what the scanner decides by.
func (e *Engine) scanConditions() scan.Conditions {
	s := e.settings()
	return scan.Conditions{
		Times:       scan.Times{Newest: s.StashProbe, Sweep: s.SweepEvery, Files: s.FilesEvery, Index: s.PlexProbe},
		PlexUp:      e.monitor.Allows() && e.links.Machine() != "",
		StashBudget: e.links.Budget(fault.Stash), PlexBudget: e.links.Budget(fault.Plex),
	}
}

func (e *Engine) workBudgets() dispatch.Budgets {
	return dispatch.Budgets{Stash: e.links.Budget(fault.Stash), Plex: e.links.Budget(fault.Plex)}
}
