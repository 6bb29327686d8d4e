package app

import (
	"bytes"
	"io"
	"log/slog"
	"strings"
	"testing"
)

// What a window logs is in the log of the process that has a file for it.
func TestLogOfTheWindowsIsKept(t *testing.T) {
	var log, rest bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	t.Cleanup(func() { slog.SetDefault(before) })

	var lines bytes.Buffer
	slog.New(slog.NewJSONHandler(&lines, nil)).Warn("a window said that something did not work", "window", "Lockstep – Settings", "err", "the disk is full")
	lines.WriteString("panic: a trace\n{\"half\": true}\n{not JSON\n")
	l := &windowLog{rest: &rest}
	for b := range bytes.SplitSeq(lines.Bytes(), nil) { // byte by byte, as pipes may
		if _, err := l.Write(b); err != nil {
			t.Fatal(err)
		}
	}
	if got := log.String(); !strings.Contains(got, `level=WARN msg="a window said that something did not work" err="the disk is full" window="Lockstep – Settings"`) || strings.Count(got, "\n") != 1 {
		t.Errorf("logged %q", got)
	}
	if got, want := rest.String(), "panic: a trace\n{\"half\": true}\n{not JSON\n"; got != want {
		t.Errorf("passed on %q, want %q", got, want)
	}
}

func TestLogOfTheWindowsTellsWhatItCannotPassOn(t *testing.T) {
	_, w := io.Pipe()
	_ = w.CloseWithError(io.ErrClosedPipe)
	if _, err := (&windowLog{rest: w}).Write([]byte("a trace\n")); err == nil {
		t.Error("no error")
	}
}
