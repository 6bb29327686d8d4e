package audit

import (
	"fmt"
	"log/slog"
	"slices"
	"testing"

	"lockstep/sync/brake"
	"lockstep/sync/config"
	"lockstep/sync/engine/host"
	"lockstep/sync/plan"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/store"
	"lockstep/sync/testkit"
	"lockstep/sync/worker"
)

// planned is a job that would overwrite a summary somebody else wrote.
func planned(id int, change func(*queue.Job)) worker.Planned {
	j := queue.Job{Scene: scene.ID(id), State: queue.Running}
	if change != nil {
		change(&j)
	}
	return worker.Planned{Job: j, Plans: []plan.Plan{{Changed: true, Decisions: []plan.Decision{
		{Field: scene.FieldSummary, Action: plan.Write, Old: "Theirs.", New: "Ours.", Foreign: true},
	}}}}
}

// Whom the brake asks about: neither what a person confirmed, before or after the job was
// handed out, nor an undo, nor what loses nothing.
func TestTheBrakeLetsConfirmedJobsAndUndosPass(t *testing.T) {
	t.Parallel()
	confirmed := func(j *queue.Job) { j.Confirmed = true }
	for name, tt := range map[string]struct {
		list   []worker.Planned
		stored func(*queue.Job) // what became of the job of scene 2 in the store meanwhile
		held   []scene.ID
		counts bool // something is on disk as let pass or held
	}{
		"nobody confirmed":            {[]worker.Planned{planned(1, nil), planned(2, nil)}, nil, []scene.ID{1, 2}, true},
		"one was confirmed":           {[]worker.Planned{planned(1, confirmed), planned(2, nil), planned(3, nil)}, nil, []scene.ID{2, 3}, true},
		"all were":                    {[]worker.Planned{planned(1, confirmed), planned(2, confirmed)}, nil, nil, false},
		"one was since it was taken":  {[]worker.Planned{planned(1, nil), planned(2, nil), planned(3, nil)}, confirmed, []scene.ID{1, 3}, true},
		"one is an undo":              {[]worker.Planned{planned(1, func(j *queue.Job) { j.Undo = 3 }), planned(2, nil), planned(3, nil)}, nil, []scene.ID{2, 3}, true},
		"they lose nothing":           {[]worker.Planned{{Job: queue.Job{Scene: 1}, Plans: []plan.Plan{{Changed: true, Decisions: []plan.Decision{{Field: scene.FieldSummary, Action: plan.Write, New: "Ours."}}}}}}, nil, nil, false},
		"one is within the limit":     {[]worker.Planned{planned(1, nil)}, nil, nil, true},
		"its job is gone, but it was": {[]worker.Planned{planned(7, confirmed), planned(8, confirmed), planned(9, confirmed)}, nil, nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := testkit.NewShelf(t, 0)
			a := New(host.Host{Store: s.DB, Now: s.Clock.Now, Log: slog.New(slog.DiscardHandler)})
			if err := a.Load(); err != nil {
				t.Fatal(err)
			}
			settings := config.Defaults()
			settings.BrakeMinimum, settings.BrakePercent = 2, 1
			s.Update(t, func(tx store.Tx) error {
				for id := 1; id <= 3; id++ {
					j := queue.Enqueue(nil, queue.Wish{Scene: scene.ID(id)}, s.Clock.Now()).Claim(s.Clock.Now())
					if id == 2 && tt.stored != nil {
						tt.stored(&j)
					}
					if err := tx.PutJob(j); err != nil {
						return err
					}
				}
				return nil
			})
			held, err := a.Admit(TakesAway(tt.list), settings)
			if err != nil {
				t.Fatal(err)
			}
			var ids []scene.ID
			for id, words := range held {
				if ids = append(ids, id); words.IsZero() {
					t.Errorf("scene %s is held without a word", id)
				}
			}
			if slices.Sort(ids); !slices.Equal(ids, tt.held) {
				t.Errorf("held %v, want %v", ids, tt.held)
			}
			var b brake.State
			s.View(t, func(tx store.Tx) error { _, err := tx.Value(brakeValue, &b); return err })
			if counts := !b.Began.IsZero(); counts != tt.counts || fmt.Sprint(b.Held != 0) != fmt.Sprint(len(tt.held) > 0) || !b.Same(a.brake) {
				t.Errorf("on disk: %+v", b)
			}
		})
	}
}
