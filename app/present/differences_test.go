package present_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lockstep/app/present"
	"lockstep/sync/message"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// marked writes what goes as [-…-] and what comes as [+…+].
func marked(list []present.Piece) string {
	out := ""
	for _, p := range list {
		switch p.Kind {
		case present.Removed:
			out += "[-" + p.Words + "-]"
		case present.Added:
			out += "[+" + p.Words + "+]"
		default:
			out += p.Words
		}
	}
	return out
}

func TestWhatGoesAndComesIsMarkedWithinAText(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		c    store.Change
		kept bool
		want string
	}{
		"a word":              {store.Change{Field: "summary", Old: "Two old friends watch.", New: "Two young friends watch."}, false, "Summary: Two [-old -][+young +]friends watch."},
		"a word more":         {store.Change{Field: "summary", Old: "Two friends watch", New: "Two friends watch the boats"}, false, "Summary: Two friends watch [+the boats+]"},
		"a word less":         {store.Change{Field: "title", Old: "The Harbour Lights", New: "Harbour Lights"}, false, "Title: [-The -]Harbour Lights"},
		"two places":          {store.Change{Field: "summary", Old: "a b c d e", New: "a x c y e"}, false, "Summary: a [-b -][+x +]c [-d -][+y +]e"},
		"neighbours together": {store.Change{Field: "summary", Old: "a b c d", New: "a x y d"}, false, "Summary: a [-b c -][+x y +]d"},
		"everything":          {store.Change{Field: "title", Old: "old", New: "new"}, false, "Title: [-old-][+new+]"},
		"a list":              {store.Change{Field: "tags", Old: "Draft, Harbour", New: "Harbour, Sea"}, false, "Tags: [-Draft, -]Harbour, [+Sea+]"},
		"with its reason":     {store.Change{Field: "title", Old: "a", New: "b", Why: message.Foreign("because")}, false, "Title: [-a-][+b+] — because"},
		"from nothing":        {store.Change{Field: "date", New: "2019-05-02"}, false, "Date: (empty) → 2019-05-02"},
		"to nothing":          {store.Change{Field: "summary", Old: "gone"}, false, "Summary: gone → (empty)"},
		"a picture":           {store.Change{Field: "poster", Shown: "/library/metadata/5/thumb/1", New: "9a"}, false, "Poster: a picture → the cover from Stash"},
		"what stays":          {store.Change{Field: "title", Old: "Harbor", New: "Harbor", Why: message.Foreign("locked")}, true, "Title: Harbor — locked"},
		"lines":               {store.Change{Field: "summary", Old: "one\n\ntwo three", New: "one\n\ntwo four"}, false, "Summary: one\n\ntwo [-three-][+four+]"},
	} {
		got := marked(present.Differences(tt.c, tt.kept, present.Moment{Now: time.Now(), Zone: time.UTC}))
		if got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}

// Whatever the texts are: without what comes it is the old one, without what goes the new.
func TestThePiecesMakeBothTexts(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SliceOfN(rapid.SampledFrom([]string{"sea", "boat", "the", "at", "dawn,", "ü"}), 1, 30)
		old, now := strings.Join(text.Draw(t, "old"), " "), strings.Join(text.Draw(t, "new"), " ")
		var gone, come string
		list := present.Differences(store.Change{Field: scene.FieldSummary, Old: old, New: now}, false, present.Moment{})
		for i, p := range list {
			if i > 0 && p.Kind == list[i-1].Kind || p.Words == "" {
				t.Fatalf("pieces %d and %d are one: %v", i-1, i, list)
			}
			if p.Kind != present.Added {
				gone += p.Words
			}
			if p.Kind != present.Removed {
				come += p.Words
			}
		}
		bare := func(s string) string { return strings.TrimPrefix(s, "Summary: ") }
		if !near(bare(gone), old) || !near(bare(come), now) {
			t.Fatalf("%q and %q, want %q and %q", gone, come, old, now)
		}
	})
}

// near compares texts but for the blank that a word at the end of one of them has not.
func near(a, b string) bool {
	return strings.ReplaceAll(strings.ReplaceAll(a, " ", ""), ",", "") == strings.ReplaceAll(strings.ReplaceAll(b, " ", ""), ",", "")
}

func TestAComparisonOfLongTextsIsBounded(t *testing.T) {
	t.Parallel()
	old, now := strings.Repeat("one two three ", 40_000), strings.Repeat("four five six ", 40_000)
	began := time.Now()
	list := present.Differences(store.Change{Field: "summary", Old: "begin " + old + "end", New: "begin " + now + "end"}, false, present.Moment{})
	if len(list) != 4 || time.Since(began) > 5*time.Second {
		t.Errorf("%d pieces in %v", len(list), time.Since(began))
	}
}

func TestATableShowsWhereValuesDiffer(t *testing.T) {
	t.Parallel()
	begin := "The tide takes two hours to reach the wall of the harbour"
	for name, tt := range map[string]struct{ old, now, wantOld, wantNow string }{
		"short":            {"Harbor Lights", "Harbour Lights", "Harbor Lights", "Harbour Lights"},
		"alike for long":   {begin + " today", begin + " tomorrow", "…harbour today", "…harbour tomorrow"},
		"within a word":    {begin + "s", begin + "ed", "…the harbours", "…the harboured"},
		"the same":         {begin, begin, begin, begin},
		"one goes on":      {begin, begin + " at dawn", "…the harbour", "…the harbour at dawn"},
		"from nothing":     {"", begin, "(empty)", begin},
		"one endless word": {strings.Repeat("x", 60) + "a", strings.Repeat("x", 60) + "b", "…a", "…b"},
	} {
		old, now := present.ChangedParts(store.Change{Field: "summary", Old: tt.old, New: tt.now})
		if old != tt.wantOld || now != tt.wantNow {
			t.Errorf("%s: %q and %q, want %q and %q", name, old, now, tt.wantOld, tt.wantNow)
		}
	}
}
