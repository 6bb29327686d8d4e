package stash

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"lockstep/sync/budget"
	"lockstep/sync/fault"
	"lockstep/sync/httpc"
	"lockstep/sync/message"
	"lockstep/sync/scene"
)

const (
	// batch is the number of scenes per request: 100 take about 0.1 s, larger batches
	// are not faster per scene.
	batch      = 100
	leastBatch = 5
	// found bounds the answers of a search made for a person.
	found = 25
)

// Partial reports that Stash answered for some of the scenes asked for and not for
// others. The scenes it did answer for are returned beside it and can be used.
type Partial struct {
	Failed map[scene.ID]error // a fault each
}

// Error names the first scene that failed and how many did.
func (p *Partial) Error() string {
	first := slices.Min(slices.Collect(maps.Keys(p.Failed)))
	return fmt.Sprintf("read %d scenes, first %s: %v", len(p.Failed), first, p.Failed[first])
}

// Unwrap gives the fault of the first scene that failed.
func (p *Partial) Unwrap() error {
	return p.Failed[slices.Min(slices.Collect(maps.Keys(p.Failed)))]
}

// Scenes reads scenes by id, 100 per request; ids may repeat. A nil value means the
// scene is deleted in Stash, said by an answer without any error. An id missing from
// the map was not answered for: then the error is a *Partial, and the map holds the
// others. With any other error the map is nil. Of each scene the parts are read beside what
// every sync needs.
func (c *Client) Scenes(ctx context.Context, ids []scene.ID, parts scene.Parts) (map[scene.ID]*scene.Scene, error) {
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	ids = slices.DeleteFunc(ids, func(id scene.ID) bool { return id == 0 })
	out := make(map[scene.ID]*scene.Scene, len(ids))
	failed := map[scene.ID]error{}
	query := batchQuery(c.shape(ctx, parts))
	for len(ids) > 0 {
		part := ids[:min(len(ids), c.batches.Next())]
		unsure, err := c.fetch(ctx, query, part, out, failed)
		if err != nil && c.batches.Shrink(len(part), err) {
			continue
		}
		if err == nil && len(unsure) > 0 {
			unsure, err = c.fetch(ctx, query, unsure, out, failed)
		}
		if err != nil {
			return nil, err
		}
		for _, id := range unsure {
			failed[id] = fault.New(fault.Temporary, fault.Stash, message.New(message.StashUnsure), message.None, nil)
		}
		c.batches.Took()
		ids = ids[len(part):]
	}
	if len(failed) > 0 {
		return out, &Partial{Failed: failed}
	}
	return out, nil
}

// fetch asks for at most batch scenes and sorts them into out and failed. A null beside
// the errors of others may mean "deleted" or not: such ids come back as unsure.
func (c *Client) fetch(ctx context.Context, query string, ids []scene.ID, out map[scene.ID]*scene.Scene, failed map[scene.ID]error) (unsure []scene.ID, err error) {
	err = c.post(ctx, question{kind: budget.Scenes, query: query, vars: variables(ids), limit: pageLimit, divides: func(err error) bool { return len(ids) > leastBatch && httpc.TooLong(err) }}, func(a answer) error {
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
			s, err := c.one(raw, id)
			switch {
			case bad[i] != nil:
				failed[id] = bad[i]
			case !answered, s == nil && len(bad) > 0 && err == nil:
				unsure = append(unsure, id)
			case err != nil:
				failed[id] = err
			default:
				out[id] = s
			}
		}
		return nil
	})
	return unsure, err
}

// variables fills the fixed variables of batchQuery.
func variables(ids []scene.ID) map[string]any {
	vars := make(map[string]any, batch)
	for i := range batch {
		vars["i"+strconv.Itoa(i)] = nil
		if i < len(ids) {
			vars["i"+strconv.Itoa(i)] = ids[i].String()
		}
	}
	return vars
}

// one decodes the scene under an alias; nil without error for a null.
func (c *Client) one(raw json.RawMessage, id scene.ID) (*scene.Scene, error) {
	var w *wireScene
	if err := unmarshal(raw, &w); err != nil {
		return nil, c.notStash(err)
	}
	if w == nil {
		return nil, nil
	}
	s, err := w.scene()
	if err != nil {
		return nil, c.unreadable(err)
	}
	if s.ID != id {
		return nil, c.notStash(fmt.Errorf("asked for scene %s, got %s", id, s.ID))
	}
	return &s, nil
}

// blame assigns errors to the aliases they name. An error that names none, and any
// error of a Stash that is not ready, fails the whole answer.
func (c *Client) blame(ctx context.Context, list []problem, n int) (map[int]error, error) {
	if len(list) == 0 {
		return nil, nil
	}
	if _, err := c.state(ctx); err != nil {
		return nil, err
	}
	bad := make(map[int]error, len(list))
	for _, p := range list {
		i, ok := alias(p)
		if !ok || i >= n {
			return nil, c.problemFault(p)
		}
		bad[i] = c.problemFault(p)
	}
	return bad, nil
}

func alias(p problem) (int, bool) {
	if len(p.Path) == 0 {
		return 0, false
	}
	name, _ := p.Path[0].(string)
	i, err := strconv.Atoi(strings.TrimPrefix(name, "s"))
	return i, err == nil && strings.HasPrefix(name, "s") && i >= 0
}

// FindByPath finds the scenes that hold a file with this path, as Stash knows it. Stash
// compares without regard to case and reads % and _ as wildcards, so its findings are
// checked: exact matches if there are any, else those that differ in case only.
func (c *Client) FindByPath(ctx context.Context, path string) ([]scene.Scene, error) {
	list, err := c.find(ctx, map[string]any{
		"filter": map[string]any{"per_page": found, "sort": "id", "direction": "ASC"},
		"scenes": map[string]any{"path": map[string]any{"value": path, "modifier": "EQUALS"}},
	})
	if err != nil {
		return nil, err
	}
	var exact, alike []scene.Scene
	for _, s := range list {
		switch {
		case slices.Contains(s.Paths(), path):
			exact = append(exact, s)
		case slices.ContainsFunc(s.Paths(), func(p string) bool { return strings.EqualFold(p, path) }):
			alike = append(alike, s)
		}
	}
	if len(exact) > 0 {
		return exact, nil
	}
	return alike, nil
}

// FindByTitle searches as Stash's own search box does (title, details, path and more)
// and returns at most 25 scenes. A blank text finds nothing.
func (c *Client) FindByTitle(ctx context.Context, text string) ([]scene.Scene, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	return c.find(ctx, map[string]any{
		"filter": map[string]any{"per_page": found, "q": text, "sort": "id", "direction": "ASC"},
	})
}

func (c *Client) find(ctx context.Context, vars map[string]any) ([]scene.Scene, error) {
	var out struct {
		FindScenes struct{ Scenes []wireScene }
	}
	if err := c.ask(ctx, question{kind: budget.Scenes, query: findQuery, vars: vars, limit: pageLimit}, &out, nil); err != nil {
		return nil, err
	}
	list := make([]scene.Scene, 0, len(out.FindScenes.Scenes))
	for _, w := range out.FindScenes.Scenes {
		s, err := w.scene()
		if err != nil {
			return nil, c.unreadable(err)
		}
		list = append(list, s)
	}
	return list, nil
}
