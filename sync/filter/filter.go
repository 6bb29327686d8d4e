// Package filter decides which scenes are kept in step: by tags, studios, folders and marks.
// Known says what the names of a filter stand for in Stash, so that renaming, merging or
// deleting a tag changes no meaning unseen; Gate judges one scene. It does no input or output.
package filter

import (
	"slices"

	"lockstep/sync/config"
	"lockstep/sync/match"
	"lockstep/sync/message"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
)

// Gate decides whether a scene may be synced at all: it must be curated, have a file and be
// wanted by the filter. An empty code lets it pass. What a filter certainly leaves out has
// that reason; what it might leave out, because it names something Stash does not have, is
// held until a person says what is meant.
func Gate(s scene.Scene, f config.Filter, k Known) (skip.Code, message.Message) {
	j := judge{k: k}
	for _, part := range []func(scene.Scene, config.Filter) (skip.Code, message.Message){j.tags, j.studio, paths, marks} {
		if code, why := part(s, f); code != "" {
			return code, why
		}
	}
	switch {
	case !j.unknown.IsZero():
		return skip.FilterUnknown, j.unknown
	case len(s.Files) == 0:
		return skip.NoFile, message.None
	case s.Raw():
		return skip.NoMetadata, message.None
	}
	return "", message.None
}

// judge collects what is unknown of a filter and matters for a scene.
type judge struct {
	k       Known
	unknown message.Message
}

// words are how the parts of a filter about names are told.
type words struct {
	code                         skip.Code
	has, below, lacks, notInHere message.Code
}

var (
	tagWords    = words{skip.FilteredTag, message.FilterHasTag, message.FilterBelowTag, message.FilterLacksTag, message.FilterNoSuchTag}
	studioWords = words{skip.FilteredStudio, message.FilterHasStudio, message.FilterBelowStudio, message.FilterLacksStudio, message.FilterNoSuchStudio}
)

func (j *judge) tags(s scene.Scene, f config.Filter) (skip.Code, message.Message) {
	has := make([]scene.Named, len(s.Tags))
	for i, t := range s.Tags {
		has[i] = t.Named
	}
	return j.named(has, f.Tags, j.k.Tags, tagWords)
}

func (j *judge) studio(s scene.Scene, f config.Filter) (skip.Code, message.Message) {
	var has []scene.Named
	if s.Studio != nil {
		has = []scene.Named{s.Studio.Named}
	}
	return j.named(has, f.Studios, j.k.Studios, studioWords)
}

// named judges the tags of a scene, or its studio.
func (j *judge) named(has []scene.Named, c config.Choice, k Lists, w words) (skip.Code, message.Message) {
	for _, x := range has {
		if entry, in := k.Never.In[x.ID]; in {
			if k.Never.Roots[scene.Fold(entry)] == x.ID {
				return w.code, message.New(w.has, message.Title(x.Name))
			}
			return w.code, message.New(w.below, message.Title(x.Name), message.Title(entry))
		}
	}
	if len(c.Never) > 0 {
		j.doubt(k.Never.Unknown, w)
	}
	if len(c.Only) == 0 || slices.ContainsFunc(has, func(x scene.Named) bool { _, in := k.Only.In[x.ID]; return in }) {
		return "", message.None
	}
	if len(k.Only.Unknown) > 0 {
		j.doubt(k.Only.Unknown, w)
		return "", message.None
	}
	return w.code, message.New(w.lacks)
}

// doubt notes what of a filter Stash does not have.
func (j *judge) doubt(unknown []string, w words) {
	if len(unknown) > 0 && j.unknown.IsZero() {
		j.unknown = message.New(w.notInHere, message.Title(unknown[0]))
	}
}

func paths(s scene.Scene, f config.Filter) (skip.Code, message.Message) {
	in := func(folders []string) (string, bool) {
		for _, file := range s.Paths() {
			i := slices.IndexFunc(folders, func(folder string) bool { return match.Under(file, folder) || match.Same(file, folder) })
			if i >= 0 {
				return folders[i], true
			}
		}
		return "", false
	}
	if folder, ok := in(f.Paths.Never); ok {
		return skip.FilteredPath, message.New(message.FilterInFolder, message.Path(folder))
	}
	if _, ok := in(f.Paths.Only); len(f.Paths.Only) > 0 && !ok && len(s.Files) > 0 {
		return skip.FilteredPath, message.New(message.FilterNotInFolder)
	}
	return "", message.None
}

// marks judges what a scene has or has not.
func marks(s scene.Scene, f config.Filter) (skip.Code, message.Message) {
	for _, m := range []struct {
		wanted     config.Wanted
		has        bool
		code       skip.Code
		does, lack message.Code
	}{
		{f.Organized, s.Organized, skip.FilteredOrganized, message.FilterOrganized, message.FilterNotOrganized},
		{f.URL, len(s.URLs) > 0, skip.FilteredURL, message.FilterHasURL, message.FilterNoURL},
		{f.StashID, len(s.StashIDs) > 0, skip.FilteredStashID, message.FilterHasStashID, message.FilterNoStashID},
	} {
		switch {
		case m.wanted.Allows(m.has):
		case m.has:
			return m.code, message.New(m.does)
		default:
			return m.code, message.New(m.lack)
		}
	}
	return "", message.None
}
