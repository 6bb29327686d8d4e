package collection_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"lockstep/sync/collection"
	"lockstep/sync/fault"
	"lockstep/sync/plan"
	"lockstep/sync/scene"
	"lockstep/sync/testkit"
)

// read are the requests for pictures since the last call, by kind and id with the ETag.
func (d *desk) read() (out []string) {
	for _, a := range d.stash.asked {
		if strings.Contains(a, "/") {
			out = append(out, strings.TrimSpace(a))
		}
	}
	d.stash.asked = nil
	return out
}

// A version is read when it is first seen, once more a minute later, because within the second it
// stands for there may have been another picture, and then no more.
func TestAPictureIsReadWhenItsVersionIsAnotherOne(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.studio(1, "Sea Films", "", testkit.Logo(1))
	d.has("10", "1", "Sea Films")
	etag := "e" + testkit.SHA(testkit.Logo(1))
	for i, step := range []struct {
		pass time.Duration
		want []string
	}{
		{0, []string{"studio/1"}}, {time.Second, []string{"studio/1 " + etag}}, {30 * time.Second, []string{"studio/1 " + etag}},
		{30 * time.Second, []string{"studio/1 " + etag}}, {time.Hour, nil}, {24 * time.Hour, nil},
	} {
		d.Clock.Pass(step.pass)
		c := of(t, d.compare(), "10")
		if got := d.read(); !slices.Equal(got, step.want) {
			t.Errorf("step %d: read %q, want %q", i, got, step.want)
		}
		if p := decision(t, c, scene.FieldPoster); p.Action != plan.Write || p.New != testkit.SHA(testkit.Logo(1)) {
			t.Errorf("step %d: %+v", i, p)
		}
	}
	d.studio(1, "Sea Films", "", testkit.Logo(2))
	c := of(t, d.compare(), "10")
	if got := d.read(); !slices.Equal(got, []string{"studio/1 " + etag}) || decision(t, c, scene.FieldPoster).New != testkit.SHA(testkit.Logo(2)) {
		t.Errorf("another picture: read %q, planned %+v", got, decision(t, c, scene.FieldPoster))
	}
	s := d.studio(1, "Sea Films", "", nil)
	if c := of(t, d.compare(), "10"); s.Picture != "" || d.read() != nil || decision(t, c, scene.FieldPoster).Changes() {
		t.Errorf("without a picture: %+v", decision(t, c, scene.FieldPoster))
	}
}

// A clock that was set back settles nothing for ever: the version is taken as settled.
func TestAClockThatWasSetBackReadsNoPictureForEver(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.studio(1, "Sea Films", "", testkit.Logo(1))
	d.has("10", "1", "Sea Films")
	d.compare()
	d.Clock.Pass(-time.Hour)
	d.compare()
	d.read()
	if d.compare(); d.read() != nil {
		t.Error("read again")
	}
}

// A release that does not tell one version from another is asked each time, with the ETag.
func TestAReleaseWithoutVersionsIsAskedEachTime(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.studio(1, "Sea Films", "", testkit.Logo(1)).Picture = "?"
	d.has("10", "1", "Sea Films")
	for i := range 4 {
		d.compare()
		if got := d.read(); len(got) != 1 || i > 0 && !strings.HasSuffix(got[0], testkit.SHA(testkit.Logo(1))) {
			t.Errorf("time %d: %q", i, got)
		}
		d.Clock.Pass(time.Hour)
	}
}

// The picture of a studio with several collections is read once for all of them, whether it comes
// or not, and one without a collection never.
func TestAPictureIsReadOnceForAllCollections(t *testing.T) {
	t.Parallel()
	for _, bad := range []error{nil, testkit.Trouble(fault.Temporary, fault.Stash)} {
		d := newDesk(t)
		d.studio(1, "Sea Films", "", testkit.Logo(1))
		d.studio(2, "Coast", "", testkit.Logo(2))
		d.has("10", "1", "Sea Films")
		d.has("20", "2", "Sea Films")
		d.stash.bad["studio/1"] = bad
		list := d.compare()
		if got := d.read(); !slices.Equal(got, []string{"studio/1"}) {
			t.Errorf("%v: read %q", bad, got)
		}
		for _, c := range list {
			if (c.Picture != nil) != (bad != nil) || c.Changes() != (bad == nil) {
				t.Errorf("%v: %s in %s: fault %v, changes %v", bad, c.Title, c.Library, c.Picture, c.Changes())
			}
		}
	}
}

// A picture that cannot be read for a while is a fault of each collection, and what was known of it
// stays known.
func TestAPictureThatCannotBeReadForAWhile(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.studio(1, "Sea Films", "About the sea.", testkit.Logo(1))
	d.has("10", "1", "Sea Films")
	d.writes()
	d.stash.bad["studio/1"] = testkit.Trouble(fault.Temporary, fault.Stash)
	c := of(t, d.compare(), "10")
	if c.Picture == nil || c.Changes() || decision(t, c, scene.FieldPoster).Action != plan.Same {
		t.Errorf("fault %v, %+v", c.Picture, decision(t, c, scene.FieldPoster))
	}
	if out := d.writes(); out != (collection.Outcome{Failed: 1}) {
		t.Errorf("%+v", out)
	}
	delete(d.stash.bad, "studio/1")
	d.read()
	if d.compare(); !slices.Equal(d.read(), []string{"studio/1 e" + testkit.SHA(testkit.Logo(1))}) {
		t.Error("what was known was forgotten")
	}
}

