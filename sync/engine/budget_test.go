package engine_test

import (
	"context"
	"hash/crc32"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/queue"
	"lockstep/sync/sim"
)

// everyFault is what a server can do to a request.
var everyFault = map[string]sim.Fault{
	"500":               {Effect: sim.Status, Status: 500},
	"503":               {Effect: sim.Status, Status: 503},
	"503 retry after":   {Effect: sim.Status, Status: 503, RetryAfter: 20 * time.Second},
	"429":               {Effect: sim.Status, Status: 429},
	"429 retry after":   {Effect: sim.Status, Status: 429, RetryAfter: 20 * time.Second},
	"404":               {Effect: sim.Status, Status: 404},
	"401":               {Effect: sim.Status, Status: 401},
	"403":               {Effect: sim.Status, Status: 403},
	"400":               {Effect: sim.Status, Status: 400},
	"closed connection": {Effect: sim.Reset},
	"answer lost":       {Effect: sim.Lost},
	"truncated body":    {Effect: sim.CutOff},
	"garbage":           {Effect: sim.Garbage},
	"a web page":        {Effect: sim.HTML},
	"redirect":          {Effect: sim.Login},
	"hang":              {Effect: sim.Hang},
	"errors of GraphQL": {Effect: sim.Errors},
	"one item short":    {Effect: sim.Short},
	"still starting":    {Effect: sim.Starting},
	"maintenance":       {Effect: sim.Maintenance},
	"a bomb":            {Effect: sim.Bomb, Size: 2 << 20},
	"many entries":      {Effect: sim.Entries, Size: 2 << 20},
	"deep nesting":      {Effect: sim.Nested, Size: 2 << 20},
	"no end":            {Effect: sim.Endless},
	"long headers":      {Effect: sim.Headers, Size: 2 << 20},
	"no UTF-8":          {Effect: sim.Noise, Size: 1 << 16},
	"other types":       {Effect: sim.Types},
}

type subject struct {
	host  string
	match sim.Match
	each  bool // about one scene each, of which there are six with retries of their own
	// again has something to be asked for once more; set for what is asked only when somebody
	// watches, and allowed that to be written to Stash.
	again func(*viewer)
	// ready makes a world in which it is asked for; nil: any is.
	ready func(*bubble)
}

// fits reports whether a request can fail in that way at all.
func fits(what, host string, f sim.Fault) bool {
	switch f.Effect {
	case sim.Short:
		return what == "listing"
	case sim.Starting, sim.Maintenance:
		return host == plexHost
	case sim.Errors:
		return host == stashHost
	case sim.Types:
		return !answersNothing[what]
	}
	return true
}

// answersNothing are the requests in whose answer nothing is read: whatever it holds, they succeed.
var answersNothing = map[string]bool{"edit": true, "upload": true, "scan": true}

// everyRequest is what Lockstep asks of the servers.
var everyRequest = map[string]subject{
	"identity":        {host: plexHost, match: sim.Kinds("identity")},
	"sections":        {host: plexHost, match: sim.Kinds("sections")},
	"listing":         {host: plexHost, match: sim.Kinds("list")},
	"items":           {host: plexHost, match: sim.Kinds("detail"), each: true},
	"edit":            {host: plexHost, match: sim.Kinds("edit"), each: true},
	"pictures":        {host: plexHost, match: sim.Kinds("posters"), each: true},
	"upload":          {host: plexHost, match: sim.Kinds("upload"), each: true},
	"scan":            {host: plexHost, match: sim.Kinds("refresh"), each: true},
	"plex socket":     {host: plexHost, match: sim.Kinds("websocket")},
	"all of Plex":     {host: plexHost},
	"state":           {host: stashHost, match: sim.Named("State")},
	"count":           {host: stashHost, match: sim.Named("Count")},
	"newest":          {host: stashHost, match: sim.Named("Newest")},
	"stamps":          {host: stashHost, match: sim.Named("Stamps")},
	"last":            {host: stashHost, match: sim.Named("Last")},
	"names":           {host: stashHost, match: sim.Named("Names")},
	"files":           {host: stashHost, match: sim.Named("Files")},
	"scenes":          {host: stashHost, match: sim.Named("Scenes")},
	"cover":           {host: stashHost, match: sim.Kinds("screenshot"), each: true},
	"stash socket":    {host: stashHost, match: sim.Kinds("websocket")},
	"all of Stash":    {host: stashHost},
	"galleries":       {host: stashHost, match: sim.Named("Galleries"), each: true, ready: (*bubble).ofGalleries},
	"gallery picture": {host: stashHost, match: sim.Kinds("image"), each: true, ready: (*bubble).ofGalleries},
	"history":         {host: plexHost, match: sim.Kinds("history"), again: (*viewer).goOn},
	"accounts":        {host: plexHost, match: sim.Kinds("accounts"), again: (*viewer).goOn},
	"played":          {host: stashHost, match: sim.Named("Played"), again: (*viewer).goOn},
	"plays":           {host: stashHost, match: sim.Named("AddPlays"), again: (*viewer).goOn},
	"taking back":     {host: stashHost, match: sim.Named("DeletePlays"), again: (*viewer).takeBack},
	"resume":          {host: stashHost, match: sim.Named("SaveActivity"), again: (*viewer).goOn},
	"rate":            {host: stashHost, match: sim.Named("Rate"), again: (*viewer).goOn},
}

