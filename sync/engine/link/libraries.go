package link

import (
	"maps"
	"slices"

	"lockstep/sync/fault"
	"lockstep/sync/library"
	"lockstep/sync/message"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

const (
	// machineValue names the stored identifier of the Plex server last accepted.
	machineValue = "plex.machine"
	// librariesValue names the stored ids of the libraries that were chosen.
	librariesValue = "plex.libraries"
)

// ErrOtherPlex is the fault of a server that is not the one this database belongs to.
var ErrOtherPlex = fault.New(fault.Config, fault.Plex, message.New(message.OtherPlex), message.New(message.AdviceOtherPlex), nil)

// boundServer is the Plex server this database belongs to.
type boundServer struct {
	Machine string `json:"machine"`
	URL     string `json:"url"`
}

// Accepted is whether the Plex that answered a check is the one we wrote to before, and has
// the chosen libraries.
type Accepted struct {
	Err error // why not
	// Renamed are the names by which the chosen libraries are called now, none when they are
	// called as before. Whoever keeps the settings stores them, with Known, in one transaction.
	Renamed []string
	Known   library.Known

	sections []scene.Section
}

// Accept judges the answer to a check of Plex. A changed address accepts another server.
func (l *Links) Accept(c *Check) Accepted {
	if c.err != nil || c.epoch != l.epoch {
		return Accepted{Err: c.err}
	}
	var bound boundServer
	var known library.Known
	err := l.host.Store.View(func(tx store.Tx) error {
		if _, err := tx.Value(machineValue, &bound); err != nil {
			return err
		}
		_, err := tx.Value(librariesValue, &known)
		return err
	})
	if err != nil {
		return Accepted{Err: err}
	}
	if bound.Machine != "" && bound.Machine != c.identity.Machine && bound.URL == l.chosen.PlexURL {
		return Accepted{Err: ErrOtherPlex}
	}
	a := l.choose(c, known)
	if a.Err != nil {
		return a
	}
	if next := (boundServer{Machine: c.identity.Machine, URL: l.chosen.PlexURL}); next != bound {
		a.Err = l.host.Put(machineValue, next)
	}
	if a.Err == nil {
		l.plex.Expect(c.identity.Machine, ErrOtherPlex)
	}
	return a
}

// choose picks the chosen libraries among those Plex has. They are kept by id: one that was
// renamed in Plex is renamed in the settings, unless a flag or variable names it.
func (l *Links) choose(c *Check, known library.Known) Accepted {
	names := l.chosen.Libraries
	chosen, next, err := library.Resolve(c.sections, names, c.identity.Machine, known)
	if err != nil {
		return Accepted{Err: err}
	}
	a := Accepted{sections: chosen}
	if called := library.Names(c.sections, chosen); !l.chosen.FixedLibraries && len(names) == len(called) && !slices.Equal(names, called) {
		a.Renamed, a.Known = called, next.Renamed(names, called)
		return a
	}
	if next.Machine != known.Machine || !maps.Equal(next.IDs, known.IDs) {
		a.Err = l.host.Put(librariesValue, next)
	}
	return a
}

// PutRenamed stores under which names libraries are known, as part of the transaction that
// renames them in the settings.
func (a Accepted) PutRenamed(tx store.Tx) error { return tx.PutValue(librariesValue, a.Known) }

// CalledNow takes in that the settings call the libraries otherwise.
func (l *Links) CalledNow(names []string) { l.chosen.Libraries = names }
