package config

import (
	"slices"

	"lockstep/sync/message"
	"lockstep/sync/scene"
)

// Filter says which scenes are kept in step. What it leaves out stays in Plex as it is. The
// zero value wants every scene; each part that is set must hold.
type Filter struct {
	// Tags and Studios are names or ids in Stash, case-insensitive; what stands below one of
	// them counts as it. Paths are folders or files as Stash names them.
	Tags    Choice `json:"tags,omitzero"`
	Studios Choice `json:"studios,omitzero"`
	Paths   Choice `json:"paths,omitzero"`
	// Organized, URL and StashID are about the mark in Stash, and about having any address or
	// any id of a server of metadata.
	Organized Wanted `json:"organized,omitempty"`
	URL       Wanted `json:"url,omitempty"`
	StashID   Wanted `json:"stashId,omitempty"`
}

// Choice is what a scene needs one of, and what it must not have. Empty lists ask for nothing.
type Choice struct {
	Only  []string `json:"only,omitempty"`
	Never []string `json:"never,omitempty"`
}

// Any reports whether something is chosen.
func (c Choice) Any() bool { return len(c.Only)+len(c.Never) > 0 }

// Wanted says whether scenes must have something. The texts are stored and never renamed.
type Wanted string

// What may be wanted. The zero value is Any.
const (
	Any      Wanted = "any"   // it does not matter
	Required Wanted = "only"  // it must be there
	Without  Wanted = "never" // it must not be there
)

// Allows reports whether a scene that has it, or does not, may be synced.
func (w Wanted) Allows(has bool) bool { return w != Required && w != Without || has == (w == Required) }

// parts are those that the filter needs. Where tags and studios stand it learns otherwise.
func (f Filter) parts() (out scene.Parts) {
	if f.URL == Required || f.URL == Without {
		out |= scene.PartURLs
	}
	if f.StashID == Required || f.StashID == Without {
		out |= scene.PartStashIDs
	}
	return out
}

func (f Filter) clone() Filter {
	for _, c := range []*Choice{&f.Tags, &f.Studios, &f.Paths} {
		c.Only, c.Never = slices.Clone(c.Only), slices.Clone(c.Never)
	}
	return f
}

// plain is the filter without what makes no difference: case, order, and how nothing is said.
func (f Filter) plain() Filter {
	f = f.clone()
	for _, c := range []*Choice{&f.Tags, &f.Studios} {
		c.Only, c.Never = sortedFolds(c.Only), sortedFolds(c.Never)
	}
	f.Paths.Only, f.Paths.Never = sorted(f.Paths.Only), sorted(f.Paths.Never)
	for _, w := range []*Wanted{&f.Organized, &f.URL, &f.StashID} {
		if *w == Any {
			*w = ""
		}
	}
	return f
}

// Names is a hash of the tags and studios that are named, whatever their order or case.
func (f Filter) Names() scene.Hash {
	p := f.plain()
	return scene.HashOf([]Choice{p.Tags, p.Studios})
}

func filters() []Option {
	tag, studio, path := func(s *Settings) *Choice { return &s.Filter.Tags }, func(s *Settings) *Choice { return &s.Filter.Studios }, func(s *Settings) *Choice { return &s.Filter.Paths }
	return []Option{
		only("filter-tags-only", "Only scenes with tags", "If any are named, only scenes with one of these tags, or with one below it, are synced.", tag),
		never("filter-tags-never", "Never scenes with tags", "Scenes with one of these tags, or with one below it, are not synced.", tag),
		only("filter-studios-only", "Only scenes of studios", "If any are named, only scenes of these studios, or of one below them, are synced.", studio),
		never("filter-studios-never", "Never scenes of studios", "Scenes of these studios, or of one below them, are not synced.", studio),
		folders(only("filter-paths-only", "Only scenes in folders", "If any are named, only scenes with a file in these folders of Stash are synced.", path)),
		folders(never("filter-paths-never", "Never scenes in folders", "Scenes with a file in these folders of Stash are not synced.", path)),
		wanted("filter-organized", "Organized", "Whether scenes must be marked as organized in Stash, or must not be.", func(s *Settings) *Wanted { return &s.Filter.Organized }),
		wanted("filter-url", "With a URL", "Whether scenes must have a URL in Stash, or must not have one.", func(s *Settings) *Wanted { return &s.Filter.URL }),
		wanted("filter-stash-id", "With a stash ID", "Whether scenes must have an ID of StashDB or another stash-box, or must not have one.", func(s *Settings) *Wanted { return &s.Filter.StashID }),
	}
}

func only(name, title, words string, at func(*Settings) *Choice) Option {
	return inFilter(name, title, words, func(s *Settings) *[]string { return &at(s).Only })
}

func never(name, title, words string, at func(*Settings) *Choice) Option {
	return inFilter(name, title, words, func(s *Settings) *[]string { return &at(s).Never })
}

// inFilter is a list of names in the filter.
func inFilter(name, title, words string, at func(*Settings) *[]string) Option {
	return names(name, Scenes, title, words, at)
}

// folders takes whole paths only: a part of one would mean something else on each computer.
func folders(o Option) Option {
	set := o.Set
	o.Range = "paths separated by semicolons"
	o.Set = func(s *Settings, v string) error {
		for _, p := range SplitList(v) {
			if !absolute(p) {
				return message.Wrong(message.ConfigNotAFolder, message.Path(p))
			}
		}
		return set(s, v)
	}
	return o
}

func wanted(name, title, words string, at func(*Settings) *Wanted) Option {
	o := choice(name, Scenes, title, words, []Wanted{Any, Required, Without}, at)
	o.Get = func(s Settings) string {
		if w := *at(&s); w != "" {
			return string(w)
		}
		return string(Any)
	}
	set := o.Set
	o.Set = func(s *Settings, v string) error {
		err := set(s, v)
		if *at(s) == Any {
			*at(s) = ""
		}
		return err
	}
	return o
}
