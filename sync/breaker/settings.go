package breaker

import (
	"slices"
	"time"
)

// Settings are the thresholds. The zero value means DefaultSettings.
type Settings struct {
	// Threshold is the number of consecutive counted failures that opens the breaker; below 1 means the default.
	Threshold int
	// Backoff holds the waits before the first, second, … probe; the last one repeats. Empty, or with a
	// wait that is not positive, means the default.
	Backoff []time.Duration
}

// DefaultSettings gives the defaults: 5 failures, as in the system this one replaces, so that one hiccup
// is no outage; and waits that find a server restart (some 20 s) at once, yet ask a dead one once a minute.
func DefaultSettings() Settings {
	return Settings{
		Threshold: 5,
		Backoff:   []time.Duration{5 * time.Second, 10 * time.Second, 20 * time.Second, time.Minute},
	}
}

// MaxWait is the longest time a probe can be away.
func (s Settings) MaxWait() time.Duration { return slices.Max(s.orDefault().Backoff) }

func (s Settings) orDefault() Settings {
	d := DefaultSettings()
	if s.Threshold >= 1 {
		d.Threshold = s.Threshold
	}
	if len(s.Backoff) > 0 && slices.Min(s.Backoff) > 0 {
		d.Backoff = s.Backoff
	}
	return d
}

func (s Settings) delay(failed int) time.Duration {
	return s.Backoff[min(failed, len(s.Backoff)-1)]
}
