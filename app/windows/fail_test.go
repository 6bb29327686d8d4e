package windows

import (
	"bytes"
	"errors"
	"log/slog"
	"testing"
)

// "That did not work" is in the log with its cause, whatever was asked for.
func TestWhatDidNotWorkIsInTheLog(t *testing.T) {
	var log bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	t.Cleanup(func() { slog.SetDefault(before) })
	f := newFake()
	w := newTest(t, f)
	win, p := open[*explainPage](t, w, "explain:812")
	tries := map[string]func(){
		"explain":           func() { p.explain("7") },
		"sync a scene":      func() { tap(t, win, "Sync this scene") },
		"undo":              func() { tap(t, win, "Undo last write"); tap(t, win, "Undo") },
		"a file of the app": func() { w.fail(win, errors.New("the tide table is missing")) },
	}
	for name, try := range tries {
		log.Reset()
		f.mu.Lock()
		f.err = errors.New("the tide table is missing")
		f.mu.Unlock()
		try()
		f.mu.Lock()
		f.err = nil
		f.mu.Unlock()
		if !bytes.Contains(log.Bytes(), []byte("the tide table is missing")) {
			t.Errorf("%s: the log says %q", name, &log)
		}
		p.explain("812")
	}
}
