package worker_test

import (
	"crypto/sha1"
	"encoding/hex"
	"slices"
	"strings"
	"testing"

	"lockstep/sync/config"
	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/testkit"
	"lockstep/sync/worker"
)

func sha(body ...byte) string {
	sum := sha1.Sum(body)
	return hex.EncodeToString(sum[:])
}

func TestACoverIsSentAndKnownAfterwards(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 1)
	d.done(1)
	r := d.results[1]
	if !slices.Equal(d.Plex.Sent[0], []byte{1}) || r.Seen.SHA1 != sha(1) || r.Seen.Cover != "e1" || r.Seen.CoverAt != d.scene(1).UpdatedAt {
		t.Errorf("sent %v, seen %+v", d.Plex.Sent, r.Seen)
	}
	if s, _ := d.state("101"); s.Memory.ImageSent(scene.FieldPoster) != sha(1) {
		t.Errorf("%+v", s.Memory)
	}
	if got := d.Stash.Asked("cover"); len(got) != 1 {
		t.Errorf("covers were read %d times", len(got))
	}
}

// Whatever keeps a picture from being sent, the rest is written, the scene fails for the
// picture alone, and what was written needs no second edit but for the picture.
func TestAPictureThatCannotBeSentIsLeftOut(t *testing.T) {
	t.Parallel()
	for _, class := range []fault.Class{fault.Temporary, fault.Rejected, fault.Unreachable, fault.Busy, fault.Forbidden, fault.Config, fault.Unauthorized} {
		t.Run(string(class), func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, 1)
			d.Plex.Spoil(testkit.Trouble(class, fault.Plex), "upload")
			results, err := d.work(d.jobs(1)...)
			r := results[1]
			want := fault.Temporary
			if class == fault.Rejected {
				want = fault.Rejected
			}
			if err != nil || r.Outcome != worker.Failed || !r.OnlyPicture || !r.Wrote || r.Fault.Class != want || r.Fault.Server != fault.Plex || r.Seen == nil || r.Seen.Content == "" {
				t.Fatalf("%v, %+v", err, r)
			}
			if !strings.Contains(r.Fault.Message.String(), "poster") || !strings.Contains(r.Fault.Message.String(), "Trouble with") {
				t.Errorf("%q, want the picture named and then the cause", r.Fault.Message)
			}
			if it := d.Plex.Has["101"]; it.Title != "Film 1" || it.Locked["thumb"] || it.Thumb != "" {
				t.Errorf("%+v", it)
			}
			if s, _ := d.state("101"); s.Memory.ImageSent(scene.FieldPoster) != "" {
				t.Error("the picture counts as sent")
			}
		})
	}
}

// A stop or a fault of our own ends the batch; the item is not written without its picture.
func TestAStopDuringAnUploadEndsTheBatch(t *testing.T) {
	t.Parallel()
	for _, class := range []fault.Class{fault.Canceled, fault.Local} {
		d := newDesk(t, 2)
		d.Plex.Spoil(testkit.Trouble(class, fault.None), "upload", "101")
		results, err := d.work(d.jobs(1, 2)...)
		if !fault.Is(err, class) || len(results) != 0 || len(d.Plex.Edits) != 0 {
			t.Errorf("%s: %v, %+v, %d edits", class, err, results, len(d.Plex.Edits))
		}
	}
}

// A cover that Stash does not give any more when it is to be sent is Stash's fault, in
// Stash's words.
func TestACoverThatStashCannotGiveAgainIsStashsFault(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 1)
	d.results = map[scene.ID]worker.Result{}
	d.w.Reader = d.Shelf.Reader()
	d.w.KeepCovers = false
	d.onStep = func(_ scene.ID, step queue.Step) {
		if step == "writing" {
			d.Stash.Spoil(testkit.Trouble(fault.Unreachable, fault.Stash), "cover")
		}
	}
	err := d.w.Work(d.soft, d.hard, d.jobs(1))
	r := d.results[1]
	if err != nil || r.Outcome != worker.Failed || !r.OnlyPicture || r.Fault.Server != fault.Stash || r.Fault.Class != fault.Temporary || r.Fault.Message.String() != testkit.Trouble(fault.Unreachable, fault.Stash).Message.String() {
		t.Errorf("%v, %+v", err, r)
	}
}

