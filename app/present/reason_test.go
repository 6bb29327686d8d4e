package present_test

import (
	"testing"

	"lockstep/app/present"
	"lockstep/sync/message"
	"lockstep/sync/skip"
	"lockstep/sync/store"
)

func TestARowSaysItsReasonOnce(t *testing.T) {
	t.Parallel()
	noRule := message.New(message.MatchNoRule, message.List(message.Of(message.New(message.QuotedPath, message.Path("/data/x.mkv")))))
	for particular, want := range map[message.Message]string{
		message.None:                            "No path rule covers this file — add a path rule for its folder in the settings",
		noRule:                                  "No path rule covers “/data/x.mkv” — add a path rule for its folder in the settings",
		message.New(message.MatchRulesDisagree): "No path rule covers this file: the path rules disagree about this path — add a path rule for its folder in the settings",
	} {
		row := present.ReportRow(store.ReportRow{Title: "X", Kind: "missing", Outcome: present.SkippedRow, Reason: skip.PathNotMapped, Message: particular}, false)
		if row.Why != want {
			t.Errorf("%q is said\n%q, want\n%q", particular, row.Why, want)
		}
	}
}

func TestPicturesAreNoNumbers(t *testing.T) {
	t.Parallel()
	for want, c := range map[string]store.Change{
		"Poster: (empty) → the cover from Stash":   {Field: "poster", New: "9ae2f0"},
		"Poster: a picture → the cover from Stash": {Field: "poster", Old: "/library/metadata/5/thumb/1", New: "9ae2f0"},
		"Title: A → B": {Field: "title", Old: "A", New: "B"},
	} {
		if got := present.Change(c); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
