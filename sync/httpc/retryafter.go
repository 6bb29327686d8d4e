package httpc

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"lockstep/sync/fault"
)

// longestRetry bounds what a server may ask for with Retry-After.
const longestRetry = time.Hour

// withRetryAfter puts what the server asks for on the fault of an answer.
func withRetryAfter(err error, r Reply) error {
	var f *fault.Error
	if !errors.As(err, &f) || f.RetryAfter > 0 {
		return err
	}
	if wait := retryAfter(r.Header, time.Now()); wait > 0 {
		f.RetryAfter = wait
	}
	return err
}

// retryAfter reads Retry-After, in seconds or as a date by the server's own clock.
func retryAfter(h http.Header, now time.Time) time.Duration {
	text := h.Get("Retry-After")
	wait := time.Duration(0)
	if n, err := strconv.Atoi(text); err == nil {
		wait = time.Duration(min(n, int(longestRetry/time.Second))) * time.Second
	} else if at, err := http.ParseTime(text); err == nil {
		if said, err := http.ParseTime(h.Get("Date")); err == nil {
			now = said
		}
		wait = at.Sub(now)
	}
	return min(max(wait, 0), longestRetry)
}
