package storage

import (
	"fmt"
	"strings"
)

// Healed tells what was damaged and what became of it. In the zero value nothing was.
type Healed struct {
	// Mended is how many records were put right without loss.
	Mended int
	// Values are the names of stored values that were damaged beyond that. They came
	// from a backup, or are back to their defaults: not what a person last chose.
	Values []string
	// Restored is how many records came from a backup, Renewed how many are made anew
	// from Stash and Plex.
	Restored, Renewed int
	// Undo, History, Outages, Reports and Items are how many records are lost for good.
	Undo, History, Outages, Reports, Items int
}

func (h *Healed) restored(r damagedRecord) {
	h.Restored++
	if r.bucket == bValues {
		h.Values = append(h.Values, string(r.key))
	}
}

func (h *Healed) lost(r damagedRecord) {
	switch r.bucket {
	case bValues:
		h.Values = append(h.Values, string(r.key))
		h.Renewed++
	case bJournal:
		h.Undo++
	case bHistory:
		h.History++
	case bOutages, bGaps:
		h.Outages++
	case bReports, bRuns:
		h.Reports++
	case bRows:
		if r.inClasses {
			h.Renewed++
		} else {
			h.Reports++
		}
	case bItems:
		h.Items++
	default:
		h.Renewed++
	}
}

// Words tell a person what was damaged; empty when nothing was.
func (h Healed) Words() string {
	var out []string
	say := func(n int, format string) {
		if n > 0 {
			out = append(out, fmt.Sprintf(format, n))
		}
	}
	say(h.Mended, "Damaged records in the database that were put right without loss: %d.")
	say(h.Restored, "Damaged records in the database that came back from a backup: %d.")
	say(h.Renewed, "Damaged records in the database that are made anew: %d.")
	say(h.Undo, "Writes that can no longer be undone, as their record was damaged on disk: %d.")
	say(h.History, "Lines of the history lost to damage on disk: %d.")
	say(h.Outages, "Outages lost to damage on disk: %d.")
	say(h.Reports, "Reports, runs and rows of reports lost to damage on disk: %d.")
	say(h.Items, "Items whose record of what Lockstep wrote was damaged on disk, so that locked fields there are kept as they are: %d.")
	return strings.Join(out, " ")
}
