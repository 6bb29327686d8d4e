package zone

import "time"

// Stamp is t as it is stored and compared: in UTC, without the reading of the monotonic
// clock, which means nothing to another process.
func Stamp(t time.Time) time.Time { return t.Round(0).UTC() }
