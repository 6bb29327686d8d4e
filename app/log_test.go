package app

import (
	"log/slog"
	"testing"

	"lockstep/sync/message"
)

func TestNamesAreMaskedOnlyWhenWished(t *testing.T) {
	t.Parallel()
	l := newLogs(nil, "")
	title := slog.String("name", "Tidal Pools")
	if got := l.attr(nil, title); got.Value.String() != "Tidal Pools" {
		t.Errorf("not wished: %s", got)
	}
	l.names.Store(true)
	if got := l.attr(nil, title); got.Value.String() == "Tidal Pools" || !got.Equal(l.attr(nil, title)) {
		t.Errorf("wished: %s", got)
	}
}

func TestALogHasMessagesInEnglish(t *testing.T) {
	t.Parallel()
	l := newLogs(nil, "")
	said := message.New(message.Other, message.Detail("connection refused"))
	for _, wished := range []bool{false, true} {
		l.names.Store(wished)
		if got := l.attr(nil, slog.Any("why", said)).Value.String(); got != "connection refused" {
			t.Errorf("masked %v: %s", wished, got)
		}
		if got := l.attr(nil, slog.Any("why", message.None)).Value.String(); got != "" {
			t.Errorf("masked %v: nothing is said as %s", wished, got)
		}
	}
}
