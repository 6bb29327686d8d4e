package link

import (
	"context"
	"time"

	"lockstep/sync/engine/host"
	"lockstep/sync/fault"
)

const (
	// knockEvery finds the end of a short outage; a long one is left to its probes.
	knockEvery   = 5 * time.Second
	knockTimeout = 3 * time.Second
	// youngFor is how long a server that is away is knocked at.
	youngFor = 10 * time.Minute
)

// Knock tries whether anybody listens at the address of one server.
type Knock struct {
	Server fault.Server
	epoch  int
	try    func(context.Context) error
	err    error
}

// Run knocks, beside the loop.
func (k *Knock) Run(ctx context.Context) {
	bound, cancel := context.WithTimeout(ctx, knockTimeout)
	defer cancel()
	k.err = k.try(bound)
}

// DueKnocks are the knocks to be run now at servers that are away, and when the next ones
// are. PlexAway says that Plex is away since a short while.
func (l *Links) DueKnocks(now time.Time, plexAway bool) (due []*Knock, next time.Time) {
	if !l.Connected() {
		return nil, time.Time{}
	}
	stashAway := l.stashState.Class == string(fault.Unreachable) && now.UTC().Sub(l.stashState.Since) < youngFor
	take, next := l.plexKnock.due(now, plexAway)
	if take {
		due = append(due, &Knock{Server: fault.Plex, epoch: l.epoch, try: l.plex.Knock})
	}
	take, at := l.stashKnock.due(now, stashAway)
	if take {
		due = append(due, &Knock{Server: fault.Stash, epoch: l.epoch, try: l.stash.Knock})
	}
	return due, host.Sooner(next, at)
}

func (k *knocking) due(now time.Time, away bool) (take bool, next time.Time) {
	switch {
	case k.running:
		return false, time.Time{}
	case !away:
		*k = knocking{}
		return false, time.Time{}
	case k.at.After(now) && k.at.Sub(now) <= knockEvery:
		return false, k.at
	}
	k.running = true
	return true, time.Time{}
}

// Knocked takes in how a knock ended, and reports whether somebody listens who did not
// before. Stash is asked at once then.
func (l *Links) Knocked(k *Knock) (listens bool) {
	if k.epoch != l.epoch {
		return false
	}
	state := &l.plexKnock
	if k.Server == fault.Stash {
		state = &l.stashKnock
	}
	listens = state.missed && k.err == nil
	if listens && k.Server == fault.Stash {
		l.stashBudget.Wake()
	}
	state.running, state.missed, state.at = false, k.err != nil, l.host.Now().Add(knockEvery)
	return listens
}
