package app

import (
	"log/slog"
	"time"

	"lockstep/app/present"
	"lockstep/sync/api"
	"lockstep/sync/playback"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
	"lockstep/sync/store"
)

// fromPlexJSON is what `activity --json` prints.
type fromPlexJSON struct {
	Looked  *time.Time         `json:"looked"` // when Plex was last asked with success
	Asking  int                `json:"asking"` // values that wait for a decision
	Words   string             `json:"words"`  // what stands in the way
	Message *messageJSON       `json:"message"`
	Kinds   []activityKindJSON `json:"kinds"`
	Total   int                `json:"total"` // of the rows that match
	Rows    []playbackJSON     `json:"rows"`
}

// activityStatusJSON is the same without rows.
type activityStatusJSON struct {
	Looked  *time.Time         `json:"looked"`
	Asking  int                `json:"asking"`
	Words   string             `json:"words"`
	Message *messageJSON       `json:"message"`
	Kinds   []activityKindJSON `json:"kinds"`
}

type activityKindJSON struct {
	Kind    playback.Kind               `json:"kind"`
	On      bool                        `json:"on"`
	Allowed bool                        `json:"allowed"` // somebody said that it may be written
	Counts  map[store.PlaybackState]int `json:"counts"`
}

// playbackJSON is a play, a resume point or a rating. Resume points are in seconds.
type playbackJSON struct {
	Kind    playback.Kind       `json:"kind"`
	At      *time.Time          `json:"at"`
	Account int64               `json:"account"`
	Item    string              `json:"item"` // machine/ratingKey
	Title   string              `json:"title"`
	Scene   scene.ID            `json:"scene"`
	Name    string              `json:"name"`
	State   store.PlaybackState `json:"state"`
	Code    skip.Code           `json:"code"`
	Words   string              `json:"words"`
	Message *messageJSON        `json:"message"`
	Run     uint64              `json:"run"`
	Plex    float64             `json:"plex"`  // the value in Plex, 0 for none
	Stash   float64             `json:"stash"` // the value Stash had
}

func playbackOf(p store.Playback) playbackJSON {
	scale := 1.0
	if p.Kind == playback.Resume {
		scale = 1000
	}
	return playbackJSON{
		p.Kind, stamp(p.At), p.Account, p.Item.String(), p.Title, p.Scene, p.Name, p.State, p.Code, p.Why.String(), messageOf(p.Why), p.Run,
		float64(p.New) / scale, float64(p.Old) / scale,
	}
}

func activityPageOf(page api.ActivityPage) fromPlexJSON {
	kind := func(k api.ActivityKind) activityKindJSON {
		return activityKindJSON{k.Kind, k.On, k.Allowed, dict(k.Counts)}
	}
	return fromPlexJSON{
		stamp(page.Looked), page.Asking, page.Why.String(), messageOf(page.Why), each(page.Kinds, kind), page.Total, each(page.Rows, playbackOf),
	}
}

// Run shows what Stash learns from Plex, or decides about what waits.
func (c *activityCmd) Run(s *session) error {
	q := api.ActivityQuery{Limit: c.Limit}
	if c.Everything {
		q.States = store.PlaybackStates()
	}
	switch {
	case c.Yes || c.FromNowOn:
		return s.change(func(a api.API, live bool) error { return c.answer(s, a, live) })
	case c.Preview:
		return s.reach(ownParams{hold: true, level: s.level(slog.LevelWarn)}, func(a api.API, _ bool) error {
			if err := s.connected(a); err != nil {
				return err
			}
			if err := a.CheckActivity(s.ctx, api.ActivityCheck{Preview: true}); err != nil {
				return err
			}
			return s.activity(a, q)
		})
	}
	return s.read(func(r reading) error { return s.activity(r, q) })
}

func (c *activityCmd) answer(s *session, a api.API, live bool) error {
	n, err := a.AnswerActivity(s.ctx, api.ActivityAnswer{Write: c.Yes})
	if err != nil {
		return err
	}
	s.answer(countJSON{n, live}, func() {
		done := "skipped"
		if c.Yes {
			done = "will be written to Stash"
		}
		s.say("%s %s.%s", present.Count(n, "value", "values"), done, later(live))
	})
	return nil
}

func (s *session) activity(r reading, q api.ActivityQuery) error {
	page, err := r.Activity(s.ctx, q)
	if err != nil {
		return wrap("read what Stash learns from Plex", err)
	}
	s.answer(activityPageOf(page), func() {
		s.say("%s", present.ActivityLine(page.Activity, moment()).Words)
		for _, k := range page.Kinds {
			s.say("%s", present.PlaybackCounts(k))
		}
		var rows [][]string
		for _, p := range page.Rows {
			row := present.PlaybackRow(p, moment())
			rows = append(rows, []string{row.When, row.Name, row.What, row.State})
		}
		if len(rows) > 0 {
			s.table([]string{"WHEN", "TITLE", "IN PLEX", "IN STASH"}, rows)
		}
		if len(rows) < page.Total {
			s.say("%s of %s", present.Number(len(rows)), present.Number(page.Total))
		}
		if page.Asking > 0 {
			s.say("Decide with lockstep activity --yes, or --from-now-on to skip these.")
		}
	})
	return nil
}
