package match

import (
	"fmt"
	"slices"

	"lockstep/sync/message"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
)

// Candidate is a Plex item as the index knows it.
type Candidate struct {
	Key     scene.ItemKey `json:"key"`
	Section string        `json:"section"`
	Title   string        `json:"title"`
	Files   []string      `json:"files"` // as Plex names them
	Trashed bool          `json:"trashed,omitempty"`
}

// Index is what Resolve asks. Items is required; the others may be nil.
type Index struct {
	// Items returns the items that hold a file with this Key.
	Items func(key string) ([]Candidate, error)
	// Owners returns the scenes that claim the file Plex calls path, the scene in
	// question included or not. Without it, items shared by scenes go unnoticed.
	Owners func(path string) ([]scene.ID, error)
	// Names returns the items that hold a file with this NameKey. It only yields
	// suggestions for Explain.
	Names func(nameKey string) ([]Candidate, error)
}

// Target is an item that holds one of the scene's files.
type Target struct {
	Candidate
	Path string `json:"path"` // the file that proved it, as Plex names it
}

// The scores of candidates. Only Certain is ever written.
const (
	// Certain is the same path.
	Certain = 1.0
	// Doubtful is the same path but for upper and lower case, on a system where those
	// are two files, or a path that two rules map differently.
	Doubtful = 0.6
	// NameOnly is the same file name in another folder.
	NameOnly = 0.3
)

// Scored is an item that was considered, with how well it fits and why.
type Scored struct {
	Candidate
	Path  string          `json:"path"` // the item's file that was compared
	Score float64         `json:"score"`
	Why   message.Message `json:"why"`
	// Others are scenes that claim a file of the same item.
	Others []scene.ID `json:"others,omitempty"`
}

// Mapped is one file of a scene with the paths the rules give it: none when no rule
// covers it, several when rules disagree.
type Mapped struct {
	Stash string   `json:"stash"`
	Plex  []string `json:"plex"`
}

// Result is what is known about a scene's items.
type Result struct {
	// Targets are all items to write, each once, in the order of the scene's files.
	Targets []Target `json:"targets,omitempty"`
	// Skip tells why there is no target; empty when there is one.
	Skip skip.Code `json:"skip,omitempty"`
	// Why is one sentence about Skip, with the paths or items concerned.
	Why message.Message `json:"why,omitzero"`
	// Paths are the scene's files and where the rules put them.
	Paths []Mapped `json:"paths,omitempty"`
	// Candidates are all items considered, targets included, the best first.
	Candidates []Scored `json:"candidates,omitempty"`
}

// Resolve finds the items of a scene. An item that also holds a file of another scene
// is never a target, and neither is anything at a path two rules map differently; with
// other targets left, such an item shows among the candidates only. The error is the
// index's own.
func Resolve(s scene.Scene, m Mapper, ix Index) (Result, error) {
	if len(s.Files) == 0 {
		return Result{Skip: skip.NoFile, Why: message.New(message.MatchNoFile)}, nil
	}
	r := resolver{scene: s, mapper: m, index: ix}
	for _, f := range s.Files {
		r.out.Paths = append(r.out.Paths, Mapped{Stash: f.Path, Plex: m.Map(f.Path)})
	}
	for _, p := range r.out.Paths {
		if err := r.at(p); err != nil {
			return Result{}, err
		}
	}
	if len(r.out.Targets) == 0 {
		if err := r.suggest(); err != nil {
			return Result{}, err
		}
		r.out.Skip, r.out.Why = r.reason()
	}
	slices.SortStableFunc(r.out.Candidates, func(a, b Scored) int {
		return int(100*b.Score) - int(100*a.Score)
	})
	return r.out, nil
}

type resolver struct {
	scene     scene.Scene
	mapper    Mapper
	index     Index
	out       Result
	ambiguous []message.Message
	trashed   []message.Message
	otherCase []message.Message
}

// at considers the items at each path one file may have in Plex.
func (r *resolver) at(p Mapped) error {
	disagree := len(p.Plex) > 1
	if disagree {
		r.ambiguous = append(r.ambiguous, message.New(message.MatchRulesLead, message.Path(p.Stash), quoted(p.Plex)))
	}
	for _, path := range p.Plex {
		items, err := r.index.Items(Key(path))
		if err != nil {
			return fmt.Errorf("look up %q: %w", path, err)
		}
		if r.mapper.anyCase {
			path = r.spelled(path, items)
		}
		for _, c := range items {
			if err := r.consider(c, path, disagree); err != nil {
				return err
			}
		}
	}
	return nil
}

// spelled is a path as Plex spells it, if any case will do, no item has it as it is, and it is
// spelled in one other way only. What Plex has in several ways is left in doubt, but for what is
// in its trash: a file whose name was changed has its former one there.
func (r *resolver) spelled(path string, items []Candidate) string {
	var alike, trashed []string
	for _, c := range items {
		for _, f := range c.Files {
			switch {
			case Same(f, path):
				return path
			case Key(f) != Key(path):
			case c.Trashed:
				trashed = addPath(trashed, f)
			default:
				alike = addPath(alike, f)
			}
		}
	}
	if len(alike) == 0 {
		alike = trashed
	}
	switch {
	case len(alike) == 1:
		return alike[0]
	case len(alike) > 1:
		r.ambiguous = append(r.ambiguous, message.New(message.MatchSeveralCases, message.Path(path), quoted(alike)))
	}
	return path
}

