package engine_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"lockstep/sync/config"
	"lockstep/sync/sim"
	"lockstep/sync/store"
)

// mortal is a store of a process that is killed: from one moment on nothing gets to the disk,
// and whoever wants to store something does nothing more until the test puts it away.
type mortal struct {
	store.Store
	dead atomic.Bool
	gone chan struct{}
}

var errKilled = errors.New("this process is no more")

func (m *mortal) Update(fn func(store.Tx) error) error {
	if m.dead.Load() {
		<-m.gone
		return errKilled
	}
	return m.Store.Update(fn)
}

// week is a viewer whose people watch, rate and edit for a week, while servers fail and
// processes are killed. It knows what has to come of it.
type week struct {
	*viewer
	rng   *rand.Rand
	dirs  []string // of the databases; a new one is used when one is deleted
	life  *mortal
	ends  []func() // of the faults in force
	plays map[int][]time.Time

	mu     sync.Mutex
	rating map[int]int    // of each scene, as it was edited last
	side   map[int]string // where
	echoes []string
	armed  bool // the next play that is sent kills the process
}

func newWeek(t *testing.T, seed uint64, dirs []string) *week {
	w := &week{
		viewer: newViewer(t, 16, func(s *config.Settings) {
			s.Fields["rating"], s.BrakeMinimum = config.Merge, 1000
			s.StashProbe, s.PlexProbe, s.SweepEvery = 5*time.Minute, 10*time.Minute, 6*time.Hour
			s.Fields["poster"] = config.Off
		}),
		rng: rand.New(rand.NewPCG(seed, 77)), dirs: dirs,
		plays: map[int][]time.Time{}, rating: map[int]int{}, side: map[int]string{},
	}
	for _, id := range w.world.Stash.SceneIDs() {
		s, _ := w.world.Stash.Scene(id)
		w.rating[id], w.side[id] = s.Rating100, "stash"
	}
	w.wrap = func(s store.Store) store.Store {
		w.life = &mortal{Store: s, gone: make(chan struct{})}
		return w.life
	}
	w.world.Plex.SetHook(func(c sim.Call) { w.note(plexHost, c); w.toPlex(c) })
	w.world.Stash.SetHook(func(c sim.Call) { w.note(stashHost, c); w.toStash(c) })
	w.world.Stash.SetAfter(func(c sim.Call, _ int) {
		if c.Name == "AddPlays" {
			w.kill(1)
		}
	})
	return w
}

