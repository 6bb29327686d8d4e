package desktoptest

import (
	"fmt"
	"time"
)

// Patience is how long helpers wait for a program to do what it was asked:
// generous, because a busy build machine stalls for seconds.
const Patience = 15 * time.Second

// pollEvery is short against what people notice and long against what a look
// at the display costs.
const pollEvery = 20 * time.Millisecond

// Until calls check until it returns nil, for at most d, and then returns the
// last error with what was waited for.
func Until(d time.Duration, what string, check func() error) error {
	for end := time.Now().Add(d); ; time.Sleep(pollEvery) {
		err := check()
		if err == nil {
			return nil
		}
		if time.Now().After(end) {
			return fmt.Errorf("wait %v for %s: %w", d, what, err)
		}
	}
}
