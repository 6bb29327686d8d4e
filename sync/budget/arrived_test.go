package budget_test

import (
	"errors"
	"testing"

	"lockstep/sync/budget"
	"lockstep/sync/fault"
	"lockstep/sync/message"
)

// A write counts as none only where Plex said so, or where it was never sent.
func TestWhichWritesMayHaveArrived(t *testing.T) {
	t.Parallel()
	of := func(class fault.Class, server fault.Server, cause error) error {
		return fault.New(class, server, message.None, message.None, cause)
	}
	for name, c := range map[string]struct {
		err  error
		want bool
	}{
		"carried out":        {nil, true},
		"no answer":          {of(fault.Unreachable, fault.Plex, nil), true},
		"stopped meanwhile":  {of(fault.Canceled, fault.None, nil), true},
		"refused":            {of(fault.Rejected, fault.Plex, nil), false},
		"an error":           {of(fault.Temporary, fault.Plex, nil), false},
		"gone":               {of(fault.NotFound, fault.Plex, nil), false},
		"not allowed":        {of(fault.Unauthorized, fault.Plex, nil), false},
		"too much":           {of(fault.Busy, fault.Plex, nil), false},
		"Stash did not read": {of(fault.Unreachable, fault.Stash, nil), false},
		"held back":          {of(fault.Unreachable, fault.Plex, budget.ErrHeld), false},
		"ours":               {errors.New("no room"), false},
	} {
		if got := budget.MayHaveArrived(c.err); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
