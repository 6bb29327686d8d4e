package present

import "lockstep/sync/api"

// Shares is how all scenes stand; the parts add up to Total.
type Shares struct {
	InStep, Queued, NeedYou, NotInPlex int
	Skipped                            int // for a reason that ends by itself
	Unknown                            int // not examined yet
	LeftOut                            int // by a person's choice
	Total                              int
}

// SharesOf divides the scenes of a snapshot.
func SharesOf(s api.Snapshot) Shares {
	x := Shares{InStep: s.Standing.InStep, Queued: s.Queue.Pending(), NotInPlex: s.Queue.Parked, NeedYou: s.Standing.NeedYou, LeftOut: s.Standing.LeftOut}
	x.Skipped = max(s.Queue.Skipped+s.Queue.Dead-x.LeftOut-x.NeedYou, 0)
	known := x.InStep + x.Queued + x.NotInPlex + x.NeedYou + x.Skipped + x.LeftOut
	x.Total = max(s.Scenes, known)
	x.Unknown = x.Total - known
	return x
}

// Share is the part of the scenes to be kept in step that is, from 0 to 1; false while there
// are none.
func (x Shares) Share() (float64, bool) {
	all := x.Total - x.LeftOut
	if all <= 0 {
		return 0, false
	}
	return float64(x.InStep) / float64(all), true
}

// ShareWords lists the parts that are not empty: "1 700 in step · 88 queued".
func ShareWords(x Shares) string {
	if x.Total == 0 {
		return ""
	}
	return join(T("%s in step", Number(x.InStep)), some(x.Queued, T("%s queued", Number(x.Queued))), rest(x))
}

// rest lists the parts that are neither in step nor in the queue.
func rest(x Shares) string {
	return join(attention(x.NeedYou), some(x.NotInPlex, T("%s not in Plex yet", Number(x.NotInPlex))), some(x.Skipped, T("%s skipped", Number(x.Skipped))),
		some(x.Unknown, T("%s not checked yet", Number(x.Unknown))), some(x.LeftOut, T("%s skipped by your filter", Number(x.LeftOut))))
}

// Parts is how all scenes stand while the status tells something else.
func Parts(s api.Snapshot) string {
	switch StateOf(s) {
	case Idle, Unsettled:
		return ""
	}
	return ShareWords(SharesOf(s))
}
