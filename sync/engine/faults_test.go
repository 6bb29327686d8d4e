package engine

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/engine/link"
	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/store"
	"lockstep/sync/testkit"
)

// idle is an engine on a database, with nothing of it loaded and no loop.
func idle(t *testing.T) (e *Engine, shelf *testkit.Shelf, log *bytes.Buffer) {
	t.Helper()
	shelf, log = testkit.NewShelf(t, 0), &bytes.Buffer{}
	return New(Options{
		Store: shelf.DB, Now: shelf.Clock.Now, Jitter: func() float64 { return 0.5 }, Log: slog.New(slog.NewTextHandler(log, nil)),
		Dial: func(link.Address) (link.Stash, link.Plex) { t.Error("a server is dialed"); return nil, nil },
	}), shelf, log
}

// asked is what a person is asked for.
func asked(e *Engine) (kinds []api.AttentionKind) {
	for _, a := range e.attention() {
		kinds = append(kinds, a.Kind)
	}
	return kinds
}

var errFull = fault.New(fault.Local, fault.None, message.New(message.SecretNotStored), message.New(message.SeeTheLog), errors.New("no space left on device"))

func TestWhatCouldNotBeStoredIsReportedUntilSomethingIs(t *testing.T) {
	t.Parallel()
	e, shelf, log := idle(t)
	e.noteStored(nil)
	if !e.lastErr.IsZero() || len(asked(e)) != 0 || log.Len() != 0 {
		t.Fatalf("nothing failed: last %q, asked %v, log %q", e.lastErr, asked(e), log)
	}
	since := shelf.Clock.Now()
	for range 3 { // the same disk, again and again
		e.noteStored(errFull)
		shelf.Clock.Pass(time.Second)
	}
	list := e.attention()
	if len(list) != 1 || list[0].Kind != api.DiskProblem || list[0].Message != errFull.Message || list[0].Hint != errFull.Hint || !list[0].Since.Equal(since) {
		t.Errorf("asked %+v, want the disk since %v", list, since)
	}
	if e.lastErr != errFull.Message || strings.Count(log.String(), "no space left on device") != 1 {
		t.Errorf("last %q, log %q", e.lastErr, log)
	}
	e.noteStored(nil)
	if len(asked(e)) != 1 {
		t.Error("what was stored elsewhere, or not at all, ends the trouble")
	}
	if err := e.store.Update(func(tx store.Tx) error { return tx.PutValue("anything", 1) }); err != nil {
		t.Fatal(err)
	}
	if got := asked(e); len(got) != 0 {
		t.Errorf("asked %v although the disk takes something again", got)
	}
	if e.lastErr != errFull.Message {
		t.Error("the last error is forgotten with what a person is asked for")
	}
}

// A fault nobody classified is a bug of ours, never one of a server.
func TestAnErrorNobodyClassifiedIsOurOwn(t *testing.T) {
	t.Parallel()
	e, _, log := idle(t)
	e.noteStored(errors.New("index out of range"))
	if got := asked(e); len(got) != 1 || got[0] != api.DiskProblem || e.lastErr != message.New(message.Unclassified) {
		t.Errorf("asked %v, last %q", got, e.lastErr)
	}
	if !strings.Contains(log.String(), "index out of range") {
		t.Errorf("log %q lacks the cause", log)
	}
}

func TestTheFaultOfAServerIsNotOurOwn(t *testing.T) {
	t.Parallel()
	away := testkit.Trouble(fault.Unreachable, fault.Plex)
	for name, note := range map[string]func(*Engine, *fault.Error){
		"of a check": (*Engine).noteFault, "of another request": (*Engine).doubt, "of a task": (*Engine).noteOurs,
	} {
		e, _, _ := idle(t)
		note(e, away)
		if got := asked(e); len(got) != 0 || !e.lastErr.IsZero() {
			t.Errorf("%s: asked %v, last %q", name, got, e.lastErr)
		}
		note(e, errFull)
		if got := asked(e); len(got) != 1 || got[0] != api.DiskProblem {
			t.Errorf("%s: asked %v about a fault of our own", name, got)
		}
	}
	e, _, _ := idle(t)
	e.noteFault(away)
	if s := e.links.PlexState(); s.OK || !s.Checked || s.Class != string(fault.Unreachable) {
		t.Errorf("the check that failed is not shown: %+v", s)
	}
	e.noteFault(errFull)
	if s := e.links.PlexState(); s.Class != string(fault.Unreachable) {
		t.Errorf("a fault of our own changed the state of Plex: %+v", s)
	}
}

func TestOtherTroubleIsAnotherLineWithTheSameBeginning(t *testing.T) {
	t.Parallel()
	e, shelf, log := idle(t)
	since := shelf.Clock.Now()
	e.noteLocal(errFull)
	shelf.Clock.Pass(time.Minute)
	e.noteLocal(errors.New("index out of range"))
	list := e.attention()
	if len(list) != 1 || list[0].Message != message.New(message.Unclassified) || !list[0].Since.Equal(since) {
		t.Errorf("asked %+v, want the newest words since %v", list, since)
	}
	if n := strings.Count(log.String(), "a fault of our own"); n != 2 {
		t.Errorf("%d lines:\n%s", n, log)
	}
}
