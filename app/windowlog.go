package app

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"slices"
)

// windowLog takes what the window process writes on its standard error: its log goes into
// this one, which alone has a file; what else it says, such as a trace, goes on as it is.
type windowLog struct {
	rest io.Writer
	line []byte // begun and not ended yet
}

// Write implements io.Writer.
func (l *windowLog) Write(p []byte) (int, error) {
	l.line = append(l.line, p...)
	for {
		line, rest, ended := bytes.Cut(l.line, []byte("\n"))
		if !ended {
			return len(p), nil
		}
		if !logged(line) {
			if _, err := l.rest.Write(append(bytes.Clone(line), '\n')); err != nil {
				return len(p), err
			}
		}
		l.line = rest
	}
}

// logged passes a line of a log on, if it is one.
func logged(line []byte) bool {
	var fields map[string]any
	if !bytes.HasPrefix(line, []byte("{")) || json.Unmarshal(line, &fields) != nil {
		return false
	}
	var level slog.Level
	words, _ := fields[slog.MessageKey].(string)
	text, _ := fields[slog.LevelKey].(string)
	if words == "" || level.UnmarshalText([]byte(text)) != nil {
		return false
	}
	var attrs []slog.Attr
	for _, key := range slices.Sorted(maps.Keys(fields)) {
		switch key {
		case slog.TimeKey, slog.LevelKey, slog.MessageKey:
		default:
			attrs = append(attrs, slog.Any(key, fields[key]))
		}
	}
	slog.LogAttrs(context.Background(), level, words, attrs...)
	return true
}
