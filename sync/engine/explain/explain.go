package explain

import (
	"context"
	"math"
	"slices"
	"strings"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/fault"
	"lockstep/sync/match"
	"lockstep/sync/message"
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
		return api.Explanation{}, fault.New(fault.Rejected, fault.None, message.New(message.ExplainTooLong), message.None, nil)
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
		return api.Explanation{}, fault.New(fault.Config, fault.None, message.New(message.NoServers), message.New(message.EnterAddresses), nil)
	}
	return x.explain(ctx, strings.TrimSpace(query))
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
		return api.Explanation{}, fault.New(fault.NotFound, fault.None, message.New(message.ExplainNoScene), message.New(message.ExplainNoSceneAdvice), nil)
	case 1:
		return x.one(ctx, scenes[0])
	}
	return several(scenes), nil
}

// several lists the scenes to choose from.
func several(scenes []scene.Scene) api.Explanation {
	out := api.Explanation{Outcome: message.New(message.ExplainMatches, message.Count(len(scenes)))}
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
	out = api.Explanation{Scene: id, Outcome: sentenceOf(skip.DeletedInStash, message.None)}
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
		out.Steps = []api.ExplainStep{{Topic: "Stash", Message: message.New(message.ExplainGone, message.Number(id))}, inQueue(j)}
		return err
	})
	return out, known, err
}

func inStash(f reconcile.Finding) api.ExplainStep {
	s := api.ExplainStep{Topic: "Stash", Message: message.New(message.ExplainScene, message.Number(f.Scene.ID))}
	if at, err := time.Parse(time.RFC3339, f.Scene.UpdatedAt); err == nil {
		s.Message = message.New(message.ExplainEdited, message.Number(f.Scene.ID), message.Time(at))
	}
	switch n := len(f.Scene.Files); n {
	case 0:
		s.Lines = append(s.Lines, message.New(message.ExplainNoFile))
	case 1:
		s.Lines = append(s.Lines, message.New(message.ExplainFile, message.Path(f.Scene.Files[0].Path)))
	default:
		for _, p := range f.Scene.Paths() {
			s.Lines = append(s.Lines, message.New(message.ExplainFile, message.Path(p)))
		}
	}
	if f.Seen.Synced.IsZero() {
		s.Lines = append(s.Lines, message.New(message.ExplainNeverInStep))
	} else {
		s.Lines = append(s.Lines, message.New(message.ExplainLastInStep, message.Time(f.Seen.Synced)))
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
			s.Lines = append(s.Lines, message.New(message.ExplainNoRule, message.Path(p.Stash)))
		case len(rules) == 0:
			s.Lines = append(s.Lines, message.New(message.ExplainSamePath, message.Path(p.Plex[0])))
		}
		for i, plex := range p.Plex {
			if i < len(rules) {
				s.Lines = append(s.Lines, message.New(message.ExplainRule, message.Path(rules[i].Stash), message.Path(rules[i].Plex), message.Path(plex)))
			}
		}
	}
	if len(s.Lines) == 0 {
		s.Lines = []message.Message{message.New(message.ExplainNoFileToFind)}
	}
	s.Message, s.Lines = s.Lines[0], s.Lines[1:]
	return s
}

// inPlex lists the items that were considered, with how well they fit.
func (x explanation) inPlex(f reconcile.Finding) api.ExplainStep {
	s := api.ExplainStep{Topic: "Plex"}
	for _, c := range f.Match.Candidates {
		line := message.New(message.ExplainItem, message.Title(c.Title), message.Of(x.library(c.Section)), message.Word(c.Key.RatingKey), message.Of(c.Why), message.Number(percent(c.Score)))
		if c.Score < match.Certain {
			line = message.New(message.ExplainItemFile, message.Title(c.Title), message.Of(x.library(c.Section)), message.Word(c.Key.RatingKey), message.Path(c.Path), message.Of(c.Why), message.Number(percent(c.Score)))
		}
		s.Lines = append(s.Lines, line)
	}
	switch n := len(f.Match.Targets); {
	case n == 1:
		s.Message = message.New(message.ExplainFound, message.Title(f.Match.Targets[0].Title), message.Of(x.library(f.Match.Targets[0].Section)), message.Word(f.Match.Targets[0].Key.RatingKey))
	case n > 1:
		s.Message = message.New(message.ExplainFoundSeveral, message.Count(n))
	case x.unlisted != nil && len(f.Match.Paths) > 0:
		s.Message = message.New(message.ExplainUnlisted, message.Of(x.unlisted.Message))
	case !f.Match.Why.IsZero():
		s.Message = f.Match.Why
	default:
		s.Message = message.New(message.ExplainNothingToFind)
	}
	return s
}

// percent is a score from 0 to 1 in hundredths.
func percent(score float64) int { return int(math.Round(100 * score)) }

func (x explanation) library(section string) message.Message {
	for _, sec := range x.Run.Sections {
		if sec.ID == section {
			return message.New(message.PlainTitle, message.Title(sec.Title))
		}
	}
	return message.New(message.ExplainLibrary, message.Word(section))
}

// fields tells what would happen to each field of each item.
func fields(f reconcile.Finding) api.ExplainStep {
	s := api.ExplainStep{Topic: "Fields"}
	if f.Fault != nil && f.Picture == nil {
		s.Message = message.New(message.ExplainUnreadable, message.Of(f.Fault.Message))
		return s
	}
	changes := 0
	if f.Picture != nil {
		s.Lines = append(s.Lines, message.New(message.ExplainPicture, message.Of(f.Picture.Message)))
	}
	for _, it := range f.Items {
		if len(f.Items) > 1 && len(it.Plan.Decisions) > 0 {
			s.Lines = append(s.Lines, message.New(message.ExplainItemHead, message.Word(it.Target.Key.RatingKey)))
		}
		for _, d := range it.Plan.Decisions {
			if d.Changes() {
				changes++
			}
			if worthALine(d) {
				s.Lines = append(s.Lines, decision(d))
			}
		}
	}
	switch {
	case len(s.Lines) == 0:
		s.Message = message.New(message.ExplainNothingToCompare)
	case changes == 0:
		s.Message = message.New(message.ExplainNothingWritten)
	default:
		s.Message = message.New(message.ExplainFieldsWritten, message.Count(changes))
	}
	return s
}
