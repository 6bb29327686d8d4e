package library

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/scene"
)

// Known are the libraries that were chosen, by what the settings call each: names are
// for people and change, the id of a section does not.
type Known struct {
	Machine string            `json:"machine"` // the ids are those of this server
	IDs     map[string]string `json:"ids,omitempty"`
	// Former are ids by what libraries were called earlier; a library that is called so now
	// comes first.
	Former map[string]string `json:"former,omitempty"`
}

// Renamed is the same choice after the settings call it by other names, each in the place
// of the one before.
func (k Known) Renamed(from, to []string) Known {
	next := Known{Machine: k.Machine, IDs: map[string]string{}, Former: maps.Clone(k.Former)}
	if next.Former == nil {
		next.Former = map[string]string{}
	}
	for i, name := range from {
		next.Former[name] = k.IDs[name]
		next.IDs[to[i]] = k.IDs[name]
	}
	for _, name := range to {
		delete(next.Former, name)
	}
	return next
}

// Resolve picks the sections the settings name on a server, or all of type movie when
// they name none. A library that was chosen before is the same one whatever it is called
// now; others are found by title, then by id. The second result is to be stored. A name
// that fits no section, or several, is a Config fault that says so.
func Resolve(all []scene.Section, names []string, machine string, known Known) ([]scene.Section, Known, error) {
	next := Known{Machine: machine}
	if len(names) == 0 {
		out, err := movieSections(all)
		return out, next, err
	}
	if known.Machine != machine {
		known.IDs, known.Former = nil, nil
	}
	next.IDs, next.Former = map[string]string{}, known.Former
	var out []scene.Section
	for _, name := range names {
		s, err := one(all, name, known)
		if err != nil {
			return nil, known, err
		}
		next.IDs[name] = s.ID
		if !slices.ContainsFunc(out, func(o scene.Section) bool { return o.ID == s.ID }) {
			out = append(out, s)
		}
	}
	return out, next, nil
}

// one finds the section of a name: the one it meant before, else the one called so, else
// the one that was called so once.
func one(all []scene.Section, name string, known Known) (scene.Section, error) {
	i := withID(all, known.IDs[name])
	if i < 0 {
		var err error
		if i, err = byName(all, name); err != nil {
			if i = withID(all, known.Former[name]); i < 0 {
				return scene.Section{}, err
			}
		}
	}
	if all[i].Type != movies {
		return scene.Section{}, fault.New(fault.Config, fault.Plex, message.New(message.LibraryNotFilms, message.Title(all[i].Title)),
			message.New(message.AdviceNotFilms), nil)
	}
	return all[i], nil
}

func withID(all []scene.Section, id string) int {
	return slices.IndexFunc(all, func(s scene.Section) bool { return id != "" && s.ID == id })
}

// byName finds a section by its exact title, else by its title but for case and blanks
// at the ends, else by id. Nothing is guessed among several.
func byName(all []scene.Section, name string) (int, error) {
	bare := strings.TrimSpace(name)
	for _, fits := range []func(scene.Section) bool{
		func(s scene.Section) bool { return s.Title == name },
		func(s scene.Section) bool { return strings.EqualFold(strings.TrimSpace(s.Title), bare) },
		func(s scene.Section) bool { return s.ID == bare },
	} {
		var at []int
		for i, s := range all {
			if fits(s) {
				at = append(at, i)
			}
		}
		if len(at) == 1 {
			return at[0], nil
		}
		if len(at) > 1 {
			return 0, fault.New(fault.Config, fault.Plex, message.New(message.LibrarySeveral, message.Title(bare)),
				titles(all), nil)
		}
	}
	return 0, fault.New(fault.Config, fault.Plex, message.New(message.LibraryMissing, message.Title(bare)),
		titles(all), nil)
}

// Names are what the settings should call libraries: the title where it means one library
// alone, else the id.
func Names(all, chosen []scene.Section) []string {
	out := make([]string, len(chosen))
	for i, s := range chosen {
		out[i] = s.ID
		if at, err := byName(all, s.Title); err == nil && all[at].ID == s.ID && s.Title != "" {
			out[i] = s.Title
		}
	}
	return out
}

func movieSections(all []scene.Section) ([]scene.Section, error) {
	var out []scene.Section
	for _, s := range all {
		if s.Type == movies {
			out = append(out, s)
		}
	}
	if len(out) == 0 {
		return nil, fault.New(fault.Config, fault.Plex, message.New(message.LibraryNone),
			message.New(message.AdviceLibraryNone), nil)
	}
	return out, nil
}

// movies is the type of the libraries that can be synced.
const movies = "movie"

// titles lists what there is, with the id where a title alone does not tell.
func titles(all []scene.Section) message.Message {
	names := make([]message.Arg, len(all))
	for i, s := range all {
		names[i] = message.Title(s.Title)
		same := func(o scene.Section) bool {
			return o.ID != s.ID && strings.EqualFold(strings.TrimSpace(o.Title), strings.TrimSpace(s.Title))
		}
		if slices.ContainsFunc(all, same) {
			names[i] = message.Title(fmt.Sprintf("%s (%s)", s.Title, s.ID))
		}
	}
	if len(names) == 0 {
		return message.New(message.AdviceNoLibraries)
	}
	return message.New(message.AdviceChooseLibrary, message.List(names...))
}
