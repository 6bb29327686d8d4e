package explain

import (
	"context"
	"fmt"
	"slices"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/fault"
	"lockstep/sync/library"
	"lockstep/sync/match"
	"lockstep/sync/message"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

const (
	// mapExamples is how many unmatched paths are shown as examples.
	mapExamples = 10
	// mapPatience is how long Mapping waits for both servers to answer; the settings
	// may have been stored a moment ago.
	mapPatience = 20 * time.Second
)

// Mapping shows how many files the rules find in the index, from Stash's own list of
// files, and which rules the files themselves speak for. It writes nothing to Plex.
func (e *Explainer) Mapping(ctx context.Context, rules []config.Rule) (api.Mapping, error) {
	m, err := e.mapping(ctx, rules)
	if err != nil {
		return api.Mapping{}, err
	}
	if err := m.list(ctx); err != nil {
		return api.Mapping{}, err
	}
	if err := m.stash.SweepFiles(ctx, 0, m.page); err != nil {
		return api.Mapping{}, err
	}
	m.learn()
	return m.out, nil
}

// mapping finds out how rules fit.
type mapping struct {
	store    store.Store
	appeared func(paths []string)
	stash    Stash
	index    *library.Index
	sections []scene.Section
	rules    []config.Rule
	mapper   match.Mapper
	paths    *sample // of Stash
	known    *sample // of Plex
	out      api.Mapping
}

// mapping waits until both servers have answered.
func (e *Explainer) mapping(ctx context.Context, rules []config.Rule) (*mapping, error) {
	ctx, cancel := context.WithTimeout(ctx, mapPatience)
	defer cancel()
	changed, stop := e.loop.Changed()
	defer stop()
	for {
		s, err := e.loop.Situation(ctx)
		if err != nil {
			return nil, err
		}
		answered, err := s.answered()
		if err != nil {
			return nil, err
		}
		if answered {
			return e.connected(s, rules), nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, errNotConnected
		}
	}
}

// connected is a mapping over the connections there are.
func (e *Explainer) connected(s Situation, rules []config.Rule) *mapping {
	m := &mapping{
		store: e.host.Store, appeared: e.loop.Appeared, stash: s.Stash, sections: slices.Clone(s.Sections), rules: rules, mapper: match.NewMapper(rules).InAnyCase(s.Run.Settings.AnyPathCase),
		index: &library.Index{Plex: s.Plex, Store: e.host.Store, Machine: s.Machine, Clock: e.host.Stamp},
	}
	m.paths, m.known = samples(maxSample)
	return m
}

var errNotConnected = fault.New(fault.Config, fault.None, message.New(message.NotConnected), message.New(message.NotConnectedAdvice), nil)

// answered reports whether both servers have answered; an error says that one is away.
func (s Situation) answered() (bool, error) {
	if s.Stash == nil {
		return false, errNotConnected
	}
	waits := s.Machine == ""
	for _, c := range []struct {
		api.Connection
		server fault.Server
	}{{s.StashState, fault.Stash}, {s.PlexState, fault.Plex}} {
		if c.Checked && !c.OK {
			return false, fault.New(fault.Class(c.Class), c.server, c.Error, c.Hint, nil)
		}
		waits = waits || !c.Checked
	}
	if s.PlexDown && !s.PlexState.OK {
		return false, fault.New(fault.Unreachable, fault.Plex, message.New(message.PlexUnreachable), message.New(message.KeepsTrying), nil)
	}
	return !waits, nil
}

// listOnce lists the chosen libraries if one of them never was.
func (m *mapping) listOnce(ctx context.Context) error {
	listed := true
	err := m.store.View(func(tx store.Tx) error {
		for _, s := range m.sections {
			_, known, err := tx.SectionMark(m.index.Machine, s.ID)
			if err != nil {
				return err
			}
			listed = listed && known
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("read what is known of the libraries: %w", err)
	}
	if listed {
		return nil
	}
	return m.refresh(ctx)
}

// list makes sure that the chosen libraries were listed, and reads the index.
func (m *mapping) list(ctx context.Context) error {
	if err := m.listOnce(ctx); err != nil {
		return err
	}
	return m.store.View(func(tx store.Tx) error {
		return tx.EachIndexed(m.index.Machine, func(it store.Indexed) bool {
			for _, f := range it.Files {
				m.known.add(f)
			}
			return true
		})
	})
}

// refresh lists what was never listed. Jobs that waited for a path are told, as after
// any listing.
func (m *mapping) refresh(ctx context.Context) error {
	r, err := m.index.Refresh(ctx, m.sections, false)
	if len(r.Appeared) > 0 {
		m.appeared(r.Appeared)
	}
	return err
}

// page counts one page of Stash's scenes.
func (m *mapping) page(page []scene.FileStamp) error {
	return m.store.View(func(tx store.Tx) error {
		items := store.Lookup(tx, m.index.Machine).Items
		for _, fs := range page {
			if err := m.count(fs, items); err != nil {
				return err
			}
		}
		return nil
	})
}

// count adds one scene: by file as match.Cover judges, by scene if any file is found.
func (m *mapping) count(fs scene.FileStamp, items func(string) ([]match.Candidate, error)) error {
	if len(fs.Files) == 0 {
		return nil
	}
	var paths []string
	for _, f := range fs.Files {
		paths = append(paths, f.Path)
		m.paths.add(f.Path)
	}
	c, err := match.Cover(paths, m.mapper, items)
	if err != nil {
		return err
	}
	m.out.Total++
	m.out.Files.Total += c.Total
	m.out.Files.Unmapped += c.Unmapped
	m.out.Files.Ambiguous += c.Ambiguous
	m.out.Files.Found += c.Found
	if c.Found > 0 {
		m.out.Covered++
	} else if len(m.out.Unmatched) < mapExamples {
		m.out.Unmatched = append(m.out.Unmatched, paths[0])
	}
	return nil
}

// learn turns what both servers have into suggestions.
func (m *mapping) learn() {
	even(m.paths, m.known)
	for _, s := range match.Learn(m.paths.paths, m.known.paths) {
		if s.Covered > 0 {
			m.out.Evidence = append(m.out.Evidence, s)
		}
	}
	if !slices.ContainsFunc(m.out.Evidence, m.worth) {
		m.out.Evidence = nil
	}
	if len(m.rules) > 0 {
		m.out.Evidence = slices.DeleteFunc(m.out.Evidence, func(s match.Suggestion) bool { return !m.worth(s) })
	}
	for _, s := range m.out.Evidence {
		m.out.Suggestions = append(m.out.Suggestions, s.Rule)
	}
}

// worth reports whether a rule would change anything. Without rules a folder that both
// servers name alike needs none, unless another folder does: any rule ends the default.
func (m *mapping) worth(s match.Suggestion) bool {
	now := m.mapper.Map(s.Rule.Stash)
	return len(now) != 1 || !match.Same(now[0], s.Rule.Plex)
}
