package queue_test

import (
	"testing"

	"lockstep/sync/message"
	"lockstep/sync/queue"
)

func TestEachCauseHasWordsOfItsOwn(t *testing.T) {
	said := map[message.Code]queue.Cause{}
	for _, c := range append([]queue.Cause{
		queue.New, queue.Edited, queue.Renamed, queue.Cover, queue.Moved, queue.Appeared, queue.AskedFor, queue.Retry,
		queue.Outage, queue.Undo, queue.Settings, queue.Imported, queue.Counted, queue.Repaired, queue.Confirmed,
	}, queue.Gaps...) {
		code := c.Message().Code
		if before, ok := said[code]; ok || code == message.PlainWord {
			t.Errorf("%q is said as %q, like %q", c, c.Message(), before)
		}
		said[code] = c
	}
	if got := queue.Cause("of-a-later-version").Message().String(); got != "of a later version" {
		t.Errorf("an unknown one is said as %q", got)
	}
	if got := queue.Cause("").Message(); !got.IsZero() {
		t.Errorf("none is said as %q", got)
	}
}
