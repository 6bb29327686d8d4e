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

// Resolved are the libraries a choice comes to on a server.
type Resolved struct {
	Sections []scene.Section
	// Known is to be stored. What a name meant before is kept while its library is lost.
	Known Known
	// Lost are the names that mean no library of films, in the order of the settings; the
	// other ones are in step all the same.
	Lost []Lost
}

// Lost is a name that fits no section, several, or one that holds no films.
type Lost struct {
	Name  string
	Fault *fault.Error // of class Config
}

// Resolve picks the sections the settings name on a server, or all of type movie when
// they name none. A library that was chosen before is the same one whatever it is called
// now; others are found by title, then by id. Where not a single name means a library, the
// error says what is wrong with the first.
func Resolve(all []scene.Section, names []string, machine string, known Known) (Resolved, error) {
	r := Resolved{Known: Known{Machine: machine}}
	if len(names) == 0 {
		out, err := movieSections(all)
		r.Sections = out
		return r, err
	}
	if known.Machine != machine {
		known.IDs, known.Former = nil, nil
	}
	r.Known.IDs, r.Known.Former = map[string]string{}, known.Former
	for _, name := range names {
		s, err := one(all, name, known)
		if err != nil {
			r.Lost = append(r.Lost, Lost{name, fault.Of(err)})
			if id := known.IDs[name]; id != "" {
				r.Known.IDs[name] = id
			}
			continue
		}
		r.Known.IDs[name] = s.ID
		if withID(r.Sections, s.ID) < 0 {
			r.Sections = append(r.Sections, s)
		}
	}
	if len(r.Sections) == 0 {
		return Resolved{Known: known}, r.Lost[0].Fault
	}
	return r, nil
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
