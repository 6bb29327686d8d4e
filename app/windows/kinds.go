package windows

import (
	"fyne.io/fyne/v2"

	"lockstep/app/present"
)

// kind is what there is to know of a page before it is made.
type kind struct {
	size  fyne.Size // usual size of a window of its own
	make  func(*Windows, *window) page
	apart bool // it is never a page of the main window
}

var kinds map[string]kind

func init() { // a plain initialiser would be a cycle: pages open other pages
	kinds = map[string]kind{
		present.Overview: {fyne.NewSize(900, 620), newOverviewPage, false},
		present.Queue:    {fyne.NewSize(900, 620), newQueuePage, false},
		present.Reports:  {fyne.NewSize(1060, 660), newReportsPage, false},
		present.Outages:  {fyne.NewSize(940, 560), newOutagesPage, false},
		present.Preview:  {fyne.NewSize(1060, 620), newPreviewPage, false},
		present.Explain:  {fyne.NewSize(820, 560), newExplainPage, false},
		present.History:  {fyne.NewSize(940, 600), newHistoryPage, false},
		present.Doctor:   {fyne.NewSize(760, 520), newDoctorPage, false},
		present.Settings: {fyne.NewSize(900, 660), newSettingsPage, true},
		present.SetUp:    {fyne.NewSize(900, 640), newSetUpPage, true},
		present.Manual:   {fyne.NewSize(900, 660), newManualPage, true},
	}
}
