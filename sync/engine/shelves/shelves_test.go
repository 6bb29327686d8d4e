package shelves_test

import (
	"context"
	"crypto/sha1"
	"encoding/hex"
	"log/slog"
	"maps"
	"slices"
	"strconv"
	"testing"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/collection"
	"lockstep/sync/config"
	"lockstep/sync/engine/host"
	"lockstep/sync/engine/shelves"
	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/plan"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/store"
	"lockstep/sync/testkit"
)

// servers are a Stash with studios and a Plex with one library of collections.
type servers struct {
	collection.Plex
	studios []scene.Subject
	has     map[string]scene.Item
	err     error // of Stash
	upload  error
	edit    error
	tries   int              // of an edit
	unread  string           // a collection that cannot be read
	broken  map[string]error // others, with the reason
	reads   int
	drawing string // a studio whose picture cannot be sent
	on      func(plan.Edit)
	asked   int // of Stash
	uploads int
	edits   []plan.Edit
}

func (s *servers) Studios(context.Context) ([]scene.Subject, error) {
	s.asked++
	return s.studios, s.err
}
func (s *servers) Groups(context.Context) ([]scene.Subject, error) { return nil, nil }
func (s *servers) SubjectPicture(_ context.Context, x scene.Subject, _ string) (scene.Cover, error) {
	if x.Name == s.drawing {
		return scene.Cover{}, fault.New(fault.Rejected, fault.Stash, message.New(message.PictureDrawing), message.None, nil)
	}
	return scene.Cover{Bytes: []byte("picture of " + x.Name), Type: "image/png", ETag: x.Picture}, nil
}
func (s *servers) Collections(_ context.Context, section string) (out []scene.Collection, _ error) {
	for key, it := range s.has {
		out = append(out, scene.Collection{RatingKey: key, Section: section, Title: it.Title})
	}
	return out, nil
}
func (s *servers) CollectionItems(_ context.Context, keys []string) (map[string]scene.Item, error) {
	if slices.Contains(keys, s.unread) {
		return nil, fault.New(fault.Temporary, fault.Plex, message.Foreign("500"), message.None, nil)
	}
	out := map[string]scene.Item{}
	s.reads++
	for _, k := range keys {
		if err := s.broken[k]; err != nil {
			return nil, err
		}
		if it, ok := s.has[k]; ok {
			out[k] = it
		}
	}
	return out, nil
}
func (s *servers) Edit(_ context.Context, e plan.Edit) error {
	if s.tries++; s.edit != nil {
		return s.edit
	}
	s.edits = append(s.edits, e)
	it := s.has[e.RatingKey]
	if v, ok := e.Scalars["summary"]; ok {
		it.Summary = v
	}
	locked := map[string]bool{}
	maps.Copy(locked, it.Locked)
	maps.Copy(locked, e.Locks)
	it.Locked = locked
	it.UpdatedAt++
	s.has[e.RatingKey] = it
	if s.on != nil {
		s.on(e)
	}
	return nil
}
func (s *servers) UploadToCollection(_ context.Context, key string, _ []byte, _ string) error {
	s.uploads++
	if s.upload != nil {
		return s.upload
	}
	it := s.has[key]
	it.Thumb += "/new"
	s.has[key] = it
	return nil
}

// disk is a store without room while it is full.
type disk struct {
	store.Store
	full bool
}

func (d *disk) Update(fn func(store.Tx) error) error {
	if d.full {
		return fault.New(fault.Local, fault.None, message.Foreign("no room"), message.None, nil)
	}
	return d.Store.Update(fn)
}

