package windows

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"lockstep/app/present"
	"lockstep/sync/config"
)

// noticeTest shows, for a setting that switches a kind of notification, what one of that kind
// looks like on this desktop. It is nil for all others.
func (p *form) noticeTest(o config.Option) fyne.CanvasObject {
	note := present.NoteExample(o.Name, p.w.moment())
	if note.Title == "" || p.w.opt.Notify == nil {
		return nil
	}
	b := newButton(present.T("Send a test"), nil, nil)
	b.Importance = widget.LowImportance
	b.OnTapped = func() {
		enabled(b, false)
		ask(p.w, func(context.Context) (struct{}, error) {
			return struct{}{}, p.w.opt.Notify(present.NoteExample(o.Name, p.w.moment()))
		}, func(_ struct{}, err error) {
			enabled(b, true)
			if err != nil {
				p.w.fail(p.win, err)
				return
			}
			p.tell(present.T("A test was sent. Nothing to see? Look at the desktop’s notification settings."))
		})
	}
	return b
}
