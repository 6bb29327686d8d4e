package compare

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"lockstep/sync/budget"
	"lockstep/sync/fault"
	"lockstep/sync/message"
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
	return fault.New(s.class, fault.Plex, message.Foreign("Plex could not read this."), message.None, nil)
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

// reader reads keys, each of which may have a fault of its own.
func reader(faults map[string]*fault.Error, asked *[]string) func(context.Context, []string) (map[string]int, error) {
	return func(_ context.Context, keys []string) (map[string]int, error) {
		*asked = append(*asked, strings.Join(keys, " "))
		out := map[string]int{}
		for _, k := range keys {
			if f := faults[k]; f != nil {
				return nil, f
			}
			out[k] = 1
		}
		return out, nil
	}
}

func ofClass(c fault.Class) *fault.Error {
	return fault.New(c, fault.Plex, message.Foreign("x"), message.None, nil)
}

// No request was made for what the budget holds: it proves nothing, so what could be read
// is kept and the rest put off; where nothing could be read it is the server's word.
func TestWhatTheBudgetHoldsIsPutOff(t *testing.T) {
	t.Parallel()
	held := fault.New(fault.Unreachable, fault.Plex, message.Foreign("held"), message.None, budget.ErrHeld)
	keys := keysFrom(1001, 8)
	var asked []string
	n := 0
	s := splitter[string, int]{
		read: func(ctx context.Context, part []string) (map[string]int, error) {
			if n++; n > 4 {
				return nil, held
			}
			return reader(map[string]*fault.Error{"1001": ofClass(fault.Temporary)}, &asked)(ctx, part)
		},
		elsewhere: func(context.Context) (int, error) { return 1, nil },
	}
	found, err := s.all(t.Context(), keys)
	if err != nil || len(found.Values)+len(found.Bad) != 8 || len(found.Values) == 0 {
		t.Fatalf("%+v, %v", found, err)
	}
	for k, f := range found.Bad {
		if f.Class != fault.Temporary {
			t.Errorf("%s: %+v, want it worth another try and no news about the server", k, f)
		}
	}
	if held.Class != fault.Unreachable {
		t.Error("the fault itself was changed")
	}
	s = splitter[string, int]{read: reader(map[string]*fault.Error{"1001": held}, &asked), elsewhere: func(context.Context) (int, error) {
		t.Error("something else was asked")
		return 0, nil
	}}
	asked = nil
	if _, err := s.all(t.Context(), keys); !errors.Is(err, budget.ErrHeld) || len(asked) != 1 {
		t.Errorf("nothing could be read: %v after %q", err, asked)
	}
}

// Something else is asked for after three failures in a row, at once where the fault looks
// like the server's or there is but one key; a success between begins anew.
func TestWhenSomethingElseIsAskedFor(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		keys  []string
		bad   map[string]*fault.Error
		other []int // after how many reads
	}{
		"none is bad":            {keysFrom(1, 8), nil, nil},
		"one":                    {keysFrom(1, 8), map[string]*fault.Error{"1": ofClass(fault.Temporary)}, nil},
		"one, like the server's": {keysFrom(1, 8), map[string]*fault.Error{"1": ofClass(fault.Unreachable)}, []int{1}},
		"one alone":              {keysFrom(1, 1), map[string]*fault.Error{"1": ofClass(fault.Rejected)}, []int{1}},
		"all":                    {keysFrom(1, 4), map[string]*fault.Error{"1": ofClass(fault.Temporary), "2": ofClass(fault.Temporary), "3": ofClass(fault.Temporary), "4": ofClass(fault.Temporary)}, []int{3, 6}},
		"two far apart":          {keysFrom(1, 8), map[string]*fault.Error{"1": ofClass(fault.Temporary), "8": ofClass(fault.Temporary)}, []int{3}},
	} {
		var asked []string
		var other []int
		s := splitter[string, int]{read: reader(tt.bad, &asked), elsewhere: func(context.Context) (int, error) {
			other = append(other, len(asked))
			return 1, nil
		}}
		found, err := s.all(t.Context(), tt.keys)
		if err != nil || len(found.Bad) != len(tt.bad) || !slices.Equal(other, tt.other) {
			t.Errorf("%s: %v, %d bad, something else after %v reads, want %v", name, err, len(found.Bad), other, tt.other)
		}
	}
}

// Which faults a single scene or item can cause, and what becomes of them when it did.
func TestWhichFaultsMayBeOnesOwn(t *testing.T) {
	t.Parallel()
	for class, want := range map[fault.Class]struct{ perhaps, plain bool }{
		fault.Temporary: {true, true}, fault.Rejected: {true, true}, fault.Unreachable: {true, false}, fault.Config: {true, false},
		fault.Unauthorized: {true, false}, fault.Forbidden: {false, false}, fault.NotFound: {false, false}, fault.Busy: {false, false},
		fault.Local: {false, false}, fault.Canceled: {false, false},
	} {
		f := ofClass(class)
		f.Hint = message.Foreign("Do it.")
		mine := own(f)
		wanted := class
		if !want.plain {
			wanted = fault.Temporary
		}
		if perhapsOwn(f) != want.perhaps || plainly(f) != want.plain || mine.Class != wanted || mine.Message.String() != "x" || mine.Hint.String() != "Do it." || f.Class != class {
			t.Errorf("%s: %v, %v, %+v", class, perhapsOwn(f), plainly(f), mine)
		}
	}
	if perhapsOwn(fault.New(fault.Temporary, fault.Plex, message.Foreign("x"), message.None, budget.ErrHeld)) {
		t.Error("what was never asked for may be a scene's fault")
	}
}

