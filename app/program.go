// Package app puts Lockstep together: the process that owns the data folder with its
// engine, tray, notifier and local socket, the process that shows windows, the engine
// without a desktop, and the command line. It decides nothing about syncing; main gives
// it arguments, streams and, in builds with windows, a desktop.
package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"lockstep/app/doctor"
	"lockstep/sync/api"
	"lockstep/sync/fault"
	"lockstep/sync/message"
)

// Exit codes. They are documented in --help and docs/cli.md and never change.
const (
	ExitFine  = 0
	ExitError = 1
	ExitUsage = 2
	// ExitAttention means that all went well but a person should look: a scene failed, or
	// skipped for a reason that only a person can settle.
	ExitAttention = 3
)

// Program is one run of Lockstep from outside.
type Program struct {
	Version string
	Args    []string // without the name of the program
	In      io.Reader
	Out     io.Writer
	Err     io.Writer
	// Env looks up an environment variable.
	Env func(name string) (string, bool)
	// Desktop shows tray and windows; nil in builds without.
	Desktop Desktop
}

// Desktop is what builds with windows add. Both methods must be called on the main
// goroutine and block.
type Desktop interface {
	// Tray shows icon, menu and notifications until ctx ends.
	Tray(ctx context.Context, a api.API, act TrayActions) error
	// Windows shows a window until ctx ends or the last one was closed.
	Windows(ctx context.Context, a api.API, p WindowParams) error
	// TrayHost waits until somebody shows tray icons, or ctx ends, and reports which.
	TrayHost(ctx context.Context) bool
	// Notifications asks the desktop who shows its messages.
	Notifications(ctx context.Context) (string, error)
	// Complain shows a message on the desktop when there is no other way to tell anybody.
	Complain(title, words string)
}

// TrayActions are what the tray asks for besides commands to the engine.
type TrayActions struct {
	Open func(window string)
	Quit func()
	End  func() // puts everything away before the system kills the process
	Icon string // path of the picture in notifications, may be empty
}

// WindowParams say what the window process shows.
type WindowParams struct {
	DataDir string
	// Show brings the names of windows to show. The first is waited for.
	Show <-chan string
	// Shown is told of each window once it is up; one asked for while the last window was
	// closing never is. It may be nil.
	Shown func(name string)
	// ByHand is set when a person started Lockstep and may not know that it goes on without windows.
	ByHand bool
	// Doctor is what the doctor window checks besides the API.
	Doctor doctor.Env
}

// errAttention ends a command with ExitAttention; everything was said already.
var errAttention = errors.New("a person should look")

// errUsage ends a command with ExitUsage.
type errUsage struct{ error }

// Main runs the command line and returns the exit code.
func Main(ctx context.Context, p Program) int {
	s, done, err := p.parse(ctx)
	if done {
		return ExitFine
	}
	if err != nil {
		_, _ = fmt.Fprintf(p.Err, "lockstep: %v\nRun `lockstep --help` for the commands.\n", err)
		return ExitUsage
	}
	defer s.log.close()
	return s.exit(s.run())
}

// exit tells about an error, once, and turns it into a code.
func (s *session) exit(err error) int {
	var usage errUsage
	switch {
	case err == nil, errors.Is(err, context.Canceled) && s.ctx.Err() != nil:
		return ExitFine
	case errors.Is(err, errAttention):
		return ExitAttention
	case errors.Is(err, errFailed):
		return ExitError
	case errors.As(err, &usage):
		_, _ = fmt.Fprintf(s.Err, "lockstep: %s\n", s.log.Clean(usage.Error()))
		return ExitUsage
	}
	s.tell(err)
	return ExitError
}

// tell prints what is the case and what can be done about it.
func (s *session) tell(err error) {
	f := fault.Of(err)
	said, hint := f.Message, f.Hint
	if f.Class == fault.Local && f.Err != nil && said.Is(message.Unclassified) {
		said = message.Foreign(f.Err.Error()) // nobody had better words for it
	}
	if fault.Unknown(err) {
		hint = message.None // the cause has just been said
		s.log.note("the command failed", err)
	}
	out := s.failure(f, said, hint)
	_, _ = fmt.Fprintf(s.Err, "lockstep: %s\n", out.Words)
	if out.Hint != "" {
		_, _ = fmt.Fprintf(s.Err, "  %s\n", out.Hint)
	}
	if s.g.JSON {
		s.print(failureJSON{out})
	}
}

// failure is what a fault says to programs, without secrets.
func (s *session) failure(f *fault.Error, said, hint message.Message) errorJSON {
	said, hint = s.log.Message(said), s.log.Message(hint)
	return errorJSON{f.Class, f.Server, said.String(), messageOf(said), hint.String(), messageOf(hint)}
}

// failureJSON is what any command prints that failed before it had an answer.
type failureJSON struct {
	Error errorJSON `json:"error"`
}

type errorJSON struct {
	Class       fault.Class  `json:"class"`
	Server      fault.Server `json:"server"` // empty when it is Lockstep's own
	Words       string       `json:"words"`
	Message     *messageJSON `json:"message"`
	Hint        string       `json:"hint"`
	HintMessage *messageJSON `json:"hintMessage"`
}

// now is the clock of the app. Tests of time live below, in packages that take it.
func now() time.Time { return time.Now() }
