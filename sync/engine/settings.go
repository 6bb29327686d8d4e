package engine

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/engine/link"
	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// Settings returns the present settings, and of the secrets only whether they are set.
func (e *Engine) Settings(ctx context.Context) (api.Settings, error) {
	var s api.Settings
	err := e.ask(ctx, func() error {
		s = api.Settings{
			Values: e.settings.Clone(), SecretsIn: e.o.Secrets.Where(), Overridden: maps.Clone(e.o.Overridden),
			Libraries: librariesOf(e.links.Sections()),
			HasAPIKey: e.secret(StashAPIKey)() != "", HasToken: e.secret(PlexToken)() != "",
			HasStashLogin: e.secret(StashLogin)() != "", HasPlexLogin: e.secret(PlexLogin)() != "",
		}
		var err error
		s.Stored, err = e.storedBelow()
		return err
	})
	return s, err
}

// SaveSettings validates and stores the settings and goes on with them.
func (e *Engine) SaveSettings(ctx context.Context, c api.SettingsChange) error {
	return e.save(ctx, c, false)
}

// save is SaveSettings. signedIn says that the token comes from a sign-in: with any other
// what the last sign-in left is of no more use.
func (e *Engine) save(ctx context.Context, c api.SettingsChange, signedIn bool) error {
	if err := c.Values.Validate(); err != nil {
		return fault.New(fault.Rejected, fault.None, message.New(message.ConfigDoNotFit, message.Of(message.OfError(err))), message.None, nil)
	}
	return e.ask(ctx, func() error {
		if err := e.saveSecrets(c); err != nil {
			return err
		}
		if c.Token != nil {
			if err := e.account.TokenChosen(signedIn); err != nil {
				return err
			}
		}
		before := e.settings
		stored, err := e.toStore(c)
		if err != nil {
			return err
		}
		if err := e.store.Update(func(tx store.Tx) error { return e.putSettings(tx, before, stored) }); err != nil {
			return err
		}
		e.settings = stored
		if e.o.Override != nil {
			if err := e.o.Override(&e.settings); err != nil {
				return err
			}
		}
		return e.follow(before, c.APIKey != nil || c.Token != nil || c.StashLogin != nil || c.PlexLogin != nil)
	})
}

// putSettings stores settings. Saving the address of Plex anew accepts whatever server
// answers there.
func (e *Engine) putSettings(tx store.Tx, before, next config.Settings) error {
	if before.PlexURL != next.PlexURL && !e.overridden("plex-url") {
		if err := link.Unbind(tx); err != nil {
			return err
		}
	}
	return tx.PutValue(settingsValue, next)
}

func (e *Engine) saveSecrets(c api.SettingsChange) error {
	for name, v := range map[string]*string{StashAPIKey: c.APIKey, PlexToken: c.Token, StashLogin: c.StashLogin, PlexLogin: c.PlexLogin} {
		if v == nil {
			continue
		}
		if isLogin := v == c.StashLogin || v == c.PlexLogin; isLogin && *v != "" && !strings.Contains(*v, ":") {
			return fault.Old(fault.Rejected, fault.None, "The user name and the password must be separated by a colon.", "", nil)
		}
		if err := e.o.Secrets.Set(name, *v); err != nil {
			return fault.Old(fault.Local, fault.None, "The secret could not be stored.", err.Error(), nil)
		}
	}
	return nil
}

// follow does what changed settings ask for: new connections, another look at every
// scene, other times.
func (e *Engine) follow(before config.Settings, secrets bool) error {
	s := e.settings
	e.tryAgain()
	if err := e.audit.Under(s); err != nil {
		return err
	}
	dial := secrets || before.StashURL != s.StashURL || before.PlexURL != s.PlexURL || !slices.Equal(before.Libraries, s.Libraries) ||
		before.StashCertificate != s.StashCertificate || before.PlexCertificate != s.PlexCertificate
	if !before.Configured() && s.Configured() {
		if err := e.monitor.Watches(); err != nil {
			return err
		}
	}
	if dial {
		e.dispatch.Halt()
		e.dial()
		e.clear(api.FixPlex)
	}
	if e.held() {
		e.dispatch.Halt()
	}
	if err := e.wantedChanged(); err != nil {
		return err
	}
	e.scan.Soon(e.now())
	e.publish()
	return nil
}

// TestConnection tries an address and a secret without storing them.
func (e *Engine) TestConnection(ctx context.Context, q api.TestRequest) (api.TestResult, error) {
	a := link.Address{StashURL: q.URL, PlexURL: q.URL, APIKey: e.secret(StashAPIKey), Token: e.secret(PlexToken), StashLogin: e.secret(StashLogin), PlexLogin: e.secret(PlexLogin)}
	err := e.ask(ctx, func() error {
		a.ClientID, a.StashCertificate, a.PlexCertificate = e.clientID(), e.settings.StashCertificate, e.settings.PlexCertificate
		return nil
	})
	if err != nil {
		return api.TestResult{}, err
	}
	if q.Certificate != nil {
		a.StashCertificate, a.PlexCertificate = *q.Certificate, *q.Certificate
	}
	if q.Secret != nil {
		given := *q.Secret
		a.APIKey, a.Token = func() string { return given }, func() string { return given }
	}
	stash, plex := e.o.Dial(a)
	if q.Server == "stash" {
		return testStash(ctx, stash), nil
	}
	return testPlex(ctx, plex), nil
}

func testStash(ctx context.Context, s link.Stash) api.TestResult {
	version, scenes, err := s.Status(ctx)
	if err != nil {
		return refused(err)
	}
	if version == "" { // a build from source has none
		return api.TestResult{OK: true, Words: fmt.Sprintf("Connected to Stash with %d scenes.", scenes)}
	}
	return api.TestResult{OK: true, Words: fmt.Sprintf("Connected to Stash %s with %d scenes.", version, scenes)}
}

func testPlex(ctx context.Context, p link.Plex) api.TestResult {
	id, sections, err := p.Ready(ctx)
	if err != nil {
		return refused(err)
	}
	if may, err := p.MayEdit(ctx); err == nil && !may {
		return api.TestResult{Words: fmt.Sprintf("Plex %s answers, but this token may only look, not change anything.", id.Version),
			Hint: "The server is shared with this account. Sign in with the owner's account."}
	}
	r := api.TestResult{OK: true, Words: fmt.Sprintf("Connected to Plex %s with %d libraries.", id.Version, len(sections))}
	r.Libraries = librariesOf(sections)
	return r
}

func librariesOf(sections []scene.Section) []api.Library {
	var out []api.Library
	for _, s := range sections {
		out = append(out, api.Library{ID: s.ID, Title: s.Title, Type: s.Type, Locations: s.Locations})
	}
	return out
}

func refused(err error) api.TestResult {
	f := fault.Shown(err)
	return api.TestResult{Words: f.Message.String(), Hint: f.Hint.String()}
}
