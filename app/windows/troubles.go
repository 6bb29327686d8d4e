package windows

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"lockstep/app/present"
	"lockstep/sync/api"
)

// troubles are the bands on top of a page: a server that is away, and what a person is asked for.
type troubles struct {
	w          *Windows
	down, asks *band
	urgent     api.Attention
	box        *fyne.Container
}

func newTroubles(w *Windows, win *window) *troubles {
	t := &troubles{w: w}
	t.down = newBand(widget.DangerImportance, present.T("Try now"), func() { w.command(win, w.api.ProbeNow) })
	t.asks = newBand(widget.WarningImportance, present.T("Show"), func() { w.Show(present.WindowFor(t.urgent.Kind)) })
	t.box = container.NewVBox(t.down.box, t.asks.box)
	t.box.Hide()
	return t
}

func (t *troubles) update(s api.Snapshot) {
	t.down.say(strings.TrimSpace(present.Sentence(present.Band(s, t.w.moment())) + " " + present.AwayBecause(s)))
	words := ""
	if a, ok := present.Urgent(s); ok {
		t.urgent, words = a, present.AskedBelow(a, s)
		if label := present.AskedButton(a.Kind); t.asks.button.Text != label {
			t.asks.button.SetText(label)
		}
	}
	t.asks.say(words)
	visible(t.box, t.down.box.Visible() || t.asks.box.Visible())
}
