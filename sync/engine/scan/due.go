package scan

import (
	"time"

	"lockstep/sync/api"
	"lockstep/sync/budget"
	"lockstep/sync/engine/host"
	"lockstep/sync/fault"
	"lockstep/sync/scene"
)

// Budget says what may be asked of a server, and what fails there.
type Budget interface {
	Next(k budget.Kind) time.Time
	Fails(k budget.Kind) bool
}

// Times is how often each part of a scan is due by the clock.
type Times struct {
	Newest time.Duration // Stash's newest scene
	Sweep  time.Duration // all scenes and names
	Files  time.Duration // the paths of all files
	Index  time.Duration // Plex's newest items
}

// Conditions are what the rest of the engine knows when a scan is to be decided on.
type Conditions struct {
	Times
	// PlexUp says that Plex may be asked, and that it is known which machine it is.
	PlexUp bool
	// StashBudget and PlexBudget hold back what failed a moment ago.
	StashBudget, PlexBudget Budget
}

// Plan is what one scan covers.
type Plan struct {
	What
	quiet       bool         // no sweep although an edit was seen: sweeping failed a moment ago
	quietNames  bool         // likewise of names
	newest      scene.Newest // as it was when the scan began
	signs       scene.Signs  // as they were when the names were last read
	sweptBefore bool         // every scene had been seen since the start when the scan began
}

const (
	// quickProbe and quickFor: right after an edit more edits are likely.
	quickProbe = 15 * time.Second
	quickFor   = 10 * time.Minute
	// longestWait is when what is still wanted is thought about again at the latest.
	longestWait = time.Minute
)

// Due is when to call Begin; the zero time for not before something else has happened.
func (s *Scanner) Due(now time.Time, c Conditions) time.Time {
	rest := s.rest.Until(now)
	switch {
	case s.running:
		return time.Time{}
	case !rest.IsZero() && len(s.waiting) == 0: // whoever waits has asked for it
		return rest
	case s.at.After(now):
		return s.at
	}
	p, next := s.plan(now, c)
	if p.What == (What{}) {
		return next
	}
	return now
}

// Begin plans the scan that is due. It goes on until End or Discard.
func (s *Scanner) Begin(now time.Time, c Conditions) Plan {
	p, _ := s.plan(now, c)
	s.wanted = s.wanted.without(p.What)
	s.running, s.progress = true, &api.Scan{Server: fault.Stash, Total: s.newest.Count}
	s.served, s.waiting = append(s.served, s.waiting...), nil
	return p
}

// plan is what a scan would cover now, and when the first of what has to wait may be tried.
func (s *Scanner) plan(now time.Time, c Conditions) (Plan, time.Time) {
	return s.affordable(s.byClock(now, c), now, c)
}

// byClock adds to what was asked for whatever is due by the clock.
func (s *Scanner) byClock(now time.Time, c Conditions) What {
	w := s.wanted
	w.Newest = w.Newest || !s.probeAt.After(now)
	if now.Sub(s.lastSweep) >= c.Times.Sweep {
		w.Sweep, w.Names = true, true
	}
	w.Files = w.Files || now.Sub(s.lastFile) >= c.Times.Files
	again := !s.listAt.IsZero() && !s.listAt.After(now)
	w.Index = (w.Index || w.Full || again || now.Sub(s.lastIndex) >= c.Times.Index) && c.PlexUp
	return w
}

// affordable leaves out what failed a moment ago, and returns when the first of that may
// be tried again.
func (s *Scanner) affordable(w What, now time.Time, c Conditions) (Plan, time.Time) {
	var next time.Time
	may := func(wanted bool, b Budget, k budget.Kind) bool {
		at := b.Next(k)
		if wanted && at.After(now) {
			next = host.Sooner(next, at)
			return false
		}
		return wanted
	}
	stash, plex := c.StashBudget, c.PlexBudget
	w.Newest = may(w.Newest, stash, budget.Newest)
	w.Sweep = may(w.Sweep, stash, budget.Sweep)
	w.Names = may(w.Names && (w.Sweep || s.wanted.Names), stash, budget.NameSweep) // by the clock both go together
	w.Files = may(w.Files, stash, budget.FileSweep)
	w.Recheck = may(w.Recheck, stash, budget.Recheck)
	w.Index = may(w.Index, plex, budget.Index)
	w.Full = w.Full && w.Index
	quietNames := stash.Fails(budget.NameSweep) && !w.Names
	quiet := stash.Fails(budget.Sweep) && !w.Sweep || quietNames
	return Plan{What: w, quiet: quiet, quietNames: quietNames, newest: s.newest, signs: s.signs, sweptBefore: s.swept}, next
}

// pending reports whether something is wanted that could be looked at now.
func (s *Scanner) pending(c Conditions) bool {
	w := s.wanted
	return w.Newest || w.Sweep || w.Names || w.Files || w.Recheck || c.PlexUp && (w.Index || w.Full)
}

// nextPending is when the first of what is still wanted may be tried again.
func (s *Scanner) nextPending(now time.Time, c Conditions) time.Time {
	w, stash, plex := s.wanted, c.StashBudget, c.PlexBudget
	next := now.Add(longestWait)
	for _, p := range []struct {
		wanted bool
		at     time.Time
	}{
		{w.Newest, stash.Next(budget.Newest)}, {w.Sweep, stash.Next(budget.Sweep)}, {w.Names, stash.Next(budget.NameSweep)}, {w.Files, stash.Next(budget.FileSweep)},
		{w.Recheck, stash.Next(budget.Recheck)}, {w.Index || w.Full, plex.Next(budget.Index)},
	} {
		if p.wanted {
			next = host.Sooner(next, host.Later(now, p.at))
		}
	}
	return next
}
