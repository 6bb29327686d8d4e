package storage

import (
	"lockstep/sync/message"
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
func (h Healed) Words() message.Message {
	var out []message.Message
	say := func(n int, code message.Code) {
		if n > 0 {
			out = append(out, message.New(code, message.Count(n)))
		}
	}
	say(h.Mended, message.HealedMended)
	say(h.Restored, message.HealedRestored)
	say(h.Renewed, message.HealedRenewed)
	say(h.Undo, message.HealedUndo)
	say(h.History, message.HealedHistory)
	say(h.Outages, message.HealedOutages)
	say(h.Reports, message.HealedReports)
	say(h.Items, message.HealedItems)
	return message.Sentences(out...)
}
