package windows

import (
	"errors"
	"image"
	"image/color"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"lockstep/app/present"
	"lockstep/sync/api"
	"lockstep/sync/fault"
	"lockstep/sync/health"
	"lockstep/sync/message"
	"lockstep/sync/outage"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

func open[P page](t *testing.T, w *Windows, name string) (fyne.Window, P) {
	t.Helper()
	w.Show(name)
	name, _, _ = strings.Cut(name, ":")
	return w.showing(name), w.showing(name).page.(P)
}

func TestQueueFiltersSearchesAndCommands(t *testing.T) {
	f := newFake()
	w := newTest(t, f)
	win, p := open[*queuePage](t, w, present.Queue)
	wantShown(t, win, "Writing 23 of 42", "0.9 scenes/s", "● Plex", "● Stash", "today 214 written", "Night Trains of the Alps")
	tap(t, win, "Failed 1")
	if p.jobs.total != 1 {
		t.Fatalf("%d dead jobs", p.jobs.total)
	}
	p.list.list.Select(0)
	wantShown(t, win, "Plex refused the date")
	tap(t, win, "Retry")
	wantCalled(t, f, "retry [5] false")
	p.list.list.Select(0)
	tap(t, win, "Why?")
	wantCalled(t, f, "explain 5")
	w.turnTo(present.Queue)
	tap(t, win, "Discard")
	wantCalled(t, f, "")
	wantShown(t, win, "stays as it is in Plex")
	tap(t, win, "Discard")
	wantCalled(t, f, "discard [5]")
	tap(t, win, "Retry all failed")
	wantCalled(t, f, "retry [] true")
	none := sampleSnapshot()
	none.Queue.Dead = 0
	w.update(none)
	if !p.dead.Hidden {
		t.Error("a retry of nothing is offered")
	}
	tap(t, win, "All")
	test.Type(p.search, "zzz")
	wantShown(t, win, "Nothing here matches “zzz”.")
	tap(t, win, "Sync now")
	wantCalled(t, f, "sync []")
}

func TestQueueSaysDownOnlyByTheVerdict(t *testing.T) {
	f := newFake()
	w := newTest(t, f)
	win, p := open[*queuePage](t, w, present.Queue)
	s := sampleSnapshot()
	outageDown(&s)
	w.update(s)
	wantShown(t, win, "Next try in 40 s. Plex is not running at this address (connection refused).", "Plex down since 14:02")
	if shows(win, "Plex down since 14:02 (") {
		t.Error("the cause is told twice, and cut off once")
	}
	if p.bar.Visible() {
		t.Error("the progress bar is shown while Plex is down")
	}
	tap(t, win, "Try now")
	wantCalled(t, f, "probe")
	p.list.list.Select(4)
	f.jobs[4].Message = message.Foreign("Plex answered 503")
	p.jobs.stale()
	if !strings.Contains(p.detail.words.Text, "503") {
		t.Errorf("the foot still says %q", p.detail.words.Text)
	}
	f.jobs = f.jobs[:4]
	p.jobs.stale()
	if p.detail.box.Visible() {
		t.Error("the foot is about a job that has gone")
	}
	s.Verdict = health.Disputed
	w.update(s)
	if shows(win, "down") || shows(win, "Waiting for Plex") {
		t.Error("a disputed verdict reads as an outage")
	}
	s = sampleSnapshot()
	s.Paused = true
	w.update(s)
	tap(t, win, "Resume")
	wantCalled(t, f, "resume")
	if canTap(win, "Pause") {
		t.Error("Pause is offered while paused")
	}
}

func TestLongListsAreReadInPages(t *testing.T) {
	f := newFake()
	f.jobs = nil
	for i := range 100_000 {
		f.jobs = append(f.jobs, queue.Job{Scene: scene.ID(i + 1), Name: names[i%len(names)], State: queue.Waiting})
	}
	w := newTest(t, f)
	_, p := open[*queuePage](t, w, present.Queue)
	if p.jobs.total != 100_000 || len(p.jobs.pages) > 2 {
		t.Fatalf("%d jobs, %d pages read", p.jobs.total, len(p.jobs.pages))
	}
	for i := range 60 {
		p.list.list.ScrollTo((i * 7919) % 100_000)
	}
	if len(p.jobs.pages) > keepPages {
		t.Errorf("%d pages are kept", len(p.jobs.pages))
	}
	if j, ok := p.jobs.at(99_999); !ok || j.Scene != 100_000 {
		t.Errorf("the last row is %+v %v", j, ok)
	}
}

// choosePart chooses a part of a report by its name.
func choosePart(t *testing.T, p *reportsPage, name string, rows int) {
	t.Helper()
	for i, f := range p.reasons.shown {
		if f.Name == name && f.Rows == rows {
			p.reasons.list.Select(i)
			return
		}
	}
	t.Fatalf("no part %q with %d rows in %+v", name, rows, p.reasons.shown)
}

func TestReportsAddUpFilterAndLead(t *testing.T) {
	f := newFake()
	w := newTest(t, f)
	win, p := open[*reportsPage](t, w, present.Reports)
	wantShown(t, win, "Reconciliation 23 Nov 11:12 — everything", "24 gaps = 16 queued + 8 skipped", "1\u202f180 in step")
	choosePart(t, p, "No metadata yet", 3)
	if p.rows.total != 3 {
		t.Errorf("%d rows for a reason", p.rows.total)
	}
	p.list.list.Select(0)
	wantShown(t, win, "add a studio, performer, tag, date or details in Stash")
	tap(t, win, "Open in Stash")
	wantCalled(t, f, "visit http://localhost:9999/scenes/802")
	tap(t, win, "Explain")
	wantCalled(t, f, "explain 802")
	w.turnTo(present.Reports)
	choosePart(t, p, "Queued", 16)
	p.list.list.Select(0)
	tap(t, win, "Open in Plex")
	wantCalled(t, f, "visit http://localhost:32400/web/index.html#!/server/abc123/details?key=%2Flibrary%2Fmetadata%2F5512")
	tap(t, win, "Try again")
	wantCalled(t, f, "sync [800]")
	tap(t, win, "Older")
	wantShown(t, win, "Plex stopped answering after 700 of 1\u202f204 scenes. The rest was not checked.")
	tap(t, win, "Run again")
	wantCalled(t, f, "reconcile 24h preview false")

	s := sampleSnapshot()
	s.Reconcile = &api.ReconcileState{Checked: 700, Total: 1204}
	w.update(s)
	wantShown(t, win, "Comparing 700 of 1\u202f204 scenes")
	tap(t, win, "Stop")
	wantCalled(t, f, "stop")
	f.reports[1].Checked = 1300
	w.update(sampleSnapshot())
	wantShown(t, win, "Checked 1\u202f300 scenes")
}

func TestPreviewWritesWhatIsPicked(t *testing.T) {
	f := newFake()
	w := newTest(t, f)
	win, p := open[*previewPage](t, w, present.Preview)
	wantShown(t, win, "16 scenes, 56 fields. Nothing has been written.", "2019-05-02", present.Nothing,
		"empty in Stash; it was written by Lockstep", "stays", "kept: locked in Plex, not by Lockstep")
	p.fields.list.Select(4)
	wantShown(t, win, "Title: Harbor Lights — kept: locked in Plex, not by Lockstep")
	if canTap(win, "Write selected") {
		t.Error("nothing is picked and can be written")
	}
	p.picked[801] = true
	p.picked[800] = true
	p.footing()
	tap(t, win, "Write 2 selected")
	wantCalled(t, f, "apply 8 [800 801]")
	w.turnTo(present.Preview)
	tap(t, win, "Write all")
	wantCalled(t, f, "apply 8 []")
	w.turnTo(present.Preview)
	tap(t, win, "New preview")
	wantCalled(t, f, "reconcile all preview true")

	s := sampleSnapshot()
	f.history = append([]store.Activity{{Seq: 900, At: p.report.Ended.Add(time.Minute), Changes: []store.Change{{Field: "date"}}}}, f.history...)
	s.Today.Written++
	w.update(s)
	wantShown(t, win, "16 scenes, 56 fields. Something has been written since. Make a new preview to see what is left.")

	s = sampleSnapshot()
	s.Attention = []api.Attention{{Kind: api.BrakeAsks, Message: message.Foreign("This would clear 60 dates"), Report: 7}}
	w.update(s)
	wantShown(t, win, "This would clear 60 dates. Continue?")
	tap(t, win, "Continue")
	wantCalled(t, f, "apply 7 []")
	w.Show(present.Preview)
	if p.report.ID != 7 {
		t.Errorf("the brake's report is not shown, but %d", p.report.ID)
	}
}

func TestOutagesShowWhatIsKnown(t *testing.T) {
	f := newFake()
	w := newTest(t, f)
	win, p := open[*outagesPage](t, w, present.Outages)
	wantShown(t, win, "Plex available", "repaired at start: record had no end", "14 changes held")
	p.list.list.Select(0)
	wantShown(t, win, "23 Nov 14:02 – 14:10 (8 min) · Plex is not running at this address (connection refused) · 14 changes held · 1 retried afterwards")
	tap(t, win, "7 days")
	if got := p.page.To.Sub(p.page.From); got != 7*24*time.Hour {
		t.Errorf("looks at %v", got)
	}

	f.outages.Records = []outage.Record{{ID: 9, Started: ago(62 * time.Hour)}}
	w.update(sampleSnapshot()) // the verdict is Up: the first incident
	p.load()
	if shows(win, "– now") || !shows(win, "being checked") {
		t.Error("an open record reads as an outage while the verdict is up")
	}
}

func TestChartFindsShortOutages(t *testing.T) {
	f := newFake()
	w := newTest(t, f)
	_, p := open[*outagesPage](t, w, present.Outages)
	p.chart.Resize(fyne.NewSize(1000, barHeight+axisHeight))
	at := func(d time.Duration) (outage.Segment, bool) {
		return p.chart.segment(float32(30*24*time.Hour-d) / float32(30*24*time.Hour))
	}
	if s, ok := at(5*24*time.Hour - time.Minute); !ok || s.Kind != outage.Down || !s.Repaired {
		t.Errorf("the outage of a minute is not found: %+v", s)
	}
	if s, ok := at(40 * time.Hour); !ok || s.Kind != outage.Off {
		t.Errorf("not running is not found: %+v", s)
	}
	if s, ok := at(10 * 24 * time.Hour); !ok || s.Kind != outage.Up {
		t.Errorf("up is not found: %+v", s)
	}
	p.chart.Tapped(&fyne.PointEvent{Position: fyne.NewPos(300, 5)})
	if !strings.Contains(p.point.Text, "Plex reachable") {
		t.Errorf("a tap says %q", p.point.Text)
	}
}

// A row frames its outage in the chart, and an outage that is clicked there chooses its row.
func TestRowsAndChartOfOutagesFollowEachOther(t *testing.T) {
	w := newTest(t, newFake())
	win, p := open[*outagesPage](t, w, present.Outages)
	p.list.list.Select(2)
	if id := p.page.Records[2].ID; p.chart.marked != id {
		t.Errorf("%d is framed, want %d", p.chart.marked, id)
	}
	for i, r := range p.page.Records[:2] {
		at := float32(r.Started.Add(time.Second).Sub(p.page.From)) / float32(p.page.To.Sub(p.page.From)) * p.chart.Size().Width
		p.chart.Tapped(&fyne.PointEvent{Position: fyne.NewPos(at, 5)})
		if p.chart.marked != r.ID || p.list.picks.current != i {
			t.Errorf("row %d is chosen after a click on outage %d", p.list.picks.current, r.ID)
		}
		wantShown(t, win, present.OutageWords(present.Outage(r, p.page.Verdict, w.moment())))
	}
	frame := rgba(theme.ColorNameForeground)
	if m := p.chart.image(1000, barHeight); !slices.ContainsFunc(pixelsOf(m), func(c color.Color) bool { return c == frame }) {
		t.Error("no frame is drawn")
	}
}

func pixelsOf(m image.Image) (out []color.Color) {
	for x := range m.Bounds().Dx() {
		out = append(out, m.At(x, 0))
	}
	return out
}

func TestExplainShowsTheSteps(t *testing.T) {
	f := newFake()
	w := newTest(t, f)
	win, p := open[*explainPage](t, w, "explain:812")
	wantCalled(t, f, "explain 812")
	wantShown(t, win, "DSC_0042", "edited 21 Nov 10:04", "summary: Locked in Plex by somebody else", "next attempt 14:32", "queued because: edited in Stash", "Already queued.")
	tap(t, win, "Copy")
	for _, part := range []string{"DSC_0042 (scene 812)\n1 Stash ", "summary: Locked in Plex by somebody else", "\nAlready queued."} {
		if got := w.app.Clipboard().Content(); !strings.Contains(got, part) {
			t.Errorf("copied %q, want %q in it", got, part)
		}
	}
	tap(t, win, "Sync this scene")
	wantCalled(t, f, "sync [812]")
	wantShown(t, win, "Added to the queue.")
	tap(t, win, "Undo last write")
	tap(t, win, "Undo")
	wantCalled(t, f, "undo run 0 scene 812")
	wantShown(t, win, "1 scene is queued to be restored.")
	p.query.SetText("")
	p.explain("")
	wantCalled(t, f, "")
}

func TestExplainListsTheScenesToChooseFrom(t *testing.T) {
	f := newFake()
	w := newTest(t, f)
	one := f.explain
	f.explain = api.Explanation{Outcome: message.Foreign("2 scenes match. Choose one."), Matches: []api.Match{
		{Scene: 7, Title: "Rock Pools", Path: "/data/one.mkv"}, {Scene: 812, Title: "Rock Pools", Path: "/data/two.mkv"},
	}}
	win, _ := open[*explainPage](t, w, "explain:Rock Pools")
	wantShown(t, win, "2 scenes match. Choose one.", "/data/one.mkv", "/data/two.mkv")
	if canTap(win, "Sync this scene") || canTap(win, "Undo last write") {
		t.Error("no scene was chosen, but one can be synced or undone")
	}
	f.explain = one
	f.called()
	tap(t, win, "Rock Pools (scene 812)")
	wantCalled(t, f, "explain 812")
	wantShown(t, win, "DSC_0042", "Already queued.")
}

func TestExplainOffersAnUndoOnlyOfWhatWasWritten(t *testing.T) {
	f := newFake()
	w := newTest(t, f)
	win, p := open[*explainPage](t, w, "explain:812")
	if !canTap(win, "Undo last write") {
		t.Error("a written scene cannot be undone")
	}
	f.explain.CanUndo = false
	p.show("812")
	if canTap(win, "Undo last write") || !canTap(win, "Sync this scene") {
		t.Error("a scene never written can be undone")
	}
}

func TestHistoryReadsOnAndUndoes(t *testing.T) {
	f := newFake()
	w := newTest(t, f)
	win, p := open[*historyPage](t, w, present.History)
	if len(p.lines) != 100 {
		t.Fatalf("%d lines at first", len(p.lines))
	}
	for range 5 {
		p.row(len(p.lines) - 1)
	}
	if len(p.lines) != 250 {
		t.Fatalf("%d lines in the end", len(p.lines))
	}
	p.list.list.Select(1)
	wantShown(t, win, "Date: (empty) → 2019-05-02")
	tap(t, win, "Undo last write")
	tap(t, win, "Undo")
	wantCalled(t, f, "undo run 0 scene 2")
	p.runList.list.Select(1)
	if !p.undoRun.Disabled() {
		t.Error("an undone run can be undone again")
	}
	p.runList.list.Select(0)
	test.Tap(p.undoRun)
	tap(t, win, "Undo")
	wantCalled(t, f, "undo run 3 scene 0")
	f.runs = slices.Insert(slices.Clone(f.runs), 0, store.Run{ID: 4, Started: testNow, Written: 42})
	f.runs[1].Undone = true
	s := sampleSnapshot()
	s.Run.Started = testNow.Unix()
	w.update(s)
	if len(p.runs) != len(f.runs) || p.run.ID != 3 || !p.undoRun.Disabled() {
		t.Errorf("%d runs are shown, run %d is chosen and can be undone: %v", len(p.runs), p.run.ID, !p.undoRun.Disabled())
	}
	test.Type(p.search, "harbour")
	if len(p.lines) != 25 {
		t.Errorf("%d lines found", len(p.lines))
	}
}

func TestDoctorTellsWhatIsWrong(t *testing.T) {
	w := newTest(t, newFake())
	win, _ := open[*doctorPage](t, w, present.Doctor)
	wantShown(t, win, "2 checks need attention", "✕ Clock", "No keyring answers.", "▲ Keyring", "● Stash")
	var order []string
	walk(w.open[present.Main].shell.place, func(o fyne.CanvasObject) {
		if l, ok := o.(*widget.Label); ok && slices.Contains([]string{"✕ Clock", "▲ Keyring", "● Stash"}, l.Text) {
			order = append(order, l.Text)
		}
	})
	if got := strings.Join(order, ", "); got != "✕ Clock, ▲ Keyring, ● Stash" {
		t.Errorf("the order is %s: what needs a look comes first", got)
	}
}

func TestFailuresAreToldInWords(t *testing.T) {
	f := newFake()
	f.err = fault.New(fault.Unreachable, fault.Stash, message.Foreign("connection refused"), message.Foreign("is Stash running?"), errors.New("dial tcp: secret"))
	w := newTest(t, f)
	win, _ := open[*queuePage](t, w, present.Queue)
	tap(t, win, "Sync now")
	wantShown(t, win, "is Stash running?")
	if shows(win, "dial tcp") {
		t.Error("the operator's text is shown")
	}
}

// While the brake asks there is one button that writes all: its own.
func TestTheBrakeLeavesOneButtonThatWritesAll(t *testing.T) {
	w := newTest(t, newFake())
	win, _ := open[*previewPage](t, w, present.Preview)
	s := sampleSnapshot()
	s.Attention = []api.Attention{{Kind: api.BrakeAsks, Message: message.Foreign("This would clear 60 dates"), Report: 8}}
	w.update(s)
	if shows(win, "Write all") {
		t.Error("Write all stands beside Continue")
	}
	w.update(sampleSnapshot())
	if !canTap(win, "Write all") {
		t.Error("Write all is gone")
	}
}

func TestTheOutcomeOfExplainStandsAboveItsSteps(t *testing.T) {
	w := newTest(t, newFake())
	_, p := open[*explainPage](t, w, present.Explain)
	if p.answer.Visible() {
		t.Error("an empty outcome takes room")
	}
	p.show("812")
	d := fyne.CurrentApp().Driver()
	if !p.answer.Visible() || d.AbsolutePositionForObject(p.answer).Y > d.AbsolutePositionForObject(p.scroll).Y {
		t.Error("the outcome stands below the steps")
	}
}