// TestWhateverFailsIsAskedWithinTheBudget has each request fail in each way, from the
// start, while all others work.
func TestWhateverFailsIsAskedWithinTheBudget(t *testing.T) {
	t.Parallel()
	for what, s := range everyRequest {
		for how, f := range everyFault {
			if !fits(what, s.host, f) || testing.Short() && !sampled(what+how) { // short with -race; every pair runs without
				continue
			}
			t.Run(what+"/"+how, func(t *testing.T) {
				t.Parallel()
				dir := t.TempDir()
				synctest.Test(t, func(t *testing.T) {
					if s.again != nil {
						watchingWithinBudget(t, dir, s, f)
						return
					}
					withinBudget(t, dir, s, f)
				})
			})
		}
	}
}

// sampled picks one pair in twelve, always the same ones.
func sampled(pair string) bool { return crc32.ChecksumIEEE([]byte(pair))%12 == 0 }

// TestManyPicturesThatFailCostLittleMoreThanOne: what only lacks its picture is not read
// again in vain while no picture may be asked for.
func TestManyPicturesThatFailCostLittleMoreThanOne(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct{ host, kind string }{"cover": {stashHost, "screenshot"}, "upload": {plexHost, "upload"}} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				b := newBubble(t, sim.Options{Seed: 6, Scenes: 250})
				server := &b.world.Plex.Server
				if c.host == stashHost {
					server = &b.world.Stash.Server
				}
				server.Inject(sim.Fault{Effect: sim.Status, Status: 503, Match: sim.Kinds(c.kind)})
				b.run(dir)
				start := time.Now()
				time.Sleep(8 * time.Minute)
				synctest.Wait()
				for host, list := range b.asked {
					if n := most(list, start.Add(2*time.Minute), time.Now(), func(sim.Call) bool { return true }); n > 40 {
						t.Errorf("%d requests of all kinds a minute at %s: %s", n, host, kindsOf(list, start.Add(2*time.Minute)))
					}
				}
				b.stop()
			})
		})
	}
}

func withinBudget(t *testing.T, dir string, s subject, f sim.Fault) {
	b := newBubble(t, sim.Options{Seed: 5, Scenes: 6})
	if s.ready != nil {
		s.ready(b)
	}
	f.Match = s.match
	server := &b.world.Plex.Server
	if s.host == stashHost {
		server = &b.world.Stash.Server
	}
	server.Inject(f)
	counts := func(c sim.Call) bool { return s.match == nil || s.match(c) }
	b.run(dir)
	start := time.Now()
	time.Sleep(2 * time.Minute)
	for range 4 {
		b.restsWhileItWaits()
	}
	end := time.Now()
	asked := b.asked[s.host]
	if n := most(asked, start, start.Add(2*time.Minute), counts); n > 30 {
		t.Errorf("%d requests a minute in the first two: %s", n, kindsOf(asked, start))
	}
	limit := 4
	if s.each {
		limit = 6
	}
	if n := most(asked, start.Add(2*time.Minute), end.Add(-time.Minute), counts); n > limit {
		t.Errorf("%d requests a minute afterwards: %s", n, kindsOf(asked, start.Add(2*time.Minute)))
	}
	for host, list := range b.asked {
		if n := most(list, start.Add(4*time.Minute), end.Add(-time.Minute), func(sim.Call) bool { return true }); n > 40 {
			t.Errorf("%d requests of all kinds a minute at %s: %s", n, host, kindsOf(list, start.Add(2*time.Minute)))
		}
	}
	b.stop()
}

