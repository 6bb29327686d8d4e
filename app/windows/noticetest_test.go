package windows

import (
	"errors"
	"slices"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"lockstep/app/present"
	"lockstep/sync/config"
	"lockstep/sync/fault"
	"lockstep/sync/message"
)

func TestEachKindOfNotificationHasATest(t *testing.T) {
	f := newFake()
	w := newTest(t, f)
	var sent []string
	var broken error
	w.opt.Notify = func(n present.Note) error {
		sent = append(sent, n.Title)
		return broken
	}
	w.Show(present.Settings + ":" + string(config.Notifications))
	win := w.open[present.Settings]
	var buttons []*widget.Button
	everything(win, func(o fyne.CanvasObject) {
		if b, ok := o.(*widget.Button); ok && b.Text == "Send a test" {
			buttons = append(buttons, b)
		}
	})
	for _, b := range buttons {
		b.OnTapped()
	}
	if want := []string{"Test: Plex is not reachable", "Test: Plex asks you to sign in again", "Test: Reconciliation done"}; !slices.Equal(sent, want) {
		t.Fatalf("sent %q, want %q", sent, want)
	}
	wantShown(t, win, "A test was sent. Nothing to see? Look at the desktop’s notification settings.")

	broken = fault.New(fault.Local, fault.None, message.New(message.DoctorNotificationsNone), message.New(message.AdviceNotificationsNone), errors.New("no bus"))
	buttons[0].OnTapped()
	wantShown(t, win, "That did not work", "This desktop shows no notifications", "Outages are still shown in the tray and in the windows.")

	w.opt.Notify = nil
	win.page.(*settingsPage).draw()
	if canTap(win, "Send a test") {
		t.Error("there is nobody to send a test, and it is offered")
	}
}
