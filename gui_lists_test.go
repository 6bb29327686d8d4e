//go:build lists && linux && !nogui

package main

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"log/slog"
	"os"
	"os/exec"
	"reflect"
	"runtime/debug"
	"runtime/pprof"
	"strconv"
	"sync/atomic"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"

	"lockstep/app/windows"
	"lockstep/storage"
	"lockstep/sync/api"
	"lockstep/sync/engine/records"
	"lockstep/sync/message"
	"lockstep/sync/proc"
	"lockstep/sync/queue"
	"lockstep/sync/remote"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
	"lockstep/sync/store"
)

// This is make lists: a report of so many rows lies in a database, one process answers for it
// over the socket as the tray process does, and this one draws it as the window process does.

const (
	listsDir  = "LOCKSTEP_LISTS_DIR"  // where the database lies; then this process answers
	listsRows = "LOCKSTEP_LISTS_ROWS" // how many rows the report has; 100 000
	// listsProfile is a file for a profile of the processor.
	listsProfile = "LOCKSTEP_LISTS_PROFILE"
)

func init() {
	drawing = func() {
		var err error
		if dir := os.Getenv(listsDir); dir != "" {
			err = answerLists(dir)
		} else {
			err = drawLists()
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
}

func rowsWanted() int {
	if n, err := strconv.Atoi(os.Getenv(listsRows)); err == nil {
		return n
	}
	return 100_000
}

// nothing answers nothing.
type nothing struct{ api.API }

// listed is an engine that only has records, and draws a cover for each scene.
type listed struct {
	nothing
	records.Reader
}

func (listed) Snapshot(context.Context) (api.Snapshot, error) {
	return api.Snapshot{At: time.Now(), Live: true, Configured: true, Pictures: true}, nil
}

func (l listed) Watch(ctx context.Context, fn func(api.Snapshot)) error {
	s, err := l.Snapshot(ctx)
	fn(s)
	<-ctx.Done()
	return err
}

func (listed) Outages(context.Context, api.OutageQuery) (api.OutagePage, error) {
	return api.OutagePage{}, nil
}

func (listed) Picture(_ context.Context, q api.PictureQuery) (api.Picture, error) {
	img := image.NewRGBA(image.Rect(0, 0, api.SmallPictureWidth, api.SmallPictureHeight))
	for i := range img.Pix {
		img.Pix[i] = uint8(int(q.Scene)*7 + i/60)
	}
	var out bytes.Buffer
	err := jpeg.Encode(&out, img, nil)
	return api.Picture{JPEG: out.Bytes()}, err
}

// answerLists fills a database and answers for it until its standard input ends.
func answerLists(dir string) error {
	db, _, err := storage.Open(storage.Options{Dir: dir, Log: slog.New(slog.DiscardHandler), Now: time.Now})
	if err != nil {
		return err
	}
	n := rowsWanted()
	var id uint64
	report := store.Report{Scope: "all", Started: time.Now(), Ended: time.Now(), Total: n, Checked: n, Gaps: n, Enqueued: n - n/3, Skipped: map[skip.Code]int{skip.NoMetadata: n / 3}, GapsByKind: map[queue.Cause]int{queue.Changed: n}}
	if err := db.Update(func(tx store.Tx) (err error) { id, err = tx.NewReport(report); return err }); err != nil {
		return err
	}
	for from := 0; from < n; from += 5000 {
		var rows []store.ReportRow
		for i := from; i < min(from+5000, n); i++ {
			r := store.ReportRow{Scene: scene.ID(i + 1), Title: fmt.Sprintf("Lighthouse keeper %d of the outer islands", i), Path: fmt.Sprintf("/data/films/%03d/lighthouse-%d.mp4", i%500, i), Kind: queue.Changed, Outcome: "enqueued", Message: message.New(message.CoverUnreadable)}
			if i%3 == 0 {
				r.Outcome, r.Reason = "skipped", skip.NoMetadata
			} else {
				r.Changes = []store.Change{{Field: "title", Old: "lighthouse", New: r.Title}, {Field: "tags", Old: "Draft", New: "Sea, Evening"}}
			}
			rows = append(rows, r)
		}
		if err := db.Update(func(tx store.Tx) error { return tx.AddRows(id, rows) }); err != nil {
			return err
		}
	}
	l, err := remote.Listen(dir)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(context.Background())
	go func() {
		_, _ = os.Stdin.Read(make([]byte, 1))
		stop()
	}()
	fmt.Println("ready")
	return remote.Server{API: listed{Reader: records.New(db, nil)}, Version: "lists"}.Serve(ctx, l)
}

// As in the process that shows windows.
const garbage = 40

// turn is how often somebody moves a list who scrolls: a usual mouse tells of itself 125 times a second.
const turn = 8 * time.Millisecond

// drawLists shows the report and prints what it costs.
func drawLists() error {
	dir, err := os.MkdirTemp("", "lists")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	cmd := exec.Command(os.Args[0]) //nolint:gosec // this program
	cmd.Env = append(os.Environ(), listsDir+"="+dir)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	defer func() { _ = in.Close(); _ = cmd.Wait() }()
	if _, err := out.Read(make([]byte, 10)); err != nil {
		return err
	}
	c, _, err := remote.Connect(context.Background(), dir, "lists")
	if err != nil {
		return err
	}
	debug.SetGCPercent(garbage)
	a := newFyne()
	w := windows.New(a, c, windows.Options{})
	ended := make(chan error, 1)
	a.Lifecycle().SetOnStarted(func() {
		go func() {
			ctx, stop := context.WithCancel(context.Background())
			defer stop()
			go func() { _ = w.Run(ctx) }()
			fyne.DoAndWait(func() { w.Show("reports") })
			ended <- measure(a.Driver().AllWindows()[0])
			fyne.Do(a.Quit)
		}()
	})
	a.Run()
	return <-ended
}

// list is what is measured of a list.
type list interface {
	fyne.Widget
	ScrollToOffset(float32)
	GetScrollOffset() float32
}

// find gives the highest list and the first text to type into.
func find(o fyne.CanvasObject, best *list, search *fyne.Focusable) {
	if !o.Visible() {
		return
	}
	if l, ok := o.(list); ok && (*best == nil || l.Size().Width > (*best).Size().Width) {
		*best = l
	}
	if e, ok := o.(interface {
		fyne.Focusable
		SetPlaceHolder(string)
	}); ok && *search == nil {
		*search = e
	}
	switch x := o.(type) {
	case *fyne.Container:
		for _, o := range x.Objects {
			find(o, best, search)
		}
	case *container.Split:
		find(x.Leading, best, search)
		find(x.Trailing, best, search)
	case fyne.Widget:
		if _, isList := o.(list); isList {
			return
		}
		for _, o := range test.WidgetRenderer(x).Objects() {
			find(o, best, search)
		}
	}
}

// length is how many rows a list has.
func length(l list) int {
	f := reflect.ValueOf(l).Elem().FieldByName("Length").Interface().(func() int)
	n := 0
	fyne.DoAndWait(func() { n = f() })
	return n
}

const patience = time.Minute

func until(what string, fits func() bool) error {
	for end := time.Now().Add(patience); !fits(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			return fmt.Errorf("waited in vain for %s", what)
		}
	}
	return nil
}

func measure(win fyne.Window) error {
	var l list
	var search fyne.Focusable
	time.Sleep(2 * time.Second) // until the window has its place, and the graphics library is loaded
	fyne.DoAndWait(func() { find(win.Content(), &l, &search) })
	n := rowsWanted()
	if err := until("the rows", func() bool { return l != nil && length(l) == n }); err != nil {
		return err
	}
	self := proc.PID(os.Getpid())
	fmt.Printf("report of %d rows: window process %.0f MB resident, %.0f MB anonymous\n", n, self.MB("VmRSS"), self.MB("RssAnon"))
	frames := counter(win)
	if file := os.Getenv(listsProfile); file != "" {
		f, err := os.Create(file)
		if err != nil {
			return err
		}
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	for _, step := range []struct {
		what string
		by   float32
	}{{"nothing", 0}, {"three rows", 90}, {"a page", 450}, {"the bar dragged", 4000}} {
		began, before, moves, cpu := time.Now(), frames.Load(), 0, self.CPU()
		turns := time.NewTicker(turn)
		for ; time.Since(began) < 5*time.Second; moves++ {
			fyne.DoAndWait(func() {
				l.ScrollToOffset(l.GetScrollOffset() + step.by)
				marker.Refresh()
			})
			<-turns.C
		}
		turns.Stop()
		per := time.Since(began).Seconds()
		n := max(frames.Load()-before, 1)
		fmt.Printf("scrolled by %s: %.1f frames/s, %.1f ms of a core each (%d moves)\n", step.what, float64(n)/per, float64((self.CPU()-cpu).Milliseconds())/float64(n), moves)
		fyne.DoAndWait(func() { l.ScrollToOffset(0) })
	}
	fmt.Printf("after scrolling: %.0f MB resident, %.0f MB anonymous\n", self.MB("VmRSS"), self.MB("RssAnon"))
	return filter(l, search, frames)
}

// filter types searches and waits for their rows on the screen.
func filter(l list, search fyne.Focusable, frames *atomic.Int64) error {
	n, self := rowsWanted(), proc.PID(os.Getpid())
	for _, text := range []string{"7", strconv.Itoa(n - 7), "no row has this", "lighthouse"} {
		before := length(l)
		began, cpu := time.Now(), self.CPU()
		set := reflect.ValueOf(search).MethodByName("SetText")
		fyne.DoAndWait(func() { set.Call([]reflect.Value{reflect.ValueOf(text)}) })
		if err := until("what is found", func() bool { return length(l) != before }); err != nil {
			return err
		}
		for length(l) == 0 && text != "no row has this" { // it was emptied first
			time.Sleep(time.Millisecond)
		}
		painted := frames.Load()
		fyne.DoAndWait(marker.Refresh)
		if err := until("a frame", func() bool { return frames.Load() > painted }); err != nil {
			return err
		}
		fmt.Printf("search for %q: %d rows on the screen after %d ms, %d ms of a core\n", text, length(l), time.Since(began).Milliseconds(), (self.CPU() - cpu).Milliseconds())
		fyne.DoAndWait(func() { set.Call([]reflect.Value{reflect.ValueOf("")}) })
		if err := until("all rows again", func() bool { return length(l) == n }); err != nil {
			return err
		}
	}
	return nil
}

// marker is drawn anew in each frame that shows something new, so that frames can be counted.
var marker *canvas.Raster

func counter(win fyne.Window) *atomic.Int64 {
	var drawn atomic.Int64
	fyne.DoAndWait(func() {
		marker = canvas.NewRaster(func(w, h int) image.Image {
			drawn.Add(1)
			return image.NewUniform(color.NRGBA{A: uint8(drawn.Load())}) //nolint:gosec // any will do
		})
		marker.Resize(fyne.NewSize(2, 2))
		win.Canvas().Overlays().Add(marker)
	})
	return &drawn
}
