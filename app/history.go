package app

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"lockstep/app/present"
	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// Run lists what was written.
func (c *historyCmd) Run(s *session) error {
	if c.Runs {
		return s.read(func(r reading) error { return s.runs(r, c.Limit) })
	}
	q := store.HistoryQuery{Search: c.Search, Limit: c.Limit}
	if c.Scene != "" {
		ids, err := sceneIDs([]string{c.Scene})
		if err != nil {
			return err
		}
		q.Scene = ids[0]
	}
	return s.read(func(r reading) error {
		lines, err := r.History(s.ctx, q)
		if err != nil {
			return wrap("read the history", err)
		}
		s.answer(each(lines, activityOf), func() { s.history(lines) })
		return nil
	})
}

func (s *session) history(lines []store.Activity) {
	if len(lines) == 0 {
		s.say("Nothing has been written yet.")
	}
	for _, a := range lines {
		l := present.HistoryLine(a, moment())
		s.say("%s  %s  %s", l.When, l.Name, l.What)
		for _, c := range l.Changes {
			s.say("    %s", c)
		}
	}
}

func (s *session) runs(r reading, limit int) error {
	runs, err := r.Runs(s.ctx, limit)
	if err != nil {
		return wrap("read the runs", err)
	}
	s.answer(each(runs, runOf), func() {
		var rows [][]string
		for _, run := range runs {
			rows = append(rows, []string{strconv.FormatUint(run.ID, 10), present.Run(run, moment())})
		}
		s.table([]string{"RUN", ""}, rows)
	})
	return nil
}

// list is a slice that is [] in JSON when it is empty.
func list[T any](items []T) []T {
	if items == nil {
		return []T{}
	}
	return items
}

// dict is a map that is {} in JSON when it is empty.
func dict[K comparable, V any](m map[K]V) map[K]V {
	if m == nil {
		return map[K]V{}
	}
	return m
}

// undoJSON is what undo prints.
type undoJSON struct {
	countJSON
	Lost int `json:"lost"` // scenes of which the record of what they were is damaged
}

// Run queues the undo of a run or of a scene's last write.
func (c *undoCmd) Run(s *session) error {
	q := api.UndoRequest{Run: c.RunID}
	if c.Scene != "" {
		ids, err := sceneIDs([]string{c.Scene})
		if err != nil {
			return err
		}
		q.Scene = ids[0]
	}
	if q.Run == 0 && q.Scene == scene.ID(0) {
		return errUsage{errors.New("say which --run or which --scene")}
	}
	return s.change(func(a api.API, live bool) error {
		res, err := a.Undo(s.ctx, q)
		if err != nil {
			return err
		}
		s.answer(undoJSON{countJSON{res.Enqueued, live}, res.Lost}, func() {
			s.say("%s queued to be restored.%s", present.Count(res.Enqueued, "scene", "scenes"), later(live))
			if res.Lost > 0 {
				s.say("%s cannot be restored completely: the record was damaged on disk.", present.Count(res.Lost, "scene", "scenes"))
			}
		})
		return nil
	})
}

// pauseJSON is what pause and resume print.
type pauseJSON struct {
	Paused bool       `json:"paused"`
	Until  *time.Time `json:"until"`
}

// Run stops writing, for a while or until resumed.
func (c *pauseCmd) Run(s *session) error {
	var until time.Time
	if c.For != "" {
		d, err := span(c.For)
		if err != nil {
			return err
		}
		until = now().Add(d)
	}
	return s.change(func(a api.API, _ bool) error {
		if err := a.Pause(s.ctx, until); err != nil {
			return err
		}
		s.answer(pauseJSON{true, stamp(until)}, func() {
			if until.IsZero() {
				s.say("Paused until you resume.")
				return
			}
			s.say("Paused until %s.", moment().Clock(until))
		})
		return nil
	})
}

// Run ends a pause.
func (c *resumeCmd) Run(s *session) error {
	return s.change(func(a api.API, _ bool) error {
		if err := a.Resume(s.ctx); err != nil {
			return err
		}
		s.answer(pauseJSON{}, func() { s.say("Resumed.") })
		return nil
	})
}

// span reads a length of time as typed.
func span(text string) (time.Duration, error) {
	d, err := config.ParseSpan(text)
	if err == nil && d <= 0 {
		err = fmt.Errorf("%q must be longer than zero", text)
	}
	if err != nil {
		return 0, errUsage{err}
	}
	return d, nil
}
