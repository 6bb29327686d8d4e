package activity_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/budget"
	"lockstep/sync/config"
	"lockstep/sync/engine/activity"
	"lockstep/sync/engine/host"
	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/playback"
	"lockstep/sync/scene"
	"lockstep/sync/store"
	"lockstep/sync/testkit"
)

// fate is what becomes of a request: whether it is carried out, and what the caller hears.
type fate struct {
	done bool
	err  error
}

// stashServer is a Stash in memory. Its requests are noted as "played ID…", "add ID TIME…",
// "delete ID TIME…", "save ID POINT WATCHED" and "rate ID RATING", times in seconds from noon.
type stashServer struct {
	has    map[scene.ID]*scene.Played // nil: deleted
	unread map[scene.ID]bool          // missing from answers
	asked  []string
	fate   func(request string) fate // nil: all is carried out
}

func (s *stashServer) note(what string, id any, args ...any) fate {
	request := strings.TrimSuffix(fmt.Sprintln(append([]any{what, id}, args...)...), "\n")
	s.asked = append(s.asked, request)
	if s.fate == nil {
		return fate{done: true}
	}
	return s.fate(request)
}

func (s *stashServer) Played(_ context.Context, ids []scene.ID) (map[scene.ID]*scene.Played, error) {
	if f := s.note("played", strings.Trim(fmt.Sprint(ids), "[]")); f.err != nil {
		return nil, f.err
	}
	out := map[scene.ID]*scene.Played{}
	for _, id := range ids {
		if p := s.has[id]; p != nil {
			c := *p
			c.Plays = slices.SortedFunc(slices.Values(p.Plays), func(a, b time.Time) int { return b.Compare(a) })
			out[id] = &c
		} else {
			out[id] = nil
		}
		if s.unread[id] {
			delete(out, id)
		}
	}
	return out, nil
}

func (s *stashServer) AddPlays(_ context.Context, id scene.ID, at []time.Time) ([]time.Time, error) {
	f := s.note("add", id, seconds(at)...)
	if f.done {
		s.has[id].Plays = append(s.has[id].Plays, at...)
	}
	return nil, f.err
}

func (s *stashServer) DeletePlays(_ context.Context, id scene.ID, at []time.Time) ([]time.Time, error) {
	f := s.note("delete", id, seconds(at)...)
	for _, t := range at {
		if i := slices.IndexFunc(s.has[id].Plays, t.Equal); f.done && i >= 0 {
			s.has[id].Plays = slices.Delete(s.has[id].Plays, i, i+1)
		}
	}
	return nil, f.err
}

func (s *stashServer) SaveActivity(_ context.Context, id scene.ID, resume *time.Duration, watched time.Duration) error {
	if resume == nil {
		return s.note("save", id, "-", watched).err
	}
	f := s.note("save", id, *resume, watched)
	if f.done {
		s.has[id].Resume, s.has[id].Watched = *resume, s.has[id].Watched+watched
	}
	return f.err
}

func (s *stashServer) Rate(_ context.Context, id scene.ID, rating int) error {
	f := s.note("rate", id, rating)
	if f.done {
		s.has[id].Rating = rating
	}
	return f.err
}

// writes are the requests that change something.
func (s *stashServer) writes() []string {
	return slices.DeleteFunc(slices.Clone(s.asked), func(r string) bool { return strings.HasPrefix(r, "played") })
}

// spoil gives all requests that begin with a word one fate, and the others none.
func (s *stashServer) spoil(f fate, begin ...string) {
	s.fate = func(request string) fate {
		if slices.ContainsFunc(begin, func(b string) bool { return strings.HasPrefix(request, b) }) {
			return f
		}
		return fate{done: true}
	}
}

func seconds(at []time.Time) (out []any) {
	for _, t := range at {
		out = append(out, int(t.Sub(testkit.Start).Seconds()))
	}
	return out
}

// at are moments so many seconds from noon.
func at(seconds ...int) (out []time.Time) {
	for _, s := range seconds {
		out = append(out, testkit.Start.Add(time.Duration(s)*time.Second))
	}
	return out
}

// plexServer is a Plex in memory with a play history, which it gives in pages of two.
type plexServer struct {
	*testkit.FakePlex
	views    []scene.View
	accounts []scene.Account
	since    []time.Time // what was asked for
	listed   int         // how often accounts were
	pages    int         // so many are given before the history fails with err; negative: none fails
	err      error
	more     bool // gives more than it is asked for
}

