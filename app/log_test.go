package app

import (
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"lockstep/sync/message"
)

func TestNamesAreMaskedOnlyWhenWished(t *testing.T) {
	t.Parallel()
	l := newLogs(nil, "")
	for _, wished := range []bool{false, true, false} {
		l.masks(wished)
		if got := l.attr(nil, slog.String("name", "Tidal Pools")).Value.String(); (got != "Tidal Pools") != wished {
			t.Errorf("wished %v: %s", wished, got)
		}
	}
}

// signed is what the log of a data folder has in the place of a title.
func signed(dir string) string {
	l := newLogs(nil, "")
	l.dir = dir
	l.masks(true)
	return l.attr(nil, slog.String("name", "Tidal Pools")).Value.String()
}

func TestAPseudonymLastsAsLongAsTheDataFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := signed(dir)
	if again := signed(dir); again != first || again == "Tidal Pools" {
		t.Errorf("%s after a restart, %s before", again, first)
	}
	if other := signed(t.TempDir()); other == first {
		t.Errorf("every installation writes %s", first)
	}
	if err := os.WriteFile(filepath.Join(dir, maskKeyName), []byte("cut"), 0o600); err != nil {
		t.Fatal(err)
	}
	if mended := signed(dir); mended == first || mended != signed(dir) {
		t.Errorf("with a key that was cut short: %s", mended)
	}
}

func TestWithoutAKeyNamesAreMaskedAllTheSame(t *testing.T) {
	t.Parallel()
	gone := filepath.Join(t.TempDir(), "gone")
	for _, dir := range []string{"", gone} {
		if got := signed(dir); got == "Tidal Pools" {
			t.Errorf("a title is in the log of %q", dir)
		}
	}
	if _, err := os.Stat(gone); err == nil {
		t.Error("a folder was made")
	}
}

func TestALogHasMessagesInEnglish(t *testing.T) {
	t.Parallel()
	l := newLogs(nil, "")
	said := message.New(message.Other, message.Detail("connection refused"))
	for _, wished := range []bool{false, true} {
		l.masks(wished)
		if got := l.attr(nil, slog.Any("why", said)).Value.String(); got != "connection refused" {
			t.Errorf("masked %v: %s", wished, got)
		}
		if got := l.attr(nil, slog.Any("why", message.None)).Value.String(); got != "" {
			t.Errorf("masked %v: nothing is said as %s", wished, got)
		}
	}
}
