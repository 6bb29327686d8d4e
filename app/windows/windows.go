// Package windows owns the windows people see: the main window with its pages (overview,
// queue, reports, preview, history, outages, explain and doctor), settings, set-up and the documentation. It shows what the API says in the words of
// package present and sends commands back; it holds no state of the engine but the
// latest snapshot and the page on screen, and it never starts a Fyne driver.
package windows

import (
	"context"
	"image/color"
	"net/url"
	"runtime/debug"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	tooltip "github.com/dweymouth/fyne-tooltip"

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
	// Screen knows the screens.
	Screen Screen
	// Zone is the zone of the times shown; nil means the machine's.
	Zone *time.Location
	// Doctor runs the checks of the doctor window; nil says that there are none.
	Doctor func(context.Context) []Check
	// Bundle writes the masked diagnostic bundle to a path; nil hides the button.
	Bundle func(ctx context.Context, path string) error
	// Notify shows a notification of the desktop, or fails when nobody shows any; nil offers no tests.
	Notify func(present.Note) error
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
	app      fyne.App
	api      api.API
	opt      Options
	open     map[string]*window
	memory   *memory
	pictures *pictures
	snap     api.Snapshot
	informed bool   // of the engine, or of its end
	shownIn  string // the language of what is open
	resting  *time.Timer

	// Tests replace these to run everything in order on one goroutine.
	spawn     func(func())
	now       func() time.Time
	openURL   func(*url.URL) error
	pollEvery time.Duration
	restAfter time.Duration
	free      func() // gives memory back
}

// page is the content of a window, or what the main window shows beside its sidebar.
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
	key   string // under which Windows knows it: present.Main, or the name of its only page
	name  string // of the page it shows
	page  page
	shell *shell // of the main window; nil for others
	strip *strip // nil for windows that have none
	// choosing ends the dialog for files that is open; nil for none.
	choosing context.CancelFunc
}

// New makes the windows over an API, with Lockstep's own theme. It opens none.
func New(a fyne.App, engine api.API, opt Options) *Windows {
	w := &Windows{app: a, api: engine, opt: opt, open: map[string]*window{}, now: time.Now, openURL: a.OpenURL, pollEvery: pollEvery, restAfter: restAfter, free: debug.FreeOSMemory}
	w.spawn = func(fn func()) { go fn() }
	w.pictures = newPictures(w)
	w.memory, w.shownIn = loadMemory(opt.DataDir), present.Language()
	a.Settings().SetTheme(Theme(w.memory.kept.Theme))
	return w
}

// Show shows a page in the main window, or a window of its own, and brings it to the front.
// The name is one of present.Windows, and may be followed by a colon and what it is about:
// "explain:812". present.Main, or a name nobody knows, is the page that was shown last.
func (w *Windows) Show(name string) {
	name, about, _ := strings.Cut(name, ":")
	if _, ok := kinds[name]; !ok {
		name = w.lastPage()
	}
	win := w.open[w.home(name)]
	if win == nil {
		w.newWindow(w.home(name), name, about)
		return
	}
	win.Show()
	win.RequestFocus()
	if win.shell != nil {
		win.shell.turn(name)
	}
	win.page.show(about)
}

// home is the key of the window that shows a page: its own if there is one, else the main one.
func (w *Windows) home(name string) string {
	if kinds[name].apart || w.open[name] != nil {
		return name
	}
	return present.Main
}

// lastPage is the page of the main window, or the one it had when it was closed.
func (w *Windows) lastPage() string {
	name := w.memory.kept.Page
	if win := w.open[present.Main]; win != nil {
		name = win.name
	}
	if k, ok := kinds[name]; ok && !k.apart {
		return name
	}
	return present.Overview
}

// showApart shows a page beside the main window, in one of its own.
func (w *Windows) showApart(name, about string) {
	if w.open[name] == nil {
		w.newWindow(name, name, about)
		return
	}
	w.Show(name)
}

// newWindow opens a window.
func (w *Windows) newWindow(key, name, about string) {
	win := &window{Window: w.app.NewWindow(""), key: key, name: name}
	w.open[key] = win
	if w.opt.Icon != nil {
		win.SetIcon(w.opt.Icon)
	}
	w.fill(win, about)
	win.SetPadded(false) // the sidebar reaches the edge, and pages have margins of their own
	win.Resize(w.fitting(w.memory.size(key, usualSize(key)), smallestOf(key)))
	w.putBack(win)
	win.SetCloseIntercept(func() { w.close(win) })
	win.SetOnClosed(func() { w.closed(key) })
	win.Canvas().SetOnTypedKey(func(ev *fyne.KeyEvent) {
		if ev.Name == fyne.KeyEscape {
			dismiss(win.Canvas())
		}
	})
	win.Canvas().SetOnTypedRune(func(r rune) { w.typed(win, r) })
	win.Show()
}