// Another cover than the one planned for, or none: the job goes back and its cover is read
// anew, because the plan is about a picture that is no more.
func TestACoverThatChangedMeanwhileSendsTheJobBack(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		change func(*desk)
		wrote  bool
	}{
		"another": {func(d *desk) { d.Stash.Covers[1] = scene.Cover{Bytes: []byte{9}, Type: "image/png", ETag: "e9"} }, false},
		"none":    {func(d *desk) { d.Stash.Spoil(testkit.Trouble(fault.NotFound, fault.Stash), "cover", "1") }, false},
		"another, after one item was written": {func(d *desk) {
			d.onStep = func(scene.ID, queue.Step) {}
			d.Plex.On = func(request string) {
				if request == "edit 101" {
					d.Stash.Covers[1] = scene.Cover{Bytes: []byte{9}, Type: "image/png", ETag: "e9"}
				}
			}
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, 2)
			d.second(1)
			d.results = map[scene.ID]worker.Result{}
			d.w.Reader = d.Shelf.Reader()
			d.w.KeepCovers = false
			d.onStep = func(id scene.ID, step queue.Step) {
				if id == 1 && step == "writing" {
					tt.change(d)
				}
			}
			if err := d.w.Work(d.soft, d.hard, d.jobs(1, 2)); err != nil {
				t.Fatal(err)
			}
			r := d.results[1]
			if r.Outcome != worker.Returned || r.Fault != nil || r.Wrote != tt.wrote || r.Seen == nil || r.Seen.Cover+r.Seen.CoverAt+r.Seen.SHA1 != "" || r.Seen.Content != "" {
				t.Errorf("%+v", r)
			}
			if d.results[2].Outcome != worker.Done {
				t.Errorf("the next: %+v", d.results[2])
			}
			for _, e := range d.journal(1) {
				if void := e.Item == testkit.Key("201") || !tt.wrote; e.Void != void {
					t.Errorf("%s is void: %v", e.Item, e.Void)
				}
			}
		})
	}
}

// An undo that meets a changed cover remembers nothing of the scene: an edit nobody has
// seen must stay one.
func TestAnUndoIsNoScanOfAScene(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 4)
	d.done(1, 2, 3, 4)
	before := d.seen(1)
	d.Edit(1, func(s *scene.Scene) { s.Title = "Edited" })
	d.Stash.Has[2] = nil
	d.Plex.Has["103"] = scene.Item{RatingKey: "103", Files: []string{"/media/films/another.mkv"}, Detailed: true}
	d.w.Brake = func([]worker.Planned) (map[scene.ID]message.Message, error) {
		return map[scene.ID]message.Message{4: message.New(message.Other, message.Detail("Too much."))}, nil
	}
	results, err := d.work(d.undo(1, 1), d.undo(2, 1), d.undo(3, 1), d.undo(4, 1))
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range map[scene.ID]worker.Outcome{1: worker.Done, 2: worker.Skipped, 3: worker.Parked, 4: worker.Skipped} {
		if r := results[id]; r.Outcome != want || r.Seen != nil {
			t.Errorf("scene %s: %+v", id, r)
		}
	}
	if after := d.seen(1); after != before {
		t.Errorf("%+v became %+v", before, after)
	}
	if it := d.Plex.Has["101"]; it.Title != "as the file" || it.Thumb != "" {
		t.Errorf("%+v, want what was before", it)
	}
}

// Galleries that Stash cannot tell of keep nothing but the background from being written, and that is tried again.
func TestABackgroundOfAGalleryIsSentAndNeverHoldsTheRest(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"", "galleries", "gallery picture"} {
		d := newDesk(t, 1)
		d.Settings.Fields[scene.FieldBackground], d.Settings.Background = config.Merge, config.FromGallery
		d.Stash.Has[1].Galleries = []scene.Gallery{{ID: "7"}}
		d.Stash.Galleries = map[scene.ID]scene.GalleryPicture{1: {ID: "70", Version: "v"}}
		d.Stash.Images = map[string]scene.Cover{"70": {Bytes: []byte{70}, Type: "image/png"}}
		if kind != "" {
			d.Stash.Spoil(testkit.Trouble(fault.Temporary, fault.Stash), kind)
		}
		results, err := d.work(d.jobs(1)...)
		r, it := results[1], d.Plex.Has["101"]
		if err != nil || it.Title != "Film 1" || !it.Locked["thumb"] || r.Seen == nil {
			t.Fatalf("%q: %v, %+v, %+v", kind, err, r, it)
		}
		if kind == "" {
			if r.Outcome != worker.Done || r.Seen.GallerySHA1 != sha(70) || r.Seen.Gallery != "v" || !it.Locked["art"] || len(d.Plex.Sent) != 2 {
				t.Errorf("sent: %+v, %+v, %v", r, r.Seen, d.Plex.Sent)
			}
			continue
		}
		if r.Outcome != worker.Failed || !r.OnlyPicture || r.Fault.Server != fault.Stash || r.Fault.Class != fault.Temporary || it.Locked["art"] || len(d.Plex.Sent) != 1 {
			t.Errorf("%s: %+v, sent %v", kind, r, d.Plex.Sent)
		}
	}
}
