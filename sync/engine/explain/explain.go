package explain

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/fault"
	"lockstep/sync/match"
	"lockstep/sync/reconcile"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
	"lockstep/sync/store"
)

// longestQuery bounds what Stash is asked to look for: no path on any system is longer.
const longestQuery = 32 << 10

// Explain answers why a scene, named by id, title or path, is not in step: what Stash
// has, where the path leads, what Plex has there, what would happen to each field, and
// how the job stands. It compares the way a preview does and changes nothing.
func (e *Explainer) Explain(ctx context.Context, query string) (api.Explanation, error) {
	if len(query) > longestQuery {
		return api.Explanation{}, fault.Old(fault.Rejected, fault.None, "This is too long to look for.", "", nil)
	}
	x := explanation{store: e.host.Store}
	if err := e.listFirst(ctx); err != nil {
		x.unlisted = fault.Shown(err)
	}
	var err error
	if x.Situation, err = e.loop.Situation(ctx); err != nil {
		return api.Explanation{}, err
	}
	if x.Stash == nil {
		return api.Explanation{}, fault.Old(fault.Config, fault.None, "Lockstep does not know its servers yet.", "Enter the addresses of Stash and Plex in the settings.", nil)
	}
	return x.explain(ctx, strings.TrimSpace(query))
}

// explanation is made of one scene, beside the loop.
type explanation struct {
	Situation
	store    store.Store
	unlisted *fault.Error // why the libraries of Plex are not known yet
}

// listFirst lists libraries that were never listed: nothing can be said before of what
// they hold.
func (e *Explainer) listFirst(ctx context.Context) error {
	m, err := e.mapping(ctx, nil)
	if err != nil {
		return nil //nolint:nilerr // a server that is away is told with what was asked of it
	}
	return m.listOnce(ctx)
}

func (x explanation) explain(ctx context.Context, query string) (api.Explanation, error) {
	scenes, err := x.Stash.Find(ctx, query)
	if err != nil {
		return api.Explanation{}, fault.At(err, fault.Stash)
	}
	if id, err := scene.ParseID(query); err == nil && !slices.ContainsFunc(scenes, func(s scene.Scene) bool { return s.ID == id }) {
		if gone, known, err := x.deleted(id); known || err != nil {
			return gone, err
		}
	}
	switch len(scenes) {
	case 0:
		return api.Explanation{}, fault.Old(fault.NotFound, fault.None, "Stash has no scene with this id, path or title.", "See the id in the address of the scene's page in Stash.", nil)
	case 1:
		return x.one(ctx, scenes[0])
	}
	return several(scenes), nil
}

// several lists the scenes to choose from.
func several(scenes []scene.Scene) api.Explanation {
	out := api.Explanation{Outcome: fmt.Sprintf("%d scenes match. Choose one.", len(scenes))}
	for _, s := range scenes {
		m := api.Match{Scene: s.ID, Title: s.Name()}
		if paths := s.Paths(); len(paths) > 0 {
			m.Path = paths[0]
		}
		out.Matches = append(out.Matches, m)
	}
	return out
}

// one explains a scene Stash has.
func (x explanation) one(ctx context.Context, sc scene.Scene) (api.Explanation, error) {
	f, err := x.Run.Examine(ctx, sc)
	if err != nil {
		return api.Explanation{}, err
	}
	out := api.Explanation{Scene: f.Scene.ID, Title: f.Scene.Name(), Outcome: x.outcome(f)}
	if out.CanUndo, err = x.written(f.Scene.ID); err != nil {
		return api.Explanation{}, err
	}
	values := fields(f)
	lines, err := x.namesakes(f)
	if err != nil {
		return api.Explanation{}, err
	}
	values.Lines = append(values.Lines, lines...)
	out.Steps = []api.ExplainStep{inStash(f), x.mapped(f), x.inPlex(f), values, inQueue(f.Job)}
	return out, nil
}

// written reports whether there is a write to this scene that can be undone.
func (x explanation) written(id scene.ID) (found bool, err error) {
	err = x.store.View(func(tx store.Tx) error {
		return tx.EachJournal(0, id, func(en store.JournalEntry) bool {
			found = en.Undoable()
			return !found
		})
	})
	return found, err
}

// deleted explains a scene Stash does not have any more, if Lockstep knew it.
func (x explanation) deleted(id scene.ID) (out api.Explanation, known bool, err error) {
	out = api.Explanation{Scene: id, Outcome: sentenceOf(skip.DeletedInStash, "")}
	err = x.store.View(func(tx store.Tx) error {
		s, seen, err := tx.Seen(id)
		if err != nil {
			return err
		}
		j, has, err := tx.Job(id)
		known = seen || has
		out.Title = s.Name
		if s.Name == "" {
			out.Title = j.Name
		}
		out.Steps = []api.ExplainStep{{Topic: "Stash", Words: "Stash has no scene " + id.String() + " any more"}, inQueue(j)}
		return err
	})
	return out, known, err
}

