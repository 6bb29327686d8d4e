package mask

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"lockstep/sync/fault"
	"lockstep/sync/message"
)

// logged is a record as a masked log has it.
func logged(m *Masker, args ...any) string {
	var out bytes.Buffer
	mask := func(_ []string, a slog.Attr) slog.Attr { return m.Attr(a) }
	slog.New(slog.NewJSONHandler(&out, &slog.HandlerOptions{ReplaceAttr: mask})).Info("written", args...)
	_, after, _ := strings.Cut(out.String(), `"msg"`) // what is before is the time
	return after
}

func TestLogAttributesAreMasked(t *testing.T) {
	t.Parallel()
	unknown := message.New(message.Other, message.Title("Tidal Pools"))
	for name, args := range map[string][]any{
		"a title":            {"name", "Tidal Pools"},
		"an error":           {"err", errors.New(`no item for "/data/Tidal Pools.mkv" or D:\Films\Tidal.mkv`)},
		"a message":          {"words", unknown},
		"a fault":            {"err", fault.New(fault.Config, fault.Plex, unknown, message.None, errors.New(`"Tidal" is gone`))},
		"a fault in another": {"err", fmt.Errorf("count: %w", fault.New(fault.Config, fault.None, unknown, message.None, nil))},
		"several libraries":  {"libraries", []string{"Tidal", "Tidal Two"}},
		"a text in a list":   {"found", []string{"/data/Tidal Pools.mkv"}},
		"what was entered":   {"err", message.Wrong(message.Other, message.Title("Tidal Pools"))},
	} {
		got := logged(Signed([]byte("key")), append(args, "n", 7)...)
		if strings.Contains(got, "Tidal") || !strings.Contains(got, `"n":7`) || !strings.Contains(got, `"written"`) {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestAKeyMakesPseudonymsLast(t *testing.T) {
	t.Parallel()
	args := []any{"name", "Tidal Pools", "path", "/data/films/Tidal Pools.mkv"}
	first := logged(Signed([]byte("key")), args...)
	if again := logged(Signed([]byte("key")), args...); again != first {
		t.Errorf("another process writes %s instead of %s", again, first)
	}
	if other := logged(Signed([]byte("other")), args...); other == first {
		t.Errorf("every installation writes %s", first)
	}
}

func TestMessagesAreMaskedByTheTypesOfTheirArguments(t *testing.T) {
	t.Parallel()
	said := message.Clauses(
		message.New(message.CommandNoAddress, message.Word("Plex")),
		message.New(message.AdviceLeadsTo, message.Address("https://nas.example:32400"), message.Word("Plex")),
		message.Foreign(`open /data/x/y.mp4: permission denied`),
		message.New(message.Other, message.Title("on")),
		message.New(message.Other, message.Name("ab")),
		message.New(message.Other, message.Address("nas")),
		message.New(message.Other, message.Address("127.0.0.1:32400")),
		message.New(message.Other, message.List(message.Path("/data/x/z.mp4"), message.Count(3))),
	)
	got := New().Message(said).String()
	for _, want := range []string{"Plex", "https://host-1:32400", "/folder-1/folder-2/file-1.mp4: permission denied", "name-1", "name-2", "host-2", "127.0.0.1:32400", "file-2.mp4"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in %s", want, got)
		}
	}
}