// A picture that Plex cannot be sent has its reason each time, is not read again, and is when there
// is another one. One that vanished is none.
func TestAPictureThatCannotBeSent(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.studio(1, "Sea Films", "About the sea.", testkit.Logo(1))
	d.has("10", "1", "Sea Films")
	d.stash.bad["studio/1"] = testkit.Trouble(fault.Rejected, fault.Stash)
	for range 4 {
		c := of(t, d.compare(), "10")
		if c.Picture == nil || c.Picture.Class != fault.Rejected || c.Picture.Message.IsZero() || decision(t, c, scene.FieldPoster).Changes() {
			t.Fatalf("%v", c.Picture)
		}
		d.Clock.Pass(time.Hour)
	}
	if got := d.read(); len(got) > 2 {
		t.Errorf("read %q", got)
	}
	if out := d.writes(); out != (collection.Outcome{Failed: 1}) || d.plex.Has["10"].Summary != "About the sea." {
		t.Errorf("%+v; the description %q", out, d.plex.Has["10"].Summary)
	}
	d.studio(1, "Sea Films", "About the sea.", testkit.Logo(2))
	delete(d.stash.bad, "studio/1")
	if c := of(t, d.compare(), "10"); c.Picture != nil || !decision(t, c, scene.FieldPoster).Changes() {
		t.Errorf("another picture: %v", c.Picture)
	}
	d.studio(1, "Sea Films", "About the sea.", testkit.Logo(3))
	d.stash.bad["studio/1"] = testkit.Trouble(fault.NotFound, fault.Stash)
	if c := of(t, d.compare(), "10"); c.Picture != nil || decision(t, c, scene.FieldPoster).Changes() {
		t.Errorf("a picture that vanished: %v, %+v", c.Picture, decision(t, c, scene.FieldPoster))
	}
}

// What is known of a studio's picture is forgotten with its last collection.
func TestPicturesWithoutACollectionAreForgotten(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.studio(1, "Sea Films", "", testkit.Logo(1))
	d.studio(2, "Coast", "", testkit.Logo(2))
	d.has("10", "1", "Sea Films")
	d.has("11", "1", "Coast")
	d.compare()
	delete(d.plex.Has, "10")
	d.Clock.Pass(time.Hour)
	d.compare()
	d.read()
	d.has("10", "1", "Sea Films")
	if d.compare(); !slices.Equal(d.read(), []string{"studio/1"}) {
		t.Error("it was kept")
	}
}

// Two passes over one world store nothing more: nothing is written to disk where nothing was learnt.
func TestNothingIsStoredWhereNothingWasLearnt(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.studio(1, "Sea Films", "About.", testkit.Logo(1))
	d.has("10", "1", "Sea Films")
	for range 2 {
		d.writes()
		d.Clock.Pass(2 * time.Minute)
	}
	d.compare()
	d.store = testkit.Troubled{Store: d.DB, Fails: "PutValue", Err: errDisk}
	if _, err := d.deps().Compare(context.Background()); err != nil {
		t.Errorf("stored again: %v", err)
	}
}

// A picture that changes between the comparison and its sending is not sent under the wrong name.
func TestAPictureThatChangedMeanwhileIsNotSent(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.studio(1, "Sea Films", "About the sea.", testkit.Logo(1))
	d.has("10", "1", "Sea Films")
	list := d.compare()
	d.studio(1, "Sea Films", "About the sea.", testkit.Logo(2))
	d.run++
	out, err := d.writer().Write(context.Background(), list)
	if err != nil || out != (collection.Outcome{Failed: 1}) || len(d.plex.Sent) > 0 || len(d.failed) > 0 || d.plex.Has["10"].Summary != "About the sea." {
		t.Errorf("%+v, %v; %d pictures sent, rests %q", out, err, len(d.plex.Sent), d.failed)
	}
	if out := d.writes(); out != (collection.Outcome{Written: 1}) || !bytes.Equal(d.plex.Sent[0], testkit.Logo(2)) {
		t.Errorf("the next pass: %+v", out)
	}
}

// Over the wire: logos of each format Plex takes arrive byte by byte, and a drawing has its reason.
func TestLogosOverTheWire(t *testing.T) {
	t.Parallel()
	w := newWired(t, "Sea Films", "Coast", "Drawn", "Bare")
	w.studio("Sea Films", "Films of the sea.", testkit.Logo(1))
	w.studio("Coast", "", testkit.Logo(2))
	w.studio("Drawn", "", []byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`))
	w.studio("Bare", "", nil)
	list := w.compare()
	for _, c := range list {
		if drawn := c.Title == "Drawn"; (c.Picture != nil) != drawn || drawn && !strings.Contains(c.Picture.Message.String(), "SVG") {
			t.Errorf("%s: %v", c.Title, c.Picture)
		}
	}
	if out := w.writes(); out != (collection.Outcome{Written: 2, Failed: 1, InStep: 1}) {
		t.Errorf("%+v", out)
	}
	for title, want := range map[string]string{"Sea Films": testkit.Poster(testkit.Logo(1)), "Coast": testkit.Poster(testkit.Logo(2)), "Drawn": "", "Bare": ""} {
		if got := w.shown(title); got.Poster != want || got.Locked["thumb"] != (want != "") {
			t.Errorf("%s shows %q, want %q", title, got.Poster, want)
		}
	}
	if len(w.took) != 2 || len(w.failed) != 0 {
		t.Errorf("took %q, failed %q", w.took, w.failed)
	}
	for i := range 3 {
		w.Clock.Pass(2 * time.Minute)
		w.World.ResetCounts()
		if out := w.writes(); out.Written != 0 || w.World.Plex.Mutations() != 0 {
			t.Errorf("pass %d: %+v, %d writes", i, out, w.World.Plex.Mutations())
		}
	}
	if n := w.World.Stash.Counts()["picture"]; n != 0 {
		t.Errorf("%d pictures read although they are settled", n)
	}
	if v := w.World.Plex.Violations(); len(v) > 0 {
		t.Error(fmt.Sprint(v))
	}
}
