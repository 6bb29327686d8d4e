package app

import (
	"log/slog"
	"testing"
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
