package storage_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"lockstep/sync/message"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
	"lockstep/sync/store"
)

func TestDueJobsMergesWaitingAndRetryingByDue(t *testing.T) {
	t.Parallel()
	d := fresh(t)
	put := func(id scene.ID, s queue.State, at int) queue.Job {
		return queue.Job{Scene: id, State: s, Due: start.Add(time.Duration(at) * time.Second)}
	}
	update(t, d, func(tx store.Tx) error {
		for _, j := range []queue.Job{
			put(1, queue.Retrying, 5), put(2, queue.Waiting, 3), put(3, queue.Waiting, 9),
			put(4, queue.Retrying, 1), put(5, queue.Parked, 0), put(6, queue.Waiting, 5), put(7, queue.Retrying, 20),
		} {
			if err := tx.PutJob(j); err != nil {
				return err
			}
		}
		return nil
	})
	view(t, d, func(tx store.Tx) error {
		due, err := tx.DueJobs(start.Add(9*time.Second), 10)
		if got, want := scenes(due), []scene.ID{4, 2, 1, 6, 3}; !slices.Equal(got, want) || err != nil {
			t.Errorf("due = %v, %v; want %v", got, err, want)
		}
		due, _ = tx.DueJobs(start.Add(9*time.Second), 2)
		if got, want := scenes(due), []scene.ID{4, 2}; !slices.Equal(got, want) {
			t.Errorf("first two = %v; want %v", got, want)
		}
		due, _ = tx.DueJobs(start.Add(9*time.Second-1), 10)
		if got, want := scenes(due), []scene.ID{4, 2, 1, 6}; !slices.Equal(got, want) {
			t.Errorf("a nanosecond early = %v; want %v", got, want)
		}
		next, ok, err := tx.NextDue()
		if want := start.Add(time.Second); !ok || !next.Equal(want) || err != nil {
			t.Errorf("next due = %v, %v, %v; want %v", next, ok, err, want)
		}
		return nil
	})
}

func scenes(jobs []queue.Job) []scene.ID {
	var out []scene.ID
	for _, j := range jobs {
		out = append(out, j.Scene)
	}
	return out
}

func TestOneSceneHasOneJobWhateverItsState(t *testing.T) {
	t.Parallel()
	d := fresh(t)
	for _, s := range queue.States() {
		update(t, d, func(tx store.Tx) error {
			return tx.PutJob(queue.Job{Scene: 7, State: s, Due: start})
		})
		want := queue.Counts{}
		want.Add(s, 1)
		if got := d.Counts(); got != want {
			t.Errorf("after %s: counts %+v", s, got)
		}
		audit(t, d)
	}
	update(t, d, func(tx store.Tx) error { return tx.DeleteJob(7) })
	update(t, d, func(tx store.Tx) error { return tx.DeleteJob(7) })
	if got := d.Counts(); got != (queue.Counts{}) {
		t.Errorf("after delete: %+v", got)
	}
	audit(t, d)
}

func TestJobsInMayChangeTheJobsItWalks(t *testing.T) {
	t.Parallel()
	d := fresh(t)
	const n = 700 // more than two chunks
	enqueue(t, d, 1, n)
	seen := 0
	update(t, d, func(tx store.Tx) error {
		seen = 0
		var inner error
		err := tx.JobsIn(queue.Waiting, func(j queue.Job) bool {
			seen++
			inner = tx.PutJob(j.Park(nil, message.None, start.Add(time.Hour), start))
			return inner == nil
		})
		if err != nil {
			return err
		}
		return inner
	})
	if got := d.Counts(); seen != n || got.Parked != n || got.Waiting != 0 {
		t.Errorf("walked %d of %d, counts %+v", seen, n, got)
	}
	audit(t, d)
}

func TestJobsInEndsWhenJobsAreMovedFurtherBack(t *testing.T) {
	t.Parallel()
	d := fresh(t)
	enqueue(t, d, 1, 300)
	calls := 0
	update(t, d, func(tx store.Tx) error {
		calls = 0
		return tx.JobsIn(queue.Waiting, func(j queue.Job) bool {
			calls++
			j.Due = j.Due.Add(24 * time.Hour)
			return tx.PutJob(j) == nil
		})
	})
	if calls != 300 {
		t.Errorf("called %d times for 300 jobs", calls)
	}
}

