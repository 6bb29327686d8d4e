package activity

import (
	"context"
	"errors"
	"testing"
	"time"

	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/playback"
	"lockstep/sync/store"
)

func TestRatingsOfStashAreSaidAsPlexHasThem(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{0: "", -3: "", 1: "0.1", 10: "1", 85: "8.5", 100: "10"} {
		got := plexRating(n)
		if got != want {
			t.Errorf("%d is %q, want %q", n, got, want)
		}
		if back := playback.FromPlex(got); n > 0 && back != n {
			t.Errorf("%d comes back as %d", n, back)
		}
	}
}

// Whose a fault is: one of a server is kept, and what does not need it goes on; one of our
// own ends the look.
func TestWhatALookMeets(t *testing.T) {
	t.Parallel()
	at := func(c fault.Class, s fault.Server) *fault.Error {
		return fault.New(c, s, message.Foreign(string(c)), message.None, nil)
	}
	for name, c := range map[string]struct {
		err        error
		ours, kept bool
	}{
		"nothing":              {nil, false, false},
		"Plex is away":         {at(fault.Unreachable, fault.Plex), false, true},
		"Stash refuses":        {at(fault.Rejected, fault.Stash), false, true},
		"a disk is full":       {at(fault.Local, fault.None), true, false},
		"a wrong question":     {at(fault.Local, fault.Stash), true, false},
		"an error without all": {errors.New("something"), true, false},
		"no server's":          {at(fault.Config, fault.None), true, false},
		"stopped":              {context.Canceled, false, true},
	} {
		l := &Look{}
		err := l.meet(c.err)
		if (err != nil) != c.ours || (l.fault != nil) != c.kept {
			t.Errorf("%s: returned %v, kept %v", name, err, l.fault)
		}
	}
	l := &Look{}
	for _, err := range []error{context.Canceled, at(fault.Forbidden, fault.Plex), at(fault.Busy, fault.Stash), context.Canceled} {
		if err := l.meet(err); err != nil {
			t.Fatal(err)
		}
	}
	if l.fault.Class != fault.Forbidden {
		t.Errorf("kept %s, want the first that says something", l.fault.Class)
	}
}

func TestWhichFaultsMayBeOneScenes(t *testing.T) {
	t.Parallel()
	for class, want := range map[fault.Class]bool{
		fault.Temporary: true, fault.NotFound: true, fault.Rejected: true, fault.Busy: true,
		fault.Unreachable: false, fault.Unauthorized: false, fault.Forbidden: false, fault.Config: false, fault.Canceled: false, fault.Local: false,
	} {
		if got := ofScene(&fault.Error{Class: class}); got != want {
			t.Errorf("%s: %v, want %v", class, got, want)
		}
	}
}

// Every state is either one of which something may still come by itself, or one that is over.
func TestWhatCanBeDoneAboutEachState(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for state, want := range map[store.PlaybackState]struct{ open, due, dueWhenOff bool }{
		store.PlaybackNew:       {true, true, false},
		store.PlaybackUnmatched: {true, true, false},
		store.PlaybackWaiting:   {true, true, false},
		store.PlaybackFailed:    {true, true, false},
		store.PlaybackIntent:    {false, true, true},
		store.PlaybackUndo:      {false, true, true},
		store.PlaybackWritten:   {},
		store.PlaybackPresent:   {},
		store.PlaybackKept:      {},
		store.PlaybackDeclined:  {},
		store.PlaybackUndone:    {},
	} {
		p := store.Playback{Kind: playback.Rating, State: state, Changed: now.Add(-time.Hour)}
		on := &Look{now: now, kinds: playback.Kinds(), permit: permit{Allowed: map[playback.Kind]time.Time{playback.Rating: now}}}
		off := &Look{now: now}
		if open(state) != want.open || on.due(p) != want.due || off.due(p) != want.dueWhenOff {
			t.Errorf("%s: open %v, due %v, due when off %v", state, open(state), on.due(p), off.due(p))
		}
		p.Next = now.Add(time.Minute)
		if on.due(p) || !on.again.Equal(p.Next) {
			t.Errorf("%s rests, and is due; again %v", state, on.again)
		}
		p.Next = now.Add(100 * 24 * time.Hour) // of a clock that was set back
		if on.due(p) != want.due {
			t.Errorf("%s rests for a hundred days", state)
		}
	}
}
