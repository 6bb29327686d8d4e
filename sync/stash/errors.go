package stash

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"lockstep/sync/fault"
	"lockstep/sync/httpc"
	"lockstep/sync/message"
)

// problem is one entry of "errors" in an answer.
type problem struct {
	Message   string `json:"message"`
	Path      []any  `json:"path"`
	Locations []struct {
		Line int `json:"line"`
	} `json:"locations"`
	Extensions struct {
		Code string `json:"code"`
	} `json:"extensions"`
}

// errID stands for an id that cannot be read, without repeating it.
var errID = errors.New("a scene has an id that is not a number")

func (c *Client) notStash(err error) error { return c.http.Foreign("", c.http.HintHost(), err) }

// unreadable is the fault of a scene whose answer made no sense.
func (c *Client) unreadable(err error) error {
	if errors.Is(err, errID) {
		return c.notStash(err)
	}
	return err
}

// errFiles is for a null where Stash always gives a list: it says nothing about the scene.
func errFiles() error {
	return fault.New(fault.Temporary, fault.Stash, message.New(message.StashNoFiles), message.New(message.AdviceStashLog), nil)
}

// refusal classifies an HTTP answer that is not GraphQL's; nil for one that may be.
func (c *Client) refusal(r httpc.Reply) error {
	said := c.http.Said("", r)
	switch {
	case fromPlex(r):
		return c.http.Contradiction("", message.New(message.StashIsPlex), message.None, said)
	case r.Code == http.StatusOK || r.Code == http.StatusUnprocessableEntity:
		return c.foreign(r)
	case r.Code == http.StatusUnauthorized:
		return c.unauthorized()
	case r.Code >= 300 && r.Code < 400:
		return c.redirected(r)
	case r.Code == http.StatusForbidden:
		return c.forbidden(r)
	case r.Code == http.StatusTooManyRequests:
		return fault.New(fault.Busy, fault.Stash, message.New(message.StashBusy), message.None, said)
	case r.Code >= 500:
		return fault.New(fault.Unreachable, fault.Stash, message.New(message.StashError, message.Number(r.Code)), message.None, said)
	case r.Code == http.StatusRequestEntityTooLarge || r.Code == http.StatusRequestHeaderFieldsTooLarge:
		return fault.New(fault.Rejected, fault.Stash, message.New(message.StashTooLong), message.None, said)
	}
	return c.notStash(said)
}

// fromPlex reports an answer of Plex, which wants a token for every path and says so with
// a page of its own that leads to its web client.
func fromPlex(r httpc.Reply) bool {
	return r.Header.Get("X-Plex-Protocol") != "" ||
		r.Code == http.StatusUnauthorized && r.MediaType() == "text/html" && bytes.Contains(r.Body, []byte("'web/index.html'"))
}

// foreign spots answers that are a success for somebody else: Stash itself sends its web
// page for every unknown path.
func (c *Client) foreign(r httpc.Reply) error {
	switch r.MediaType() {
	case "application/json", "application/graphql-response+json":
		return nil
	case "text/html":
		return c.http.Contradiction("", message.New(message.StashWebPage), message.None, errors.New("a web page as answer"))
	}
	return c.notStash(c.http.Said("", r))
}

func (c *Client) unauthorized() error {
	words := message.New(message.StashKeyRefused)
	if !c.http.HasSecret() {
		words = message.New(message.StashKeyWanted)
	}
	return fault.New(fault.Unauthorized, fault.Stash, words, message.New(message.AdviceStashKey), nil)
}

// redirected tells Stash's own way of asking for a login from an address that moved.
func (c *Client) redirected(r httpc.Reply) error {
	u, err := url.Parse(r.Header.Get("Location"))
	if err == nil && u.Host == "" && strings.HasSuffix(strings.TrimRight(u.Path, "/"), "/login") {
		return c.unauthorized()
	}
	return c.http.Redirected("", r)
}

func (c *Client) forbidden(r httpc.Reply) error {
	if text := string(r.Body); strings.Contains(text, "over the internet") || strings.Contains(text, "public internet") {
		return fault.New(fault.Config, fault.Stash, message.New(message.StashLocked),
			message.New(message.AdviceStashLocked), c.http.Said("", r))
	}
	return c.http.Contradiction("", message.New(message.StashAccess), message.New(message.AdviceStashAccess), httpc.Status(r.Code))
}

// refused classifies the errors of a query the server understood but did not carry out.
// A Stash that is not set up yet answers with a nil pointer error, so its state is
// asked for before anything else is concluded.
func (c *Client) refused(ctx context.Context, list []problem) error {
	if _, err := c.state(ctx); err != nil {
		return err
	}
	return c.problemFault(list[0])
}

func (c *Client) problemFault(p problem) error {
	err := c.http.Because("", errors.New(p.Message))
	if strings.Contains(p.Message, "database is locked") {
		return fault.New(fault.Busy, fault.Stash, message.New(message.StashDatabaseBusy), message.None, err)
	}
	return fault.New(fault.Temporary, fault.Stash, message.New(message.StashFailed), message.New(message.AdviceStashFailed), err)
}

// misunderstood explains a 422: this server lacks a field we ask for.
func (c *Client) misunderstood(ctx context.Context, list []problem) error {
	var err error
	if len(list) > 0 {
		err = c.http.Because("", errors.New(list[0].Message))
	}
	v := c.knownVersion(ctx)
	switch {
	case v == "":
		return c.notStash(err)
	case tooOld(v):
		return errTooOld(v, err)
	}
	return fault.New(fault.Config, fault.Stash, message.New(message.StashOtherVersion, message.Word(v)), message.New(message.AdviceStashVersion, message.Word(oldest)), err)
}

func errTooOld(v string, err error) error {
	return fault.New(fault.Config, fault.Stash, message.New(message.StashTooOld, message.Word(v)), message.New(message.AdviceStashUpdate, message.Word(oldest)), err)
}

// errState says in words what a Stash that is not ready waits for; nil when it is ready.
func errState(state string) error {
	switch state {
	case stateOK:
		return nil
	case "SETUP":
		return fault.New(fault.Config, fault.Stash, message.New(message.StashNoSetup), message.New(message.AdviceStashNoSetup), nil)
	case "NEEDS_MIGRATION":
		return fault.New(fault.Config, fault.Stash, message.New(message.StashMigration), message.None, nil)
	}
	return fault.New(fault.Config, fault.Stash, message.New(message.StashNotReady), message.New(message.AdviceStashNotReady), fmt.Errorf("state %.40q", state))
}
