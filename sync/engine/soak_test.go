package engine_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/health"
	"lockstep/sync/queue"
	"lockstep/sync/sim"
)

// The kinds of request of both servers that can fail while all others succeed.
var (
	plexKinds = []string{"identity", "sections", "list", "detail", "edit", "upload", "posters", "select", "refresh",
		"activities", "websocket", "capabilities"}
	stashKinds = []string{"findScenes", "findScene", "findTags", "findPerformers", "findStudios", "systemStatus", "stats",
		"version", "screenshot", "websocket", "graphql"}
	soakEffects = []sim.Fault{
		{Effect: sim.Reset}, {Effect: sim.Lost}, {Effect: sim.Hang}, {Effect: sim.CutOff}, {Effect: sim.Garbage}, {Effect: sim.HTML},
		{Effect: sim.Login}, {Effect: sim.Maintenance}, {Effect: sim.Status, Status: 500}, {Effect: sim.Status, Status: 503},
		{Effect: sim.Status, Status: 429, RetryAfter: 2 * time.Second}, {Effect: sim.Status, Status: 404},
		{Effect: sim.Status, Status: 401}, {Effect: sim.Status, Status: 403}, {Effect: sim.Status, Status: 400},
		{Effect: sim.Bomb}, {Effect: sim.Entries}, {Effect: sim.Nested}, {Effect: sim.Endless}, {Effect: sim.Headers}, {Effect: sim.Noise}, {Effect: sim.Types},
	}
)

// chaos injects random faults and edits, and counts the requests each fault met.
type chaos struct {
	rng    *rand.Rand
	world  *sim.World
	author *sim.Author
	active []*soakFault
	ended  []*soakFault
}

// soakFault is one fault of one kind of request of one server.
type soakFault struct {
	what  string
	until time.Time
	began time.Time
	hits  atomic.Int64
	// answer says that the request did not fail: there is nothing to be tried again.
	answer bool
	clear  func()
}

// budget is how many requests a fault may meet: 30 in its first minute, 4 in each one after.
func (f *soakFault) budget(now time.Time) int64 {
	if f.answer {
		return math.MaxInt64
	}
	return 30 + 4*int64(now.Sub(f.began)/time.Minute)
}

// ofOne are the kinds that ask for one scene's cover or some items: "not found" is an
// answer to them, and each scene asks for itself.
var ofOne = []string{"screenshot", "detail", "posters", "edit", "upload", "select"}

// unread are the kinds in whose answer nothing is read: whatever it holds, they succeed.
var unread = []string{"edit", "upload", "select", "refresh", "activities", "capabilities"}

// inject puts one random fault in force for up to 20 s, a long one now and then.
func (c *chaos) inject(now time.Time) {
	server, kinds, name := &c.world.Plex.Server, plexKinds, "Plex"
	if c.rng.IntN(2) == 0 {
		server, kinds, name = &c.world.Stash.Server, stashKinds, "Stash"
	}
	fault := soakEffects[c.rng.IntN(len(soakEffects))]
	kind := kinds[c.rng.IntN(len(kinds))]
	life := time.Duration(1+c.rng.IntN(20)) * time.Second
	if c.rng.IntN(12) == 0 {
		life += 90 * time.Second
	}
	f := &soakFault{began: now, until: now.Add(life), what: fmt.Sprintf("%s %s: %s %d for %s", name, kind, fault.Effect, fault.Status, life)}
	f.answer = fault.Status == http.StatusNotFound && slices.Contains(ofOne, kind) || fault.Effect == sim.Types && slices.Contains(unread, kind)
	selects := sim.Kinds(kind)
	fault.Match = func(call sim.Call) bool {
		if !selects(call) {
			return false
		}
		f.hits.Add(1)
		return true
	}
	f.clear = server.Inject(fault)
	c.active = append(c.active, f)
}

