// Package remote carries api.API over a local socket: Server on the side of the process
// that holds the data folder, Client on the side of windows and commands. It is HTTP
// with JSON, one POST per method, so that it can be looked at with ordinary tools. The
// socket is for the same user only; it refuses foreign users and other versions.
package remote

import (
	"context"
	"errors"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/decode"
	"lockstep/sync/fault"
	"lockstep/sync/message"
)

const (
	// callPath is in front of the name of a method.
	callPath = "/api/"
	// watchPath streams snapshots, one JSON value a line.
	watchPath = "/watch"
	// showPath asks for a window.
	showPath = "/show"
	// pingPath answers whoever asks, also another version.
	pingPath = "/ping"

	// versionHeader carries the version on both ways.
	versionHeader = "Lockstep-Version"
	// maxBody bounds a request: the longest is a list of every scene, about 10 bytes each.
	maxBody = 32 << 20
	// maxAnswer bounds an answer: a page of rows or a snapshot has some hundred kilobytes.
	maxAnswer = 64 << 20
	// maxObjects bounds what is in either: pages have hundreds of rows.
	maxObjects = 200_000
	// maxScenes bounds the requests that may name every scene.
	maxScenes = 3_000_000
)

// ErrNotRunning is in the chain when nobody serves the data folder.
var ErrNotRunning = errors.New("no Lockstep serves the data folder")

// Hello is what a process says of itself.
type Hello struct {
	Version string `json:"version"`
	PID     int    `json:"pid"`
	// Lasting is true for tray and headless, false for a command that ends by itself.
	Lasting bool `json:"lasting"`
	// Windows is true when it can show windows.
	Windows bool `json:"windows"`
	// Display is the screen it shows them on, empty where there is only one.
	Display string `json:"display,omitempty"`
	// Stranded is true when that screen is gone: the session it belonged to has ended.
	Stranded bool `json:"stranded,omitempty"`
}

// wireFault is a fault.Error on its way.
type wireFault struct {
	Class      fault.Class     `json:"class"`
	Server     fault.Server    `json:"server,omitempty"`
	Message    message.Message `json:"message"`
	Hint       message.Message `json:"hint,omitzero"`
	RetryAfter time.Duration   `json:"retryAfter,omitempty"`
	Detail     string          `json:"detail,omitempty"`
}

// pack makes any error fit to travel. The text of an error nobody classified travels as
// the detail.
func pack(err error) wireFault {
	f := fault.Shown(err)
	w := wireFault{Class: f.Class, Server: f.Server, Message: f.Message, Hint: f.Hint, RetryAfter: f.RetryAfter}
	if f.Err != nil {
		w.Detail = f.Err.Error()
	}
	return w
}

func (w wireFault) unpack() error {
	f := fault.New(w.Class, w.Server, w.Message, w.Hint, nil)
	f.RetryAfter = w.RetryAfter
	switch {
	case w.Class == fault.Canceled:
		f.Err = context.Canceled
	case w.Detail != "":
		f.Err = errors.New(w.Detail)
	}
	return f
}

// otherVersion is what both sides answer when their versions differ.
func otherVersion(running, asking string) error {
	return fault.New(fault.Config, fault.None,
		message.New(message.RemoteOtherVersion, message.Word(running), message.Word(asking)), message.New(message.AdviceOtherVersion), nil)
}

func readRequest(data []byte, into any) error {
	if len(data) == 0 {
		return nil
	}
	if err := decode.JSON(data, entries(into), into); err != nil {
		return unreadable(err)
	}
	return nil
}

// unreadable is the fault of whoever asks, or of its sudden end, and none of Lockstep's.
func unreadable(err error) error {
	return fault.New(fault.Rejected, fault.None, message.New(message.RemoteUnreadable), message.None, err)
}

// entries is how much may be in a request. A scene is a number and no object.
func entries(request any) int {
	switch request.(type) {
	case *applyRequest, *api.SyncRequest, *api.Selection:
		return maxScenes
	}
	return maxObjects
}
