package present

import (
	"time"

	"lockstep/sync/api"
	"lockstep/sync/budget"
	"lockstep/sync/fault"
	"lockstep/sync/message"
)

// lastingAfter is how long something fails before it is spoken of: most faults are over by
// then.
const lastingAfter = 30 * time.Second

// stuck is what has failed for longest, nil when nothing has for more than a moment. What a
// person is asked for and a server that is away are spoken of elsewhere.
func stuck(s api.Snapshot) *api.Failing {
	for i := range s.Failing {
		if s.At.Sub(s.Failing[i].Since) >= lastingAfter {
			return &s.Failing[i]
		}
	}
	return nil
}

// Failing says what fails, why, and when it is tried again.
func Failing(f api.Failing, m Moment) string {
	return m.Say(FailingMessage(f, m.Now))
}

// FailingMessage is what Failing says.
func FailingMessage(f api.Failing, now time.Time) message.Message {
	out := what(f)
	if !f.Message.IsZero() {
		out = message.New(message.FailingBecause, message.Of(out), message.Of(f.Message))
	}
	if f.Next.After(now) {
		out = message.New(message.FailingAgain, message.Of(out), message.Time(f.Next))
	}
	return out
}

// Retrying says which scene fails again and again, why, and when it is tried again; "" while
// none does.
func Retrying(s api.Snapshot, m Moment) string {
	r := s.Retrying
	if r == nil {
		return ""
	}
	return m.Say(message.New(message.FailingScene, message.Title(Named(r.Name, r.Scene)), message.Count(r.Tries), message.Of(r.Message), message.Time(r.Next)))
}

// what says which request fails.
func what(f api.Failing) message.Message {
	switch budget.Kind(f.Kind) {
	case budget.Listing, budget.Index:
		return message.New(message.FailingPlexList)
	case budget.Stamps, budget.Sweep:
		return message.New(message.FailingStashScenes)
	case budget.Names, budget.NameSweep:
		return message.New(message.FailingStashNames)
	case budget.Paths, budget.FileSweep:
		return message.New(message.FailingStashFiles)
	case budget.Scenes, budget.Recheck, budget.Newest:
		return message.New(message.FailingStashGive)
	case budget.Edit, budget.Upload, budget.Write:
		return message.New(message.FailingPlexChanges)
	case budget.History, budget.Viewers:
		return message.New(message.FailingPlexHistory)
	case budget.Played, budget.Play, budget.Resume, budget.Rate:
		return message.New(message.FailingStashPlays)
	case budget.Collections, budget.CollectionEdit:
		return message.New(message.FailingPlexLooks)
	case budget.Subjects:
		return message.New(message.FailingStashLooks)
	case budget.Items:
		return message.New(message.FailingPlexItems)
	}
	if f.Server == fault.Stash {
		return message.New(message.FailingStash)
	}
	return message.New(message.FailingPlex)
}

// Scan says how far the look at the servers is: "Reading scenes from Stash, 12 000 of
// 100 000 so far".
func Scan(s api.Scan) string {
	words := T("Reading scenes from Stash")
	if s.Server == fault.Plex {
		words = T("Listing Plex's items")
	}
	switch {
	case s.Done == 0:
		return words + "…"
	case s.Total > s.Done:
		return T("%s, %s of %s so far", words, Number(s.Done), Number(s.Total))
	}
	return T("%s, %s so far", words, Number(s.Done))
}
