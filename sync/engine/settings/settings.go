// Package settings owns what a person chose: the settings with the flags and variables laid
// over them, the secrets, and the pause. A Keeper checks and stores what is saved and returns
// what has to follow from it, such as new connections; it belongs to one goroutine.
package settings

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/google/uuid"

	"lockstep/sync/api"
	"lockstep/sync/change"
	"lockstep/sync/compare"
	"lockstep/sync/config"
	"lockstep/sync/engine/host"
	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// New makes a keeper with the defaults, until Load.
func New(h host.Host, o Options) *Keeper { return &Keeper{host: h, o: o, current: config.Defaults()} }

// Load reads settings and pause.
func (k *Keeper) Load() error {
	s, err := k.stored()
	if err != nil {
		return err
	}
	if err := k.laidOver(s); err != nil {
		return err
	}
	if err := k.keepOlder(s); err != nil {
		return err
	}
	return k.host.Get(pauseValue, &k.pause)
}

// Current are the settings in force. They are not to be changed: take a Clone.
func (k *Keeper) Current() config.Settings { return k.current }

// Shown are the settings as a window shows them, and of the secrets only whether they are
// set.
func (k *Keeper) Shown() (api.Settings, error) {
	below, err := k.storedBelow()
	return api.Settings{
		Values: k.current.Clone(), SecretsIn: k.o.Secrets.Where(), Overridden: maps.Clone(k.o.Overridden), Stored: below,
		HasAPIKey: k.Secret(StashAPIKey)() != "", HasToken: k.Secret(PlexToken)() != "",
		HasStashLogin: k.Secret(StashLogin)() != "", HasPlexLogin: k.Secret(PlexLogin)() != "",
	}, err
}

// Secret gives a secret whenever it is asked for, "" when it is not set.
func (k *Keeper) Secret(name string) func() string {
	return func() string {
		v, err := k.o.Secrets.Get(name)
		if err != nil {
			k.host.Log.Warn("read a secret", "name", name, "err", err)
		}
		return v
	}
}

// Saved says what changed settings ask for.
type Saved struct {
	Before config.Settings
	// Dial says that addresses, libraries, certificates or secrets are others.
	Dial bool
	// Configured says that both servers are known now and were not before.
	Configured bool
}

// Check refuses settings that do not fit together.
func Check(s config.Settings) error {
	if err := s.Validate(); err != nil {
		return fault.New(fault.Rejected, fault.None, message.New(message.ConfigDoNotFit, message.Of(message.OfError(err))), message.None, nil)
	}
	return nil
}

// SaveSecrets stores the secrets of a change.
func (k *Keeper) SaveSecrets(c api.SettingsChange) error {
	for name, v := range map[string]*string{StashAPIKey: c.APIKey, PlexToken: c.Token, StashLogin: c.StashLogin, PlexLogin: c.PlexLogin} {
		if v == nil {
			continue
		}
		if isLogin := v == c.StashLogin || v == c.PlexLogin; isLogin && *v != "" && !strings.Contains(*v, ":") {
			return fault.New(fault.Rejected, fault.None, message.New(message.LoginWithoutColon), message.None, nil)
		}
		if err := k.o.Secrets.Set(name, *v); err != nil {
			return fault.New(fault.Local, fault.None, message.New(message.SecretNotStored), message.OfError(err), nil)
		}
	}
	return nil
}

// Save stores the values of a change and goes on with them. NewPlex is called in the same
// transaction when a person gave another address of Plex.
func (k *Keeper) Save(c api.SettingsChange, newPlex func(store.Tx) error) (Saved, error) {
	before := k.current
	stored, err := k.toStore(c)
	if err != nil {
		return Saved{}, err
	}
	err = k.host.Store.Update(func(tx store.Tx) error {
		if before.PlexURL != stored.PlexURL && !k.Overridden("plex-url") {
			if err := newPlex(tx); err != nil {
				return err
			}
		}
		return tx.PutValue(settingsValue, stored)
	})
	if err != nil {
		return Saved{}, err
	}
	if err := k.laidOver(stored); err != nil {
		return Saved{}, err
	}
	s := k.current
	secrets := c.APIKey != nil || c.Token != nil || c.StashLogin != nil || c.PlexLogin != nil
	return Saved{
		Before: before, Configured: !before.Configured() && s.Configured(),
		Dial: secrets || before.StashURL != s.StashURL || before.PlexURL != s.PlexURL || !slices.Equal(before.Libraries, s.Libraries) ||
			before.StashCertificate != s.StashCertificate || before.PlexCertificate != s.PlexCertificate,
	}, nil
}

