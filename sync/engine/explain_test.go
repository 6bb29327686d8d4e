package engine_test

import (
	"context"
	"strings"
	"testing"

	"lockstep/sync/scene"
)

func TestExplainNamesWhatIsKeptOfASceneInStep(t *testing.T) {
	t.Parallel()
	b := small(t)
	key := b.world.TargetKeys(8)[0]
	must(t, b.world.Plex.PersonEdit(key, "summary", "A person's words."))
	must(t, b.world.Plex.PersonEdit(key, "title", "A person's title."))
	l := b.start()
	l.settled()
	for id, want := range map[string]string{"5": "In step.", "8": "In step, except for what is kept as it is in Plex: title, summary. The reasons stand under Fields."} {
		x, err := l.Explain(context.Background(), id)
		if err != nil {
			t.Fatal(err)
		}
		if x.Outcome != want {
			t.Errorf("scene %s: %q, want %q", id, x.Outcome, want)
		}
	}
	l.end()
}

// A scene Lockstep never wrote to has nothing that could be undone.
func TestExplainOffersAnUndoOnlyOfWhatLockstepWrote(t *testing.T) {
	t.Parallel()
	b := small(t)
	b.settings.AskPlexScan = false // a scan in hand would be the reason
	id := film(b, "away.mkv", nil)
	l := b.start()
	l.settled()
	can := func(id int) bool {
		x, err := l.Explain(context.Background(), scene.ID(id).String()) //nolint:gosec // a small id
		if err != nil {
			t.Fatal(err)
		}
		return x.CanUndo
	}
	if can(id) || !can(5) {
		t.Errorf("never written: %v, written: %v", can(id), can(5))
	}
	x, err := l.Explain(context.Background(), scene.ID(id).String()) //nolint:gosec // a small id
	if err != nil || strings.Count(strings.ToLower(x.Outcome), "plex has no item") != 1 {
		t.Errorf("%q (%v): the reason is there once", x.Outcome, err)
	}
	l.end()
}
