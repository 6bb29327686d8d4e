package offline_test

import (
	"testing"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/breaker"
	"lockstep/sync/health"
	"lockstep/sync/offline"
	"lockstep/sync/outage"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/store"
	"lockstep/sync/testkit"
)

func TestNothingStoredIsAnEmptyStateThatNobodyWatches(t *testing.T) {
	t.Parallel()
	s := testkit.NewShelf(t, 0)
	got, err := offline.New(s.DB, s.Clock.Now).Stored("1.2")
	if err != nil || got.Version != "1.2" || !got.At.Equal(s.Clock.Now()) || got.Live || got.Paused || got.Outage != nil || got.LastReconciliation != nil {
		t.Errorf("%+v, %v", got, err)
	}
	if got.Breaker.State != breaker.Closed || got.Verdict == health.Up || got.Verdict == health.Down {
		t.Errorf("breaker %q, verdict %q: nobody knows how Plex is", got.Breaker.State, got.Verdict)
	}
}

func TestTheStoredStateIsTheLastKnownOne(t *testing.T) {
	t.Parallel()
	s := testkit.NewShelf(t, 0)
	now := s.Clock.Now().UTC()
	over := outage.Record{ID: 1, Started: now.Add(-48 * time.Hour), Ended: now.Add(-47 * time.Hour)}
	lasts := outage.Record{ID: 2, Started: now.Add(-time.Hour), FailedProbes: 3}
	var shown uint64
	s.Update(t, func(tx store.Tx) (err error) {
		for _, r := range []outage.Record{over, lasts} {
			if err := tx.PutOutage(r); err != nil {
				return err
			}
		}
		if err := tx.PutBreaker(breaker.Breaker{State: breaker.Open, OpenedAt: lasts.Started, Failures: 5}); err != nil {
			return err
		}
		if err := tx.PutSaid(health.Said{Outage: 2, Kind: health.SaidDown, Delivered: true}); err != nil {
			return err
		}
		for id, state := range map[int]queue.State{1: queue.Waiting, 2: queue.Dead} {
			if err := tx.PutJob(queue.Job{Scene: scene.ID(id), State: state}); err != nil {
				return err
			}
		}
		if shown, err = tx.NewReport(store.Report{Scope: "all", Started: now, Ended: now}); err != nil {
			return err
		}
		_, err = tx.NewReport(store.Report{Scope: "all", Started: now, Ended: now, Preview: true})
		return err
	})
	r := offline.New(s.DB, s.Clock.Now)
	got, err := r.Stored("")
	if err != nil {
		t.Fatal(err)
	}
	if got.Breaker.State != breaker.Open || got.Breaker.Failures != 5 || !got.Breaker.OpenedAt.Equal(lasts.Started) {
		t.Errorf("breaker %+v", got.Breaker)
	}
	if got.Outage == nil || got.Outage.ID != 2 || got.Outage.FailedProbes != 3 || got.Said.Outage != 2 {
		t.Errorf("outage %+v, said %+v", got.Outage, got.Said)
	}
	if got.Verdict == health.Down || got.Queue.Waiting != 1 || got.Queue.Dead != 1 {
		t.Errorf("verdict %q, queue %+v", got.Verdict, got.Queue)
	}
	if got.LastReconciliation == nil || got.LastReconciliation.ID != shown {
		t.Errorf("last reconciliation %+v, want %d: a preview is none", got.LastReconciliation, shown)
	}
}

func TestAStoredPauseIsShownWithItsEnd(t *testing.T) {
	t.Parallel()
	s := testkit.NewShelf(t, 0)
	till := s.Clock.Now().Add(time.Hour).UTC()
	for _, want := range []time.Time{{}, till} {
		s.Update(t, func(tx store.Tx) error { return tx.PutValue("pause", map[string]any{"on": true, "until": want}) })
		if got, err := offline.New(s.DB, s.Clock.Now).Stored(""); err != nil || !got.Paused || !got.PausedTill.Equal(want) {
			t.Errorf("paused %v till %v, %v, want till %v", got.Paused, got.PausedTill, err, want)
		}
	}
}

// Nobody watches while no engine runs: what passed since is unknown, neither up nor down.
func TestTheHistoryEndsWithAGapSinceTheLastSignOfLife(t *testing.T) {
	t.Parallel()
	s := testkit.NewShelf(t, 0)
	now := s.Clock.Now().UTC()
	alive := now.Add(-6 * time.Hour)
	imported := outage.Record{ID: 1, Started: now.Add(-90 * time.Hour), Ended: now.Add(-89 * time.Hour), Imported: true}
	own := outage.Record{ID: 1, Started: now.Add(-20 * time.Hour), Ended: now.Add(-18 * time.Hour)}
	s.Update(t, func(tx store.Tx) error {
		if err := tx.PutValue("alive", alive); err != nil {
			return err
		}
		if err := tx.PutValue("imported.outages", []outage.Record{imported}); err != nil {
			return err
		}
		return tx.PutOutage(own)
	})
	p, err := offline.New(s.DB, s.Clock.Now).Outages(t.Context(), api.OutageQuery{Window: 100 * time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Gaps) != 1 || !p.Gaps[0].From.Equal(alive) || !p.Gaps[0].To.Equal(now) {
		t.Errorf("gaps %+v, want one since %v", p.Gaps, alive)
	}
	if len(p.Records) != 2 || p.Records[0].Imported || !p.Records[1].Imported {
		t.Errorf("records %+v, want the own one first", p.Records)
	}
	if last := p.Timeline[len(p.Timeline)-1]; !last.From.Equal(alive) || !last.To.Equal(now) || p.Metrics.Count != 1 {
		t.Errorf("the timeline ends with %+v, %d outages", last, p.Metrics.Count)
	}
}
