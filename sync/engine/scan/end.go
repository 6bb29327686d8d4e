package scan

import (
	"time"

	"lockstep/sync/api"
	"lockstep/sync/budget"
	"lockstep/sync/change"
	"lockstep/sync/engine/host"
	"lockstep/sync/fault"
	"lockstep/sync/library"
	"lockstep/sync/scene"
)

// Ended is what a run brought that is for others to act on.
type Ended struct {
	// Tasks are how the parts of the scan of Stash ended, in order. That for its newest scene
	// is not among them: it is a single request, which the adapter has reported.
	Tasks []Task
	// Enqueued and Deleted are numbers of scenes.
	Enqueued, Deleted int
	// Rechecked says that every known scene is queued for the present settings.
	Rechecked bool
	// Renamed is the filter by its present names, if some were changed in Stash.
	Renamed *change.Renamed
	// StashErr is what the scan of Stash failed of first.
	StashErr error

	// Listed says that Plex was asked for its items. Appeared are the path keys that had no
	// item before, those found before PlexErr included: they are told only once.
	Listed   bool
	Appeared []string
	PlexErr  error
	// Failed are the libraries that could not be listed while others could.
	Failed []library.Failed
	// FirstIndex says that the index is up to date for the first time since Plex was connected.
	FirstIndex bool
}

// bareAgain is how long to wait before scenes that lost their files are looked at again.
const bareAgain = time.Minute

// End takes in how a run ended. Once others have acted on what it returns, Arm is to be
// called.
func (s *Scanner) End(r *Scan, now time.Time, c Conditions) Ended {
	s.running, s.progress = false, nil
	s.rest.End(fault.Is(r.stashErr, fault.Local) || fault.Is(r.plexErr, fault.Local), now)
	s.again = s.wanted.Newest || s.pending(c) && !s.nextPending(now, c).After(now)
	s.endStash(r, now, c)
	s.swept = s.swept || r.stashErr == nil && !s.wanted.Sweep
	e := Ended{Enqueued: r.found.Enqueued, Deleted: r.found.Deleted, Renamed: r.found.Renamed, StashErr: r.stashErr, Listed: r.plan.Index}
	for _, t := range r.tasks {
		if t.Kind != budget.Newest {
			e.Tasks = append(e.Tasks, t)
		}
		e.Rechecked = e.Rechecked || t.Kind == budget.Recheck && !s.wanted.Recheck
	}
	if r.plan.Index {
		e.Appeared, e.Failed, e.PlexErr = r.refreshed.Appeared, r.refreshed.Failed, r.plexErr
		e.FirstIndex = s.endPlex(r, now)
	}
	return e
}

func (s *Scanner) endStash(r *Scan, now time.Time, c Conditions) {
	for _, t := range r.tasks {
		s.endTask(t, now)
	}
	s.Want(r.undone())
	if r.newest != s.newest && s.newest != (scene.Newest{}) {
		s.edited = now
	}
	if r.newest != (scene.Newest{}) {
		s.newest = r.newest
	}
	if r.found.Names > 0 && s.signs != nil {
		s.edited = now
	}
	s.tellSigns(r)
	s.signs = s.signs.With(r.settled())
	if n := r.found.Bare; n > 0 {
		s.host.Log.Warn("Stash lists scenes without files; checking again", "scenes", n)
		s.lastSweep = now.Add(bareAgain - c.Times.Sweep)
	}
	if n := r.found.Doubtful; n > 0 {
		s.host.Log.Warn("many scenes seem to have vanished from Stash at once; ignored", "scenes", n)
	}
}

// lackingFor is after how many probes without a sign it is spoken of: one that fails takes
// the others of its request with it.
const lackingFor = 3

// tellSigns logs once that Stash no longer gives a sign, and once that it does again: until
// then only sweeps find what it stands for.
func (s *Scanner) tellSigns(r *Scan) {
	if !r.plan.Newest || r.newest == (scene.Newest{}) {
		return
	}
	if s.lacking == nil {
		s.lacking = map[scene.ListKind]int{}
	}
	for list := range s.signs {
		if _, given := r.signs[list]; given {
			if s.lacking[list] >= lackingFor {
				s.host.Log.Info("Stash tells again whether a list changed", "request", string(list))
			}
			delete(s.lacking, list)
			continue
		}
		if s.lacking[list]++; s.lacking[list] == lackingFor {
			s.host.Log.Warn("Stash does not tell whether a list changed; the next sweep finds what did", "request", string(list))
		}
	}
}

// endTask notes when a task was last done, or that it is still wanted.
func (s *Scanner) endTask(t Task, now time.Time) {
	failed := t.Err != nil
	switch t.Kind {
	case budget.Newest:
		s.Want(What{Newest: failed})
	case budget.Sweep:
		s.Want(What{Sweep: failed})
		if !failed {
			s.lastSweep = now
		}
	case budget.NameSweep:
		s.Want(What{Names: failed})
	case budget.FileSweep:
		s.Want(What{Files: failed})
		if !failed {
			s.lastFile = now
		}
	case budget.Recheck:
		s.Want(What{Recheck: failed})
	}
}

func (s *Scanner) endPlex(r *Scan, now time.Time) (first bool) {
	if r.plexErr != nil {
		s.Want(What{Index: true, Full: r.plan.Full})
		return false
	}
	return s.Indexed(r.refreshed.Failed, now)
}

// TryAgain has libraries that could not be listed tried at once.
func (s *Scanner) TryAgain(now time.Time) {
	if !s.listAt.IsZero() {
		s.listAt = now
		s.WantBy(What{}, now)
	}
}

// Arm sets when the next scan is due. Answer follows once a snapshot shows what the one that
// ended has brought.
func (s *Scanner) Arm(r *Scan, now time.Time, c Conditions) {
	every := c.Times.Newest
	if !s.edited.IsZero() && now.Sub(s.edited) < quickFor {
		every = min(every, quickProbe)
	}
	if r.plan.Newest || !s.probeAt.After(now) || s.probeAt.Sub(now) > every {
		s.probeAt = now.Add(every)
	}
	s.at = s.probeAt
	if !s.listAt.IsZero() {
		s.WantBy(What{}, host.Later(s.listAt, now))
	}
	if s.pending(c) {
		s.WantBy(What{}, s.nextPending(now, c))
	}
	if s.again {
		s.WantBy(What{}, now)
	}
}

// Awaited reports that somebody waits for the scan that is under way or has just ended.
func (s *Scanner) Awaited() bool { return len(s.served) > 0 }

// Answer tells who waited for the scan that ended how it ended.
func (s *Scanner) Answer(r *Scan) {
	err := r.stashErr
	if err == nil {
		err = r.plexErr
	}
	answer(s.served, err)
	s.served = nil
}

// Discard takes back a run that asked other servers than the present ones: what it covered
// is wanted at once.
func (s *Scanner) Discard(r *Scan, now time.Time) {
	s.running, s.progress = false, nil
	s.Want(r.plan.What)
	s.Soon(now)
}

// ShowProgress takes in how far the run is.
func (s *Scanner) ShowProgress(p api.Scan) {
	if s.running {
		s.progress = &p
	}
}

// Progress is how far the first scan is; nil once everything was seen: later ones are
// nobody's concern.
func (s *Scanner) Progress() *api.Scan {
	if s.Complete() {
		return nil
	}
	return s.progress
}