// Rename calls the chosen libraries by other names, in one transaction with what else
// belongs to it. Nothing else is wanted than before, so nothing has to be compared again.
func (k *Keeper) Rename(libraries []string, also func(store.Tx) error) error {
	before := k.current.Libraries
	err := k.rename(func(s *config.Settings) { s.Libraries = libraries }, also)
	if err == nil {
		k.host.Log.Info("libraries were renamed in Plex", "libraries", before, "renamed", libraries)
	}
	return err
}

// RenameInFilter calls tags and studios in the filter as Stash calls them now, unless a flag or
// variable names them or the filter was changed meanwhile. What the names stand for stays. Nil
// renames nothing.
func (k *Keeper) RenameInFilter(r *change.Renamed) error {
	fixed := slices.ContainsFunc([]string{"filter-tags-only", "filter-tags-never", "filter-studios-only", "filter-studios-never"}, k.Overridden)
	if r == nil || fixed || k.current.Filter.Names() != r.Before.Names() {
		return nil
	}
	err := k.rename(func(s *config.Settings) { s.Filter.Tags, s.Filter.Studios = r.Now.Tags, r.Now.Studios }, func(tx store.Tx) error {
		return compare.PutKnown(tx, r.Known)
	})
	if err == nil {
		k.host.Log.Info("the filter follows names that were changed in Stash", "tags", len(r.Now.Tags.Only)+len(r.Now.Tags.Never), "studios", len(r.Now.Studios.Only)+len(r.Now.Studios.Never))
	}
	return err
}

// rename changes names in the stored and the present settings.
func (k *Keeper) rename(change func(*config.Settings), also func(store.Tx) error) error {
	next := k.current.Clone()
	change(&next)
	err := k.host.Store.Update(func(tx store.Tx) error {
		stored := config.Defaults()
		if _, err := tx.Value(settingsValue, &stored); err != nil {
			return err
		}
		var hash scene.Hash
		if _, err := tx.Value(hashValue, &hash); err != nil {
			return err
		}
		change(&stored)
		if hash == k.current.WantedHash() {
			if err := tx.PutValue(hashValue, next.WantedHash()); err != nil {
				return err
			}
		}
		return errors.Join(also(tx), tx.PutValue(settingsValue, stored))
	})
	if err == nil {
		k.current = next
	}
	return err
}

// OwesRecheck reports whether every scene has to be compared anew, because the settings that
// decide what is wanted differ from those the stored state was made with. That it is owed is
// stored until Rechecked: a process may end before. One that holds brings nothing about with
// its settings, and leaves the stored state as it is.
func (k *Keeper) OwesRecheck() (owed bool, err error) {
	if k.o.Hold {
		return false, nil
	}
	now := k.current.WantedHash()
	err = k.host.Store.Update(func(tx store.Tx) error {
		var before scene.Hash
		if _, err := tx.Value(hashValue, &before); err != nil {
			return err
		}
		if _, err := tx.Value(recheckValue, &owed); err != nil {
			return err
		}
		if before == now {
			return nil
		}
		owed = owed || before != ""
		return errors.Join(tx.PutValue(hashValue, now), tx.PutValue(recheckValue, owed))
	})
	return owed, err
}

// Rechecked notes that all scenes are in the queue for the present settings.
func (k *Keeper) Rechecked() error {
	return k.host.Store.Update(func(tx store.Tx) error { return tx.DeleteValue(recheckValue) })
}

// ClientID is this installation's identifier towards Plex, made once.
func (k *Keeper) ClientID() (id string, err error) {
	err = k.host.Store.Update(func(tx store.Tx) error {
		ok, err := tx.Value(clientValue, &id)
		if err != nil || ok {
			return err
		}
		id = uuid.NewString()
		return tx.PutValue(clientValue, id)
	})
	return id, err
}
