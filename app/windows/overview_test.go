package windows

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"lockstep/app/present"
	"lockstep/sync/api"
	"lockstep/sync/message"
	"lockstep/sync/skip"
	"lockstep/sync/store"
)

func TestOverviewSaysHowThingsStand(t *testing.T) {
	f := newFake()
	w := newTest(t, f)
	win, p := open[*overviewPage](t, w, present.Overview)
	wantShown(t, win, "Writing 23 of 42", "97\u202f%", "1\u202f173 in step · 20 queued · 9 need attention · 2 not in Plex yet",
		"11 scenes cannot be written yet", "No metadata yet", "Plex, last 7 days", "available · 3 outages", "today 14:11 · 42 written · 3 skipped", "Written · 7\u202f394 in 14 days")
	s := sampleSnapshot()
	outageDown(&s)
	s.Attention = []api.Attention{{Kind: api.BrakeAsks, Message: message.Foreign("This would clear 60 dates")}}
	w.update(s)
	wantShown(t, win, "✕ Plex down since 14:02", "Next try in 40 s.", "This would clear 60 dates. Continue?")
	tap(t, win, "Try now")
	wantCalled(t, f, "probe")
	if p.troubles.asks.box.Hidden {
		t.Error("nothing is asked")
	}
	tap(t, win, "Decide…")
	if w.open[present.Main].name != present.Preview {
		t.Errorf("looks at %s", w.open[present.Main].name)
	}
}

// Every reason has one button, which does something about it.
func TestEveryReasonHasAButtonThatWorks(t *testing.T) {
	f := newFake()
	w := newTest(t, f)
	win, _ := open[*overviewPage](t, w, present.Overview)
	for _, reason := range skip.All() {
		if reason.Field {
			continue
		}
		s := sampleSnapshot()
		s.Queue.Dead, s.Queue.Parked, s.Reasons = 0, 0, []api.Reason{{Code: reason.Code, Scenes: 4}}
		w.turnTo(present.Overview)
		w.update(s)
		list := present.NotInStep(s)
		if len(list) == 0 {
			continue // a person left these out
		}
		f.called()
		tap(t, win, list[0].Remedy.Label)
		shown := w.open[present.Main].name != present.Overview || w.open[present.Settings] != nil
		if called := f.called(); !shown && called != "retry parked false reason "+string(reason.Code) {
			t.Errorf("%s: %q does %q and shows nothing", reason.Code, list[0].Remedy.Label, called)
		}
		if set := w.open[present.Settings]; set != nil {
			set.Close()
		}
	}
	w.turnTo(present.Overview)
	w.update(sampleSnapshot())
	f.called()
	tap(t, win, "Retry all failed")
	wantCalled(t, f, "retry [] true")
	tap(t, win, "Ask Plex to scan")
	wantCalled(t, f, "retry parked true reason ")
	tap(t, win, "Show scenes")
	q := w.open[present.Main].page.(*queuePage)
	if j, _ := q.jobs.at(0); q.jobs.total != 1 || j.Code != skip.NoMetadata {
		t.Errorf("the queue shows %d, first %+v", q.jobs.total, j)
	}
	wantShown(t, win, "DSC_0042")
	w.update(sampleSnapshot())
	if q.shown[q.filters.chosen].Reason != skip.NoMetadata {
		t.Error("the next snapshot takes the reason away")
	}
}

func TestButtonsOfReasonsStayWhileNumbersChange(t *testing.T) {
	w := newTest(t, newFake())
	_, p := open[*overviewPage](t, w, present.Overview)
	before := p.reasons.rows.Objects[0]
	s := sampleSnapshot()
	s.Queue.Dead = 7
	w.update(s)
	if p.reasons.rows.Objects[0] != before || countIn(before).Text != "7" {
		t.Errorf("the row was made anew, or says %q", countIn(before).Text)
	}
}

func TestOverviewUndoesARun(t *testing.T) {
	f := newFake()
	w := newTest(t, f)
	win, _ := open[*overviewPage](t, w, present.Overview)
	tap(t, win, "Undo…")
	wantShown(t, win, "42 written")
	tap(t, win, "Undo")
	wantCalled(t, f, "undo run 3 scene 0")
	f.runs = []store.Run{{ID: 9, Started: ago(time.Minute), Ended: testNow, Skipped: 2}}
	s := sampleSnapshot()
	w.now = func() time.Time { return testNow.Add(time.Minute) }
	w.update(s)
	wantShown(t, win, "The last runs had nothing to write.")
	f.runs = []store.Run{{ID: 10, Started: ago(time.Minute), Skipped: 2}}
	w.now = func() time.Time { return testNow.Add(2 * time.Minute) }
	w.update(s)
	wantShown(t, win, "No run has ended yet.")
}

func TestBarsTellTheirDay(t *testing.T) {
	w := newTest(t, newFake())
	_, p := open[*overviewPage](t, w, present.Overview)
	b := p.days.written
	b.Resize(fyne.NewSize(280, 64))
	b.Tapped(&fyne.PointEvent{Position: fyne.NewPos(279, 5)})
	if got := p.days.point.Text; got != "23 Nov · 214 written · 7 in step already · 3 skipped · 0 failed" {
		t.Errorf("today says %q", got)
	}
}

func TestShareBarShowsEveryPart(t *testing.T) {
	for name, x := range map[string]present.Shares{
		"one of many": {InStep: 19999, NeedYou: 1, Total: 20000},
		"all kinds":   {InStep: 1, Queued: 1, NotInPlex: 1, NeedYou: 1, Skipped: 1, Unknown: 1, LeftOut: 1, Total: 7},
		"none":        {},
	} {
		b := newShareBar()
		b.set(x)
		widths, sum := b.widths(300), 0
		for i, p := range b.parts() {
			sum += widths[i]
			if p.n > 0 && widths[i] < least {
				t.Errorf("%s: part %d is %d wide", name, i, widths[i])
			}
		}
		if sum != 300 {
			t.Errorf("%s: %v makes %d of 300", name, widths, sum)
		}
	}
}
