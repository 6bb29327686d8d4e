package upkeep

import (
	"os"
	"runtime/debug"
	"time"
)

// collectAt is how much garbage, in percent of what is in use, is let gather before it is
// collected. The heap in use is a few MB: twice Go's own 100 costs 4 MB more while there
// is work, and saves a tenth of the processor time.
const collectAt = 200

// collectFrom is the memory of this process, in bytes, beyond which garbage is collected
// sooner: one answer may be 64 MB long and is copied while it is read, and what the last
// one left must be gone before the next one comes. A library of 100 000 scenes needs a
// quarter of it.
const collectFrom = 256 << 20

// Thrift sets how this process trades memory for processor time, unless GOGC and GOMEMLIMIT
// say so.
func Thrift() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(collectAt)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(collectFrom)
	}
}

// restAfter is how long nothing was to be done before memory is given back: shorter
// than a turn of the loop, so that it never wakes the machine for itself.
const restAfter = 45 * time.Second

// Worked notes that memory was used which is to be given back.
func (u *Upkeep) Worked() { u.worked = u.host.Now() }

// RestDue reports whether memory is to be given back now, by Rest: an app that runs for
// months must not go on occupying what its first sync took. Busy says that it is in use.
func (u *Upkeep) RestDue(now time.Time, busy bool) bool {
	if u.worked.IsZero() || busy || now.Sub(u.worked) < restAfter {
		return false
	}
	u.worked = time.Time{}
	return true
}

// Rest gives memory back, beside the loop.
func (u *Upkeep) Rest() {
	if u.free != nil {
		u.free()
	}
	if u.data == nil {
		return
	}
	if err := u.data.Trim(); err != nil {
		u.host.Log.Warn("give memory back", "err", err)
	}
}
