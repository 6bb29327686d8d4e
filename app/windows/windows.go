// Package windows owns the windows people see: queue, reports, outages, settings,
// preview, explain, history and doctor. It shows what the API says in the words of
// package present and sends commands back; it holds no state of the engine but the
// latest snapshot and the page on screen, and it never starts a Fyne driver.
package windows

import (
	"context"
	"image/color"
	"net/url"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"

	"lockstep/app/present"
	"lockstep/sync/api"
)

// Options is what the windows need besides the engine. The zero value works.
type Options struct {
	// DataDir is where windows remember their sizes; empty keeps none.
	DataDir string
	// Log is the path of the log file; empty offers none.
	Log string
	// Icon is shown by the window manager; nil for none.
	Icon fyne.Resource
	// Zone is the zone of the times shown; nil means the machine's.
	Zone *time.Location
	// Doctor runs the checks of the doctor window; nil says that there are none.
	Doctor func(context.Context) []Check
	// Bundle writes the masked diagnostic bundle to a path; nil hides the button.
	Bundle func(ctx context.Context, path string) error
	// ChooseFile asks for a file with the desktop's own dialog and waits for the answer; an
	// empty path means that none was chosen. When it is nil, or fails, a path is typed.
	ChooseFile func(context.Context, FileQuestion) (string, error)
	// TrayMissing reports that no tray shows Lockstep's icon; then closing the last window
	// asks whether to go on syncing unseen. It is called off Fyne's goroutine; nil means
	// that there is a tray.
	TrayMissing func() bool
	// ByHand is set when a person started Lockstep; the first close then says that it goes
	// on in the tray.
	ByHand bool
	// OnLastClosed is called on Fyne's goroutine when the last window was closed.
	OnLastClosed func()
}

// Check is one line of the doctor window. What is neither OK nor Failed works, but not
// as well as it could.
type Check struct {
	Name, Words, Hint string
	OK, Failed        bool
}

// Windows is the set of windows of one process. Its methods, Run excepted, must be
// called on Fyne's main goroutine.
type Windows struct {
	app    fyne.App
	api    api.API
	opt    Options
	open   map[string]*window
	memory *memory
	snap   api.Snapshot
	heard  bool   // of the engine, or of its end
	spoken string // the language of what is open

	// Tests replace these to run everything in order on one goroutine.
	spawn     func(func())
	now       func() time.Time
	openURL   func(*url.URL) error
	pollEvery time.Duration
}

// page is the content of one window.
type page interface {
	content() fyne.CanvasObject
	// update shows a new snapshot. It is called up to ten times a second.
	update(api.Snapshot)
	// show is called when the window is asked for, with what follows the colon of the
	// name: a scene, a report.
	show(about string)
}

// searcher is a page with something to type a search into.
type searcher interface{ searcher() fyne.Focusable }

type window struct {
	fyne.Window
	name string
	page page
	// choosing ends the dialog for files that is open; nil for none.
	choosing context.CancelFunc
}

// New makes the windows over an API, with Lockstep's own theme. It opens none.
func New(a fyne.App, engine api.API, opt Options) *Windows {
	a.Settings().SetTheme(Theme())
	w := &Windows{app: a, api: engine, opt: opt, open: map[string]*window{}, now: time.Now, openURL: a.OpenURL, pollEvery: pollEvery}
	w.spawn = func(fn func()) { go fn() }
	w.memory, w.spoken = loadMemory(opt.DataDir), present.Language()
	return w
}

// Show opens a window or brings it to the front. The name is one of present.Windows,
// and may be followed by a colon and what it is about: "explain:812". An unknown name
// opens the queue.
func (w *Windows) Show(name string) {
	name, about, _ := strings.Cut(name, ":")
	k, ok := kinds[name]
	if !ok {
		name, k = present.Queue, kinds[present.Queue]
	}
	if open, ok := w.open[name]; ok {
		open.Show()
		open.RequestFocus()
		open.page.show(about)
		return
	}
	win := &window{Window: w.app.NewWindow(""), name: name}
	w.open[name] = win
	if w.opt.Icon != nil {
		win.SetIcon(w.opt.Icon)
	}
	w.fill(win, about)
	win.Resize(w.memory.size(name, k.size))
	win.SetCloseIntercept(func() { w.close(win) })
	win.SetOnClosed(func() { w.closed(name) })
	win.Canvas().SetOnTypedKey(func(ev *fyne.KeyEvent) {
		if ev.Name == fyne.KeyEscape {
			dismiss(win.Canvas())
		}
	})
	win.Show()
}

// smallest is a size at which every page still reads well.
var smallest = fyne.NewSize(560, 380)

// fill makes what a window shows, in the language of the moment.
func (w *Windows) fill(win *window, about string) {
	win.SetTitle("Lockstep – " + present.WindowTitle(win.name))
	win.page = kinds[win.name].make(w, win)
	win.SetMainMenu(w.menu(win))
	least := canvas.NewRectangle(color.Transparent)
	least.SetMinSize(smallest)
	win.SetContent(container.NewStack(least, win.page.content()))
	win.page.update(w.snap)
	win.page.show(about)
}

// close closes a window as its own button does.
func (w *Windows) close(win *window) {
	w.memory.keepSize(win.name, win.Canvas().Size())
	w.settle(win, func() { w.leave(win) })
}

// Names lists the open windows.
func (w *Windows) Names() []string {
	var names []string
	for _, n := range present.Windows() {
		if w.open[n] != nil {
			names = append(names, n)
		}
	}
	return names
}

// CloseAll closes every window, remembering their sizes. One with changes that are not
// stored asks first.
func (w *Windows) CloseAll() {
	for name, win := range w.open {
		w.memory.keepSize(name, win.Canvas().Size())
		w.settle(win, win.Close)
	}
}

func (w *Windows) closed(name string) {
	if win := w.open[name]; win != nil && win.choosing != nil {
		win.choosing()
	}
	delete(w.open, name)
	if len(w.open) == 0 && w.opt.OnLastClosed != nil {
		w.opt.OnLastClosed()
	}
}

func (w *Windows) update(s api.Snapshot) {
	w.snap, w.heard = s, true
	w.reword()
	for _, win := range w.open {
		win.page.update(s)
	}
}

func (w *Windows) moment() present.Moment { return present.Moment{Now: w.now(), Zone: w.opt.Zone} }

type kind struct {
	size fyne.Size
	make func(*Windows, *window) page
}

var kinds map[string]kind

func init() { // a plain initialiser would be a cycle: pages open other pages
	kinds = map[string]kind{
		present.Queue:    {fyne.NewSize(1020, 620), newQueuePage},
		present.Reports:  {fyne.NewSize(1060, 660), newReportsPage},
		present.Outages:  {fyne.NewSize(940, 560), newOutagesPage},
		present.Settings: {fyne.NewSize(900, 660), newSettingsPage},
		present.Preview:  {fyne.NewSize(1060, 620), newPreviewPage},
		present.Explain:  {fyne.NewSize(820, 560), newExplainPage},
		present.History:  {fyne.NewSize(940, 600), newHistoryPage},
		present.Doctor:   {fyne.NewSize(760, 520), newDoctorPage},
		present.SetUp:    {fyne.NewSize(900, 640), newSetUpPage},
	}
}
