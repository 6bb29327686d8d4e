package store_test

import (
	"testing"
	"time"

	"lockstep/sync/store"
)

func TestOnlyAStampThatMayComeAgainIsMarked(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for text, marked := range map[string]bool{
		"2026-03-01T11:58:59Z":      false,
		"2026-03-01T11:59:30Z":      true,
		"2026-03-01T13:00:00Z":      true, // Stash's clock is ahead
		"2026-03-01T06:59:30-05:00": true,
		"2026-03-01T11:59:30-05:00": true,
		"2026-03-01T06:30:00-05:00": false,
		"not a stamp":               false,
		"":                          false,
	} {
		want := text
		if marked {
			want = "~" + text
		}
		if got := store.Stamp(text, now); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
