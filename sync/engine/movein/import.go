package movein

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/stash2plex"
)

// Stash is asked about the plugin.
type Stash interface {
	Stash2Plex(ctx context.Context) (stash2plex.Plugin, error)
	Close()
}

// Present is how Lockstep is set up.
type Present struct {
	Settings config.Settings
	HasToken bool
	// Dial makes a connection to Stash of its own: the set-up may not be finished.
	Dial func() Stash
}

// Import says what an import comes to, and what is to be stored for it.
func (m Movein) Import(ctx context.Context, q api.ImportRequest, now Present) (out api.Import, p Plan, err error) {
	found, err := read(q.Folder, m.host.Stamp())
	if err != nil {
		return out, p, err
	}
	plugin, err := askPlugin(ctx, now, &out)
	if err != nil {
		return out, p, err
	}
	if p, err = m.Plan(found, now.Settings.KeepOutages); err != nil {
		return out, p, err
	}
	p.move = stash2plex.Settings(plugin, now.Settings, now.HasToken)
	out.Files, out.Outages, out.Scenes, out.Settings = found.Files, p.Outages, p.Scenes, p.move.Settings
	out.Reconciliation, out.Statistics = found.Reconciliation, found.Statistics
	return out, p, nil
}

// read reads a folder of the plugin, if there is one.
func read(folder string, now time.Time) (found stash2plex.Found, err error) {
	switch {
	case folder == "":
		return found, nil
	case !filepath.IsAbs(folder):
		return found, fault.New(fault.Rejected, fault.None, message.New(message.ImportPartOfPath), message.None, nil)
	}
	if found, err = stash2plex.Read(folder, now); err != nil {
		return found, whyNoImport(err)
	}
	return found, nil
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

// askPlugin asks Stash about the plugin. A Stash that does not answer takes nothing else away.
func askPlugin(ctx context.Context, now Present, out *api.Import) (p stash2plex.Plugin, err error) {
	out.Plugin = api.PluginUnknown
	if now.Settings.StashURL == "" {
		out.Why, out.Hint = message.New(message.ImportStashNotKnown), message.New(message.ImportEnterStashFirst)
		return p, nil
	}
	stash := now.Dial()
	defer stash.Close()
	if p, err = stash.Stash2Plex(ctx); err != nil {
		f := fault.Shown(err)
		out.Why, out.Hint = f.Message, f.Hint
		return p, ctx.Err()
	}
	out.Plugin = stateOf(p)
	return p, nil
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
