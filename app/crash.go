package app

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"

	"lockstep/sync/file"
)

// The files a crash leaves its trace in, within the data folder: of the process that owns
// the folder and of the one that shows windows. They last until the trace is in the log.
const (
	crashName       = "crash.txt"
	windowCrashName = "crash-windows.txt"
)

// longestTrace bounds what is taken over into the log. The cause and the goroutine it
// struck come first.
const longestTrace = 64 << 10

// recordCrash has the trace of a crash of this process written to a file too: nobody sees
// standard error of what the desktop starts. The returned function ends that.
func recordCrash(dir, name string) (stop func(), err error) {
	path := filepath.Join(dir, name)
	if err := file.Own(path); err != nil {
		return func() {}, fmt.Errorf("prepare for a crash: %w", err)
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err == nil {
		err = errors.Join(debug.SetCrashOutput(f, debug.CrashOptions{}), f.Close()) // the runtime has its own copy
	}
	if err != nil {
		return func() {}, fmt.Errorf("prepare for a crash: %w", err)
	}
	return func() {
		_ = debug.SetCrashOutput(nil, debug.CrashOptions{}) // fails for a closed file only
		if info, err := os.Stat(path); err == nil && info.Size() == 0 {
			_ = os.Remove(path)
		}
	}, nil
}

// takeCrash reads the trace of an earlier crash and removes it, "" if there was none.
func takeCrash(dir, name string) (string, error) {
	path := filepath.Join(dir, name)
	if err := file.Own(path); err != nil {
		return "", fmt.Errorf("read what a crash left: %w", err)
	}
	f, err := file.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read what a crash left: %w", err)
	}
	trace, err := io.ReadAll(io.LimitReader(f, longestTrace))
	if err := errors.Join(err, f.Close(), os.Remove(path)); err != nil {
		return "", fmt.Errorf("read what a crash left: %w", err)
	}
	return string(trace), nil
}

// watchCrashes tells the log of the last crash, and has the next one recorded. While the
// keyring does not answer, nobody knows what to leave out of the trace: it waits.
func (o *owner) watchCrashes(dir string) {
	var trace string
	var err error
	if !o.secrets.waits() {
		trace, err = takeCrash(dir, crashName)
	}
	stop, failed := recordCrash(dir, crashName)
	o.forgetCrash = stop
	if err := errors.Join(err, failed); err != nil {
		o.log.Warn("a crash may leave no trace", "err", err)
	}
	if trace != "" {
		o.log.Error("the last run crashed; the doctor's report for support has the trace", "trace", trace)
	}
}
