// Package doctor looks at everything Lockstep needs and says in one sentence each
// whether it is there: both servers, libraries, path rules, disk, keyring, tray,
// notifications, clock. It also packs what somebody who helps wants to see, with names,
// paths and secrets masked. It changes nothing but damaged records, which the engine mends.
package doctor

import (
	"context"
	"net/http"
	"sync"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/mask"
	"lockstep/sync/message"
)

// State is how a check ended.
type State string

// The states.
const (
	OK   State = "ok"
	Warn State = "warn" // works, but not as well as it could
	Fail State = "fail" // does not work
)

// Check is one thing that was looked at.
type Check struct {
	Name    message.Message // a heading
	State   State
	Message message.Message // what is the case
	Hint    message.Message // what can be done; None when nothing must
}

// mask is the check as somebody else may read it.
func (c Check) mask(m *mask.Masker) Check {
	return Check{m.Message(c.Name), c.State, m.Message(c.Message), m.Message(c.Hint)}
}

// Env is what the doctor cannot learn from the engine. Where a function is nil or a
// text is empty, its check is left out.
type Env struct {
	Version string
	// Alone is true when the engine runs for these checks only.
	Alone   bool
	DataDir string
	// Database and Log are the paths of the two files.
	Database, Log string
	// Keyring tries the keyring of the desktop.
	Keyring func(context.Context) error
	// TrayHost tells whether the desktop shows tray icons.
	TrayHost func(context.Context) bool
	// Notifications asks the notification server for its name.
	Notifications func(context.Context) (string, error)
	// Autostart says what starts at the next login: "on", "off" or "elsewhere", as
	// desk.State has it.
	Autostart func() (string, error)
	// Secrets are the secrets this process knows, so that they are masked whatever their
	// form; may be nil.
	Secrets func() []string
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// HTTP asks the servers for the time; nil means a client that follows no redirect.
	HTTP *http.Client
}

// patience is how long one check may take. Counting the files of a large library takes
// longest.
const patience = 2 * time.Minute

// checkup is one run.
type checkup struct {
	api   api.API
	env   Env
	snap  api.Snapshot
	set   api.Settings
	err   error // why snapshot or settings could not be read
	stash api.TestResult
	plex  api.TestResult
	paths api.Mapping
}

// Run carries out all checks, those that need no other at the same time, and gives them
// in a fixed order.
func Run(ctx context.Context, a api.API, env Env) []Check {
	checks, _ := run(ctx, a, env)
	return checks
}

func run(ctx context.Context, a api.API, env Env) ([]Check, *checkup) {
	if env.Now == nil {
		env.Now = time.Now
	}
	if env.HTTP == nil {
		env.HTTP = &http.Client{Timeout: clockPatience, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	c := &checkup{api: a, env: env}
	if c.snap, c.err = a.Snapshot(ctx); c.err == nil {
		c.set, c.err = a.Settings(ctx)
	}
	if c.err != nil {
		return append([]Check{c.engine(ctx)}, c.all(ctx, c.machine())...), c
	}
	first := c.all(ctx, []check{c.engine, c.stashServer, c.plexServer})
	return append(first, c.all(ctx, append([]check{c.requests, c.otherWriter, c.libraries, c.mapping, c.outages, c.queue}, c.machine()...))...), c
}

// check looks at one thing. The zero Check is left out.
type check func(context.Context) Check

// all runs checks at the same time.
func (c *checkup) all(ctx context.Context, list []check) []Check {
	found := make([]Check, len(list))
	var wait sync.WaitGroup
	for i, check := range list {
		wait.Go(func() { found[i] = check(ctx) })
	}
	wait.Wait()
	var out []Check
	for _, f := range found {
		if !f.Name.IsZero() {
			out = append(out, f)
		}
	}
	return out
}

// machine are the checks that need no engine.
func (c *checkup) machine() []check {
	return []check{c.disk, c.database, c.keyring, c.tray, c.notifications, c.clock, c.autostart}
}