// rig is a Keeper whose passes run at once.
type rig struct {
	*shelves.Keeper
	t        *testing.T
	shelf    *testkit.Shelf
	disk     *disk
	servers  *servers
	settings config.Settings
	may      bool
	next     time.Time // when the servers may be asked again
	ended    []error
	// beside carries out a pass; at once unless a test says otherwise.
	beside func(run func(context.Context), then func())
}

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{t: t, shelf: testkit.NewShelf(t, 0), settings: config.Defaults(), may: true}
	r.beside = func(run func(context.Context), then func()) { run(context.Background()); then() }
	r.settings.Fields[scene.FieldCollections], r.settings.CollectionLook = config.Merge, config.Merge
	r.settings.Sources = map[scene.Field][]string{scene.FieldCollections: {"{studio}"}}
	r.servers = &servers{
		studios: []scene.Subject{{Kind: scene.StudioSubject, Named: scene.Named{ID: "1", Name: "Sea Films"}, Details: "About the sea.", Picture: "1"}},
		has:     map[string]scene.Item{"7": {RatingKey: "7", Section: "1", Title: "Sea Films", Detailed: true, Locked: map[string]bool{}}},
	}
	r.disk = &disk{Store: r.shelf.DB}
	r.Keeper = shelves.New(host.Host{Now: r.shelf.Clock.Now, Store: r.disk, Log: slog.New(slog.DiscardHandler)}, shelves.Loop{
		Beside: func(run func(context.Context), then func()) { r.beside(run, then) },
		Ask:    func(_ context.Context, do func() error) error { return do() },
		Call:   func(ask func() bool) bool { return ask() },
		Ready:  func() bool { return r.may }, May: func() bool { return r.may },
		Next:  func() time.Time { return r.next },
		Ended: func(err error) { r.ended = append(r.ended, err) },
		Deps: func() collection.Deps {
			return collection.Deps{
				Stash: r.servers, Plex: r.servers, Store: r.disk, Settings: r.settings, Machine: testkit.Machine,
				Sections: []scene.Section{{ID: "1", Title: "Films"}}, Clock: r.shelf.Clock.Now,
			}
		},
	})
	if err := r.Load(); err != nil {
		t.Fatal(err)
	}
	return r
}

// due lets what is due happen, and returns how long until the next pass.
func (r *rig) due() time.Duration {
	now := r.shelf.Clock.Now()
	r.Due(context.Background(), now)
	at := r.Due(context.Background(), now)
	if at.IsZero() {
		return -1
	}
	return at.Sub(now)
}

func TestWhenCollectionsAreLookedAt(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.may = false
	if r.due(); r.servers.asked > 0 {
		t.Error("looked at while nothing may be written")
	}
	r.may = true
	if left := r.due(); left != r.settings.SweepEvery || r.servers.asked != 1 || len(r.servers.edits) != 1 || r.servers.uploads != 1 {
		t.Errorf("next in %v, %d looks, %d edits, %d uploads", left, r.servers.asked, len(r.servers.edits), r.servers.uploads)
	}
	r.Want()
	if left := r.due(); left != 5*time.Second {
		t.Errorf("after scenes were written: in %v", left)
	}
	r.shelf.Clock.Pass(5 * time.Second)
	if r.due(); r.servers.asked != 2 || len(r.servers.edits) != 1 {
		t.Errorf("%d looks, %d edits", r.servers.asked, len(r.servers.edits))
	}
	r.settings.CollectionLook = config.Off
	if left := r.due(); left != -1 || r.servers.asked != 2 {
		t.Errorf("off: next in %v, %d looks", left, r.servers.asked)
	}
	r.settings.CollectionLook = config.Fill
	if r.due(); r.servers.asked != 3 {
		t.Error("other settings are not looked at at once")
	}
}

func TestAServerThatFailsIsAskedAgainWhenItsBudgetSays(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.servers.err = fault.New(fault.Unreachable, fault.Stash, message.Foreign("away"), message.None, nil)
	r.next = r.shelf.Clock.Now()
	if left := r.due(); left != 5*time.Second || len(r.ended) != 1 || !fault.Is(r.ended[0], fault.Unreachable) {
		t.Errorf("in %v, ended %v", left, r.ended)
	}
	r.next = r.shelf.Clock.Now().Add(time.Minute)
	if left := r.due(); left != time.Minute {
		t.Errorf("in %v", left)
	}
}

