package compare

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"lockstep/sync/budget"
	"lockstep/sync/fault"
)

const (
	// doubtAfter is how many requests in a row may fail before something else is asked for:
	// neighbours often share what is wrong with them. The budget of both kinds of request
	// leaves room for that.
	doubtAfter = 3
	// maxSplits bounds the requests for one batch. What is still unread then is read
	// another time, in other company.
	maxSplits = 48
	// probeTimeout bounds the request that tells one bad scene or item from a server that is
	// at fault.
	probeTimeout = 10 * time.Second
)

// Found is what a read of many brought.
type Found[K cmp.Ordered, V any] struct {
	Values map[K]V
	Bad    map[K]*fault.Error // those that cannot be read
}

// splitter reads many things in one request, and in halves when that fails because of
// some of them.
type splitter[K cmp.Ordered, V any] struct {
	read func(context.Context, []K) (map[K]V, error)
	// elsewhere reads things that are not among the keys, one after the other until one can
	// be read, and tells how many it tried.
	elsewhere func(context.Context) (tried int, err error)

	out     Found[K, V]
	asked   int
	row     int  // failures since something could be read
	cleared bool // something could be read
	good    []K  // the last keys that could be read
}

// all reads the keys. The error is that of a server which is at fault as a whole.
func (s *splitter[K, V]) all(ctx context.Context, keys []K) (Found[K, V], error) {
	s.out = Found[K, V]{Values: map[K]V{}, Bad: map[K]*fault.Error{}}
	keys = slices.Compact(slices.Sorted(slices.Values(keys)))
	if len(keys) == 0 {
		return s.out, nil
	}
	// The halves take turns, so that one bad corner does not hide the good ones.
	for todo := [][]K{keys}; len(todo) > 0; todo = todo[1:] {
		more, err := s.part(ctx, todo[0])
		if s.cleared && budget.Held(err) {
			s.leave(todo, fault.Of(err))
			break
		}
		if err != nil {
			return Found[K, V]{}, err
		}
		todo = append(todo, more...)
	}
	return s.out, nil
}

// leave puts what is still unread off: enough requests have failed for now, and what could
// be read does not wait for the rest.
func (s *splitter[K, V]) leave(todo [][]K, f *fault.Error) {
	for _, keys := range todo {
		for _, k := range keys {
			s.out.Bad[k] = own(f)
		}
	}
}

// part reads some of the keys and returns the halves that are to be read in its place.
func (s *splitter[K, V]) part(ctx context.Context, keys []K) ([][]K, error) {
	s.asked++
	got, err := s.read(ctx, keys)
	if err == nil {
		maps.Copy(s.out.Values, got)
		s.cleared, s.row, s.good = true, 0, keys
		return nil, nil
	}
	f := fault.Of(err)
	if !perhapsOwn(f) {
		return nil, f
	}
	if s.row++; s.doubts(f, len(keys)) {
		if s.blames(ctx, f, keys) {
			return nil, f
		}
		s.cleared, s.row = true, 0
	}
	if len(keys) > 1 && s.asked < maxSplits {
		half := len(keys) / 2
		return [][]K{keys[:half], keys[half:]}, nil
	}
	for _, k := range keys {
		s.out.Bad[k] = own(f)
	}
	return nil, nil
}

// doubts reports that it is time to read something else.
func (s *splitter[K, V]) doubts(f *fault.Error, keys int) bool {
	return s.row >= doubtAfter || !s.cleared && (!plainly(f) || keys == 1)
}

// blames reports that something else cannot be read either. Where there is hardly anything
// else, some of the keys are tried alone, and what none of them clears up is more likely
// the server's unless it looks like a fault of theirs.
func (s *splitter[K, V]) blames(ctx context.Context, f *fault.Error, keys []K) bool {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	if len(s.good) > 0 { // it could be read a moment ago
		return s.fails(ctx, s.good[0])
	}
	s.asked++
	tried, err := s.elsewhere(ctx)
	switch readable := err == nil || fault.Of(err).Class == fault.NotFound; {
	case tried > 0 && readable, tried == 0 && plainly(f):
		return false
	case tried > 1 || len(keys) < 2:
		return true
	}
	return !slices.ContainsFunc(spread(keys), func(k K) bool { return !s.fails(ctx, k) })
}

// spread picks the ends of the keys and some between: neighbours share what is wrong with
// them, and several can be bad that are none.
func spread[K comparable](keys []K) []K {
	var out []K
	last := len(keys) - 1
	for _, i := range []int{last, 0, (last + 1) / 2, last / 4, last - last/4} {
		if !slices.Contains(out, keys[i]) {
			out = append(out, keys[i])
		}
	}
	return out
}

// fails reports that a key cannot be read.
func (s *splitter[K, V]) fails(ctx context.Context, k K) bool {
	s.asked++
	_, err := s.read(ctx, []K{k})
	if err == nil {
		s.good = []K{k}
	}
	return err != nil
}

// perhapsOwn reports a fault that a single scene or item can cause: an answer that cannot
// be read, that refuses, that is an error or no answer at all.
func perhapsOwn(f *fault.Error) bool {
	if budget.Held(f) { // no request was made
		return false
	}
	switch f.Class {
	case fault.Temporary, fault.Rejected, fault.Unreachable, fault.Config, fault.Unauthorized:
		return true
	}
	return false
}

// plainly reports a fault that is more likely a scene's or an item's than the server's.
func plainly(f *fault.Error) bool { return f.Class == fault.Temporary || f.Class == fault.Rejected }

// own is a fault that was shown to be about one scene or item: worth another try, and no
// news about the server.
func own(f *fault.Error) *fault.Error {
	if plainly(f) {
		return f
	}
	mine := *f
	mine.Class = fault.Temporary
	return &mine
}
