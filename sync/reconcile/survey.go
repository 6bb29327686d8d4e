package reconcile

import (
	"context"
	"hash/maphash"
	"slices"

	"lockstep/sync/change"
	"lockstep/sync/fault"
	"lockstep/sync/match"
	"lockstep/sync/message"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// claims knows which scenes claim a Plex path: the store's word for scenes that are as
// last seen, the survey's for new and moved ones. It holds hashes, not paths: 100 000
// new scenes take about 10 MB.
type claims struct {
	mapper match.Mapper
	seed   maphash.Seed
	first  map[uint64]scene.ID
	more   map[uint64][]scene.ID
	stale  map[scene.ID]bool // the store's word about them is out of date
}

func newClaims(m match.Mapper) *claims {
	return &claims{
		mapper: m, seed: maphash.MakeSeed(), first: map[uint64]scene.ID{}, more: map[uint64][]scene.ID{}, stale: map[scene.ID]bool{},
	}
}

// moved takes in the paths of a scene that is new or whose files changed.
func (c *claims) moved(id scene.ID, files []scene.File) {
	c.stale[id] = true
	for _, f := range files {
		for _, p := range c.mapper.Map(f.Path) {
			h := maphash.String(c.seed, match.Key(p))
			if old, ok := c.first[h]; ok && old != id {
				c.more[h] = append(c.more[h], id)
				continue
			}
			c.first[h] = id
		}
	}
}

// owners lists the scenes that claim a Plex path.
func (c *claims) owners(tx store.Tx, path string) ([]scene.ID, error) {
	key := match.Key(path)
	stored, err := tx.Claimants(key)
	if err != nil {
		return nil, err
	}
	if len(c.stale) == 0 {
		return stored, nil
	}
	out := slices.DeleteFunc(stored, func(id scene.ID) bool { return c.stale[id] })
	h := maphash.String(c.seed, key)
	if id, ok := c.first[h]; ok {
		out = append(append(out, id), c.more[h]...)
	}
	return out, nil
}

// survey lists Stash once to count what is in scope, to learn who claims which file and
// to see who vanished.
func (s *session) survey(ctx context.Context) error {
	w := change.Walk{Store: s.Store}
	err := s.Stash.SweepFiles(ctx, s.Settings.Parts(), func(page []scene.FileStamp) error {
		ids := make([]scene.ID, len(page))
		for i, fs := range page {
			ids[i] = fs.ID
		}
		seen, err := w.Page(ids)
		if err != nil {
			return err
		}
		for _, fs := range page {
			old, ok := seen[fs.ID]
			s.surveyed(fs, old, ok)
		}
		return ctx.Err()
	})
	if err == nil {
		err = w.End()
	}
	if err != nil {
		return err
	}
	return s.believe(&w)
}

// believe takes in who vanished, but refuses to take most of the known scenes for deleted
// at once.
func (s *session) believe(w *change.Walk) error {
	s.gone = w.Gone
	for _, l := range s.gone {
		s.claims.stale[l.ID] = true
	}
	if w.Doubtful() {
		return fault.New(fault.Config, fault.Stash, message.New(message.VanishedAtOnce), message.New(message.VanishedAtOnceAdvice), nil)
	}
	if s.scope.whole {
		s.report.Total += len(s.gone)
	}
	return nil
}

func (s *session) surveyed(fs scene.FileStamp, old store.Seen, known bool) {
	moved := !known || old.Paths != pathHash(fs.Files)
	if moved {
		s.claims.moved(fs.ID, fs.Files)
	}
	if s.scope.holds(fs, old, s.differs(fs, old, known, moved), s.Mapper) {
		s.report.Total++
	}
}

// differs reports that a scene is not as it was when it was last seen.
func (s *session) differs(fs scene.FileStamp, seen store.Seen, known, moved bool) bool {
	return !known || moved || seen.UpdatedAt != fs.UpdatedAt || s.renamed[fs.ID]
}

func pathHash(files []scene.File) scene.Hash { return scene.Scene{Files: files}.PathHash() }