// A fault that no single key can cause ends the read at once, whenever it comes.
func TestAFaultOfTheServerEndsTheRead(t *testing.T) {
	t.Parallel()
	for _, class := range []fault.Class{fault.Busy, fault.Local, fault.Canceled, fault.Forbidden} {
		var asked []string
		s := splitter[string, int]{read: reader(map[string]*fault.Error{"2": ofClass(fault.Temporary), "4": ofClass(class)}, &asked), elsewhere: func(context.Context) (int, error) { return 1, nil }}
		if found, err := s.all(t.Context(), []string{"4", "3", "2", "1"}); !fault.Is(err, class) || found.Values != nil {
			t.Errorf("%s: %+v, %v", class, found, err)
		}
	}
	s := splitter[string, int]{}
	if found, err := s.all(t.Context(), nil); err != nil || found.Values == nil || found.Bad == nil {
		t.Errorf("nothing to read: %+v, %v", found, err)
	}
}

// What else is there that answers with "not found" can be read well enough; one that
// fails proves something only beside another.
func TestWhatElseIsThereDecides(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		tried int
		err   error
		class fault.Class
		keys  int
		whole bool
	}{
		"it can be read":              {1, nil, fault.Unreachable, 1, false},
		"it is gone":                  {2, ofClass(fault.NotFound), fault.Unreachable, 1, false},
		"two cannot":                  {2, ofClass(fault.Temporary), fault.Unreachable, 1, true},
		"one cannot, and one key":     {1, ofClass(fault.Temporary), fault.Temporary, 1, true},
		"nothing, and a plain fault":  {0, nil, fault.Temporary, 1, false},
		"nothing, and one key":        {0, nil, fault.Unreachable, 1, true},
		"one cannot, and all keys":    {1, ofClass(fault.Unreachable), fault.Unreachable, 4, true},
		"nothing, and all keys fail":  {0, nil, fault.Config, 4, true},
		"nothing, and all keys plain": {0, nil, fault.Rejected, 4, false},
	} {
		bad := map[string]*fault.Error{}
		for _, k := range keysFrom(1, tt.keys) {
			bad[k] = ofClass(tt.class)
		}
		var asked []string
		s := splitter[string, int]{read: reader(bad, &asked), elsewhere: func(context.Context) (int, error) { return tt.tried, tt.err }}
		found, err := s.all(t.Context(), keysFrom(1, tt.keys))
		if (err != nil) != tt.whole || err != nil && !fault.Is(err, tt.class) || err == nil && len(found.Bad) != tt.keys {
			t.Errorf("%s: %+v, %v", name, found, err)
		}
	}
}

// The request that tells whose fault it is does not wait for ever.
func TestTheRequestThatTellsWhoseFaultItIsIsBounded(t *testing.T) {
	t.Parallel()
	var left time.Duration
	var asked []string
	s := splitter[string, int]{read: reader(map[string]*fault.Error{"1": ofClass(fault.Unreachable)}, &asked), elsewhere: func(ctx context.Context) (int, error) {
		until, ok := ctx.Deadline()
		if !ok {
			t.Error("it has no end")
		}
		left = time.Until(until)
		return 1, nil
	}}
	if _, err := s.all(t.Context(), keysFrom(1, 2)); err != nil || left > probeTimeout || left < probeTimeout/2 {
		t.Errorf("%v, %v left", err, left)
	}
}

func TestSomeKeysStandForAll(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{1: "1", 2: "2 1", 3: "3 1 2", 4: "4 1 3", 5: "5 1 3 2 4", 9: "9 1 5 3 7", 100: "100 1 51 25 76"} {
		if got := strings.Join(spread(keysFrom(1, n)), " "); got != want {
			t.Errorf("of %d: %q, want %q", n, got, want)
		}
	}
}

// Others are two that lie apart, none of them among those asked for.
func TestOthersLieApart(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		n     int
		avoid []string
		want  string
		seen  int // how many were looked at
	}{
		"many":            {200, nil, "1 40", 40},
		"few":             {5, nil, "1 5", 5},
		"one":             {1, nil, "1", 1},
		"none":            {0, nil, "", 0},
		"but not these":   {200, []string{"1", "40"}, "2 42", 42},
		"all are avoided": {3, []string{"1", "2", "3"}, "", 3},
	} {
		take, picked := pickOthers(tt.avoid)
		seen := 0
		for _, k := range keysFrom(1, tt.n) {
			seen++
			if !take(k) {
				break
			}
		}
		if got := strings.Join(picked(), " "); got != tt.want || seen != tt.seen {
			t.Errorf("%s: %q of %d, want %q of %d", name, got, seen, tt.want, tt.seen)
		}
	}
	var tried []int
	try := func(fails int) func(int) error {
		return func(k int) error {
			if tried = append(tried, k); k <= fails {
				return ofClass(fault.Temporary)
			}
			return nil
		}
	}
	for fails, want := range []int{1, 2, 2} {
		tried = nil
		if n, err := anyOf([]int{1, 2}, try(fails)); n != want || len(tried) != want || (err != nil) != (fails == 2) {
			t.Errorf("%d fail: %d tried, %v", fails, n, err)
		}
	}
	if n, err := anyOf(nil, try(0)); n != 0 || err != nil {
		t.Errorf("none: %d, %v", n, err)
	}
}
