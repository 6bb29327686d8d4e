package stash

import (
	"context"
	"fmt"
	"strings"

	"lockstep/sync/budget"
	"lockstep/sync/httpc"
	"lockstep/sync/scene"
)

const (
	// stateOK is the only state in which Stash answers about scenes.
	stateOK = "OK"
	// oldest is the first release Lockstep is made for.
	oldest = "0.25"
)

// Status is what a connection test shows.
type Status struct {
	Version string // as Stash prints it, "v0.30.1"; "" when Stash does not say
	State   string // "OK", "SETUP" or "NEEDS_MIGRATION"
	Scenes  int
}

// Status asks for version, state and number of scenes. A Stash that is not set up, waits
// for a migration or is older than 0.25 yields what is known of it and a Config fault
// that says so: it holds all work and is asked again, it never fails a job.
func (c *Client) Status(ctx context.Context) (Status, error) {
	s, err := c.state(ctx)
	if err != nil {
		return s, err
	}
	if tooOld(s.Version) {
		return s, errTooOld(s.Version, nil)
	}
	var out struct {
		FindScenes struct{ Count *int }
	}
	err = c.ask(ctx, question{kind: budget.Count, query: countQuery}, &out, func() error {
		if out.FindScenes.Count == nil {
			return c.notStash(nil)
		}
		return nil
	})
	if err != nil {
		return s, err
	}
	s.Scenes = *out.FindScenes.Count
	return s, nil
}

// state asks for version and state alone, which Stash answers in every state.
func (c *Client) state(ctx context.Context) (Status, error) {
	var out struct {
		SystemStatus struct{ Status string }
		Version      struct{ Version string }
	}
	var s Status
	err := c.post(ctx, question{kind: budget.Status, query: stateQuery}, func(a answer) error {
		if len(a.Errors) > 0 {
			return c.problemFault(a.Errors[0])
		}
		if err := unmarshal(a.Data, &out); err != nil || out.SystemStatus.Status == "" {
			return c.notStash(err)
		}
		s = Status{Version: clean(out.Version.Version), State: clean(out.SystemStatus.Status)}
		c.version.Store(&s.Version)
		return errState(s.State)
	})
	return s, err
}

// Newest asks for the number of scenes and those edited last, the newest first, 65 ms in a
// library of 100 000. It can miss edits (clock changes on the server, renames of tags), so
// sweeps are needed beside it. An empty library has no ID.
func (c *Client) Newest(ctx context.Context) (scene.Newest, []scene.Stamp, error) {
	var out struct{ FindScenes wireNewest }
	var n scene.Newest
	var latest []scene.Stamp
	err := c.ask(ctx, question{kind: budget.Newest, query: newestQuery}, &out, func() (err error) {
		n, latest, err = c.newest(out.FindScenes)
		return err
	})
	return n, latest, err
}

// wireNewest is the scenes edited last as Stash gives them.
type wireNewest struct {
	Count  *int
	Scenes []wireStamp
}

func (c *Client) newest(list wireNewest) (n scene.Newest, latest []scene.Stamp, err error) {
	if list.Count == nil {
		return n, nil, c.notStash(nil)
	}
	n.Count = *list.Count
	for _, w := range list.Scenes {
		id, err := scene.ParseID(w.ID)
		if err != nil {
			return scene.Newest{}, nil, c.notStash(errID)
		}
		latest = append(latest, scene.Stamp{ID: id, UpdatedAt: w.UpdatedAt, CreatedAt: w.CreatedAt})
	}
	if len(latest) > 0 {
		n.ID, n.UpdatedAt = latest[0].ID, latest[0].UpdatedAt
	}
	return n, latest, nil
}

// knownVersion is the server's version, asked for once; "" when it does not say, which
// no Stash does.
func (c *Client) knownVersion(ctx context.Context) string {
	if v := c.version.Load(); v != nil && *v != "" {
		return *v
	}
	var out struct {
		Data struct{ Version struct{ Version string } }
	}
	r, err := question{kind: budget.Status, query: versionQuery}.request()
	if err != nil {
		return ""
	}
	err = c.http.Do(ctx, r, func(rep httpc.Reply) error { // not ask: a refusal of this would ask for the version again
		if err := c.refusal(rep); err != nil {
			return err
		}
		if err := rep.JSON(&out); err != nil || out.Data.Version.Version == "" {
			return c.notStash(err)
		}
		return nil
	})
	if err != nil {
		return ""
	}
	v := clean(out.Data.Version.Version)
	c.version.Store(&v)
	return v
}

// tooOld reports a version below the oldest supported one.
func tooOld(v string) bool { return olderThan(v, 25) }

// olderThan reports a version below 0.minor. One that cannot be read, as of a build without
// tags, is none.
func olderThan(v string, minor int) bool {
	var major, have int
	n, _ := fmt.Sscanf(strings.TrimPrefix(v, "v"), "%d.%d", &major, &have)
	return n == 2 && major == 0 && have < minor
}

// clean makes a server's short text fit for words shown to people.
func clean(s string) string {
	s = strings.Map(func(r rune) rune {
		if r <= ' ' || r > '~' {
			return -1
		}
		return r
	}, s)
	return s[:min(len(s), 40)]
}