// stamp writes a time into a sentence. Whoever shows the sentence writes it for people.
func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func inStash(f reconcile.Finding) api.ExplainStep {
	s := api.ExplainStep{Topic: "Stash", Words: "scene " + f.Scene.ID.String()}
	if at, err := time.Parse(time.RFC3339, f.Scene.UpdatedAt); err == nil {
		s.Words = fmt.Sprintf("scene %s, edited %s", f.Scene.ID, stamp(at))
	}
	switch n := len(f.Scene.Files); n {
	case 0:
		s.Lines = append(s.Lines, "without file")
	case 1:
		s.Lines = append(s.Lines, "file "+f.Scene.Files[0].Path)
	default:
		for _, p := range f.Scene.Paths() {
			s.Lines = append(s.Lines, "file "+p)
		}
	}
	if f.Seen.Synced.IsZero() {
		s.Lines = append(s.Lines, "Lockstep never saw it in step")
	} else {
		s.Lines = append(s.Lines, "last seen in step "+stamp(f.Seen.Synced))
	}
	return s
}

// mapped tells where the path rules lead each file.
func (x explanation) mapped(f reconcile.Finding) api.ExplainStep {
	s := api.ExplainStep{Topic: "Path"}
	for _, p := range f.Match.Paths {
		rules := x.Run.Mapper.Rules(p.Stash)
		switch {
		case len(p.Plex) == 0:
			s.Lines = append(s.Lines, "no rule covers "+p.Stash)
		case len(rules) == 0:
			s.Lines = append(s.Lines, "no path rules: the same path in Plex, "+p.Plex[0])
		}
		for i, plex := range p.Plex {
			if i < len(rules) {
				s.Lines = append(s.Lines, fmt.Sprintf("rule %s → %s gives %s", rules[i].Stash, rules[i].Plex, plex))
			}
		}
	}
	if len(s.Lines) == 0 {
		s.Lines = []string{"there is no file to look for"}
	}
	s.Words, s.Lines = s.Lines[0], s.Lines[1:]
	return s
}

// inPlex lists the items that were considered, with how well they fit.
func (x explanation) inPlex(f reconcile.Finding) api.ExplainStep {
	s := api.ExplainStep{Topic: "Plex"}
	for _, c := range f.Match.Candidates {
		line := fmt.Sprintf("“%s” in %s (item %s): %s, %.0f %%", c.Title, x.library(c.Section), c.Key.RatingKey, c.Why, 100*c.Score)
		if c.Score < match.Certain {
			line = fmt.Sprintf("“%s” in %s (item %s, file %s): %s, %.0f %%", c.Title, x.library(c.Section), c.Key.RatingKey, c.Path, c.Why, 100*c.Score)
		}
		s.Lines = append(s.Lines, line)
	}
	switch n := len(f.Match.Targets); {
	case n == 1:
		s.Words = fmt.Sprintf("found: “%s” in %s (item %s)", f.Match.Targets[0].Title, x.library(f.Match.Targets[0].Section), f.Match.Targets[0].Key.RatingKey)
	case n > 1:
		s.Words = fmt.Sprintf("found %d items, each is kept in step", n)
	case x.unlisted != nil && len(f.Match.Paths) > 0:
		s.Words = "Plex did not list its libraries yet: " + x.unlisted.Message.String()
	case f.Match.Why != "":
		s.Words = f.Match.Why
	default:
		s.Words = "nothing to look for"
	}
	return s
}

func (x explanation) library(section string) string {
	for _, sec := range x.Run.Sections {
		if sec.ID == section {
			return sec.Title
		}
	}
	return "library " + section
}

// fields tells what would happen to each field of each item.
func fields(f reconcile.Finding) api.ExplainStep {
	s := api.ExplainStep{Topic: "Fields"}
	if f.Fault != nil && f.Picture == nil {
		s.Words = "the item could not be read: " + strings.TrimSuffix(f.Fault.Message.String(), ".")
		return s
	}
	changes := 0
	if f.Picture != nil {
		s.Lines = append(s.Lines, "the picture could not be looked at: "+strings.TrimSuffix(f.Picture.Message.String(), "."))
	}
	for _, it := range f.Items {
		if len(f.Items) > 1 && len(it.Plan.Decisions) > 0 {
			s.Lines = append(s.Lines, "item "+it.Target.Key.RatingKey+":")
		}
		for _, d := range it.Plan.Decisions {
			if d.Changes() {
				changes++
			}
			s.Lines = append(s.Lines, decision(d))
		}
	}
	switch {
	case len(s.Lines) == 0:
		s.Words = "nothing to compare"
	case changes == 0:
		s.Words = "nothing would be written"
	case changes == 1:
		s.Words = "1 field would be written"
	default:
		s.Words = fmt.Sprintf("%d fields would be written", changes)
	}
	return s
}
