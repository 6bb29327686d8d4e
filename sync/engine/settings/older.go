package settings

import (
	"errors"

	"lockstep/sync/config"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// keepOlder has an installation that ran while collections were made of {studio} by default go on
// as before: those it has keep their titles, and where there are none no scene is compared anew
// because of another default. It knows such an installation by the hash under its older name, and
// happens once; a process that writes nothing leaves that to another one.
func (k *Keeper) keepOlder(stored config.Settings) error {
	var before scene.Hash
	if err := k.host.Get(olderHash, &before); err != nil || before == "" {
		return err
	}
	kept := stored.AsOlder()
	if k.current.Policy(scene.FieldCollections) != config.Off { // maybe by a flag or variable alone
		kept = stored.MadeAsOlder()
	}
	same := before == k.current.MadeAsOlder().WantedHash()
	if err := k.laidOver(kept); err != nil || k.o.Hold {
		return err
	}
	pinned := kept.WantedHash() != stored.WantedHash()
	err := k.host.Store.Update(func(tx store.Tx) error {
		if same { // nothing else is wanted than before
			before = k.current.WantedHash()
		}
		if pinned {
			if err := tx.PutValue(settingsValue, kept); err != nil {
				return err
			}
		}
		return errors.Join(tx.PutValue(hashValue, before), tx.DeleteValue(olderHash))
	})
	if err == nil && pinned {
		k.host.Log.Info("collections stay made of what was the default before")
	}
	return err
}
