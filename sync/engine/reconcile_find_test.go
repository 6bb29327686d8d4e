package engine_test

import (
	"reflect"
	"testing"

	"lockstep/sync/queue"
	"lockstep/sync/reconcile"
	"lockstep/sync/sim"
	"lockstep/sync/skip"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestReconcileFindsWhatNoStampTells(t *testing.T) {
	t.Parallel()
	type hit struct {
		scene   int
		kind    queue.Cause
		outcome string
		reason  skip.Code
	}
	tests := map[string]func(*testing.T, *bench) hit{
		"renamed tag": func(t *testing.T, b *bench) hit {
			sc, _ := b.world.Stash.Scene(3)
			must(t, b.world.Stash.RenameTag(sc.TagIDs[0], "A Tag Nobody Had"))
			return hit{3, queue.Changed, reconcile.Enqueued, ""}
		},
		"renamed performer": func(t *testing.T, b *bench) hit {
			sc, _ := b.world.Stash.Scene(4)
			must(t, b.world.Stash.RenamePerformer(sc.PerformerIDs[0], "Ida Newname"))
			return hit{4, queue.Changed, reconcile.Enqueued, ""}
		},
		"renamed studio": func(t *testing.T, b *bench) hit {
			sc, _ := b.world.Stash.Scene(5)
			must(t, b.world.Stash.RenameStudio(sc.StudioID, "Another Harbour"))
			return hit{5, queue.Changed, reconcile.Enqueued, ""}
		},
		"removed tag": func(t *testing.T, b *bench) hit {
			sc, _ := b.world.Stash.Scene(3)
			must(t, b.world.Stash.DestroyTag(sc.TagIDs[0]))
			return hit{3, queue.Changed, reconcile.Enqueued, ""}
		},
		"moved file": func(t *testing.T, b *bench) hit {
			must(t, b.world.MoveFilm(6, "moved/elsewhere.mkv"))
			return hit{6, queue.Missing, reconcile.Enqueued, ""}
		},
		"merged scene": func(t *testing.T, b *bench) hit {
			must(t, b.world.Stash.MergeScenes(7, 8))
			return hit{7, queue.Changed, reconcile.Enqueued, ""}
		},
		"source of a merge": func(t *testing.T, b *bench) hit {
			must(t, b.world.Stash.MergeScenes(7, 8))
			return hit{8, "", reconcile.Skipped, skip.DeletedInStash}
		},
		"deleted scene": func(t *testing.T, b *bench) hit {
			must(t, b.world.Stash.DeleteScene(9))
			return hit{9, "", reconcile.Skipped, skip.DeletedInStash}
		},
		"edited scene": func(t *testing.T, b *bench) hit {
			must(t, b.world.Stash.Edit(10, func(s *sim.Scene) { s.Title = "Night Trains" }))
			return hit{10, queue.Changed, reconcile.Enqueued, ""}
		},
		"new scene": func(t *testing.T, b *bench) hit {
			id := b.world.AddFilm(sim.Scene{Title: "Fresh", Details: "A fresh film."}, "new/fresh.mkv")
			return hit{id, queue.Missing, reconcile.Enqueued, ""}
		},
		"wiped item": func(t *testing.T, b *bench) hit {
			must(t, b.world.Plex.Wipe(b.world.TargetKeys(11)[0]))
			return hit{11, queue.Emptied, reconcile.Enqueued, ""}
		},
		"removed item": func(t *testing.T, b *bench) hit {
			must(t, b.world.Plex.Remove(b.world.TargetKeys(12)[0]))
			return hit{12, queue.Missing, reconcile.Enqueued, ""}
		},
		"replaced item": func(t *testing.T, b *bench) hit {
			_, err := b.world.Plex.Rekey(b.world.TargetKeys(13)[0])
			must(t, err)
			return hit{13, queue.NeverSynced, reconcile.Enqueued, ""}
		},
		"unlocked and refreshed item": func(t *testing.T, b *bench) hit {
			key := b.world.TargetKeys(14)[0]
			must(t, b.world.Plex.PersonEdit(key, "studio", "Somebody Else"))
			must(t, b.world.Plex.SetLock(key, "studio", false))
			return hit{14, queue.Drifted, reconcile.Enqueued, ""}
		},
	}
	for name, change := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, sim.Options{Seed: 11, Scenes: 20}, nil)
			want := change(t, b)
			b.world.ResetCounts()
			pre, preRows := b.compare(preview)
			got, rows := b.compare(nil)
			if n := b.world.Plex.Mutations(); n != 0 {
				t.Errorf("comparing wrote %d times", n)
			}
			row := rowOf(rows, want.scene)
			if row.Kind != want.kind || row.Outcome != want.outcome || row.Reason != want.reason {
				t.Errorf("got %+v, want %+v; report %+v", row, want, got.Report)
			}
			if forecast, _ := forecastOf(rows, preRows); !reflect.DeepEqual(preRows, forecast) || pre.Report.Gaps != got.Report.Gaps {
				t.Errorf("the preview says\n%+v, the run\n%+v", preRows, rows)
			}
			b.drain()
			b.world.Plex.Scan("1", "") // ends after the one that was asked for
			b.work()
			b.inStep(sim.DiffOptions{Posters: true})
			if again, rows := b.compare(preview); again.Report.Enqueued != 0 {
				t.Errorf("after the repair: %+v %+v", again.Report, rows)
			}
		})
	}
}
