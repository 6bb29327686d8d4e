package movein_test

import (
	"log/slog"
	"reflect"
	"testing"
	"time"

	"lockstep/storage"
	"lockstep/sync/engine/host"
	"lockstep/sync/engine/movein"
	"lockstep/sync/outage"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/stash2plex"
	"lockstep/sync/store"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

const year = 365 * 24 * time.Hour

func newMovein(t *testing.T) (movein.Movein, store.Store) {
	t.Helper()
	db, _, err := storage.Open(storage.Options{Dir: t.TempDir(), Log: slog.New(slog.DiscardHandler), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return movein.New(host.Host{Now: func() time.Time { return noon }, Store: db, Log: slog.New(slog.DiscardHandler)}), db
}

func change(t *testing.T, s store.Store, fn func(store.Tx) error) {
	t.Helper()
	if err := s.Update(fn); err != nil {
		t.Fatal(err)
	}
}

// do plans an import and carries it out.
func do(t *testing.T, m movein.Movein, found stash2plex.Found) movein.Plan {
	t.Helper()
	p, err := m.Plan(found, year)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Do(p); err != nil {
		t.Fatal(err)
	}
	return p
}

func kept(t *testing.T, s store.Store) (records, own []outage.Record) {
	t.Helper()
	change(t, s, func(tx store.Tx) (err error) {
		if records, err = movein.Outages(tx); err != nil {
			return err
		}
		own, err = tx.Outages(0)
		return err
	})
	return records, own
}

func TestOutagesAreKeptApartAndTakenOverOnce(t *testing.T) {
	t.Parallel()
	m, s := newMovein(t)
	lasts := outage.Record{ID: 3, Started: noon.Add(-time.Minute)}
	change(t, s, func(tx store.Tx) error { return tx.PutOutage(lasts) })
	hours := func(from, to int) outage.Record {
		return outage.Record{ID: 1, Started: noon.Add(-time.Duration(from) * time.Hour), Ended: noon.Add(-time.Duration(to) * time.Hour), Imported: true}
	}
	found := stash2plex.Found{Outages: stash2plex.Healed{Read: 9, Dropped: 2, Joined: 3, Records: []outage.Record{hours(400*24, 399*24), hours(50, 49), hours(1, 0), hours(20, 18)}}}
	p := do(t, m, found)
	if o := p.Outages; len(o.Added) != 2 || o.Known != 1 || o.Old != 1 || o.Read != o.Dropped+o.Joined+len(o.Added)+o.Known+o.Old {
		t.Errorf("%+v", p.Outages)
	}
	records, own := kept(t, s)
	if len(records) != 2 || len(own) != 1 || !reflect.DeepEqual(own[0], lasts) {
		t.Errorf("imported %+v, own %+v", records, own)
	}
	if p := do(t, m, found); len(p.Outages.Added) != 0 || p.Outages.Known != 3 {
		t.Errorf("again %+v", p.Outages)
	}
	if again, _ := kept(t, s); !reflect.DeepEqual(again, records) {
		t.Errorf("again %+v", again)
	}
	if err := movein.Prune(s, 30*time.Hour, noon); err != nil {
		t.Fatal(err)
	}
	if left, _ := kept(t, s); len(left) != 1 || !left[0].Started.Equal(noon.Add(-20*time.Hour)) {
		t.Errorf("left %+v", left)
	}
}

func TestScenesAreComparedAndNotBelieved(t *testing.T) {
	t.Parallel()
	m, s := newMovein(t)
	change(t, s, func(tx store.Tx) error {
		for id, seen := range map[scene.ID]store.Seen{1: {UpdatedAt: "x", Synced: noon}, 2: {UpdatedAt: "x"}, 3: {UpdatedAt: "x", Name: "Reel"}} {
			if err := tx.PutSeen(id, seen); err != nil {
				return err
			}
		}
		return tx.PutJob(queue.Enqueue(nil, queue.Wish{Scene: 2, Cause: "edited"}, noon))
	})
	var found stash2plex.Found
	for id := range scene.ID(4) {
		found.Synced = append(found.Synced, stash2plex.Synced{Scene: id + 1, At: noon.Add(-time.Hour)})
	}
	p := do(t, m, found)
	if c := p.Scenes; c.Read != 4 || c.InStep != 1 || c.Waiting != 1 || c.Queued != 1 || c.Later != 1 {
		t.Errorf("%+v", c)
	}
	change(t, s, func(tx store.Tx) error {
		if j, ok, err := tx.Job(3); err != nil || !ok || j.State != queue.Waiting || j.Name != "Reel" {
			t.Errorf("job %+v, %v, %v", j, ok, err)
		}
		if _, ok, err := tx.Job(4); ok || err != nil {
			t.Errorf("a scene nobody saw in Stash has a job (%v)", err)
		}
		if seen, _, err := tx.Seen(3); err != nil || !seen.Synced.IsZero() {
			t.Errorf("it counts as in step (%v)", err)
		}
		return nil
	})
	if p := do(t, m, found); p.Scenes.Queued != 0 || p.Scenes.Waiting != 2 {
		t.Errorf("again %+v", p.Scenes)
	}
}

func TestAPlanAloneStoresNothing(t *testing.T) {
	t.Parallel()
	m, s := newMovein(t)
	change(t, s, func(tx store.Tx) error { return tx.PutSeen(1, store.Seen{UpdatedAt: "x"}) })
	p, err := m.Plan(stash2plex.Found{
		Synced:  []stash2plex.Synced{{Scene: 1, At: noon}},
		Outages: stash2plex.Healed{Read: 1, Records: []outage.Record{{Started: noon.Add(-time.Hour), Ended: noon.Add(-time.Minute)}}},
	}, year)
	if err != nil || len(p.Outages.Added) != 1 || p.Scenes.Queued != 1 {
		t.Fatalf("%+v, %v", p, err)
	}
	if records, _ := kept(t, s); len(records) > 0 || s.Counts().Pending() > 0 {
		t.Errorf("stored %+v", records)
	}
}
