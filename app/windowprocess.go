package app

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"sync"
	"time"

	"lockstep/app/desk"
	"lockstep/sync/remote"
)

// windowProcess is the process that shows windows, as seen from the one that starts it.
// It reads the names of windows on its standard input, answers each one with its name on
// its standard output, and ends when its input does or its last window was closed.
type windowProcess struct {
	dir string
	err io.Writer
	// byHand is set when a person started Lockstep rather than the desktop.
	byHand bool
	// keyring is whether the process may ask the keyring of the desktop.
	keyring bool

	mu      sync.Mutex
	in      io.WriteCloser // nil while none runs
	pid     int
	ended   chan struct{} // closed when it has ended
	asked   []string      // windows it was asked for and has not answered yet
	quits   chan struct{} // closed when it has taken over to quit Lockstep; nil: it was not asked
	closing bool
}

const (
	// quitWord stands for the name of a window, and asks for Lockstep to be quit from there: after
	// a question where changes are not saved.
	quitWord = "quit"
	// quitPatience is how long the windows may take to answer that. Who quits must not depend on
	// windows that hang.
	quitPatience = 2 * time.Second
)

// quit has the windows quit Lockstep and reports whether they do; false when there are none.
func (w *windowProcess) quit() bool {
	w.mu.Lock()
	in, ended, pid := w.in, w.ended, w.pid
	quits := make(chan struct{})
	w.quits = quits
	w.mu.Unlock()
	if in == nil {
		return false
	}
	_ = desk.AllowFront(pid)
	if _, err := fmt.Fprintln(in, quitWord); err != nil {
		return false
	}
	select {
	case <-quits:
		return true
	case <-ended:
	case <-time.After(quitPatience):
		slog.Warn("the windows do not answer; Lockstep quits without them")
	}
	return false
}

// show opens a window in the process that runs, or in a new one.
func (w *windowProcess) show(name string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closing {
		return errors.New("lockstep is quitting")
	}
	if w.in != nil {
		_ = desk.AllowFront(w.pid) // or it opens behind other windows
		if _, err := fmt.Fprintln(w.in, name); err == nil {
			w.asked = append(w.asked, name)
			return nil
		}
	}
	return w.start(name)
}

// drawnFor is how long the toolkit keeps the drawing of a text that is no longer shown. Its
// usual minute is 20 MB more in a list that somebody scrolls through.
const drawnFor = "FYNE_CACHE=1s"

// start must be called with mu held.
func (w *windowProcess) start(name string) error {
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find the program: %w", err)
	}
	cmd := exec.Command(self, "window", name, "--pipe", "--data-dir", w.dir, "--log-format", "json") //nolint:noctx // it ends with its pipe
	if w.byHand {
		cmd.Args = append(cmd.Args, "--by-hand")
	}
	cmd.Env = append([]string{drawnFor}, os.Environ()...) // what a person set comes later, and counts
	if !w.keyring {
		cmd.Env = append(cmd.Env, noKeyring+"=1")
	}
	cmd.Stderr = &windowLog{rest: w.err}
	cmd.WaitDelay = windowGrace // a program it started may hold its standard error
	in, err := cmd.StdinPipe()
	if err != nil {
		return fmt.Errorf("make a pipe to the windows: %w", err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return fmt.Errorf("make a pipe from the windows: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start the windows: %w", err)
	}
	w.in, w.pid, w.asked, w.ended = in, cmd.Process.Pid, []string{name}, make(chan struct{})
	_ = desk.AllowFront(w.pid)
	go w.attend(cmd, in, out, w.ended)
	return nil
}

// attend hears what the process shows and what becomes of it.
func (w *windowProcess) attend(cmd *exec.Cmd, in io.WriteCloser, out io.Reader, ended chan<- struct{}) {
	defer close(ended)
	answered := 0
	for lines := bufio.NewScanner(out); lines.Scan(); answered++ {
		w.answered(lines.Text())
	}
	err := cmd.Wait()
	if err != nil {
		slog.Warn("the windows ended unexpectedly; syncing continues", "err", err)
		if trace, _ := takeCrash(w.dir, windowCrashName); trace != "" { // one that was killed leaves none
			slog.Error("the windows crashed; the doctor's report for support has the trace", "trace", trace)
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.in != in { // another one has taken its place
		return
	}
	w.in = nil
	// Asked for while it was about to end, or to crash: not lost. Only what it was started
	// for, and did not even show, it would not show the next time either.
	if n := len(w.asked); !w.closing && (n > 1 || n == 1 && answered > 0) {
		if err := w.start(w.asked[len(w.asked)-1]); err != nil {
			slog.Error("open a window", "err", err)
		}
	}
}

func (w *windowProcess) answered(name string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if name == quitWord && w.quits != nil {
		close(w.quits)
		w.quits = nil
	}
	for i, a := range w.asked {
		if a == name {
			w.asked = append(w.asked[:i], w.asked[i+1:]...)
			return
		}
	}
}

// windowGrace is how long the windows may take to close when Lockstep quits.
const windowGrace = 3 * time.Second

// close ends the process by ending its input, and waits for it.
func (w *windowProcess) close() {
	w.mu.Lock()
	w.closing = true
	in, ended := w.in, w.ended
	w.mu.Unlock()
	if in == nil {
		return
	}
	_ = in.Close() // gone already is as good
	select {
	case <-ended:
	case <-time.After(windowGrace):
		slog.Warn("the windows did not close in time")
	}
}

// follow is the other side: it shows the first window and those named on standard
// input, whose end closes all.
func (s *session) follow(c *remote.Client, first string, byHand bool) error {
	ctx, cancel := context.WithCancel(s.ctx)
	defer cancel()
	show := make(chan string)
	go func() {
		defer cancel()
		pass := func(name string) {
			select {
			case show <- name:
			case <-ctx.Done():
			}
		}
		pass(first)
		for lines := bufio.NewScanner(s.In); lines.Scan(); {
			pass(lines.Text())
		}
	}()
	return s.Desktop.Windows(ctx, s.speaking(c), WindowParams{DataDir: s.dir, Show: show, Doctor: s.doctorEnv(), ByHand: byHand, Shown: func(name string) {
		_, _ = fmt.Fprintln(s.Out, name)
	}})
}
