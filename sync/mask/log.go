package mask

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"lockstep/sync/fault"
	"lockstep/sync/message"
)

// named are the attributes of a log record that hold titles, names and paths.
var named = []string{
	"name", "title", "path", "file", "folder", "dir", "item", "scene", "library", "libraries", "renamed", "data", "socket", "backup",
}

// Attr masks an attribute of a log record: messages and faults by the types of their
// arguments, titles and paths as a whole, other text by its form.
func (m *Masker) Attr(a slog.Attr) slog.Attr {
	if a.Key == slog.TimeKey || a.Key == slog.LevelKey {
		return a
	}
	switch v := a.Value.Any().(type) {
	case string:
		a.Value = slog.StringValue(m.named(a.Key, v))
	case message.Message:
		a.Value = slog.StringValue(m.Message(v).String())
	case error:
		a.Value = slog.StringValue(m.Error(v))
	default:
		if a.Value.Kind() == slog.KindAny && v != nil {
			a.Value = slog.StringValue(m.named(a.Key, fmt.Sprint(v)))
		}
	}
	return a
}

func (m *Masker) named(key, text string) string {
	if slices.Contains(named, key) {
		return m.All(text)
	}
	return m.Text(text)
}

// Error is the operator's text of an error, masked. What a fault says is masked by the
// types of its arguments, everything around and below it by its form.
func (m *Masker) Error(err error) string {
	said, text := message.None, err.Error()
	if f, ok := errors.AsType[*fault.Error](err); ok {
		said = f.Message
	} else if e, ok := errors.AsType[*message.Error](err); ok {
		said = e.Message
	}
	before, after, found := strings.Cut(text, said.String())
	if said.IsZero() || !found {
		return m.Text(text)
	}
	return m.Text(before) + m.Message(said).String() + m.Text(after)
}