func TestListJobsPagesThroughEverythingOnce(t *testing.T) {
	t.Parallel()
	d := fresh(t)
	update(t, d, func(tx store.Tx) error {
		for id := scene.ID(1); id <= 250; id++ {
			j := waiting(id)
			j.State = queue.States()[int(id)%len(queue.States())]
			if id%50 == 0 {
				j.Name = `The "Night" Train é`
			}
			if err := tx.PutJob(j); err != nil {
				return err
			}
		}
		return nil
	})
	view(t, d, func(tx store.Tx) error {
		for _, limit := range []int{1, 7, 100, 1000} {
			found := map[scene.ID]int{}
			for offset := 0; ; offset += limit {
				p, err := tx.ListJobs(store.JobQuery{Offset: offset, Limit: limit})
				if err != nil || p.Total != 250 {
					t.Fatalf("page at %d: total %d, %v", offset, p.Total, err)
				}
				for _, j := range p.Jobs {
					found[j.Scene]++
				}
				if len(p.Jobs) < limit {
					break
				}
			}
			if len(found) != 250 {
				t.Errorf("limit %d: %d of 250 scenes", limit, len(found))
			}
		}
		return nil
	})
	checkSearches(t, d)
}

func TestJobsAreListedByReason(t *testing.T) {
	t.Parallel()
	d := fresh(t)
	update(t, d, func(tx store.Tx) error {
		for id := scene.ID(1); id <= 30; id++ {
			j := waiting(id)
			j.Name, j.State, j.Code = "Tidal Pools", queue.Skipped, []skip.Code{skip.NoMetadata, skip.Ambiguous, skip.FilteredTag}[id%3]
			if err := tx.PutJob(j); err != nil {
				return err
			}
		}
		return nil
	})
	view(t, d, func(tx store.Tx) error {
		p, err := tx.ListJobs(store.JobQuery{States: []queue.State{queue.Skipped}, Reason: skip.Ambiguous, Search: "tidal", Limit: 4, Offset: 8})
		if err != nil || p.Total != 10 || len(p.Jobs) != 2 || p.Jobs[0].Code != skip.Ambiguous {
			t.Errorf("%+v of %d, %v", p.Jobs, p.Total, err)
		}
		return nil
	})
}

func checkSearches(t *testing.T, d store.Store) {
	t.Helper()
	tests := map[string]struct {
		query       store.JobQuery
		total, page int
	}{
		"name in any case":  {store.JobQuery{Search: `"night" TRAIN É`}, 5, 5},
		"second page":       {store.JobQuery{Search: "night", Offset: 3, Limit: 2}, 5, 2},
		"past the end":      {store.JobQuery{Search: "night", Offset: 5}, 5, 0},
		"id":                {store.JobQuery{Search: "249"}, 1, 1},
		"one state":         {store.JobQuery{States: []queue.State{queue.Dead}, Limit: 10}, 36, 10},
		"search in a state": {store.JobQuery{States: []queue.State{queue.Running}, Search: "night"}, 0, 0},
		"nothing":           {store.JobQuery{Search: "lighthouse"}, 0, 0},
	}
	for name, tc := range tests {
		view(t, d, func(tx store.Tx) error {
			p, err := tx.ListJobs(tc.query)
			if p.Total != tc.total || len(p.Jobs) != tc.page {
				t.Errorf("%s: %d of %d, want %d of %d", name, len(p.Jobs), p.Total, tc.page, tc.total)
			}
			return err
		})
	}
}

func TestListJobsShowsFinishedOnesNewestFirst(t *testing.T) {
	t.Parallel()
	d := fresh(t)
	update(t, d, func(tx store.Tx) error {
		for id := scene.ID(1); id <= 3; id++ {
			for k, s := range []queue.State{queue.Done, queue.Waiting} {
				j := waiting(id + scene.ID(10*k))
				j.State = s
				if err := tx.PutJob(j); err != nil {
					return err
				}
			}
		}
		return nil
	})
	view(t, d, func(tx store.Tx) error {
		p, err := tx.ListJobs(store.JobQuery{})
		if got, want := fmt.Sprint(scenes(p.Jobs)), "[11 12 13 3 2 1]"; got != want {
			t.Errorf("order %s, want %s", got, want)
		}
		return err
	})
}

func TestTimesOfAJobAreStoredWithoutAZone(t *testing.T) {
	t.Parallel()
	d := fresh(t)
	j := waiting(1)
	want := j
	zone := time.FixedZone("somewhere", 3600)
	j.Due, j.Enqueued = j.Due.In(zone), j.Enqueued.In(zone)
	update(t, d, func(tx store.Tx) error { return tx.PutJob(j) })
	view(t, d, func(tx store.Tx) error {
		got, _, err := tx.Job(1)
		if got.Due != want.Due || got.Enqueued != want.Enqueued {
			t.Errorf("due %v, enqueued %v", got.Due, got.Enqueued)
		}
		return err
	})
}
