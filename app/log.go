package app

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync/atomic"

	"github.com/lmittmann/tint"
	"gopkg.in/natefinch/lumberjack.v2"

	"lockstep/sync/file"
	"lockstep/sync/mask"
	"lockstep/sync/message"
)

// LogName is the name of the log within the data folder.
const LogName = "lockstep.log"

const (
	// logMegabytes and logFiles bound the log: some weeks of an ordinary library.
	logMegabytes = 5
	logFiles     = 3
)

// logs are where this process tells what it does: the terminal, and once the data
// folder is ours a rotating file in it. Secrets are in neither.
type logs struct {
	mask.Secrets
	masker   atomic.Pointer[mask.Masker] // of titles and paths; nil unless the user wants that
	dir      string                      // the data folder once it is ours
	terminal io.Writer
	format   string
	file     *lumberjack.Logger
	log      *slog.Logger // what start made
}

func newLogs(terminal io.Writer, format string) *logs {
	return &logs{terminal: terminal, format: format, log: slog.Default()}
}

// start makes the process's logger: to the terminal from the given level on, and to the
// file in dir, if any, from info or lower on.
func (l *logs) start(level slog.Level, dir string) *slog.Logger {
	l.dir = dir
	handlers := []slog.Handler{l.onTerminal(level)}
	name := filepath.Join(dir, LogName)
	var notFile error
	if dir != "" {
		notFile = file.Own(name)
	}
	if dir != "" && notFile == nil {
		l.file = &lumberjack.Logger{Filename: name, MaxSize: logMegabytes, MaxBackups: logFiles}
		handlers = append(handlers, slog.NewJSONHandler(l.Writer(l.file),
			&slog.HandlerOptions{Level: min(level, slog.LevelInfo), ReplaceAttr: l.attr}))
	}
	l.log = slog.New(slog.NewMultiHandler(handlers...))
	slog.SetDefault(l.log)
	if notFile != nil {
		l.log.Warn("no log is kept", "err", notFile)
	}
	return l.log
}

func (l *logs) onTerminal(level slog.Level) slog.Handler {
	out := l.Writer(l.terminal)
	if l.format == "json" {
		return slog.NewJSONHandler(out, &slog.HandlerOptions{Level: level, ReplaceAttr: l.attr})
	}
	tty := isTerminal(l.terminal)
	o := &tint.Options{Level: level, ReplaceAttr: l.attr, TimeFormat: "15:04:05", NoColor: !tty || !coloured(l.terminal)}
	if !tty {
		o.TimeFormat = "2006-01-02T15:04:05.000Z07:00"
	}
	return tint.NewTextHandler(out, o)
}

// attr has messages in English, and masks titles and paths when the user wants that. It is
// for slog's ReplaceAttr.
func (l *logs) attr(_ []string, a slog.Attr) slog.Attr {
	if m := l.masker.Load(); m != nil {
		a = m.Attr(a)
	}
	if m, ok := a.Value.Any().(message.Message); ok {
		a.Value = slog.StringValue(m.String())
	}
	return a
}

// note puts a line into the file, if this process has one; the terminal has it already.
func (l *logs) note(words string, err error) {
	if l.file == nil {
		return
	}
	slog.New(slog.NewJSONHandler(l.Writer(l.file), &slog.HandlerOptions{ReplaceAttr: l.attr})).Error(words, "err", err)
}

// close ends the file.
func (l *logs) close() {
	if l == nil || l.file == nil {
		return
	}
	if err := l.file.Close(); err != nil {
		_, _ = fmt.Fprintln(l.terminal, "lockstep: close the log:", err)
	}
}

// isTerminal reports whether somebody sits at the other end.
func isTerminal(w any) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// level is what --log-level asks for.
func (s *session) level(usual slog.Level) slog.Level {
	if s.g.LogLevel == "" {
		return usual
	}
	var l slog.Level
	if err := l.UnmarshalText([]byte(s.g.LogLevel)); err != nil {
		return usual // the grammar lets nothing else through
	}
	return l
}
