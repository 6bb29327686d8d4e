package settings

import (
	"fmt"
	"slices"

	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/fault"
	"lockstep/sync/message"
)

// Overridden reports whether a flag or variable sets an option.
func (k *Keeper) Overridden(option string) bool { _, ok := k.o.Overridden[option]; return ok }

// MayChoosePlex refuses to store an address of Plex that a flag or variable would hide.
func (k *Keeper) MayChoosePlex() error {
	from, fixed := k.o.Overridden["plex-url"]
	if !fixed {
		return nil
	}
	return fault.New(fault.Rejected, fault.None, message.New(message.PlexFixed), message.New(message.AdvicePlexFixed, message.Word(from)), nil)
}

// toStore is what of changed settings goes to disk. An option that a flag or variable
// sets keeps its stored value, or the override would outlive itself, unless a person
// changed just that option: then it is stored, and takes effect when the override is gone.
func (k *Keeper) toStore(c api.SettingsChange) (config.Settings, error) {
	next := c.Values.Clone()
	if len(k.o.Overridden) == 0 {
		return next, nil
	}
	stored, err := k.stored()
	if err != nil {
		return next, err
	}
	for name := range k.o.Overridden {
		o, ok := config.Lookup(name)
		if !ok || slices.Contains(c.Chosen, name) || o.Get(next) != o.Get(k.current) {
			continue
		}
		if err := o.Set(&next, o.Get(stored)); err != nil {
			return next, fmt.Errorf("keep the setting %s: %w", name, err)
		}
	}
	return next, nil
}

// storedBelow are the stored values of the options that flags and variables set, by name.
func (k *Keeper) storedBelow() (map[string]string, error) {
	if len(k.o.Overridden) == 0 {
		return nil, nil
	}
	stored, err := k.stored()
	if err != nil {
		return nil, err
	}
	values := map[string]string{}
	for name := range k.o.Overridden {
		if o, ok := config.Lookup(name); ok {
			values[name] = o.Get(stored)
		}
	}
	return values, nil
}
