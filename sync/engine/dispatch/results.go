package dispatch

import (
	"errors"
	"slices"
	"time"

	"lockstep/sync/budget"
	"lockstep/sync/change"
	"lockstep/sync/match"
	"lockstep/sync/message"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
	"lockstep/sync/store"
	"lockstep/sync/worker"
)

// Library is what has to be known of scenes and items to store results.
type Library struct {
	Machine  string // of the Plex server
	Mapper   match.Mapper
	PathKeys change.PathKeys
	ParkFor  time.Duration // how long a scene may wait for its item
}

// Results are results on their way to the disk.
type Results struct {
	d       *Dispatcher
	results []worker.Result
	library Library
	ended   []queue.Job // the jobs as they stand afterwards
	counts  counts
}

// Take begins to take results in: Put stores them, and Stored is to be called once they are
// on disk.
func (d *Dispatcher) Take(rs []worker.Result, l Library) *Results {
	return &Results{d: d, results: rs, library: l}
}

// Proven reports whether Plex proved to be there.
func (r *Results) Proven() bool {
	return slices.ContainsFunc(r.results, func(r worker.Result) bool { return r.Wrote || r.Outcome == worker.Done })
}

// Through are the scenes that are done with.
func (r *Results) Through() []scene.ID {
	var ids []scene.ID
	for _, r := range r.results {
		switch r.Outcome {
		case worker.Done, worker.Skipped, worker.Parked:
			ids = append(ids, r.Job.Scene)
		}
	}
	return ids
}

// Generation is that of the breaker when the batch began.
func (r *Results) Generation() uint64 {
	if r.d.batch == nil {
		return 0
	}
	return r.d.batch.generation
}

// Put stores jobs, items, what was seen and the counts that follow.
func (r *Results) Put(tx store.Tx) error {
	now := r.d.host.Stamp()
	r.ended = nil
	for _, result := range r.results {
		j, err := r.put(tx, result, now)
		if err != nil {
			return err
		}
		r.ended = append(r.ended, j)
	}
	r.counts = r.d.count(r.results, r.ended)
	return errors.Join(tx.PutRun(r.counts.run), r.counts.book.Put(tx, r.counts.ended))
}

// put stores one result and returns the job as it stands afterwards.
func (r *Results) put(tx store.Tx, result worker.Result, now time.Time) (queue.Job, error) {
	j, ok, err := tx.Job(result.Job.Scene)
	if err != nil {
		return j, err
	}
	if !ok {
		j = result.Job
	}
	if result.Name != "" {
		j.Name = result.Name
	}
	if err := r.remember(tx, result); err != nil {
		return j, err
	}
	late, err := r.appearedMeanwhile(tx, result)
	if err != nil {
		return j, err
	}
	if late {
		result.Outcome = worker.Returned
	}
	j = r.outcome(j, result, now)
	if err := tx.PutJob(j); err != nil {
		return j, err
	}
	if err := undone(tx, result, j, now); err != nil {
		return j, err
	}
	return j, r.addActivity(tx, result, j, now)
}

// appearedMeanwhile reports a job to be parked whose item entered the index after the
// worker had looked there: nothing would wake it.
func (r *Results) appearedMeanwhile(tx store.Tx, result worker.Result) (bool, error) {
	if result.Outcome != worker.Parked || result.Scene == nil {
		return false, nil
	}
	found, err := match.Resolve(*result.Scene, r.library.Mapper, store.Lookup(tx, r.library.Machine))
	return len(found.Targets) > 0, err
}