func (r *resolver) consider(c Candidate, path string, disagree bool) error {
	at := slices.IndexFunc(c.Files, func(f string) bool { return Same(f, path) })
	if at < 0 {
		if at = slices.IndexFunc(c.Files, func(f string) bool { return Key(f) == Key(path) }); at >= 0 {
			r.add(Scored{Candidate: c, Path: c.Files[at], Score: Doubtful, Why: message.New(message.MatchPathCase)})
			r.otherCase = append(r.otherCase, message.New(message.MatchOtherCase, message.Path(path), message.Path(c.Files[at])))
		}
		return nil
	}
	found := Scored{Candidate: c, Path: c.Files[at], Score: Certain, Why: message.New(message.MatchSamePath)}
	if c.Trashed {
		found.Score, found.Why = Doubtful, message.New(message.MatchTrash)
		if r.add(found) {
			r.trashed = append(r.trashed, InTrash(c.Title))
		}
		return nil
	}
	if disagree {
		found.Score, found.Why = Doubtful, message.New(message.MatchRulesDisagree)
		r.add(found)
		return nil
	}
	others, err := r.others(c)
	if err != nil {
		return err
	}
	if len(others) > 0 {
		found.Others = others
		found.Why = message.New(message.MatchSharedFile, ids(others))
		if r.add(found) {
			r.ambiguous = append(r.ambiguous, message.New(message.MatchItemShared, message.Title(c.Title), ids(others)))
		}
		return nil
	}
	if r.add(found) {
		r.out.Targets = append(r.out.Targets, Target{Candidate: c, Path: found.Path})
	}
	return nil
}

// add keeps the best entry per item and reports whether this one was new.
func (r *resolver) add(s Scored) bool {
	i := slices.IndexFunc(r.out.Candidates, func(o Scored) bool { return o.Key == s.Key })
	if i < 0 {
		r.out.Candidates = append(r.out.Candidates, s)
		return true
	}
	if r.out.Candidates[i].Score < s.Score {
		r.out.Candidates[i] = s
		return true
	}
	return false
}

// others are the scenes besides this one that claim a file of the item.
func (r *resolver) others(c Candidate) ([]scene.ID, error) {
	if r.index.Owners == nil {
		return nil, nil
	}
	var out []scene.ID
	for _, f := range c.Files {
		owners, err := r.index.Owners(f)
		if err != nil {
			return nil, fmt.Errorf("look up the scenes of %q: %w", f, err)
		}
		for _, id := range owners {
			if id != r.scene.ID && !slices.Contains(out, id) {
				out = append(out, id)
			}
		}
	}
	slices.Sort(out)
	return out, nil
}

// suggest adds items that merely have a file of the same name.
func (r *resolver) suggest() error {
	if r.index.Names == nil {
		return nil
	}
	for _, p := range r.out.Paths {
		name := NameKey(p.Stash)
		items, err := r.index.Names(name)
		if err != nil {
			return fmt.Errorf("look up the file name of %q: %w", p.Stash, err)
		}
		for _, c := range items {
			at := slices.IndexFunc(c.Files, func(f string) bool { return NameKey(f) == name })
			if at >= 0 {
				r.add(Scored{Candidate: c, Path: c.Files[at], Score: NameOnly, Why: message.New(message.MatchSameName)})
			}
		}
	}
	return nil
}

// reason says why there is no target.
func (r *resolver) reason() (skip.Code, message.Message) {
	if len(r.ambiguous) > 0 {
		return skip.Ambiguous, message.Clauses(r.ambiguous...)
	}
	var mapped, plain []string
	for _, p := range r.out.Paths {
		mapped = append(mapped, p.Plex...)
		plain = append(plain, p.Stash)
	}
	if len(r.trashed) > 0 {
		return skip.NotInPlex, message.Clauses(r.trashed...)
	}
	if len(r.otherCase) > 0 {
		return skip.PathCase, message.Clauses(r.otherCase...)
	}
	if len(mapped) == 0 {
		if why := r.ruleCase(); !why.IsZero() {
			return skip.PathCase, why
		}
		return skip.PathNotMapped, message.New(message.MatchNoRule, quoted(plain))
	}
	return skip.NotInPlex, message.New(message.MatchNoItem, quoted(mapped))
}

// ruleCase names a rule that would cover a file if upper and lower case did not count.
func (r *resolver) ruleCase() message.Message {
	for _, p := range r.out.Paths {
		if rule, ok := r.mapper.butForCase(p.Stash); ok {
			return message.New(message.MatchRuleCase, message.Path(rule.Stash), message.Path(p.Stash))
		}
	}
	return message.None
}

// InTrash says why an item in Plex's trash is no match.
func InTrash(title string) message.Message {
	return message.New(message.MatchItemInTrash, message.Title(title))
}

func quoted(paths []string) message.Arg {
	out := make([]message.Arg, len(paths))
	for i, p := range paths {
		out[i] = message.Of(message.New(message.QuotedPath, message.Path(p)))
	}
	return message.List(out...)
}

func ids(list []scene.ID) message.Arg {
	out := make([]message.Arg, len(list))
	for i, id := range list {
		out[i] = message.Number(id)
	}
	return message.List(out...)
}
