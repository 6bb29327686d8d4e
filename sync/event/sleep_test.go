package event_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"lockstep/sync/event"
)

func TestASleepLastsAsLongAsAskedForOrUntilItsContextEnds(t *testing.T) {
	for name, tt := range map[string]struct{ asked, limit, want time.Duration }{
		"to the end":          {time.Minute, time.Hour, time.Minute},
		"its context ends":    {time.Hour, time.Minute, time.Minute},
		"its context is over": {time.Hour, 0, 0},
		"nothing to wait for": {0, time.Hour, 0},
		"a time in the past":  {-time.Hour, time.Hour, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), tt.limit)
				defer cancel()
				began := time.Now()
				event.Sleep(ctx, tt.asked)
				if took := time.Since(began); took != tt.want {
					t.Errorf("slept %v, want %v", took, tt.want)
				}
			})
		})
	}
}
