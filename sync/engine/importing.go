package engine

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"

	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/engine/link"
	"lockstep/sync/engine/movein"
	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/stash2plex"
)

// Import takes over what Stash2Plex left behind: outages, scenes to compare and settings.
func (e *Engine) Import(ctx context.Context, q api.ImportRequest) (api.Import, error) {
	var out api.Import
	var found stash2plex.Found
	if q.Folder != "" {
		if !filepath.IsAbs(q.Folder) {
			return out, fault.New(fault.Rejected, fault.None, message.New(message.ImportPartOfPath), message.None, nil)
		}
		var err error
		if found, err = stash2plex.Read(q.Folder, e.stamp()); err != nil {
			return out, whyNoImport(err)
		}
	}
	settings, hasToken, plugin, err := e.askPlugin(ctx, &out)
	if err != nil {
		return out, err
	}
	m := movein.New(e.host)
	plan, err := m.Plan(found, settings.KeepOutages)
	if err != nil {
		return out, err
	}
	move := stash2plex.Settings(plugin, settings, hasToken)
	out.Files, out.Outages, out.Scenes, out.Settings = found.Files, plan.Outages, plan.Scenes, move.Settings
	out.Reconciliation, out.Statistics = found.Reconciliation, found.Statistics
	if q.Preview {
		return out, nil
	}
	return out, e.carryOut(ctx, m, plan, move)
}

// carryOut stores what an import brings.
func (e *Engine) carryOut(ctx context.Context, m movein.Movein, plan movein.Plan, move stash2plex.Move) error {
	if move.Changed || move.Token != "" {
		c := api.SettingsChange{Values: move.Values}
		if move.Token != "" {
			c.Token = &move.Token
		}
		if err := e.save(ctx, c, false); err != nil {
			return err
		}
	}
	return e.loop.Ask(ctx, func() error {
		defer e.publish()
		return m.Do(plan)
	})
}

// whyNoImport says why a folder cannot be read.
func whyNoImport(err error) error {
	hint := message.New(message.ImportWhichFolder)
	switch {
	case errors.Is(err, stash2plex.ErrNoFolder):
		return fault.New(fault.Rejected, fault.None, message.New(message.ImportNothingThere), hint, err)
	case errors.Is(err, fs.ErrNotExist):
		return fault.New(fault.Rejected, fault.None, message.New(message.ImportNoFolder), hint, err)
	case errors.Is(err, fs.ErrPermission):
		return fault.New(fault.Rejected, fault.None, message.New(message.ImportNotAllowed), message.New(message.ImportAllowOrCopy), err)
	}
	return fault.New(fault.Rejected, fault.None, message.New(message.ImportNotReadable), hint, err)
}

// askPlugin asks Stash about the plugin, over a connection of its own: the set-up may not be finished. A Stash
// that does not answer takes nothing else away.
func (e *Engine) askPlugin(ctx context.Context, out *api.Import) (settings config.Settings, hasToken bool, p stash2plex.Plugin, err error) {
	a := link.Address{APIKey: e.chosen.Secret(StashAPIKey), Token: e.chosen.Secret(PlexToken), StashLogin: e.chosen.Secret(StashLogin), PlexLogin: e.chosen.Secret(PlexLogin)}
	err = e.loop.Ask(ctx, func() error {
		settings, hasToken = e.settings().Clone(), e.chosen.Secret(PlexToken)() != ""
		a.StashURL, a.PlexURL, a.ClientID, a.StashCertificate = settings.StashURL, settings.PlexURL, e.clientID(), settings.StashCertificate
		return nil
	})
	if err != nil {
		return settings, hasToken, p, err
	}
	out.Plugin = api.PluginUnknown
	if a.StashURL == "" {
		out.Why, out.Hint = message.New(message.ImportStashNotKnown), message.New(message.ImportEnterStashFirst)
		return settings, hasToken, p, nil
	}
	stash, _ := e.o.Dial(a)
	defer stash.Close()
	if p, err = stash.Stash2Plex(ctx); err != nil {
		f := fault.Shown(err)
		out.Why, out.Hint = f.Message, f.Hint
		return settings, hasToken, p, ctx.Err()
	}
	out.Plugin = stateOf(p)
	return settings, hasToken, p, nil
}

func stateOf(p stash2plex.Plugin) api.PluginState {
	switch {
	case p.Enabled:
		return api.PluginOn
	case p.Installed:
		return api.PluginOff
	}
	return api.PluginAbsent
}
