package app

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"lockstep/app/present"
	"lockstep/sync/api"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// jobsJSON is what `queue --json` prints.
type jobsJSON struct {
	Counts queue.Counts `json:"counts"`
	Total  int          `json:"total"` // of the jobs that match
	Jobs   []jobJSON    `json:"jobs"`
}

// Run lists jobs.
func (c *queueCmd) Run(s *session) error {
	q := store.JobQuery{Search: c.Search, Limit: c.Limit, Offset: c.Offset}
	for _, name := range c.State {
		st, err := stateNamed(name)
		if err != nil {
			return err
		}
		q.States = append(q.States, st)
	}
	return s.read(func(r reading) error {
		page, err := r.Jobs(s.ctx, q)
		if err != nil {
			return wrap("read the queue", err)
		}
		snap, err := r.Snapshot(s.ctx)
		if err != nil {
			return wrap("read the state", err)
		}
		s.answer(jobsJSON{snap.Queue, page.Total, each(page.Jobs, jobOf)}, func() { s.jobs(page, snap) })
		return nil
	})
}

// stateNames are the states of a job on the command line. Their ids in JSON do as well.
var stateNames = []struct {
	name  string
	state queue.State
}{
	{"queued", queue.Waiting}, {"in-progress", queue.Running}, {"retrying", queue.Retrying}, {"not-in-plex", queue.Parked},
	{"failed", queue.Dead}, {"skipped", queue.Skipped}, {"in-step", queue.Done},
}

// stateNamed reads a state as typed.
func stateNamed(name string) (queue.State, error) {
	typed, known := strings.ToLower(name), make([]string, len(stateNames))
	for i, s := range stateNames {
		if typed == s.name || typed == string(s.state) {
			return s.state, nil
		}
		known[i] = s.name
	}
	return "", errUsage{fmt.Errorf("%q is not a state; choose from %s", name, strings.Join(known, ", "))}
}

func (s *session) jobs(page store.JobPage, snap api.Snapshot) {
	if len(page.Jobs) == 0 {
		s.say("No jobs.")
		return
	}
	var rows [][]string
	for _, j := range page.Jobs {
		r := present.Job(j, snap, moment())
		rows = append(rows, []string{j.Scene.String(), r.State, r.Name, r.Detail})
	}
	s.table([]string{"SCENE", "STATE", "TITLE", "WHY"}, rows)
	if len(page.Jobs) < page.Total {
		s.say("%s of %s", present.Number(len(page.Jobs)), present.Count(page.Total, "job", "jobs"))
	}
}

// countJSON is what commands on jobs print.
type countJSON struct {
	Count int `json:"count"`
	// Running is false when the effect has to wait until a Lockstep runs.
	Running bool `json:"running"`
}

// Run gives jobs another chance.
func (c *retryCmd) Run(s *session) error {
	return s.onJobs(c.Scene, c.Dead, "will be retried", func(a api.API, ctx context.Context, q api.Selection) (int, error) {
		return a.Retry(ctx, q)
	})
}

// Run removes jobs.
func (c *discardCmd) Run(s *session) error {
	return s.onJobs(c.Scene, c.Dead, "discarded", func(a api.API, ctx context.Context, q api.Selection) (int, error) {
		return a.Discard(ctx, q)
	})
}

func (s *session) onJobs(ids []string, dead bool, done string, fn func(api.API, context.Context, api.Selection) (int, error)) error {
	if (len(ids) > 0) == dead {
		return errUsage{errors.New("name scenes, or use --failed")}
	}
	scenes, err := sceneIDs(ids)
	if err != nil {
		return err
	}
	return s.change(func(a api.API, live bool) error {
		n, err := fn(a, s.ctx, api.Selection{Scenes: scenes, AllDead: dead})
		if err != nil {
			return err
		}
		s.answer(countJSON{n, live}, func() { s.say("%s %s.%s", present.Count(n, "job", "jobs"), done, later(live)) })
		return nil
	})
}

// later tells when something takes effect.
func later(live bool) string {
	if live {
		return ""
	}
	return " It takes effect when Lockstep runs."
}

// sceneIDs reads ids as typed, some of them perhaps separated by commas.
func sceneIDs(texts []string) ([]scene.ID, error) {
	var ids []scene.ID
	for _, text := range texts {
		for part := range strings.SplitSeq(text, ",") {
			id, err := scene.ParseID(strings.TrimSpace(part))
			if err != nil {
				return nil, errUsage{fmt.Errorf("%q is not the id of a scene", part)}
			}
			ids = append(ids, id)
		}
	}
	return ids, nil
}