// restAfter is how long after a page was made the memory that making it took is given back.
const restAfter = 3 * time.Second

// rest gives memory back in a while: a page is made once, and then little happens.
func (w *Windows) rest() {
	if w.resting == nil {
		w.resting = time.AfterFunc(w.restAfter, w.free)
		return
	}
	w.resting.Reset(w.restAfter)
}

// fill makes what a window shows, in the language of the moment.
func (w *Windows) fill(win *window, about string) {
	win.page, win.strip = nil, nil
	if win.key == present.Main {
		win.shell = newShell(w, win)
		win.setContent(win.shell.content())
		win.shell.turn(win.name)
	} else {
		w.fillApart(win)
	}
	win.SetMainMenu(w.menu(win))
	win.page.show(about)
	w.rest()
}

// fillApart makes a window of one page. A page of the main window keeps its strip there.
func (w *Windows) fillApart(win *window) {
	win.SetTitle(titleOf(win.name))
	win.page = kinds[win.name].make(w, win)
	content := atLeast(smallestOf(win.key), win.page.content())
	if !kinds[win.name].apart {
		win.strip = newStrip(w, win)
		win.strip.update(w.snap)
		content = overStrip(win.strip, content)
	}
	win.setContent(content)
	win.page.update(w.snap)
}

// setContent fills a window, with room for tooltips above everything.
func (win *window) setContent(o fyne.CanvasObject) {
	win.SetContent(tooltip.AddWindowToolTipLayer(o, win.Canvas()))
}

func titleOf(name string) string { return "Lockstep – " + present.WindowTitle(name) }

// atLeast keeps an object at least that large.
func atLeast(size fyne.Size, o fyne.CanvasObject) fyne.CanvasObject {
	least := canvas.NewRectangle(color.Transparent)
	least.SetMinSize(size)
	return container.NewStack(least, o)
}

// close closes a window as its own button does.
func (w *Windows) close(win *window) {
	w.keep(win)
	w.settle(win, func() { w.leave(win) })
}

// Names lists the pages that can be seen, in the order of present.Windows.
func (w *Windows) Names() []string {
	var names []string
	for _, n := range present.Windows() {
		if w.showing(n) != nil {
			names = append(names, n)
		}
	}
	return names
}

// showing is the window in which a page can be seen, nil for none.
func (w *Windows) showing(name string) *window {
	if win := w.open[name]; win != nil {
		return win
	}
	if win := w.open[present.Main]; win != nil && win.name == name {
		return win
	}
	return nil
}

// CloseAll closes every window, remembering their sizes. One with changes that are not
// stored asks first.
func (w *Windows) CloseAll() {
	for _, win := range w.open {
		w.keep(win)
		w.settle(win, win.Close)
	}
}

func (w *Windows) closed(key string) {
	win := w.open[key]
	if win != nil && win.choosing != nil {
		win.choosing()
	}
	if win != nil {
		tooltip.DestroyWindowToolTipLayer(win.Canvas())
	}
	delete(w.open, key)
	if len(w.open) == 0 && w.opt.OnLastClosed != nil {
		w.opt.OnLastClosed()
	}
}

func (w *Windows) update(s api.Snapshot) {
	switched := s.Pictures != w.snap.Pictures
	w.snap, w.informed = s, true
	if switched {
		w.pictures.forget()
	}
	w.wear(s.Theme)
	w.reword()
	for _, win := range w.open {
		win.update(s)
		if r, ok := win.page.(redrawer); ok && switched {
			r.redraw()
		}
	}
}

// redrawer is a page that draws its rows again, as when they are to look different.
type redrawer interface{ redraw() }

// update shows a new snapshot. A page nobody sees hears of it when it is turned to.
func (win *window) update(s api.Snapshot) {
	if win.shell != nil {
		win.shell.side.update(s)
	}
	if win.strip != nil {
		win.strip.update(s)
	}
	win.page.update(s)
}

func (w *Windows) moment() present.Moment { return present.Moment{Now: w.now(), Zone: w.opt.Zone} }
