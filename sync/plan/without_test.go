package plan_test

import (
	"testing"

	"lockstep/sync/config"
	"lockstep/sync/message"
	"lockstep/sync/plan"
	"lockstep/sync/scene"
)

func TestAPictureThatCouldNotBeSentIsLeftOutAlone(t *testing.T) {
	t.Parallel()
	set := config.Defaults()
	set.Fields[scene.FieldBackground] = config.Merge
	want := plan.Want(scene.Scene{ID: 1, Title: "Wanted", Files: []scene.File{{Path: "/a"}}}, set)
	for f := range want.Images {
		want.Images[f] = plan.Image{SHA1: "0123456789012345678901234567890123456789"}
	}
	item := scene.Item{RatingKey: "7", Section: "1", Title: "as the file", Detailed: true, Locked: map[string]bool{}}
	whole := plan.Make(item, want, plan.Memory{}, set)
	if len(whole.Uploads) != 2 || !whole.Edit.Locks["thumb"] || !whole.Edit.Locks["art"] {
		t.Fatalf("the plan is %+v", whole)
	}
	got := whole.Without(scene.FieldPoster, message.Foreign("the picture could not be sent"))
	if _, locked := got.Edit.Locks["thumb"]; locked || !got.Edit.Locks["art"] || got.Edit.Scalars["title"] != "Wanted" || len(got.Uploads) != 1 || !got.Changed {
		t.Errorf("without the poster: %+v", got.Edit)
	}
	if d, _ := got.Decision(scene.FieldPoster); d.Changes() || d.Why.IsZero() {
		t.Errorf("the poster: %+v", d)
	}
	if d, _ := whole.Decision(scene.FieldPoster); !d.Changes() {
		t.Error("the plan it came from was changed as well")
	}
	if again := whole.Without(scene.FieldTitle, message.Foreign("no picture")); again.Edit.Scalars["title"] != "Wanted" {
		t.Error("a field that is no picture was left out")
	}
	item.Title, item.Locked["title"] = "Wanted", true
	only := plan.Make(item, want, plan.Memory{}, set).Without(scene.FieldPoster, message.Foreign("x")).Without(scene.FieldBackground, message.Foreign("x"))
	if only.Changed || !only.Edit.Empty() || len(only.Uploads) != 0 {
		t.Errorf("nothing is left to write, but: %+v", only)
	}
}
