package monitor

import (
	"time"

	"lockstep/sync/fault"
	"lockstep/sync/health"
	"lockstep/sync/message"
	"lockstep/sync/outage"
	"lockstep/sync/queue"
	"lockstep/sync/store"
)

// Hold notes in the outage record how many jobs wait.
func (m *Monitor) Hold() error {
	next, ch := health.Hold(m.state, m.host.Store.Counts().Pending())
	if err := m.store(next, ch, nil); err != nil {
		return err
	}
	m.state = next
	return nil
}

// victimSlack is how long before an outage was noticed a death still counts as its
// doing: a job's retries end before the breaker has seen enough to open.
const victimSlack = 10 * time.Minute

// Requeue gives the jobs another chance that died because of the outage that just ended.
// Doing it twice changes nothing.
func (m *Monitor) Requeue() error {
	r, now := m.state.Newest, m.host.Stamp()
	next := r
	err := m.host.Store.Update(func(tx store.Tx) error {
		var victims []queue.Job
		err := tx.JobsIn(queue.Dead, func(j queue.Job) bool {
			if victimOf(j, r) {
				victims = append(victims, j)
			}
			return true
		})
		if err != nil {
			return err
		}
		for _, j := range victims {
			if err := requeue(tx, j, r.ID, now); err != nil {
				return err
			}
		}
		if next.Requeued = r.Requeued + len(victims); len(victims) > 0 {
			return tx.PutOutage(next)
		}
		return nil
	})
	if err == nil {
		m.state.Newest = next
	}
	return err
}

func requeue(tx store.Tx, j queue.Job, during uint64, now time.Time) error {
	q := queue.Enqueue(&j, queue.Wish{Scene: j.Scene, Cause: queue.Outage}, now)
	q.Outage = during
	if err := tx.PutJob(q); err != nil {
		return err
	}
	return tx.AddActivity(store.Activity{At: now, Scene: j.Scene, Name: j.Name, State: q.State,
		Message: message.New(message.QueuedAgain, message.Number(during), message.Of(j.Message))})
}

func victimOf(j queue.Job, r outage.Record) bool {
	serverFault := j.Class == fault.Unreachable || j.Class == fault.Temporary || j.Class == fault.Busy
	return serverFault && !j.Due.Before(r.Started.Add(-victimSlack)) && !j.Due.After(r.Ended)
}
