package engine_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/fault"
	"lockstep/sync/health"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/sim"
	"lockstep/sync/testkit"
)

// shelved is a rig whose scenes are in collections by studio, with their looks wanted.
func shelved(t testing.TB, o sim.Options) *rig {
	r := withoutImages(newRig(t, o))
	r.settings.Fields[scene.FieldCollections] = config.Merge
	r.settings.CollectionLook = config.Merge
	r.settings.Sources = map[scene.Field][]string{scene.FieldCollections: {"{studio}"}}
	return r
}

// studioOf is the studio of a scene with its name.
func (r *rig) studioOf(id int) (int, string) {
	r.t.Helper()
	sc, _ := r.world.Stash.Scene(id)
	return sc.StudioID, r.world.Stash.StudioName(sc.StudioID)
}

// collectionOf is the collection of a name in a library.
func collectionOf(w *sim.World, section int, title string) sim.Item {
	for _, c := range w.Plex.Collections(section) {
		if strings.EqualFold(c.Fields["title"], title) {
			return c
		}
	}
	return sim.Item{}
}

func TestAStudiosCollectionGetsItsLogoAndDescription(t *testing.T) {
	t.Parallel()
	r := shelved(t, sim.Options{Seed: 500, Scenes: 12, Dirt: sim.Dirt{TwoLibraries: 3}})
	two := r.world.Dirty("TwoLibraries")[0]
	id, name := r.studioOf(two)
	must(t, r.world.Stash.SetStudio(id, "Films of the sea.", testkit.Logo(1)))
	l := r.start()
	l.settled()
	looks := func(section int) string {
		c := collectionOf(r.world, section, name)
		return fmt.Sprint(c.Fields["summary"], " ", c.Poster == testkit.Poster(testkit.Logo(1)), " ", c.Locked["summary"], c.Locked["thumb"])
	}
	for _, section := range []int{1, 2} {
		l.eventually("the collection in both libraries", func() bool { return looks(section) == "Films of the sea. true true true" })
	}
	run := l.runOf(queue.Collections)
	if run.Written != 2 {
		t.Errorf("run %+v, want both collections written", run)
	}
	r.world.ResetCounts()
	l.scan()
	l.collections(api.CollectionsRequest{Write: true})
	l.eventually("another pass", func() bool { return r.world.Plex.Counts()["list"] > 4 })
	if n := r.world.Plex.Mutations(); n != 0 {
		t.Errorf("%d writes although nothing changed", n)
	}
	// Stash has another description: it follows.
	must(t, r.world.Stash.SetStudio(id, "Films of every sea.", testkit.Logo(2)))
	l.collections(api.CollectionsRequest{Write: true})
	l.eventually("the new description", func() bool {
		c := collectionOf(r.world, 1, name)
		return c.Fields["summary"] == "Films of every sea." && c.Poster == testkit.Poster(testkit.Logo(2))
	})
	// Undo of every run, the newest first, ends with what was there before the first.
	for id := l.undoable(queue.Collections); id != 0; id = l.undoable(queue.Collections) {
		res, err := l.Undo(context.Background(), api.UndoRequest{Run: id})
		must(t, err)
		if res.Enqueued != 2 {
			t.Errorf("%+v, want two collections undone", res)
		}
		l.eventually("the undo", func() bool { return l.undoable(queue.Collections) != id })
	}
	for section := 1; section <= 2; section++ {
		if c := collectionOf(r.world, section, name); c.Fields["summary"] != "" || c.Poster != "" || c.Locked["summary"] || c.Locked["thumb"] {
			t.Errorf("undone: %+v", c)
		}
	}
	r.world.ResetCounts()
	l.collections(api.CollectionsRequest{Write: true})
	l.eventually("another pass", func() bool { return r.world.Plex.Counts()["list"] > 2 })
	if n := r.world.Plex.Mutations(); n != 0 {
		t.Errorf("%d writes of what a person undid", n)
	}
	if v := r.world.Plex.Violations(); len(v) > 0 {
		t.Errorf("violations: %v", v)
	}
}