func (p *plexServer) History(_ context.Context, since time.Time, page func([]scene.View) (bool, error)) error {
	p.since = append(p.since, since)
	list := slices.SortedStableFunc(slices.Values(p.views), func(a, b scene.View) int { return b.At.Compare(a.At) })
	if !p.more {
		list = slices.DeleteFunc(list, func(v scene.View) bool { return v.At.Before(since) })
	}
	for n := 0; ; n++ {
		if n == p.pages {
			return p.err
		}
		part := list[:min(len(list), 2)]
		list = list[len(part):]
		if more, err := page(part); err != nil || !more || len(list) == 0 {
			return err
		}
	}
}

func (p *plexServer) Accounts(context.Context) ([]scene.Account, error) {
	p.listed++
	return p.accounts, nil
}

// disk is a store that can be full, or that of a process which was killed.
type disk struct {
	store.Store
	broken bool
}

func (d *disk) Update(fn func(store.Tx) error) error {
	if d.broken {
		return fault.New(fault.Local, fault.None, message.Foreign("no room"), message.None, nil)
	}
	return d.Store.Update(fn)
}

// rig is a Recorder between two servers in memory, and no engine.
type rig struct {
	*activity.Recorder
	*testkit.Shelf
	t       *testing.T
	disk    *disk
	stash   *stashServer
	plex    *plexServer
	with    activity.Conditions // how things are, but for servers and settings
	arrived []budget.Kind       // what the budget was told
}

// newRig has scenes 1 to n with their items, 101 to 100+n, and all kinds switched on.
func newRig(t *testing.T, n int) *rig {
	t.Helper()
	s := testkit.NewShelf(t, n)
	s.Settings.ActivityPlays, s.Settings.ActivityResume, s.Settings.ActivityRatings = true, true, true
	s.Settings.Fields[scene.FieldRating] = config.Merge
	r := &rig{
		Shelf: s, t: t, disk: &disk{Store: s.DB}, plex: &plexServer{FakePlex: s.Plex, pages: -1},
		stash: &stashServer{has: map[scene.ID]*scene.Played{}, unread: map[scene.ID]bool{}},
		with:  activity.Conditions{Answers: true, Known: true, Writes: true, Machine: testkit.Machine},
	}
	for id, sc := range s.Stash.Has {
		r.stash.has[id] = &scene.Played{Scene: *sc}
	}
	s.Update(t, func(tx store.Tx) error {
		for id, sc := range s.Stash.Has {
			if err := errors.Join(s.Remember(tx, *sc), tx.PutSeen(id, store.Seen{Name: sc.Name()})); err != nil {
				return err
			}
		}
		return nil
	})
	r.restart()
	return r
}

// only switches the other kinds off.
func (r *rig) only(kinds ...playback.Kind) *rig {
	r.Settings.ActivityPlays, r.Settings.ActivityResume, r.Settings.ActivityRatings =
		slices.Contains(kinds, playback.Play), slices.Contains(kinds, playback.Resume), slices.Contains(kinds, playback.Rating)
	return r
}

// restart makes another Recorder on the same database.
func (r *rig) restart() {
	r.t.Helper()
	r.disk.broken = false
	r.Recorder = activity.New(
		host.Host{Now: r.Clock.Now, Store: r.disk, Log: slog.New(slog.DiscardHandler)}, func() config.Settings { return r.Settings },
	)
	r.must(r.Load())
}

func (r *rig) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

// due asks what is due.
func (r *rig) due() (*activity.Look, time.Time) {
	c := r.with
	c.Stash, c.Plex, c.Settings, c.Sections = r.stash, r.plex, r.Settings.Clone(), r.Sections
	c.Worked = func(k budget.Kind) { r.arrived = append(r.arrived, k) }
	return r.Due(r.Clock.Now(), c)
}

// begin waits until a look is due.
func (r *rig) begin() *activity.Look {
	r.t.Helper()
	if !r.with.Writes { // then only a person has Plex asked
		d := deskOf(r)
		go func() { _ = d.CheckActivity(context.Background(), api.ActivityCheck{}) }()
		<-d.asked
	}
	l, next := r.due()
	if l == nil && next.After(r.Clock.Now()) {
		r.Clock.Pass(next.Sub(r.Clock.Now()))
		l, _ = r.due()
	}
	if l == nil {
		r.t.Fatal("no look is due")
	}
	return l
}

// look waits until a look is due, and carries it out. The error is of our own.
func (r *rig) look() error {
	r.t.Helper()
	l := r.begin()
	l.Run(r.t.Context())
	return r.End(l)
}

// looks carries out some.
func (r *rig) looks(n int) {
	r.t.Helper()
	for range n {
		r.must(r.look())
	}
}

// allow has a person say yes to what waits.
func (r *rig) allow() int {
	r.t.Helper()
	n, err := r.Answer(true)
	r.must(err)
	return n
}

