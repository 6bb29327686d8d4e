package engine_test

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/health"
	"lockstep/sync/queue"
	"lockstep/sync/reconcile"
	"lockstep/sync/sim"
	"lockstep/sync/skip"
)

// coverOf selects the requests for the covers of some scenes.
func coverOf(ids ...string) sim.Match {
	return func(c sim.Call) bool {
		return c.Kind == "screenshot" && slices.ContainsFunc(ids, func(id string) bool { return slices.Contains(c.Items, id) })
	}
}

func anyCover(c sim.Call) bool { return c.Kind == "screenshot" }

// titled fails the test unless the scenes' items have their titles.
func (r *rig) titled(ids ...int) {
	r.t.Helper()
	for _, id := range ids {
		sc, _ := r.world.Stash.Scene(id)
		if it, _ := r.world.Plex.Item(r.world.TargetKeys(id)[0]); it.Fields["title"] != sc.Title {
			r.t.Errorf("scene %d: title %q, want %q", id, it.Fields["title"], sc.Title)
		}
	}
}

// Whatever goes wrong with covers, it is their scenes' matter: text is written, everything
// else goes on, the reason is shown, and the number of requests is bounded.
func TestACoverThatFailsHoldsNothingBack(t *testing.T) {
	t.Parallel()
	faults := map[string]sim.Fault{
		"503":        {Effect: sim.Status, Status: 503},
		"429":        {Effect: sim.Status, Status: 429},
		"401":        {Effect: sim.Status, Status: 401},
		"403":        {Effect: sim.Status, Status: 403},
		"500":        {Effect: sim.Status, Status: 500},
		"truncated":  {Effect: sim.CutOff},
		"closed":     {Effect: sim.Reset},
		"a web page": {Effect: sim.HTML},
		"a redirect": {Effect: sim.Login},
	}
	for name, f := range faults {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, sim.Options{Seed: 95, Scenes: 60})
			f.Match = coverOf("7")
			clear := r.world.Stash.Inject(f)
			l := r.start()
			s := l.until("the others done", func(s api.Snapshot) bool { return s.Queue.Done == 59 && s.Queue.Waiting == 0 })
			if j := l.job(7); !j.State.Live() || j.Message.IsZero() || !j.Picture {
				t.Errorf("%+v, want a retry with its reason", j)
			}
			if !s.Stash.OK || len(s.Attention) != 0 {
				t.Errorf("Stash %+v, attention %+v: one cover is no news about Stash", s.Stash, s.Attention)
			}
			r.titled(7)
			if n := r.world.Stash.Counts()["screenshot"]; n > 60+10 { // one each, and the tries of the one that fails
				t.Errorf("%d covers asked for", n)
			}
			clear()
			_, err := l.Retry(t.Context(), api.Selection{Scenes: sceneIDs(7, 7)})
			must(t, err)
			l.settled()
			r.inStep(sim.DiffOptions{Posters: true, Locks: true})
		})
	}
}

func TestAStashWithoutAnyCoverStillGivesItsText(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]sim.Fault{
		"503": {Effect: sim.Status, Status: 503, Match: anyCover}, "a web page": {Effect: sim.HTML, Match: anyCover},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, sim.Options{Seed: 96, Scenes: 30})
			r.world.Stash.Inject(f)
			l := r.start()
			s := l.until("all text written", func(s api.Snapshot) bool { return s.Queue.Retrying+s.Queue.Dead >= 30 && !s.Active })
			if s.Queue.Dead != 0 || !s.Stash.OK {
				t.Errorf("queue %+v, Stash %+v", s.Queue, s.Stash)
			}
			for id := 1; id <= 30; id++ {
				r.titled(id)
				if j := l.job(id); j.Message.IsZero() || !j.Picture {
					t.Errorf("%+v, want the picture named", j)
				}
			}
			if n := r.world.Stash.Counts()["screenshot"]; n > 30 {
				t.Errorf("%d covers asked for of a Stash that gives none", n)
			}
		})
	}
}

