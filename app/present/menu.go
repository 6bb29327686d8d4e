package present

import (
	"slices"

	"lockstep/sync/api"
)

// Menu is everything of the tray menu that changes. Two equal values need no redraw.
type Menu struct {
	Icon   string // shape for assets.Tray
	Status string // the first line and the tooltip
	Queue, Reports, Outages,
	Resume string // label of Resume; empty while not paused, when Pause is offered
	CanSync      bool // Sync now, Pause and Resume work
	CanReconcile bool // no reconciliation runs
	// Language is the one all words are in; when it changes every entry is renamed.
	Language string
}

// MenuOf makes the tray menu of a snapshot.
func MenuOf(s api.Snapshot, m Moment) Menu {
	menu := Menu{
		Icon: Icon(s), Status: Status(brief(s), m), Language: Language(), Queue: T("Queue…") + queueHint(s), Reports: T("Reports…"), Outages: T("Outages…"),
		CanSync: s.Live && s.Stopping.IsZero(),
	}
	menu.CanReconcile = menu.CanSync && s.Configured && s.Reconcile == nil
	if s.Standing.NeedYou > 0 { // as the status counts them
		menu.Reports += " (" + attention(s.Standing.NeedYou) + ")"
	}
	if s.Paused {
		menu.Resume = T("Resume")
		if !s.PausedTill.IsZero() {
			menu.Resume += " (" + T("paused until %s", m.Clock(s.PausedTill)) + ")"
		}
	}
	return menu
}

// brief is a snapshot whose titles are short enough for a menu. An open menu keeps the
// width it was opened with, and on some desktops jumps to another.
func brief(s api.Snapshot) api.Snapshot {
	s.Run.Current = Short(s.Run.Current)
	s.InHand = slices.Clone(s.InHand)
	for i := range s.InHand {
		s.InHand[i].Name = Short(s.InHand[i].Name)
	}
	return s
}

func queueHint(s api.Snapshot) string {
	switch {
	case StateOf(s) == Writing && s.Run.Total > 0:
		return " (" + Step(s) + ")"
	case !s.Queue.Empty():
		return " (" + left(s) + ")"
	}
	return ""
}