// settled is a rig in which a person has said yes once, and nothing waits.
func settled(t *testing.T, scenes int, kinds ...playback.Kind) *rig {
	t.Helper()
	r := newRig(t, scenes).only(kinds...)
	r.looks(1)
	r.allow()
	r.looks(1)
	r.stash.asked = nil
	return r
}

// watch has the owner watch the items of a scene, so many seconds from noon.
func (r *rig) watch(id int, times ...int) {
	for _, t := range at(times...) {
		r.plex.views = append(r.plex.views, scene.View{RatingKey: fmt.Sprint(100 + id), Section: "1", Title: "as the file", Type: "movie", Account: scene.OwnerAccount, At: t})
	}
}

// key is the key of the item of a scene.
func (r *rig) key(id int) scene.ItemKey { return testkit.Key(fmt.Sprint(100 + id)) }

// rate has the owner rate the item of a scene.
func (r *rig) rate(id int, rating string) {
	r.Person(fmt.Sprint(100+id), func(it *scene.Item) { it.Rating = rating })
}

// leave has the owner leave the item of a scene there.
func (r *rig) leave(id int, offset time.Duration) {
	r.Person(fmt.Sprint(100+id), func(it *scene.Item) { it.Offset, it.Length = offset, time.Hour })
}

// rows are all records, in the order of their keys.
func (r *rig) rows() (out []store.Playback) {
	r.t.Helper()
	r.View(r.t, func(tx store.Tx) error {
		return tx.EachPlayback(func(p store.Playback) bool { out = append(out, p); return true })
	})
	return out
}

// row is the one record there is.
func (r *rig) row() store.Playback {
	r.t.Helper()
	rows := r.rows()
	if len(rows) != 1 {
		r.t.Fatalf("%d records: %+v", len(rows), rows)
	}
	return rows[0]
}

// is judges the one record there is.
func (r *rig) is(state store.PlaybackState, why message.Code) {
	r.t.Helper()
	if p := r.row(); p.State != state || p.Why.Code != why {
		r.t.Errorf("%s (%q), want %s (%q)", p.State, p.Why, state, why)
	}
}

// set changes a record.
func (r *rig) set(p store.Playback, change func(*store.Playback)) {
	r.t.Helper()
	change(&p)
	r.Update(r.t, func(tx store.Tx) error { return tx.PutPlayback(p) })
}

// base is what is remembered of the item of a scene.
func (r *rig) base(id int) (b store.PlaybackBase) {
	r.t.Helper()
	r.View(r.t, func(tx store.Tx) (err error) { b, _, err = tx.PlaybackBase(r.key(id)); return err })
	return b
}

// journal is what the journal holds, the newest first.
func (r *rig) journal() (out []store.JournalEntry) {
	r.t.Helper()
	r.View(r.t, func(tx store.Tx) error {
		return tx.EachJournal(0, 0, func(e store.JournalEntry) bool { out = append(out, e); return true })
	})
	return out
}

// undoable is what of the journal can still be taken back.
func (r *rig) undoable() []store.JournalEntry {
	r.t.Helper()
	return slices.DeleteFunc(r.journal(), func(e store.JournalEntry) bool { return !e.Undoable() })
}

// told are the codes of the history, the newest first.
func (r *rig) told() (out []message.Code) {
	r.t.Helper()
	r.View(r.t, func(tx store.Tx) error {
		list, err := tx.History(store.HistoryQuery{})
		for _, a := range list {
			out = append(out, a.Message.Code)
		}
		return err
	})
	return out
}

// plays judges the plays Stash has of a scene, in seconds from noon.
func (r *rig) plays(id int, want ...int) {
	r.t.Helper()
	got := slices.SortedFunc(slices.Values(r.stash.has[scene.ID(id)].Plays), time.Time.Compare)
	if !slices.EqualFunc(got, at(want...), time.Time.Equal) {
		r.t.Errorf("scene %d has plays at %v, want %v", id, seconds(got), want)
	}
}

// wrote judges what Stash was asked to change since the last time.
func (r *rig) wrote(want ...string) {
	r.t.Helper()
	if got := r.stash.writes(); !slices.Equal(got, want) {
		r.t.Errorf("Stash was asked to %q, want %q", got, want)
	}
	r.stash.asked = nil
}

// counts are the numbers of a kind by state.
func (r *rig) counts(k playback.Kind) map[store.PlaybackState]int {
	r.t.Helper()
	s := r.Shown()
	if s == nil {
		r.t.Fatal("nothing is shown")
	}
	i := slices.IndexFunc(s.Kinds, func(c api.ActivityKind) bool { return c.Kind == k })
	return s.Kinds[i].Counts
}

// stashSays are faults by their classes.
func stashSays(c fault.Class) error { return testkit.Trouble(c, fault.Stash) }
func plexSays(c fault.Class) error  { return testkit.Trouble(c, fault.Plex) }
