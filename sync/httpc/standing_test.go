package httpc

import (
	"errors"
	"testing"
	"time"

	"lockstep/sync/budget"
	"lockstep/sync/fault"
	"lockstep/sync/message"
)

// An answer that contradicts what the same server said a moment ago.
func TestAContradictionIsBelievedOnlyWhenItLastsOrWasNeverOtherwise(t *testing.T) {
	t.Parallel()
	c := New(Options{Server: fault.Stash})
	page := c.Contradiction("", message.New(message.Other, message.Detail("a web page")), message.New(message.Other, message.Detail("look")), errors.New("a page"))
	certificate := *page
	certificate.Err = &cause{text: "x", doubt: unproven}
	for name, tc := range map[string]struct {
		err  *fault.Error
		well bool            // it answered well before
		at   []time.Duration // when the answer came
		want fault.Class     // of the last
	}{
		"never well":                  {page, false, []time.Duration{0}, fault.Config},
		"well a moment ago":           {page, true, []time.Duration{0}, fault.Unreachable},
		"still the page after 119 s":  {page, true, []time.Duration{0, 119 * time.Second}, fault.Unreachable},
		"still the page after 120 s":  {page, true, []time.Duration{0, 120 * time.Second}, fault.Config},
		"a long silence before":       {page, true, []time.Duration{24 * time.Hour}, fault.Unreachable},
		"certificate, never well":     {&certificate, false, []time.Duration{0}, fault.Unreachable},
		"certificate after a minute":  {&certificate, false, []time.Duration{0, time.Minute}, fault.Unreachable},
		"certificate after 2 minutes": {&certificate, false, []time.Duration{0, 2 * time.Minute}, fault.Config},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var s standing
			if tc.well {
				_ = s.settle(budget.Identity, nil, time.Unix(0, 0))
			}
			var last *fault.Error
			for _, at := range tc.at {
				last = fault.Of(s.settle(budget.Identity, tc.err, time.Unix(1, 0).Add(at)))
			}
			if last.Class != tc.want || tc.err.Class != fault.Config {
				t.Errorf("got %v, want class %s", last, tc.want)
			}
			if own := last.Message.String() == tc.err.Message.String(); own != (tc.want == fault.Config || tc.err == &certificate) {
				t.Errorf("words %q", last.Message)
			}
		})
	}
}

func TestAnotherKindOrAnotherOutcomeBeginsAnew(t *testing.T) {
	t.Parallel()
	c := New(Options{Server: fault.Plex})
	page := c.Contradiction("", message.New(message.Other, message.Detail("a web page")), message.None, errors.New("a page"))
	var s standing
	now := time.Unix(0, 0)
	see := func(kind budget.Kind, err error) fault.Class {
		if f := fault.Of(s.settle(kind, err, now)); f != nil {
			return f.Class
		}
		return ""
	}
	see(budget.Identity, nil)
	see(budget.Pictures, page)
	now = now.Add(3 * time.Minute)
	if got := see(budget.Listing, page); got != fault.Unreachable {
		t.Errorf("a listing that meets a page for the first time is %s", got)
	}
	if got := see(budget.Pictures, page); got != fault.Config {
		t.Errorf("covers that met pages for three minutes are %s", got)
	}
	for _, between := range []error{nil, c.Fault(fault.Unreachable, message.New(message.Other, message.Detail("refused")), message.None, nil), c.Fault(fault.NotFound, message.New(message.Other, message.Detail("gone")), message.None, nil)} {
		see(budget.Pictures, between)
		if got := see(budget.Pictures, page); got != fault.Unreachable {
			t.Errorf("a page right after %v is %s", between, got)
		}
		now = now.Add(3 * time.Minute)
	}
}

func TestAFaultThatIsNoAnswerProvesNothingGood(t *testing.T) {
	t.Parallel()
	c := New(Options{Server: fault.Plex})
	var s standing
	_ = s.settle(budget.Identity, c.Fault(fault.Unreachable, message.New(message.Other, message.Detail("refused")), message.None, nil), time.Now())
	if f := fault.Of(s.settle(budget.Identity, c.Contradiction("", message.New(message.Other, message.Detail("a page")), message.None, errors.New("x")), time.Now())); f.Class != fault.Config {
		t.Errorf("got %v", f)
	}
}
