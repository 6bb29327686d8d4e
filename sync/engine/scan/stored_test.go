package scan_test

import (
	"errors"
	"log/slog"
	"reflect"
	"testing"
	"time"

	"lockstep/sync/engine/host"
	"lockstep/sync/engine/scan"
	"lockstep/sync/scene"
	"lockstep/sync/store"
	"lockstep/sync/testkit"
)

// loaded is a Scanner of another process on the same database.
func loaded(t *testing.T, s *testkit.Shelf) *scan.Scanner {
	t.Helper()
	out := scan.New(host.Host{Now: s.Clock.Now, Store: s.DB, Log: slog.New(slog.DiscardHandler)})
	if err := out.Load(); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestTheNextProcessKnowsWhatWasSeen(t *testing.T) {
	t.Parallel()
	s := testkit.NewShelf(t, 0)
	if got := loaded(t, s).Stored(); !reflect.DeepEqual(got, scan.Stored{}) {
		t.Errorf("nothing was stored, and it is %+v", got)
	}
	first := scan.Stored{Newest: scene.Newest{Count: 7}, Signs: scene.Signs{scene.TagList: {Count: 3, Digest: "a", Whole: true}}, Swept: s.Clock.Now().UTC(), Files: s.Clock.Now().UTC()}
	s.Update(t, func(tx store.Tx) error { return first.Put(tx, true) })
	s.Clock.Pass(time.Hour)
	if got := loaded(t, s).Stored(); !reflect.DeepEqual(got, first) {
		t.Errorf("stored %+v, loaded %+v", first, got)
	}
	last := scan.Stored{Newest: scene.Newest{Count: 9}, Swept: s.Clock.Now().UTC(), Files: s.Clock.Now().UTC()}
	s.Update(t, func(tx store.Tx) error { return last.Put(tx, false) }) // as a process ends
	got := loaded(t, s).Stored()
	if !got.Swept.Equal(first.Swept) {
		t.Errorf("swept at %v, want %v: what was seen in its last moments is worth another scan", got.Swept, first.Swept)
	}
	if got.Newest != last.Newest || !got.Files.Equal(last.Files) {
		t.Errorf("loaded %+v, want the newest and the files of %+v", got, last)
	}
}

func TestWhatAWrongClockStoredHasEverythingScanned(t *testing.T) {
	t.Parallel()
	for _, ahead := range []scan.Stored{
		{Swept: start.Add(time.Hour)}, {Files: start.Add(time.Hour)}, {Swept: start.Add(time.Hour), Files: start.Add(time.Hour)},
	} {
		s := testkit.NewShelf(t, 0)
		s.Clock.Pass(start.Sub(s.Clock.Now()))
		ahead.Newest = knownScenes
		s.Update(t, func(tx store.Tx) error { return ahead.Put(tx, true) })
		got := loaded(t, s).Stored()
		if !got.Swept.IsZero() || !got.Files.IsZero() || got.Newest != knownScenes {
			t.Errorf("%+v: loaded %+v", ahead, got)
		}
	}
}

// broken is a store that cannot be read.
type broken struct{ store.Store }

var errBadDisk = errors.New("bad disk")

func (broken) View(func(store.Tx) error) error { return errBadDisk }

func TestAScannerThatCannotBeLoadedSaysSo(t *testing.T) {
	t.Parallel()
	if err := scan.New(host.Host{Now: time.Now, Store: broken{}}).Load(); !errors.Is(err, errBadDisk) {
		t.Errorf("got %v", err)
	}
}
