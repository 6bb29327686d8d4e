package engine

import (
	"fmt"
	"slices"

	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/store"
)

// overridden reports whether a flag or variable sets an option.
func (e *Engine) overridden(option string) bool { _, ok := e.o.Overridden[option]; return ok }

// toStore is what of changed settings goes to disk. An option that a flag or variable
// sets keeps its stored value, or the override would outlive itself, unless a person
// changed just that option: then it is stored, and takes effect when the override is gone.
func (e *Engine) toStore(c api.SettingsChange) (config.Settings, error) {
	next := c.Values.Clone()
	if len(e.o.Overridden) == 0 {
		return next, nil
	}
	stored, err := e.stored()
	if err != nil {
		return next, err
	}
	for name := range e.o.Overridden {
		o, ok := config.Lookup(name)
		if !ok || slices.Contains(c.Chosen, name) || o.Get(next) != o.Get(e.settings) {
			continue
		}
		if err := o.Set(&next, o.Get(stored)); err != nil {
			return next, fmt.Errorf("keep the setting %s: %w", name, err)
		}
	}
	return next, nil
}

// stored are the settings on disk.
func (e *Engine) stored() (config.Settings, error) {
	stored := config.Defaults()
	err := e.store.View(func(tx store.Tx) error { _, err := tx.Value(settingsValue, &stored); return err })
	if err != nil {
		return stored, fmt.Errorf("read the settings: %w", err)
	}
	return stored, nil
}

// storedBelow are the stored values of the options that flags and variables set, by name.
func (e *Engine) storedBelow() (map[string]string, error) {
	if len(e.o.Overridden) == 0 {
		return nil, nil
	}
	stored, err := e.stored()
	if err != nil {
		return nil, err
	}
	values := map[string]string{}
	for name := range e.o.Overridden {
		if o, ok := config.Lookup(name); ok {
			values[name] = o.Get(stored)
		}
	}
	return values, nil
}
