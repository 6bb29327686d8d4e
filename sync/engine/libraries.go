package engine

import (
	"maps"
	"slices"

	"lockstep/sync/config"
	"lockstep/sync/library"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// librariesValue names the stored ids of the libraries that were chosen.
const librariesValue = "plex.libraries"

// choose picks the chosen libraries among those Plex has. They are kept by id: one that
// was renamed in Plex is renamed in the settings, unless a flag or variable names it.
func (e *Engine) choose(a answer) ([]scene.Section, error) {
	var known library.Known
	if err := e.store.View(func(tx store.Tx) error { _, err := tx.Value(librariesValue, &known); return err }); err != nil {
		return nil, err
	}
	names := e.settings.Libraries
	chosen, next, err := library.Resolve(a.sections, names, a.identity.Machine, known)
	if err != nil {
		return nil, err
	}
	if called := library.Names(a.sections, chosen); !e.overridden("plex-library") && len(names) == len(called) && !slices.Equal(names, called) {
		return chosen, e.renameLibraries(called, next.Renamed(names, called))
	}
	if next.Machine == known.Machine && maps.Equal(next.IDs, known.IDs) {
		return chosen, nil
	}
	return chosen, e.store.Update(func(tx store.Tx) error { return tx.PutValue(librariesValue, next) })
}

// renameLibraries calls the same libraries by other names. Nothing else is wanted than
// before, so nothing has to be looked at again.
func (e *Engine) renameLibraries(called []string, known library.Known) error {
	next := e.settings.Clone()
	err := e.store.Update(func(tx store.Tx) error {
		stored := config.Defaults()
		if _, err := tx.Value(settingsValue, &stored); err != nil {
			return err
		}
		var hash scene.Hash
		if _, err := tx.Value(hashValue, &hash); err != nil {
			return err
		}
		before := e.settings.WantedHash()
		next = e.settings.Clone()
		next.Libraries, stored.Libraries = called, called
		if hash == before {
			if err := tx.PutValue(hashValue, next.WantedHash()); err != nil {
				return err
			}
		}
		if err := tx.PutValue(librariesValue, known); err != nil {
			return err
		}
		return tx.PutValue(settingsValue, stored)
	})
	if err == nil {
		e.log.Info("libraries are called otherwise in Plex", "before", e.settings.Libraries, "now", called)
		e.settings = next
	}
	return err
}
