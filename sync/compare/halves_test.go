package compare

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"lockstep/sync/fault"
)

// shelf answers reads unless they hold one of the bad keys.
type shelf struct {
	bad       map[string]bool
	class     fault.Class
	elsewhere bool // fails too
	others    int  // how many there are
	asked     int
}

func (s *shelf) read(_ context.Context, keys []string) (map[string]int, error) {
	s.asked++
	out := map[string]int{}
	for _, k := range keys {
		if s.bad[k] {
			return nil, s.fault()
		}
		out[k] = 1
	}
	return out, nil
}

func (s *shelf) fault() error {
	return fault.New(s.class, fault.Plex, "Plex could not read this.", "", nil)
}

func (s *shelf) other(context.Context) (int, error) {
	for n := range s.others {
		s.asked++
		if !s.elsewhere {
			return n + 1, nil
		}
	}
	if s.elsewhere {
		return s.others, s.fault()
	}
	return 0, nil
}

func keysFrom(first, n int) []string {
	keys := make([]string, n)
	for i := range keys {
		keys[i] = fmt.Sprint(first + i)
	}
	return keys
}

func TestOnlyWhatCannotBeReadIsBad(t *testing.T) {
	t.Parallel()
	hundred := keysFrom(1000, 100)
	tests := map[string]struct {
		keys      []string
		class     fault.Class
		bad       []string
		elsewhere bool
		most      int // requests
		whole     bool
		others    int
	}{
		"none":                               {hundred, fault.Temporary, nil, false, 1, false, 2},
		"one":                                {hundred, fault.Temporary, []string{"1042"}, false, 16, false, 2},
		"one refused":                        {hundred, fault.Rejected, []string{"1042"}, false, 16, false, 2},
		"one that breaks the connection":     {hundred, fault.Unreachable, []string{"1042"}, false, 17, false, 2},
		"one answered with a web page":       {hundred, fault.Config, []string{"1042"}, false, 17, false, 2},
		"three far apart":                    {hundred, fault.Temporary, []string{"1000", "1050", "1099"}, false, 40, false, 2},
		"eight neighbours":                   {hundred, fault.Temporary, keysFrom(1040, 8), false, 40, false, 2},
		"only bad ones":                      {keysFrom(1040, 5), fault.Temporary, keysFrom(1040, 5), false, 12, false, 2},
		"only bad ones, and everything else": {keysFrom(1040, 5), fault.Temporary, keysFrom(1040, 5), true, 12, true, 2},
		"one alone":                          {[]string{"1042"}, fault.Temporary, []string{"1042"}, false, 2, false, 2},
		"one alone, and everything else":     {[]string{"1042"}, fault.Temporary, []string{"1042"}, true, 3, true, 2},
		"all, and everything else":           {hundred, fault.Temporary, hundred, true, 12, true, 2},
		"the server is away":                 {hundred, fault.Unreachable, hundred, true, 3, true, 2},
		"nothing else, and the server away":  {hundred, fault.Unreachable, hundred, false, 6, true, 0},
		"nothing else, and two far apart":    {keysFrom(1001, 6), fault.Unreachable, []string{"1001", "1004"}, false, 14, false, 0},
		"nothing else, and both of two bad":  {keysFrom(1001, 2), fault.Unreachable, keysFrom(1001, 2), false, 4, true, 0},
		"nothing else, ends and middle bad":  {keysFrom(1000, 9), fault.Unreachable, []string{"1000", "1004", "1008"}, false, 22, false, 0},
		"nothing else, and both ends bad":    {hundred, fault.Unreachable, []string{"1000", "1099"}, false, 40, false, 0},
		"nothing else, and one bad":          {hundred, fault.Unreachable, []string{"1042"}, false, 18, false, 0},
		"nothing else, and the last is bad":  {hundred, fault.Unreachable, []string{"1099"}, false, 19, false, 0},
		"one alone, and nothing else":        {[]string{"1042"}, fault.Unreachable, []string{"1042"}, false, 1, true, 0},
		"one alone, broken":                  {[]string{"1042"}, fault.Temporary, []string{"1042"}, false, 1, false, 0},
		"one other, and it is bad too":       {keysFrom(1001, 6), fault.Unreachable, []string{"1001", "1004"}, true, 15, false, 1},
		"one other, bad, and refused":        {hundred, fault.Rejected, []string{"1042"}, true, 16, false, 1},
		"one other, and the server is away":  {hundred, fault.Unreachable, hundred, true, 7, true, 1},
		"one of two, and the other is bad":   {[]string{"1042"}, fault.Temporary, []string{"1042"}, true, 2, true, 1},
		"busy":                               {hundred, fault.Busy, []string{"1042"}, false, 1, true, 2},
		"the token is refused":               {hundred, fault.Unauthorized, hundred, true, 3, true, 2},
		"one is not for this account":        {hundred, fault.Unauthorized, []string{"1099"}, false, 17, false, 2},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := &shelf{bad: map[string]bool{}, class: tt.class, elsewhere: tt.elsewhere, others: tt.others}
			for _, k := range tt.bad {
				p.bad[k] = true
			}
			s := splitter[string, int]{read: p.read, elsewhere: p.other}
			found, err := s.all(t.Context(), append(slices.Clone(tt.keys), tt.keys[0])) // one item of two scenes
			if p.asked > tt.most {
				t.Errorf("%d requests, want at most %d", p.asked, tt.most)
			}
			if tt.whole {
				if !fault.Is(err, tt.class) {
					t.Errorf("error %v, want the server's fault", err)
				}
				return
			}
			bad := slices.Sorted(maps.Keys(found.Bad))
			if err != nil || strings.Join(bad, " ") != strings.Join(tt.bad, " ") || len(found.Values) != len(tt.keys)-len(bad) {
				t.Errorf("bad %v, %d values (%v), want bad %v", bad, len(found.Values), err, tt.bad)
			}
			for k, f := range found.Bad {
				if f.Class != fault.Temporary && f.Class != fault.Rejected {
					t.Errorf("%s has the class %q, which is a server's", k, f.Class)
				}
			}
		})
	}
}

func TestABatchOfBadOnesCostsALimitedNumberOfRequests(t *testing.T) {
	t.Parallel()
	keys := keysFrom(1000, 100)
	p := &shelf{bad: map[string]bool{}, class: fault.Temporary}
	for _, k := range keys {
		p.bad[k] = true
	}
	s := splitter[string, int]{read: p.read, elsewhere: p.other}
	p.others = 2
	found, err := s.all(t.Context(), keys)
	if err != nil || len(found.Bad) != 100 || p.asked > 2*maxSplits+1 {
		t.Errorf("%d bad after %d requests (%v)", len(found.Bad), p.asked, err)
	}
}
