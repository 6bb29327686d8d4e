package worker

import (
	"lockstep/sync/compare"
	"lockstep/sync/match"
	"lockstep/sync/message"
	"lockstep/sync/skip"
)

// sift ends a task that has nothing to plan.
func (b *batch) sift(t *task) error {
	switch {
	case t.Code == skip.DeletedInStash:
		return b.end(t, Result{Outcome: Skipped, Code: t.Code, Deleted: true})
	case t.Code == skip.NotInPlex:
		return b.park(t, t.Message)
	case t.Code != "":
		return b.skip(t, t.Code, t.Message)
	}
	return b.endEmpty(t)
}

func (b *batch) skip(t *task, code skip.Code, words message.Message) error {
	return b.end(t, Result{Outcome: Skipped, Code: code, Message: words, Seen: t.seen()})
}

// endEmpty ends a task that has lost all its items.
func (b *batch) endEmpty(t *task) error {
	if len(t.targets) > 0 || t.ended {
		return nil
	}
	if t.fault != nil {
		return b.end(t, Result{Outcome: Failed, Fault: t.fault, Wrote: t.touched})
	}
	t.Section, t.Folder = compare.Place(b.Sections, t.PlexPaths())
	return b.park(t, message.New(message.NoItemAnyMore))
}

// park puts a task aside until Plex has its file, and asks Plex to look for it.
func (b *batch) park(t *task, why message.Message) error {
	words := why
	if t.Section != "" && b.Settings.AskPlexScan && b.scan(folder{t.Section, t.Folder}) {
		words = message.New(message.AskedToScan, message.Path(t.Folder))
	}
	return b.end(t, Result{Outcome: Parked, Code: skip.NotInPlex, Message: words, Awaits: match.Keys(t.PlexPaths()), Seen: t.seen()})
}

// scan asks Plex to look into a folder, once a batch, and tells whether it took that. That
// it did not is no reason to end: what is away shows elsewhere.
func (b *batch) scan(f folder) bool {
	taken, asked := b.scans[f]
	if !asked {
		taken = b.Plex.Scan(b.hard, f.section, f.dir) == nil
		b.scans[f] = taken
	}
	return taken
}
