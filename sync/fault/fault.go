// Package fault classifies what can go wrong with a server or with ourselves. The
// class decides retry, breaker and words; text never does. The adapters are the only
// place that chooses a class. An Error has a message for people and a cause for the log;
// Of finds it in any error, and makes a Local one of an error nobody classified.
package fault

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"lockstep/sync/message"
)

// Class tells what kind of fault it is and so what happens next.
type Class string

// The classes. The texts are stored and never renamed.
const (
	// Unreachable: refused, DNS, timeout, 502/503/504, maintenance, starting. Feeds
	// the breaker when the server is Plex; never counts as an attempt.
	Unreachable Class = "unreachable"
	// Unauthorized: token or key refused. Work stops and the user is asked once.
	Unauthorized Class = "unauthorized"
	// Forbidden: a change was refused to an account that may look but not change, or by
	// something in between. Counts neither way; reading goes on.
	Forbidden Class = "forbidden"
	// NotFound: the item is gone or not there yet. Counts neither way.
	NotFound Class = "not-found"
	// Busy: 429 or a locked database. Slow down and come back.
	Busy Class = "busy"
	// Temporary: 500 on one item. Retry.
	Temporary Class = "temporary"
	// Rejected: 400 and its kin. Dead with a reason until the scene changes.
	Rejected Class = "rejected"
	// Config: the address answers, but not as the server we expect (HTML, another
	// machine, unknown library). Work stops and the user is asked.
	Config Class = "config"
	// Local: our disk, our bug. Never a server's fault.
	Local Class = "local"
	// Canceled: we stopped the call ourselves; nothing went wrong.
	Canceled Class = "canceled"
)

// Server names who is concerned.
type Server string

// The servers. None is the zero value: a local fault.
const (
	None  Server = ""
	Stash Server = "Stash"
	Plex  Server = "Plex"
)

// Error is a classified fault. Message and Hint are for people and never contain
// addresses with query strings, tokens or keys; Err is the operator's detail.
type Error struct {
	Class      Class
	Server     Server
	Message    message.Message // what is the case
	Hint       message.Message // what the user can do, may be empty
	RetryAfter time.Duration   // from the server, zero if it did not say
	Err        error           // the cause, may be nil
}

// Error is the operator's text: server, words and cause.
func (e *Error) Error() string {
	s := e.Message.String()
	if e.Server != None {
		s = string(e.Server) + ": " + s
	}
	if e.Err != nil {
		s = fmt.Sprintf("%s (%v)", s, e.Err)
	}
	return s
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Of returns the classified fault in err's chain. An error nobody classified is our
// own: Local, or Canceled when a context ended it. Of(nil) is nil.
func Of(err error) *Error {
	if err == nil {
		return nil
	}
	if f, ok := errors.AsType[*Error](err); ok {
		return f
	}
	if errors.Is(err, context.Canceled) {
		return &Error{Class: Canceled, Message: message.New(message.Stopped), Err: err}
	}
	return &Error{Class: Local, Message: message.New(message.Unclassified), Hint: message.New(message.SeeTheLog), Err: err}
}

// Shown is Of for words that a person is about to read: those of an error nobody classified
// only point to the log, so its cause is put there.
func Shown(err error) *Error {
	f := Of(err)
	if Unknown(err) {
		slog.Error(f.Message.String(), "err", err)
	}
	return f
}

// Unknown reports whether nobody classified an error, so that its own text is all there is.
func Unknown(err error) bool {
	var known *Error
	return err != nil && !errors.As(err, &known) && !errors.Is(err, context.Canceled)
}

// Is reports whether err is of class c.
func Is(err error, c Class) bool {
	f := Of(err)
	return f != nil && f.Class == c
}

// New makes a classified fault. Hint may be message.None.
func New(c Class, s Server, m, hint message.Message, cause error) *Error {
	return &Error{Class: c, Server: s, Message: m, Hint: hint, Err: cause}
}

// At is Of for a caller that knows better than the adapter which server was asked: a fault
// without a server gets that one, a fault of our own stays ours.
func At(err error, s Server) *Error {
	f := Of(err)
	if f == nil || f.Server != None || f.Class == Local || f.Class == Canceled {
		return f
	}
	at := *f
	at.Server = s
	return &at
}

// Whole is a fault of what concerns a whole server, where an error is no single item's.
func (e *Error) Whole() *Error {
	if e.Class != Temporary {
		return e
	}
	w := *e
	w.Class = Unreachable
	return &w
}
