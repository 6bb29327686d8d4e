package dispatch

import (
	"slices"

	"lockstep/sync/api"
	"lockstep/sync/engine/host"
	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// Selected are the scenes of a selection of jobs, each once. A scene without a job is an error.
func Selected(h host.Host, q api.Selection) ([]scene.ID, error) {
	ids := slices.Clone(q.Scenes)
	err := h.Store.View(func(tx store.Tx) error {
		for _, id := range ids {
			if _, ok, err := tx.Job(id); err != nil {
				return err
			} else if !ok {
				return fault.New(fault.NotFound, fault.None, message.New(message.NotInQueue, message.Number(id)), message.New(message.AdviceNotInQueue), nil)
			}
		}
		for _, state := range statesOf(q) {
			err := tx.JobsIn(state, func(j queue.Job) bool {
				if state != queue.Skipped || j.Code == q.Reason {
					ids = append(ids, j.Scene)
				}
				return true
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	slices.Sort(ids)
	return slices.Compact(ids), err
}

// statesOf are the states whose jobs a selection takes without their names.
func statesOf(q api.Selection) []queue.State {
	var out []queue.State
	if q.AllDead {
		out = append(out, queue.Dead)
	}
	if q.Parked {
		out = append(out, queue.Parked)
	}
	if q.Reason != "" {
		out = append(out, queue.Skipped)
	}
	return out
}

// Discard removes the jobs of a selection from the queue, except those that are running, and
// returns how many it removed.
func Discard(h host.Host, q api.Selection) (int, error) {
	ids, err := Selected(h, q)
	if err != nil {
		return 0, err
	}
	return h.EditJobs(ids, func(tx store.Tx, j queue.Job) (bool, error) {
		if j.State == queue.Running {
			return false, nil
		}
		return true, tx.DeleteJob(j.Scene)
	})
}