// What somebody else set stays, and so do smart collections and those of a name that means two
// things; each has its reason.
func TestOnlyWhatNobodySetIsWrittenToACollection(t *testing.T) {
	t.Parallel()
	r := shelved(t, sim.Options{Seed: 501, Scenes: 30})
	r.settings.CollectionLook = config.Off
	l := r.start()
	l.settled()
	l.end()
	names := []string{}
	for _, c := range r.world.Plex.Collections(1) {
		names = append(names, c.Fields["title"])
	}
	if len(names) < 5 {
		t.Fatalf("only %d collections", len(names))
	}
	for i, name := range names {
		must(t, r.world.Stash.SetStudio(r.world.Stash.StudioID(name), "About "+name, testkit.Logo(uint8(i+1))))
	}
	key := func(i int) string { return collectionOf(r.world, 1, names[i]).RatingKey }
	must(t, r.world.Plex.PersonEdit(key(0), "summary", "My own words"))
	must(t, r.world.Plex.PersonPoster(key(1), testkit.Logo(200)))
	must(t, r.world.Plex.PersonEdit(key(2), "summary", "")) // emptied and locked
	must(t, r.world.Plex.PersonEdit(key(3), "summary", "A tool's words"))
	must(t, r.world.Plex.SetLock(key(3), "summary", false)) // which did not lock them
	smart := r.world.Plex.AddSmartCollection(1, names[4])
	r.settings.CollectionLook = config.Merge
	l = r.start()
	l.settled()
	l.eventually("the others", func() bool { return collectionOf(r.world, 1, names[5%len(names)]).Fields["summary"] != "" })
	l.eventually("all", func() bool {
		rows := l.collections(api.CollectionsRequest{})
		return !slices.ContainsFunc(rows, func(c api.CollectionRow) bool { return c.State == api.CollectionChanges })
	})
	for i, want := range map[int][2]string{
		0: {"My own words", testkit.Poster(testkit.Logo(1))}, 1: {"About " + names[1], testkit.Poster(testkit.Logo(200))},
		2: {"", testkit.Poster(testkit.Logo(3))}, 3: {"A tool's words", testkit.Poster(testkit.Logo(4))},
	} {
		if c := collectionOf(r.world, 1, names[i]); c.Fields["summary"] != want[0] || c.Poster != want[1] {
			t.Errorf("collection %d: summary %q, poster %q; want %q and %q", i, c.Fields["summary"], c.Poster, want[0], want[1])
		}
	}
	if it, _ := r.world.Plex.Item(smart); it.Fields["summary"] != "" || it.Poster != "" {
		t.Errorf("the smart collection was changed: %+v", it)
	}
	states := map[string]api.CollectionState{}
	for _, c := range l.collections(api.CollectionsRequest{}) {
		states[c.Item] = c.State
		if c.State == api.CollectionKept && (len(c.Kept) == 0 || c.Kept[0].Why.IsZero()) {
			t.Errorf("%s is kept without a reason", c.Title)
		}
	}
	for i := range 4 {
		if states[key(i)] != api.CollectionKept {
			t.Errorf("collection %d is %q, want kept", i, states[key(i)])
		}
	}
	if states[smart] != api.CollectionLeft {
		t.Errorf("the smart one is %q", states[smart])
	}
}

// A picture that Plex does not take for a day is tried less and less often, and keeps neither that
// collection's description, nor other collections, nor posters of films from being written.
func TestAPictureThatFailsForADayHoldsUpNothing(t *testing.T) {
	withoutRace(t)
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t, sim.Options{Seed: 502, Scenes: 12})
		b.look = config.Merge
		names := map[int]string{}
		for _, id := range b.world.Stash.SceneIDs() {
			sc, _ := b.world.Stash.Scene(id)
			names[sc.StudioID] = b.world.Stash.StudioName(sc.StudioID)
		}
		first := 0
		for id, name := range names {
			must(t, b.world.Stash.SetStudio(id, "About "+name, testkit.Logo(uint8(id))))
			first = max(first, id)
		}
		bad := func(c sim.Call) bool {
			key := collectionOf(b.world, 1, names[first]).RatingKey
			return c.Kind == "upload" && slices.Contains(c.Items, key)
		}
		b.world.Plex.Inject(sim.Fault{Effect: sim.Status, Status: 500, Match: bad})
		b.run(t.TempDir())
		from := time.Now()
		done := func(api.Snapshot) bool {
			for id, name := range names {
				c := collectionOf(b.world, 1, name)
				if c.Fields["summary"] != "About "+name || id != first && c.Poster != testkit.Poster(testkit.Logo(uint8(id))) {
					return false
				}
			}
			return true
		}
		if took := b.waits(time.Hour, done); took > 2*time.Minute {
			t.Fatalf("the others took %v", took)
		}
		for range 24 {
			b.edits(1)
			time.Sleep(time.Hour)
			if s := b.snapshot(); s.Verdict != health.Up || len(s.Attention) > 0 {
				t.Fatalf("verdict %s, asked %+v", s.Verdict, s.Attention)
			}
		}
		tries := 0
		for _, a := range b.requests(plexHost) {
			if !a.at.Before(from) && a.call.Kind == "upload" && slices.Contains(a.call.Items, collectionOf(b.world, 1, names[first]).RatingKey) {
				tries++
			}
		}
		if tries < 5 || tries > 14 {
			t.Errorf("%d tries in a day", tries)
		}
		if len(b.world.Diff(sim.DiffOptions{Posters: true})) > 0 {
			t.Error("posters of films are missing")
		}
		b.world.Plex.ClearFaults()
		if took := b.waits(10*time.Hour, func(api.Snapshot) bool { return collectionOf(b.world, 1, names[first]).Poster != "" }); took > 7*time.Hour {
			t.Errorf("mended, and seen after %v", took)
		}
		b.stop()
	})
}