// An upload Plex does not take is the picture's matter, however many there are.
func TestAPictureVetoesNoText(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]sim.Fault{
		"500":        {Effect: sim.Status, Status: 500},
		"400":        {Effect: sim.Status, Status: 400},
		"413":        {Effect: sim.Status, Status: 413},
		"403":        {Effect: sim.Status, Status: 403},
		"503":        {Effect: sim.Status, Status: 503},
		"closed":     {Effect: sim.Reset},
		"a web page": {Effect: sim.HTML},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, sim.Options{Seed: 97, Scenes: 12})
			f.Match = sim.Kinds("upload")
			clear := r.world.Plex.Inject(f)
			l := r.start()
			s := l.until("all text written", func(s api.Snapshot) bool { return s.Queue.Retrying+s.Queue.Dead == 12 && !s.Active })
			if s.Outage != nil || s.Verdict != health.Up || len(s.Attention) != 0 {
				t.Errorf("outage %v, verdict %q, attention %+v: want none of it", s.Outage, s.Verdict, s.Attention)
			}
			for id := 1; id <= 12; id++ {
				r.titled(id)
				if it, _ := r.world.Plex.Item(r.world.TargetKeys(id)[0]); it.Locked["thumb"] {
					t.Errorf("scene %d: the picture that was not taken is locked", id)
				}
				if j := l.job(id); !j.Picture || !strings.HasPrefix(j.Message.String(), "Plex did not accept the poster") {
					t.Errorf("%+v, want the picture named", j)
				}
			}
			edits := r.world.Plex.Counts()["edit"]
			clear()
			_, err := l.Retry(t.Context(), api.Selection{Scenes: sceneIDs(1, 12)})
			must(t, err)
			if s = l.settled(); s.Queue.Done != 12 {
				t.Errorf("queue %+v, want all done", s.Queue)
			}
			if n := r.world.Plex.Counts()["edit"] - edits; n > 24 {
				t.Errorf("%d edits for 12 pictures", n)
			}
			r.inStep(sim.DiffOptions{Posters: true, Locks: true})
		})
	}
}

// noise is a picture that hardly becomes smaller by compression.
func noise(t *testing.T, w, h int) []byte {
	t.Helper()
	random := rand.New(rand.NewPCG(1, 2))
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for i := range img.Pix {
		img.Pix[i] = byte(random.Uint32())
	}
	for x := range w {
		img.SetNRGBA(x, 0, color.NRGBA{A: 255})
	}
	var out bytes.Buffer
	must(t, (&png.Encoder{CompressionLevel: png.NoCompression}).Encode(&out, img))
	return out.Bytes()
}

func TestATooLargeCoverIsMadeSmallerAndStopsNothing(t *testing.T) {
	t.Parallel()
	r := newRig(t, sim.Options{Seed: 98, Scenes: 10})
	large := noise(t, 2000, 1500) // 12 MB
	for id := 1; id <= 6; id++ {
		must(t, r.world.Stash.SetCover(id, large))
	}
	l := r.start()
	s := l.settled()
	if s.Queue.Done != 10 || len(s.Attention) != 0 || s.Outage != nil {
		t.Errorf("queue %+v, attention %+v, outage %v", s.Queue, s.Attention, s.Outage)
	}
	r.inStep(sim.DiffOptions{})
	if n := r.world.Plex.Counts()["upload"]; n != 10 {
		t.Errorf("%d uploads, want 10", n)
	}
	r.world.ResetCounts()
	l.scan()
	if _, writes := r.plexCalls(); writes != 0 {
		t.Errorf("%d writes for what is in step", writes)
	}
}

// What is given up for a picture alone is tried again by the next reconciliation: nothing
// else would notice that it works by now.
func TestAPictureGivenUpIsTriedAgainByTheNextReconciliation(t *testing.T) {
	t.Parallel()
	b := newBench(t, sim.Options{Seed: 88, Scenes: 8}, slowScans)
	must(t, b.world.Stash.SetCover(3, sim.DrawCover(4242)))
	b.clock.pass(time.Minute)
	clear := b.world.Plex.Inject(sim.Fault{Effect: sim.Status, Status: 413, Match: sim.Kinds("upload")})
	b.compare(nil)
	b.drain()
	l := b.open()
	j := l.job(3)
	must(t, l.db.Close())
	if j.State != queue.Dead || !j.Picture {
		t.Fatalf("%+v, want it given up for its picture", j)
	}
	b.clock.pass(time.Minute)
	out, rows := b.compare(nil)
	if row := rowOf(rows, 3); row.Outcome != reconcile.Enqueued || out.Report.Skipped[skip.FailedBefore] != 0 {
		t.Errorf("row %+v", row)
	}
	clear()
	b.drain()
	b.inStep(sim.DiffOptions{Posters: true, Locks: true})
	l = b.open()
	if j = l.job(3); j.State != queue.Done || j.Picture {
		t.Errorf("%+v, want it done", j)
	}
	must(t, l.db.Close())
}
