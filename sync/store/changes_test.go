package store_test

import (
	"fmt"
	"slices"
	"testing"

	"lockstep/sync/message"
	"lockstep/sync/plan"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
	"lockstep/sync/store"
)

func TestTheChangesOfAPlanAreWhatItWrites(t *testing.T) {
	t.Parallel()
	p := plan.Plan{Decisions: []plan.Decision{
		{Field: scene.FieldTitle, Action: plan.Write, Old: "a", New: "b", Why: message.Foreign("because")},
		{Field: scene.FieldStudio, Action: plan.Same, Old: "s", New: "s"},
		{Field: scene.FieldSummary, Action: plan.Keep, Old: "k", New: "w", Code: skip.LockedInPlex},
		{Field: scene.FieldDate, Action: plan.Clear, Old: "2020-01-01"},
		{Field: scene.FieldTags, Action: plan.Write, OldList: []string{"x"}, NewList: []string{"x", "y"}},
		{Field: scene.FieldRating, Action: plan.Adopt}, {Field: scene.FieldPoster, Action: plan.Skip},
	}}
	var got []string
	for _, c := range store.ChangesOf(p) {
		got = append(got, fmt.Sprintf("%s %s>%s %s", c.Field, c.Old, c.New, c.Why))
	}
	if want := []string{"title a>b because", "date 2020-01-01> ", "tags x>x, y "}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
