package engine

import (
	"errors"
	"time"

	"lockstep/sync/breaker"
	"lockstep/sync/budget"
	"lockstep/sync/change"
	"lockstep/sync/engine/scan"
	"lockstep/sync/match"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
	"lockstep/sync/store"
	"lockstep/sync/worker"
)

// take stores results: jobs, items, what was seen and the success that Plex proved, in
// one transaction. It reports whether the batch may go on.
func (e *Engine) take(rs []worker.Result) bool {
	now := e.stamp()
	ev := breaker.Event{Kind: breaker.Success, Generation: e.work.gen}
	var ended []queue.Job
	var run store.Run
	var today todayState
	through := e.throughBrake(rs)
	claims := e.finder().Claims
	err := e.storeWith(ev, answeredByPlex(rs), func(tx store.Tx) error {
		for _, r := range rs {
			j, err := e.apply(tx, r, claims, now)
			if err != nil {
				return err
			}
			ended = append(ended, j)
		}
		run, today = e.tally(rs, ended)
		if err := e.putThrough(tx, through); err != nil {
			return err
		}
		return errors.Join(tx.PutRun(run), tx.PutValue(todayValue, today))
	})
	if err != nil {
		e.noteLocal(err)
		e.work.holdUntil = e.now().Add(localHold)
		return false
	}
	e.run.Run, e.today, e.recon.brake = run, today, through
	e.upkeep.worked = e.now()
	for i, r := range rs {
		delete(e.work.claimed, r.Job.Scene)
		e.ended(r, ended[i])
	}
	e.publish()
	return true
}

// storeWith applies the event only when Plex proved to be there; the rest is stored anyway.
func (e *Engine) storeWith(ev breaker.Event, proven bool, also func(store.Tx) error) error {
	if proven {
		return e.step(ev, also)
	}
	return e.store.Update(also)
}

func answeredByPlex(rs []worker.Result) bool {
	for _, r := range rs {
		if r.Wrote || r.Outcome == worker.Done {
			return true
		}
	}
	return false
}

// apply stores one result and returns the job as it stands afterwards.
func (e *Engine) apply(tx store.Tx, r worker.Result, claims change.Claims, now time.Time) (queue.Job, error) {
	j, ok, err := tx.Job(r.Job.Scene)
	if err != nil {
		return j, err
	}
	if !ok {
		j = r.Job
	}
	if r.Name != "" {
		j.Name = r.Name
	}
	if err := remember(tx, r, claims); err != nil {
		return j, err
	}
	late, err := e.appearedMeanwhile(tx, r)
	if err != nil {
		return j, err
	}
	if late {
		r.Outcome = worker.Returned
	}
	j = e.outcome(j, r, now)
	if err := tx.PutJob(j); err != nil {
		return j, err
	}
	if err := e.journalled(tx, r, j, now); err != nil {
		return j, err
	}
	return j, e.addActivity(tx, r, j, now)
}

// appearedMeanwhile reports a job to be parked whose item entered the index after the
// worker had looked there: nothing would wake it.
func (e *Engine) appearedMeanwhile(tx store.Tx, r worker.Result) (bool, error) {
	if r.Outcome != worker.Parked || r.Scene == nil {
		return false, nil
	}
	found, err := match.Resolve(*r.Scene, match.NewMapper(e.settings.PathMap), store.Lookup(tx, e.links.machine))
	return len(found.Targets) > 0, err
}

// outcome moves a job by a result.
func (e *Engine) outcome(j queue.Job, r worker.Result, now time.Time) queue.Job {
	switch r.Outcome {
	case worker.Done:
		return j.Complete(r.Words, now)
	case worker.Skipped:
		return j.Skip(r.Code, r.Words, now)
	case worker.Parked:
		end := j.Enqueued.Add(e.settings.ParkFor)
		if !end.After(now) {
			return j.Skip(skip.NotInPlex, r.Words, now)
		}
		return j.Park(r.Awaits, r.Words, end, now)
	case worker.Failed:
		e.work.drain.backOff(now)
		if budget.Held(r.Fault) {
			j = j.Postpone(r.Fault, e.o.Jitter(), now)
		} else {
			j = j.Fail(r.Fault, e.o.Jitter(), now)
		}
		j.Picture = r.OnlyPicture && j.State != queue.Waiting // not when it runs again at once
		return j
	}
	return j.Return(now)
}

