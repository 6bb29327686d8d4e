package queue

import (
	"strings"

	"lockstep/sync/message"
)

// Cause is why a job exists. The texts are stored, and printed as JSON; the zero Cause is
// that of a job nobody gave one.
type Cause string

// The causes. Those of a gap are the kinds of gap a report counts.
const (
	New      Cause = "new"       // a scene Stash did not have before
	Edited   Cause = "edited"    // its content is another than when it was last written
	Renamed  Cause = "renamed"   // a name it uses was changed
	Cover    Cause = "cover"     // its cover is another
	Moved    Cause = "moved"     // its files have other paths
	Appeared Cause = "appeared"  // Plex has an item for it now
	AskedFor Cause = "asked for" // a person wants it synced
	Retry    Cause = "retry"     // a person wants it tried again
	Outage   Cause = "outage"    // it failed while Plex was going down
	Undo     Cause = "undo"      // what was written is taken back
	Settings Cause = "settings"  // settings changed that decide what is written
	Imported Cause = "imported"  // another program had it in its queue
	Counted  Cause = "counted"   // the mass-change brake counted its changes
	Repaired Cause = "repaired"  // its record was damaged
	Activity Cause = "activity"  // watched or rated in Plex
	// Confirmed is the cause of jobs from an applied preview or a confirmed brake.
	Confirmed Cause = "confirmed"
	// Collections is the cause of a run that wrote to collections and to no scene.
	Collections Cause = "collections"

	NeverSynced Cause = "never-synced" // Lockstep never brought the scene in step
	Changed     Cause = "changed"      // Stash holds something new
	Drifted     Cause = "drifted"      // Plex holds something else than was written
	Emptied     Cause = "emptied"      // Plex lost everything that was written
	Missing     Cause = "missing"      // Plex has no item for the scene's file
)

// Gaps are the kinds of gap, in the order in which people are shown them.
var Gaps = []Cause{NeverSynced, Changed, Drifted, Emptied, Missing}

var causes = map[Cause]message.Code{
	New:         message.CauseNew,
	Edited:      message.CauseEdited,
	Renamed:     message.CauseRenamed,
	Cover:       message.CauseCover,
	Moved:       message.CauseMoved,
	Appeared:    message.CauseAppeared,
	AskedFor:    message.CauseAskedFor,
	Retry:       message.CauseRetry,
	Outage:      message.CauseOutage,
	Undo:        message.CauseUndo,
	Settings:    message.CauseSettings,
	Imported:    message.CauseImported,
	Counted:     message.CauseCounted,
	Repaired:    message.CauseRepaired,
	Activity:    message.CauseActivity,
	Confirmed:   message.CauseConfirmed,
	Collections: message.CauseCollections,
	NeverSynced: message.CauseNeverSynced,
	Changed:     message.CauseChanged,
	Drifted:     message.CauseDrifted,
	Emptied:     message.CauseEmptied,
	Missing:     message.CauseMissing,
}

// Message says the cause to people. One this version does not know is said as it is stored.
func (c Cause) Message() message.Message {
	if code, ok := causes[c]; ok {
		return message.New(code)
	}
	if c == "" {
		return message.None
	}
	return message.New(message.PlainWord, message.Word(strings.ReplaceAll(string(c), "-", " ")))
}