// Pictures that Plex cannot be sent have their reason and are not read again and again; one that is
// too large is made smaller.
func TestPicturesThatDoNotFit(t *testing.T) {
	t.Parallel()
	r := shelved(t, sim.Options{Seed: 503, Scenes: 12})
	drawing, large := 0, 0
	for _, id := range r.world.Stash.SceneIDs() {
		sc, _ := r.world.Stash.Scene(id)
		switch {
		case drawing == 0:
			drawing = sc.StudioID
		case large == 0 && sc.StudioID != drawing:
			large = sc.StudioID
		}
	}
	must(t, r.world.Stash.SetStudio(drawing, "Drawn.", []byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`)))
	must(t, r.world.Stash.SetStudio(large, "Large.", noisy(2000, 2000)))
	l := r.start()
	l.settled()
	l.eventually("both descriptions and one picture", func() bool {
		a, b := collectionOf(r.world, 1, r.world.Stash.StudioName(drawing)), collectionOf(r.world, 1, r.world.Stash.StudioName(large))
		return a.Fields["summary"] == "Drawn." && b.Fields["summary"] == "Large." && strings.HasPrefix(b.Poster, "upload://")
	})
	r.world.ResetCounts()
	for range 3 {
		rows := l.collections(api.CollectionsRequest{Write: true})
		i := slices.IndexFunc(rows, func(c api.CollectionRow) bool { return c.Title == r.world.Stash.StudioName(drawing) })
		if i < 0 || rows[i].State != api.CollectionFailed || !strings.Contains(rows[i].Message.String(), "SVG") {
			t.Fatalf("%+v", rows)
		}
	}
	if n := r.world.Stash.Counts()["picture"]; n > 20 { // until their versions are settled
		t.Errorf("%d pictures read again", n)
	}
	if n := r.world.Plex.Mutations(); n != 0 {
		t.Errorf("%d writes", n)
	}
}

// noisy is a picture of more than 10 MB.
func noisy(w, h int) []byte {
	p := image.NewRGBA(image.Rect(0, 0, w, h))
	x := uint32(1)
	for i := range p.Pix {
		x = x*1664525 + 1013904223
		p.Pix[i] = byte(x >> 24)
	}
	var out bytes.Buffer
	_ = (&png.Encoder{CompressionLevel: png.NoCompression}).Encode(&out, p)
	return out.Bytes()
}

// Descriptions of many studios that vanish from Stash at once are not taken away unasked.
func TestTheBrakeHoldsWhatWouldBeTakenFromManyCollections(t *testing.T) {
	t.Parallel()
	r := shelved(t, sim.Options{Seed: 504, Scenes: 40})
	r.settings.BrakeMinimum = 1
	names := r.describe("About ")
	l := r.start()
	l.settled()
	all := func(prefix string) bool {
		return !slices.ContainsFunc(names, func(n string) bool {
			s := collectionOf(r.world, 1, n).Fields["summary"]
			return prefix == "" && s != "" || prefix != "" && !strings.HasPrefix(s, prefix)
		})
	}
	l.eventually("all descriptions", func() bool { return all("About ") })
	for _, n := range names {
		must(t, r.world.Stash.SetStudio(r.world.Stash.StudioID(n), "", nil))
	}
	l.collections(api.CollectionsRequest{Write: true})
	l.until("the question", func(s api.Snapshot) bool {
		return len(s.Attention) == 1 && strings.HasPrefix(s.Attention[0].Message.String(), "Collections: ")
	})
	if !all("About ") {
		t.Error("descriptions were taken away unasked")
	}
	l.collections(api.CollectionsRequest{Write: true, Yes: true})
	l.eventually("the answer", func() bool { return all("") })
	l.until("no more questions", func(s api.Snapshot) bool { return len(s.Attention) == 0 })
}

// describe gives every studio with a collection a description.
func (r *rig) describe(prefix string) (names []string) {
	for _, id := range r.world.Stash.SceneIDs() {
		studio, name := r.studioOf(id)
		if studio != 0 && !slices.Contains(names, name) {
			names = append(names, name)
			must(r.t, r.world.Stash.SetStudio(studio, prefix+name, nil))
		}
	}
	return names
}

// A pause, a Plex that is away and a collection that disappears are met like anywhere else.
func TestCollectionsWaitForPauseAndPlex(t *testing.T) {
	t.Parallel()
	r := shelved(t, sim.Options{Seed: 505, Scenes: 20})
	l := r.start()
	l.settled()
	must(t, l.Pause(context.Background(), time.Time{}))
	names := r.describe("About ")
	r.world.ResetCounts()
	l.collections(api.CollectionsRequest{Write: true})
	clear := r.world.Plex.Inject(sim.Fault{Effect: sim.Status, Status: 503})
	must(t, l.Resume(context.Background()))
	l.scanSoon()
	l.until("an outage", func(s api.Snapshot) bool { return s.Verdict == health.Down })
	if n := r.world.Plex.Mutations(); n != 0 {
		t.Errorf("%d writes during pause and outage", n)
	}
	gone := collectionOf(r.world, 1, names[0]).RatingKey
	must(t, r.world.Plex.RenameCollection(gone, "A person's title"))
	clear()
	l.eventually("all others", func() bool {
		return !slices.ContainsFunc(names[1:], func(n string) bool { return collectionOf(r.world, 1, n).Fields["summary"] != "About "+n })
	})
	if c := collectionOf(r.world, 1, "A person's title"); c.Fields["summary"] != "" {
		t.Errorf("a collection a person renamed got %q", c.Fields["summary"])
	}
}

func TestCollectionsThatAreOffAreNotEvenAskedFor(t *testing.T) {
	t.Parallel()
	r := shelved(t, sim.Options{Seed: 506, Scenes: 6})
	r.settings.CollectionLook = config.Off
	r.describe("About ")
	l := r.start()
	l.settled()
	_, err := l.Collections(context.Background(), api.CollectionsRequest{Write: true})
	if !fault.Is(err, fault.Rejected) {
		t.Errorf("%v", err)
	}
	for _, e := range r.world.Plex.Log() {
		if strings.Contains(e.Target, "type=18") {
			t.Errorf("asked for collections: %s", e.Target)
		}
	}
}

// collections asks how collections stand.
func (l *life) collections(q api.CollectionsRequest) []api.CollectionRow {
	l.t.Helper()
	c, err := l.Collections(context.Background(), q)
	if err != nil {
		l.t.Fatal(err)
	}
	return c.Rows
}

// eventually waits until something holds that no snapshot tells of.
func (l *life) eventually(what string, ok func() bool) {
	l.t.Helper()
	deadline := time.After(patience)
	for !ok() {
		select {
		case <-deadline:
			l.t.Fatalf("waited for %s in vain", what)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// runOf waits for the newest run of a cause.
func (l *life) runOf(cause queue.Cause) (run struct {
	ID      uint64
	Written int
}) {
	l.t.Helper()
	l.eventually("a run", func() bool {
		runs, err := l.Runs(context.Background(), 0)
		must(l.t, err)
		for _, r := range runs {
			if r.Cause == cause && r.Written > 0 {
				run.ID, run.Written = r.ID, r.Written
				return true
			}
		}
		return false
	})
	return run
}

// undoable is the newest run of a cause that is not undone, zero when there is none.
func (l *life) undoable(cause queue.Cause) uint64 {
	l.t.Helper()
	runs, err := l.Runs(context.Background(), 0)
	must(l.t, err)
	for _, r := range runs {
		if r.Cause == cause && !r.Undone {
			return r.ID
		}
	}
	return 0
}
