package present

import (
	"context"
	"errors"
	"time"

	"lockstep/sync/fault"
)

// LongestAnswer is how long a window waits for an answer before the person is told.
const LongestAnswer = 2 * time.Minute

// Failure says why a command did not work, and what can be done about it where that is
// known. What is our own fault comes with its cause: only that says anything.
func Failure(err error) string {
	var known *fault.Error
	if !errors.As(err, &known) && errors.Is(err, context.DeadlineExceeded) {
		return T("Lockstep did not answer within %s. It may be busy: try again in a moment.", Duration(LongestAnswer))
	}
	f := fault.Of(err)
	words := upper(Sentence(About(string(f.Server), f.Message)))
	if f.Class == fault.Local && f.Err != nil {
		words += "\n" + T("Cause: %s", f.Err)
	}
	if !f.Hint.IsZero() {
		words += "\n" + Say(f.Hint)
	}
	return words
}