// outcome moves a job by a result.
func (r *Results) outcome(j queue.Job, result worker.Result, now time.Time) queue.Job {
	switch result.Outcome {
	case worker.Done:
		return j.Complete(result.Message, now)
	case worker.Skipped:
		return j.Skip(result.Code, result.Message, now)
	case worker.Parked:
		end := j.Enqueued.Add(r.library.ParkFor)
		if !end.After(now) {
			return j.Skip(skip.NotInPlex, result.Message, now)
		}
		return j.Park(result.Awaits, result.Message, end, now)
	case worker.Failed:
		if budget.Held(result.Fault) {
			j = j.Postpone(result.Fault, r.d.jitter(), now)
		} else {
			j = j.Fail(result.Fault, r.d.jitter(), now)
		}
		j.Picture = result.OnlyPicture && j.State != queue.Waiting // not when it runs again at once
		return j
	}
	return j.Return(now)
}

// remember stores what was learnt of the scene and its items.
func (r *Results) remember(tx store.Tx, result worker.Result) error {
	if result.Deleted {
		return tx.DeleteSeen(result.Job.Scene)
	}
	for _, k := range result.Gone {
		if err := tx.DeleteIndexed(k); err != nil {
			return err
		}
	}
	for _, k := range result.Trashed {
		if err := trashed(tx, k); err != nil {
			return err
		}
	}
	for _, it := range result.Items {
		if err := tx.PutItemState(it.Key, it.State); err != nil {
			return err
		}
	}
	if result.Seen == nil || result.Scene == nil {
		return nil
	}
	if err := tx.PutSeen(result.Job.Scene, *result.Seen); err != nil {
		return err
	}
	return change.Remember(tx, *result.Scene, r.library.PathKeys(*result.Scene))
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

// undone marks what an undo restored and goes on with what is left of the run.
func undone(tx store.Tx, r worker.Result, j queue.Job, now time.Time) error {
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
			return tx.PutJob(queue.Enqueue(&j, queue.Wish{Scene: j.Scene, Cause: queue.Undo, Undo: r.Job.Undo}, now))
		}
	}
	return nil
}

// addActivity writes the history: what was written, and what was given up.
func (r *Results) addActivity(tx store.Tx, result worker.Result, j queue.Job, now time.Time) error {
	if !result.Wrote && j.State != queue.Dead {
		return nil
	}
	base := store.Activity{At: now, Run: r.d.run.ID, Scene: j.Scene, Name: j.Name, State: j.State, Message: j.Message}
	if len(result.Items) == 0 {
		return tx.AddActivity(base)
	}
	for _, it := range result.Items {
		a := base
		a.Item, a.Changes = it.Key.String(), it.Changes
		if err := tx.AddActivity(a); err != nil {
			return err
		}
	}
	return nil
}

// Followed is what follows from stored results for others.
type Followed struct {
	// Gone says that Plex does not have items any more that the index had.
	Gone bool
	// Writable says that Plex took a write after it had taken none.
	Writable bool
	// Failed is what the last job that failed says, zero when none did.
	Failed message.Message
}

// Stored goes on with results that are on disk.
func (r *Results) Stored() Followed {
	d := r.d
	d.run.Run = r.counts.run
	d.stored(r.counts)
	var f Followed
	for i, result := range r.results {
		delete(d.claimed, result.Job.Scene)
		d.followed(result, r.ended[i], &f)
	}
	return f
}

func (d *Dispatcher) followed(r worker.Result, j queue.Job, f *Followed) {
	if b := d.batch; b != nil && b.toWrite > 0 { // from the first write on, only scenes end that were to be written
		b.position, b.toWrite = max(b.position-1, 0), b.toWrite-1
	}
	if j.State == queue.Done && r.Wrote && r.Outcome == worker.Done && d.refused != nil {
		d.host.Log.Info("Plex accepts writes again")
		d.refused, f.Writable = nil, true
	}
	if j.State == queue.Dead {
		d.host.Log.Warn("a scene failed", "scene", j.Scene, "name", j.Name, "why", j.Message)
	}
	if r.Outcome == worker.Failed {
		d.ramp.backOff(d.host.Now())
		f.Failed = message.New(message.Headed, message.Of(message.New(message.PlainTitle, message.Title(j.Name))), message.Of(j.Message))
	}
	f.Gone = f.Gone || len(r.Gone) > 0
	d.run.ended(r, j)
}