// expire ends the faults whose time is over.
func (c *chaos) expire(now time.Time) {
	c.active = slices.DeleteFunc(c.active, func(f *soakFault) bool {
		if now.Before(f.until) {
			return false
		}
		f.clear()
		c.ended = append(c.ended, f)
		return true
	})
}

// run makes trouble until the span is over: a fault every few seconds, edits in between, and now and then every
// connection is cut.
func (c *chaos) run(span time.Duration) {
	end := time.Now().Add(span)
	for now := time.Now(); now.Before(end); now = time.Now() {
		c.expire(now)
		if len(c.active) < 3 {
			c.inject(now)
		}
		c.author.Change()
		switch c.rng.IntN(10) {
		case 0:
			c.world.Plex.DropConnections()
		case 1:
			c.world.Stash.DropConnections()
		}
		<-time.After(time.Duration(500+c.rng.IntN(3000)) * time.Millisecond)
	}
	c.expire(end.Add(time.Hour))
	c.world.Plex.ClearFaults()
	c.world.Stash.ClearFaults()
}

// soakSpan is how long the soak lasts: LOCKSTEP_SOAK, or long enough to meet a few faults.
func soakSpan(t *testing.T) time.Duration {
	text := os.Getenv("LOCKSTEP_SOAK")
	if text == "" {
		return 15 * time.Second
	}
	span, err := time.ParseDuration(text)
	if err != nil {
		t.Fatal(err)
	}
	return span
}

// TestSoakEndsInStepWithoutNotices: random faults of every kind of request, edits and cut connections for a while; every
// fault meets no more requests than the budget allows, and when all is well again Plex holds what Stash says and nothing
// is reported that is not the case.
func TestSoakEndsInStepWithoutNotices(t *testing.T) {
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	if text := os.Getenv("LOCKSTEP_SOAK_SEED"); text != "" {
		if _, err := fmt.Sscan(text, &seed); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("LOCKSTEP_SOAK_SEED=%d", seed)
	r := newRig(t, sim.Options{Seed: seed, Scenes: 300, Dirt: sim.Messy()})
	production := config.Defaults()
	r.settings.ProbeFirst, r.settings.ProbeMax = production.ProbeFirst, production.ProbeMax
	r.settings.StashProbe, r.settings.PlexProbe = 5*time.Second, 10*time.Second
	l := r.start()
	c := &chaos{rng: rand.New(rand.NewPCG(seed, 1)), world: r.world, author: r.world.NewAuthor(seed)}
	c.run(soakSpan(t))
	for _, f := range c.ended {
		if hits, most := f.hits.Load(), f.budget(f.until); hits > most {
			t.Errorf("%s met %d requests, at most %d are allowed", f.what, hits, most)
		}
	}
	l.recovers(r)
}

// recovers fails the test unless everything is in step and no notice is left after the last fault has ended. What a
// server refused for a scene's own sake waits for a person, so Retry is pressed once.
func (l *life) recovers(r *rig) {
	l.t.Helper()
	l.until("both servers", func(s api.Snapshot) bool { return s.Stash.OK && s.Plex.OK && s.Verdict == health.Up })
	if _, err := l.Retry(context.Background(), api.Selection{AllDead: true}); err != nil {
		l.t.Fatal(err)
	}
	l.scan()
	l.until("no retries left", func(s api.Snapshot) bool { return s.Queue.Empty() })
	l.reconcile(api.ReconcileRequest{Deep: true})
	s := l.settled()
	if failed := l.jobs(storeQuery(queue.Dead)).Jobs; len(failed) > 0 {
		l.t.Errorf("%d scenes failed for good, the first: %+v", len(failed), failed[0])
	}
	r.inStep(sim.DiffOptions{Posters: true, Locks: true})
	if len(s.Attention) > 0 {
		l.t.Errorf("still reported: %+v", s.Attention)
	}
	for _, rec := range l.records() {
		if rec.Ongoing() {
			l.t.Errorf("outage %+v never ended", rec)
		}
	}
}