// remember stores what was learnt of the scene and its items.
func remember(tx store.Tx, r worker.Result, claims change.Claims) error {
	if r.Deleted {
		return tx.DeleteSeen(r.Job.Scene)
	}
	for _, k := range r.Gone {
		if err := tx.DeleteIndexed(k); err != nil {
			return err
		}
	}
	for _, k := range r.Trashed {
		if err := trashed(tx, k); err != nil {
			return err
		}
	}
	for _, it := range r.Items {
		if err := tx.PutItemState(it.Key, it.State); err != nil {
			return err
		}
	}
	if r.Seen == nil || r.Scene == nil {
		return nil
	}
	if err := tx.PutSeen(r.Job.Scene, *r.Seen); err != nil {
		return err
	}
	return change.Remember(tx, *r.Scene, claims(*r.Scene))
}

// trashed keeps the index true: the item is found again when it comes out of Plex's trash.
func trashed(tx store.Tx, key scene.ItemKey) error {
	it, known, err := tx.Indexed(key)
	if err != nil || !known {
		return err
	}
	it.Trashed = true
	return tx.PutIndexed(it, match.Keys(it.Files))
}

// journalled marks what an undo restored and goes on with what is left of the run.
func (e *Engine) journalled(tx store.Tx, r worker.Result, j queue.Job, now time.Time) error {
	for _, seq := range r.Undone {
		if err := tx.MarkUndone(seq); err != nil {
			return err
		}
	}
	if r.Job.Undo == 0 || r.Outcome != worker.Done {
		return nil
	}
	entries, err := tx.JournalOf(r.Job.Undo, r.Job.Scene)
	if err != nil {
		return err
	}
	for _, en := range entries {
		if en.Undoable() && len(r.Undone) > 0 {
			return tx.PutJob(queue.Enqueue(&j, queue.Wish{Scene: j.Scene, Cause: "undo", Undo: r.Job.Undo}, now))
		}
	}
	return nil
}

// addActivity writes the history: what was written, and what was given up.
func (e *Engine) addActivity(tx store.Tx, r worker.Result, j queue.Job, now time.Time) error {
	if !r.Wrote && j.State != queue.Dead {
		return nil
	}
	base := store.Activity{At: now, Run: e.run.ID, Scene: j.Scene, Name: j.Name, State: j.State, Words: j.Words}
	if len(r.Items) == 0 {
		return tx.AddActivity(base)
	}
	for _, it := range r.Items {
		a := base
		a.Item, a.Changes = it.Key.String(), it.Changes
		if err := tx.AddActivity(a); err != nil {
			return err
		}
	}
	return nil
}

// ended takes in what follows from a stored result.
func (e *Engine) ended(r worker.Result, j queue.Job) {
	now, w := e.now(), &e.work
	if w.toWrite > 0 { // from the first write on, only scenes end that were to be written
		w.position, w.toWrite = max(w.position-1, 0), w.toWrite-1
	}
	switch j.State {
	case queue.Done:
		if tookWrite(r) {
			e.writable()
		}
	case queue.Dead:
		e.log.Warn("given up", "scene", j.Scene, "name", j.Name, "why", j.Words)
	}
	switch {
	case !j.State.Live():
		delete(e.run.touched, j.Scene)
	case r.Wrote:
		e.run.touched[j.Scene] = true
	}
	if len(r.Undone) > 0 {
		e.run.undid[r.Job.Undo] = true
	}
	if r.Outcome == worker.Failed {
		e.lastErr = j.Name + ": " + j.Words
	}
	if len(r.Gone) > 0 {
		e.scan.WantBy(scan.FullIndex, now.Add(newsDelay))
	}
}

// clampJobs draws stamps back that a wrong clock left in the future. It reads all jobs,
// so it writes, and keeps the writer busy, only for those it has to move.
func (e *Engine) clampJobs() {
	now := e.stamp()
	var far []scene.ID
	err := e.store.View(func(tx store.Tx) error {
		for _, s := range []queue.State{queue.Waiting, queue.Retrying, queue.Parked} {
			err := tx.JobsIn(s, func(j queue.Job) bool {
				if !j.Clamp(now).Due.Equal(j.Due) {
					far = append(far, j.Scene)
				}
				return true
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		_, err = e.host.EditJobs(far, func(tx store.Tx, j queue.Job) (bool, error) { return true, tx.PutJob(j.Clamp(now)) })
	}
	if err != nil {
		e.noteLocal(err)
	}
}
