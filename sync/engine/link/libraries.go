package link

import (
	"maps"
	"slices"

	"lockstep/sync/library"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// librariesValue names the stored ids of the libraries that were chosen.
const librariesValue = "plex.libraries"

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
	chosen, err := library.Resolve(c.sections, names, c.identity.Machine, known)
	if err != nil {
		return Accepted{Err: err}
	}
	next := chosen.Known
	a := Accepted{sections: chosen.Sections, lost: chosen.Lost}
	if called := calledNow(c.sections, names, chosen); !l.chosen.FixedLibraries && len(names) == len(called) && !slices.Equal(names, called) {
		a.Renamed, a.Known = called, next.Renamed(names, called)
		return a
	}
	if next.Machine != known.Machine || !maps.Equal(next.IDs, known.IDs) {
		a.Err = l.host.Put(librariesValue, next)
	}
	return a
}

// calledNow are the names by which the settings should call what they name; a lost library
// keeps its own.
func calledNow(all []scene.Section, names []string, r library.Resolved) []string {
	if len(r.Lost) == 0 {
		return library.Names(all, r.Sections)
	}
	var out []string
	for _, name := range names {
		now := []string{name}
		if i := slices.IndexFunc(r.Sections, func(s scene.Section) bool { return s.ID == r.Known.IDs[name] }); i >= 0 {
			now = library.Names(all, r.Sections[i:i+1])
		}
		out = append(out, now...)
	}
	return out
}

// PutRenamed stores under which names libraries are known, as part of the transaction that
// renames them in the settings.
func (a Accepted) PutRenamed(tx store.Tx) error { return tx.PutValue(librariesValue, a.Known) }

// Renamed takes in that the settings call the libraries by their new names, or why that could
// not be stored.
func (l *Links) Renamed(a Accepted, err error) Accepted {
	if a.Err = err; err == nil {
		l.chosen.Libraries = a.Renamed
	}
	return a
}