func TestAFullDiskHasNobodyAskedAgainAtOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.disk.full = true
	for _, want := range []time.Duration{30 * time.Second, time.Minute, 2 * time.Minute} {
		asked := r.servers.asked
		if left := r.due(); left != want || r.servers.asked != asked+1 {
			t.Errorf("the next look in %v, want %v; %d looks", left, want, r.servers.asked-asked)
		}
		r.shelf.Clock.Pass(want)
	}
	r.due()
	asked := r.servers.asked
	r.Write(false)
	if r.due(); r.servers.asked != asked+1 {
		t.Error("a person who asks has to wait")
	}
	r.disk.full = false
	r.Write(false)
	if left := r.due(); left != r.settings.SweepEvery || r.servers.uploads != 1 {
		t.Errorf("with room again: %d uploads, the next look in %v", r.servers.uploads, left)
	}
}

func TestAPictureThatIsRefusedRestsLongerAndLonger(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.servers.upload = fault.New(fault.Temporary, fault.Plex, message.Foreign("500"), message.None, nil)
	tries, last := []time.Duration{}, r.shelf.Clock.Now()
	for n := 0; len(tries) < 9 && n < 5000; n++ {
		if r.due(); r.servers.uploads > len(tries) {
			tries, last = append(tries, r.shelf.Clock.Now().Sub(last)), r.shelf.Clock.Now()
		}
		r.shelf.Clock.Pass(time.Minute)
		r.Want()
		r.shelf.Clock.Pass(5 * time.Second)
	}
	if len(tries) != 9 || tries[1] < 5*time.Minute || tries[1] > 7*time.Minute || tries[8] < 6*time.Hour || tries[8] > 6*time.Hour+3*time.Minute {
		t.Errorf("tried after %v", tries)
	}
	if r.servers.has["7"].Summary != "About the sea." {
		t.Error("the description waits for the picture")
	}
	r.servers.upload = nil
	r.Write(false)
	if r.due(); r.servers.has["7"].Thumb == "" {
		t.Error("a person asks, and it rests")
	}
}

func TestARunIsUndoneEvenWhenCollectionsAreOffByNow(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.due()
	var runs []store.Run
	r.shelf.View(t, func(tx store.Tx) (err error) { runs, err = tx.Runs(0); return err })
	if len(runs) != 1 || runs[0].Cause != queue.Collections || runs[0].Written != 1 {
		t.Fatalf("%+v", runs)
	}
	r.settings.CollectionLook = config.Off
	if n, err := r.Undo(runs[0].ID); n != 1 || err != nil {
		t.Fatalf("%d, %v", n, err)
	}
	if n, err := r.Undo(0); n != 0 || err != nil {
		t.Errorf("no run: %d, %v", n, err)
	}
	again := newKeeperOf(r) // a process that died before it came to it
	again.Due(context.Background(), r.shelf.Clock.Now())
	if it := r.servers.has["7"]; it.Summary != "" || it.Locked["summary"] {
		t.Errorf("%+v", it)
	}
	r.shelf.View(t, func(tx store.Tx) (err error) { runs, err = tx.Runs(0); return err })
	if !runs[0].Undone {
		t.Errorf("%+v", runs)
	}
}

// newKeeperOf is another Keeper on the same store.
func newKeeperOf(r *rig) *shelves.Keeper {
	k := shelves.New(host.Host{Now: r.shelf.Clock.Now, Store: r.shelf.DB, Log: slog.New(slog.DiscardHandler)}, shelves.Loop{
		Beside: func(run func(context.Context), then func()) { run(context.Background()); then() },
		Call:   func(ask func() bool) bool { return ask() }, May: func() bool { return true },
		Next: func() time.Time { return time.Time{} }, Ended: func(error) {},
		Deps: func() collection.Deps {
			return collection.Deps{
				Stash: r.servers, Plex: r.servers, Store: r.disk, Settings: r.settings, Machine: testkit.Machine,
				Sections: []scene.Section{{ID: "1", Title: "Films"}}, Clock: r.shelf.Clock.Now,
			}
		},
	})
	if err := k.Load(); err != nil {
		r.t.Fatal(err)
	}
	return k
}