// toPlex sees a rating that is written to Plex although it was edited there last.
func (w *week) toPlex(c sim.Call) {
	if c.Kind != "edit" || !c.Query.Has("userRating.value") {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if id := w.scene[c.Items[0]]; w.side[id] == "plex" {
		w.echoes = append(w.echoes, fmt.Sprintf("scene %d: %s to Plex", id, c.Query.Get("userRating.value")))
	}
}

// toStash sees a rating that is written to Stash although it was edited there last.
func (w *week) toStash(c sim.Call) {
	if c.Name == "AddPlays" {
		w.kill(2)
	}
	if c.Name != "Rate" {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for id, side := range w.side {
		if side == "stash" && slices.Contains(c.Items, fmt.Sprint(id)) {
			w.echoes = append(w.echoes, fmt.Sprintf("scene %d to Stash", id))
		}
	}
}

// kill ends the process, if it is to die, with one chance in so many.
func (w *week) kill(chance int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.armed && w.rng.IntN(chance) == 0 {
		w.armed = false
		w.life.dead.Store(true)
	}
}

// rate is a person rating a scene on one side.
func (w *week) rate(id int) {
	w.mu.Lock()
	side, value := "stash", 10*(1+w.rng.IntN(10))
	if w.rng.IntN(2) == 0 {
		side = "plex"
	}
	w.rating[id], w.side[id] = value, side
	w.mu.Unlock()
	var err error
	if side == "plex" {
		err = w.world.Plex.Rate(w.keys[id], fmt.Sprint(value/10))
	} else {
		err = w.world.Stash.Edit(id, func(s *sim.Scene) { s.Rating100 = value })
	}
	if err != nil {
		w.t.Error(err)
	}
}

// seen is a person watching something: in Plex, on the way and without a network, or in Stash.
func (w *week) seen(id int) {
	at := time.Now().Truncate(time.Second)
	how := w.rng.IntN(6)
	if how == 0 {
		at = at.Add(-time.Duration(1+w.rng.IntN(100))*time.Hour - 7*time.Minute)
	}
	for slices.ContainsFunc(w.plays[id], func(t time.Time) bool { return t.Sub(at).Abs() < 3*time.Minute }) {
		at = at.Add(-4 * time.Minute) // nobody watches one thing twice at a time
	}
	var err error
	switch how {
	case 1:
		err = w.world.Stash.Play(id, at)
	default:
		err = w.world.Plex.Watch(w.keys[id], sim.Owner, at)
	}
	if err != nil {
		w.t.Error(err)
	}
	w.plays[id] = append(w.plays[id], at)
}

// trouble has something fail, or ends what fails.
func (w *week) trouble() {
	if len(w.ends) > 0 && w.rng.IntN(3) > 0 {
		w.mend()
		return
	}
	stash, plex := &w.world.Stash.Server, &w.world.Plex.Server
	plays := sim.Named("AddPlays", "SaveActivity", "Rate")
	add := func(end func()) { w.ends = append(w.ends, end) }
	switch w.rng.IntN(9) {
	case 0:
		w.plex.down()
		add(w.plex.up)
	case 1:
		w.stash.down()
		add(w.stash.up)
	case 2:
		add(plex.Inject(sim.Fault{Effect: sim.Status, Status: []int{401, 403, 404, 500}[w.rng.IntN(4)], Match: sim.Kinds("history")}))
	case 3:
		add(plex.Inject(sim.Fault{Effect: sim.Hang, Match: sim.Kinds("history")}))
	case 4:
		add(stash.Inject(sim.Fault{Effect: sim.Errors, Match: plays}))
	case 5:
		add(stash.Inject(sim.Fault{Effect: sim.Lost, Match: plays, Count: 1 + w.rng.IntN(3)}))
	case 6:
		add(stash.Inject(sim.Fault{Effect: sim.CutOff, Match: plays, Count: 1 + w.rng.IntN(3)}))
	case 7:
		add(stash.Inject(sim.Fault{Effect: sim.Hang, Match: plays}))
	case 8:
		add(stash.Inject(sim.Fault{Effect: sim.Status, Status: 403, Match: plays}))
	}
}

func (w *week) mend() {
	for _, end := range w.ends {
		end()
	}
	w.ends = nil
}

// hour is one hour of the week.
func (w *week) hour(n int) {
	for range w.rng.IntN(4) {
		w.seen(1 + w.rng.IntN(16))
	}
	if n%4 == 0 { // each scene now and then, never twice within a day
		w.rate(1 + n/4%16)
	}
	if w.rng.IntN(3) == 0 {
		w.leave(1+w.rng.IntN(16), time.Duration(1+w.rng.IntN(50))*time.Minute)
	}
	if w.rng.IntN(3) == 0 {
		w.trouble()
	}
	w.mu.Lock()
	w.armed = w.rng.IntN(4) == 0
	w.mu.Unlock()
	w.later(time.Hour)
	if w.life.dead.Load() || w.rng.IntN(12) == 0 {
		w.again(0)
		w.later(time.Minute)
	}
	if s := w.snapshot(); s.Activity != nil && s.Activity.Asking > 0 {
		w.allow()
	}
}

// again begins a new process, on another database if one is deleted.
func (w *week) again(deleted int) {
	if life := w.life; life.dead.Load() {
		go func() { time.Sleep(time.Second); close(life.gone) }()
	}
	w.halt()
	w.dirs = w.dirs[deleted:]
	w.run(w.dirs[0])
}

// rest lets all faults end and what is left arrive.
func (w *week) rest() {
	w.mend()
	w.mu.Lock()
	w.armed = false
	w.mu.Unlock()
	if w.life.dead.Load() {
		w.again(0)
	}
	for range 8 {
		w.later(time.Hour)
		if s := w.snapshot(); s.Activity.Asking > 0 {
			w.allow()
		}
	}
}

func (w *week) judge() {
	w.t.Helper()
	for id, want := range w.plays {
		slices.SortFunc(want, time.Time.Compare)
		w.hasPlays(id, want...)
	}
	for id, want := range w.rating {
		plex := ""
		if want > 0 {
			plex = strings.TrimSuffix(fmt.Sprintf("%.1f", float64(want)/10), ".0")
		}
		w.rated(id, want, plex)
	}
	if len(w.echoes) > 0 {
		w.t.Errorf("%d ratings went back where they came from, first %s", len(w.echoes), w.echoes[0])
	}
}

// TestAWeekOfPlaysRatingsAndEditsWithKillsAndOutages: every play is in Stash exactly once, no
// rating is lost and none goes back where it came from; not even when the database is deleted.
func TestAWeekOfPlaysRatingsAndEditsWithKillsAndOutages(t *testing.T) {
	withoutRace(t)
	t.Parallel()
	for seed := range uint64(2) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			dirs := []string{t.TempDir(), t.TempDir()}
			synctest.Test(t, func(t *testing.T) {
				w := newWeek(t, seed, dirs)
				w.run(dirs[0])
				w.rest() // ratings of both sides agree at first
				for n := range 7 * 24 {
					if n == 4*24 {
						w.rest()
						w.again(1) // somebody deleted the database
						w.rest()
					}
					w.hour(n)
				}
				w.rest()
				w.judge()
				w.stop()
			})
		})
	}
}
