package event

import (
	"context"
	"time"
)

// Sleep waits for d, or until ctx ends. It returns at once when d is not positive.
func Sleep(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}
