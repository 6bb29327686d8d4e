package engine

import (
	"fmt"

	"lockstep/sync/config"
	"lockstep/sync/store"
)

// toStore is what of changed settings goes to disk: an option that a flag or variable
// sets keeps its stored value, or the override would outlive itself.
func (e *Engine) toStore(changed config.Settings) (config.Settings, error) {
	next := changed.Clone()
	if len(e.o.Overridden) == 0 {
		return next, nil
	}
	stored := config.Defaults()
	err := e.store.View(func(tx store.Tx) error { _, err := tx.Value(settingsValue, &stored); return err })
	if err != nil {
		return next, fmt.Errorf("read the settings: %w", err)
	}
	for _, name := range e.o.Overridden {
		if o, ok := config.Lookup(name); ok {
			if err := o.Set(&next, o.Get(stored)); err != nil {
				return next, fmt.Errorf("keep the setting %s: %w", name, err)
			}
		}
	}
	return next, nil
}