// watchingWithinBudget is withinBudget for what is asked because somebody watches and rates:
// the fault begins when all is well, and things go on happening for hours.
func watchingWithinBudget(t *testing.T, dir string, s subject, f sim.Fault) {
	v := newViewer(t, 6, func(set *config.Settings) {
		set.ActivityEvery, set.ActivityAccounts, set.BrakeMinimum = time.Minute, []string{"Harbour Master"}, 1000
	})
	v.run(dir)
	v.later(20 * time.Minute)
	v.allow()
	v.goOn()
	v.later(5 * time.Minute)
	f.Match = s.match
	server := &v.world.Plex.Server
	if s.host == stashHost {
		server = &v.world.Stash.Server
	}
	end := server.Inject(f)
	start := time.Now()
	for range 4 {
		s.again(v)
		v.later(30 * time.Minute)
		v.restsWhileItWaits()
	}
	asked := v.requests(s.host)
	if !slices.ContainsFunc(asked, func(a ask) bool { return !a.at.Before(start) && s.match(a.call) }) {
		t.Error("it was not asked at all")
	}
	if n := most(asked, start, start.Add(2*time.Minute), s.match); n > 30 {
		t.Errorf("%d requests a minute in the first two: %s", n, kindsOf(asked, start))
	}
	if n := most(asked, start.Add(2*time.Minute), time.Now(), s.match); n > 4 {
		t.Errorf("%d requests a minute afterwards: %s", n, kindsOf(asked, start.Add(2*time.Minute)))
	}
	for host, list := range v.asked {
		if n := most(list, start.Add(4*time.Minute), time.Now(), func(sim.Call) bool { return true }); n > 40 {
			t.Errorf("%d requests of all kinds a minute at %s: %s", n, host, kindsOf(list, start.Add(2*time.Minute)))
		}
	}
	end()
	v.stop()
}

// goOn is the owner watching and leaving something else in Plex, and rating one film anew: a first
// rating may be in conflict with that of Stash.
func (v *viewer) goOn() {
	v.t.Helper()
	v.round++
	id := 1 + v.round%6
	v.watch(id)
	v.leave(id, time.Duration(v.round)*time.Minute)
	if err := v.world.Plex.Rate(v.keys[1], strconv.Itoa(1+v.round%9)); err != nil {
		v.t.Fatal(err)
	}
}

// takeBack has a person undo the newest run that wrote to Stash.
func (v *viewer) takeBack() {
	v.t.Helper()
	runs, err := v.eng.Runs(context.Background(), 0)
	if err != nil {
		v.t.Fatal(err)
	}
	for _, r := range runs {
		if r.Cause == queue.Activity && !r.Undone {
			_, _ = v.eng.Undo(context.Background(), api.UndoRequest{Run: r.ID}) // of the last ones there may be nothing left
			return
		}
	}
}

// restsWhileItWaits lets a minute pass. A loop that turns without asking anything shows in
// how often it reads the clock, which it does several times a turn, and a part that says
// the same again and again in the number of snapshots.
func (b *bubble) restsWhileItWaits() {
	b.t.Helper()
	synctest.Wait()
	read, shown := b.read.Load(), b.snapshot().Revision
	time.Sleep(time.Minute)
	synctest.Wait()
	if n := b.read.Load() - read; n > mostReads {
		b.t.Errorf("the clock was read %d times in a minute", n)
	}
	if n := b.snapshot().Revision - shown; n > mostShown {
		b.t.Errorf("%d snapshots in a minute", n)
	}
}

// mostReads and mostShown are not quite twice what the worst of these minutes takes: 343 and
// 20. A loop that turns four times a second is far beyond.
const mostReads, mostShown = 600, 36
