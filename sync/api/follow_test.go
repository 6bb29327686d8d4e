package api_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"lockstep/sync/api"
)

// source is a watch that brings snapshots and then an end.
type source struct {
	api.API
	snapshots uint64
	end       error
}

func (s source) Watch(_ context.Context, fn func(api.Snapshot)) error {
	for i := range s.snapshots {
		fn(api.Snapshot{Revision: i + 1})
	}
	return s.end
}

func TestSlowReaderOfAFeedSeesTheLastSnapshotAndTheEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		end := errors.New("the connection broke")
		feed := api.Follow(t.Context(), source{snapshots: 1000, end: end})
		time.Sleep(time.Second) // the reader is busy, in the bubble's own time
		<-feed.Changed()
		if s, ok := feed.Latest(); !ok || s.Revision != 1000 {
			t.Errorf("got revision %d, %v, want the last of 1000", s.Revision, ok)
		}
		select {
		case <-feed.Changed():
			t.Error("a second wake-up without a new snapshot")
		default:
		}
		if err := <-feed.Ended(); !errors.Is(err, end) {
			t.Errorf("ended with %v, want %v", err, end)
		}
	})
}

func TestFeedWithoutASnapshotSaysSo(t *testing.T) {
	t.Parallel()
	feed := api.Follow(t.Context(), source{})
	<-feed.Ended()
	if s, ok := feed.Latest(); ok {
		t.Errorf("got %+v before the first snapshot", s)
	}
}
