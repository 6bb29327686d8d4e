package explain

import (
	"hash/maphash"

	"lockstep/sync/match"
)

// maxSample bounds how many paths of a server are kept in memory at once; about 10 MB.
const maxSample = 50_000

// sample keeps paths by the hash of their file name. All files of a name are kept or
// none, so a name that is unique in the sample is unique among all files: chance pairs
// are no likelier than without a sample. Two samples of one seed keep the same names.
type sample struct {
	seed  maphash.Seed
	limit int
	level uint // a name is kept if the lowest level bits of its hash are zero
	paths []string
}

func (s *sample) add(path string) {
	if !s.keeps(path) {
		return
	}
	s.paths = append(s.paths, path)
	for len(s.paths) > s.limit && s.level < 64 {
		s.thin(s.level + 1)
	}
}

// thin raises the level and drops what it no longer keeps.
func (s *sample) thin(level uint) {
	if level <= s.level {
		return
	}
	s.level = level
	kept := s.paths[:0]
	for _, p := range s.paths {
		if s.keeps(p) {
			kept = append(kept, p)
		}
	}
	clear(s.paths[len(kept):])
	s.paths = kept
}

func (s *sample) keeps(path string) bool {
	if s.level == 0 {
		return true
	}
	mask := uint64(1)<<s.level - 1
	return maphash.String(s.seed, match.NameKey(path))&mask == 0
}

// samples are one of each server's paths, thinned alike by even.
func samples(limit int) (stash, plex *sample) {
	seed := maphash.MakeSeed()
	return &sample{seed: seed, limit: limit}, &sample{seed: seed, limit: limit}
}

func even(a, b *sample) {
	level := max(a.level, b.level)
	a.thin(level)
	b.thin(level)
}