func (s *servers) Pictures(_ context.Context, key string, _ scene.Field) ([]scene.Picture, error) {
	if s.has[key].Thumb == "" {
		return nil, nil
	}
	sum := sha1.Sum([]byte("picture of " + s.has[key].Title))
	return []scene.Picture{{Key: "upload://posters/x", SHA1: hex.EncodeToString(sum[:]), Selected: true}}, nil
}

func (s *servers) Unselect(_ context.Context, key string, _ scene.Field) error {
	it := s.has[key]
	it.Thumb = ""
	s.has[key] = it
	return nil
}

func TestTheViewSaysHowCollectionsStand(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	v := shelves.NewViewer(r.Keeper)
	ask := func(q api.CollectionsRequest) []api.CollectionRow {
		t.Helper()
		c, err := v.Collections(context.Background(), q)
		if err != nil {
			t.Fatal(err)
		}
		return c.Rows
	}
	rows := ask(api.CollectionsRequest{})
	if len(rows) != 1 || rows[0].State != api.CollectionChanges || len(rows[0].Changes) != 2 || len(r.servers.edits) > 0 {
		t.Errorf("%+v, %d edits", rows, len(r.servers.edits))
	}
	ask(api.CollectionsRequest{Write: true})
	r.due()
	if rows = ask(api.CollectionsRequest{}); rows[0].State != api.CollectionInStep {
		t.Errorf("%+v", rows)
	}
	r.may = false
	if _, err := v.Collections(context.Background(), api.CollectionsRequest{}); !fault.Is(err, fault.Config) {
		t.Errorf("%v", err)
	}
	if !slices.Equal(r.ended, []error{nil}) {
		t.Errorf("ended %v", r.ended)
	}
}

// titled puts collections of studios into Plex, as many as n, of which bad cannot be read.
func (r *rig) titled(n, bad int) {
	r.servers.broken = map[string]error{}
	for i := range n {
		id := strconv.Itoa(100 + i)
		r.servers.studios = append(r.servers.studios, scene.Subject{Kind: scene.StudioSubject, Named: scene.Named{ID: id, Name: "Studio " + id}, Details: "About " + id})
		r.servers.has[id] = scene.Item{RatingKey: id, Section: "1", Title: "Studio " + id, Detailed: true, Locked: map[string]bool{}}
		if i < bad {
			r.servers.broken[id] = fault.New(fault.Temporary, fault.Plex, message.Foreign("500"), message.None, nil)
		}
	}
}

func (r *rig) described() (n int) {
	for _, it := range r.servers.has {
		if it.Summary != "" {
			n++
		}
	}
	return n
}

func TestCollectionsThatCannotBeReadRest(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.titled(40, 30)
	if r.due(); r.described() != 11 {
		t.Fatalf("%d described, want those that can be read", r.described())
	}
	first := r.servers.reads
	for range 3 { // scenes are written meanwhile
		r.Want()
		r.shelf.Clock.Pass(time.Minute)
		r.due()
	}
	if n := r.servers.reads - first; n > 6 {
		t.Errorf("%d requests although they rest", n)
	}
	for range 24 {
		before := r.servers.reads
		r.shelf.Clock.Pass(r.settings.SweepEvery)
		r.due()
		if n := r.servers.reads - before; n > 15 {
			t.Fatalf("%d requests in one pass to find out that it lasts", n)
		}
	}
	r.servers.broken = nil
	for range 24 {
		r.shelf.Clock.Pass(r.settings.SweepEvery)
		r.due()
		r.shelf.Clock.Pass(5 * time.Second)
		r.due()
	}
	if r.described() != 41 {
		t.Errorf("%d of 41 described once they can be read", r.described())
	}
}

func TestAPersonWhoAsksHasEveryCollectionRead(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.titled(5, 5)
	r.due()
	r.servers.broken = nil
	r.Write(false)
	if r.due(); r.described() != 6 {
		t.Errorf("%d of 6 described", r.described())
	}
}
