package stash

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"lockstep/sync/budget"
	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/scene"
)

// wirePlayed is a scene with its plays.
type wirePlayed struct {
	wireScene
	Plays   []string `json:"play_history"`
	Resume  float64  `json:"resume_time"`
	Watched float64  `json:"play_duration"`
}

func (w wirePlayed) played() (scene.Played, error) {
	s, err := w.scene()
	if err != nil {
		return scene.Played{}, err
	}
	p := scene.Played{Scene: s, Resume: seconds(w.Resume), Watched: seconds(w.Watched)}
	p.Plays, err = times(w.Plays)
	return p, err
}

// longestTime bounds the seconds that are believed: more would overflow.
const longestTime = 100 * 365 * 24 * time.Hour

func seconds(f float64) time.Duration {
	if !(f > 0 && f < longestTime.Seconds()) {
		return 0
	}
	return time.Duration(f * float64(time.Second))
}

// times reads stamps, the latest first.
func times(texts []string) ([]time.Time, error) {
	out := make([]time.Time, 0, len(texts))
	for _, text := range texts {
		t, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return nil, fault.New(fault.Temporary, fault.Stash, message.New(message.StashBadTime), message.New(message.AdviceStashLog), err)
		}
		out = append(out, t.UTC())
	}
	slices.SortFunc(out, func(a, b time.Time) int { return b.Compare(a) })
	return out, nil
}

// Played reads scenes with their plays, 100 per request; ids may repeat. Nil means that the
// scene is deleted in Stash. One that Stash could not read is missing from the map.
func (c *Client) Played(ctx context.Context, ids []scene.ID) (map[scene.ID]*scene.Played, error) {
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	ids = slices.DeleteFunc(ids, func(id scene.ID) bool { return id == 0 })
	out := make(map[scene.ID]*scene.Played, len(ids))
	for len(ids) > 0 {
		part := ids[:min(len(ids), c.batches.Next())]
		err := c.somePlayed(ctx, part, out)
		if err != nil && c.batches.Shrink(len(part), err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		c.batches.Took()
		ids = ids[len(part):]
	}
	return out, nil
}

func (c *Client) somePlayed(ctx context.Context, ids []scene.ID, out map[scene.ID]*scene.Played) error {
	return c.post(ctx, question{kind: budget.Played, query: playedQuery(), vars: variables(ids), limit: pageLimit}, func(a answer) error {
		bad, err := c.blame(ctx, a.Errors, len(ids))
		if err != nil {
			return err
		}
		var data map[string]json.RawMessage
		if err := unmarshal(a.Data, &data); err != nil {
			return c.notStash(err)
		}
		for i, id := range ids {
			raw, answered := data["s"+strconv.Itoa(i)]
			p, err := c.onePlayed(raw, id)
			if !answered || bad[i] != nil || err != nil || p == nil && len(bad) > 0 {
				continue // a null beside the errors of others may mean anything
			}
			out[id] = p
		}
		return nil
	})
}

// onePlayed decodes the scene under an alias; nil without error for a null.
func (c *Client) onePlayed(raw json.RawMessage, id scene.ID) (*scene.Played, error) {
	var w *wirePlayed
	if err := unmarshal(raw, &w); err != nil {
		return nil, c.notStash(err)
	}
	if w == nil {
		return nil, nil
	}
	p, err := w.played()
	if err == nil && p.ID != id {
		err = c.notStash(errID)
	}
	return &p, err
}

// AddPlays adds plays to a scene and returns all it has then, the latest first. Stash does
// not look whether it has one already: after a failure the caller has to. One request.
func (c *Client) AddPlays(ctx context.Context, id scene.ID, at []time.Time) ([]time.Time, error) {
	return c.changePlays(ctx, addPlaysQuery, id, at)
}

// DeletePlays takes back one play for each of the times, if the scene has one at exactly that
// second, and returns what is left, the latest first. One request.
func (c *Client) DeletePlays(ctx context.Context, id scene.ID, at []time.Time) ([]time.Time, error) {
	return c.changePlays(ctx, deletePlaysQuery, id, at)
}

func (c *Client) changePlays(ctx context.Context, query string, id scene.ID, at []time.Time) (left []time.Time, err error) {
	if id == 0 || len(at) == 0 { // without a time Stash takes the present one, or the latest play
		return nil, fault.New(fault.Local, fault.Stash, message.New(message.StashUnwritten), message.None, errID)
	}
	texts := make([]string, len(at))
	for i, t := range at {
		texts[i] = t.UTC().Format(time.RFC3339)
	}
	var out map[string]*struct{ History []string }
	q := question{kind: budget.Play, query: query, vars: map[string]any{"id": id.String(), "times": texts}, limit: pageLimit, once: true}
	err = c.ask(ctx, q, &out, func() error {
		for _, result := range out {
			if result != nil {
				left, err = times(result.History)
				return err
			}
		}
		return c.notStash(nil)
	})
	return left, err
}

// SaveActivity sets where a scene was left, unless resume is nil, and adds to how long it was
// watched; a negative time takes that back. One request.
func (c *Client) SaveActivity(ctx context.Context, id scene.ID, resume *time.Duration, watched time.Duration) error {
	vars := map[string]any{"id": id.String(), "resume": nil, "watched": watched.Seconds()}
	if resume != nil {
		vars["resume"] = resume.Seconds()
	}
	var out struct {
		Saved *bool `json:"sceneSaveActivity"`
	}
	return c.ask(ctx, question{kind: budget.Resume, query: saveActivityQuery, vars: vars, once: true}, &out, func() error {
		if out.Saved == nil {
			return c.notStash(nil)
		}
		return nil
	})
}

// Rate gives a scene a rating from 1 to 100; zero takes it away. One request.
func (c *Client) Rate(ctx context.Context, id scene.ID, rating int) error {
	vars := map[string]any{"id": id.String(), "rating": nil}
	if rating > 0 {
		vars["rating"] = min(rating, 100)
	}
	var out struct {
		Scene *struct {
			Rating int `json:"rating100"`
		} `json:"sceneUpdate"`
	}
	return c.ask(ctx, question{kind: budget.Rate, query: rateQuery, vars: vars}, &out, func() error {
		if out.Scene == nil {
			return c.notStash(nil)
		}
		return nil
	})
}
