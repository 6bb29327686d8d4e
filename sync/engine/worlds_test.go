package engine_test

import (
	"slices"
	"strings"
	"testing"

	"lockstep/sync/api"
	"lockstep/sync/reconcile"
	"lockstep/sync/sim"
	"lockstep/sync/skip"
)

// What one scene, item or cover causes is its own row and ends nothing: not in a preview,
// not in a reconciliation and not in the work.
func TestOneBadPartIsOneRowAndEverythingElseIsJudged(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		scenes int
		runs   int
		deep   bool
		inject func(*rig)
		words  string
	}{
		"an item Plex cannot read": {150, 1, false, func(r *rig) {
			r.world.Plex.Inject(sim.Fault{Effect: sim.Status, Status: 500, Match: sim.All(sim.Kinds("detail"), sim.ForItem(r.world.TargetKeys(9)[0]))})
		}, "Plex answered with an error"},
		"the same, deep and twice": {250, 2, true, func(r *rig) {
			r.world.Plex.Inject(sim.Fault{Effect: sim.Status, Status: 500, Match: sim.All(sim.Kinds("detail"), sim.ForItem(r.world.TargetKeys(9)[0]))})
		}, "Plex answered with an error"},
		"a cover Stash cannot read": {60, 1, false, func(r *rig) {
			r.world.Stash.Inject(sim.Fault{Effect: sim.Status, Status: 500, Match: coverOf("9")})
		}, "Stash could not read the cover"},
		"a scene Stash cannot read": {60, 1, false, func(r *rig) {
			r.world.Stash.Inject(sim.Fault{Effect: sim.Status, Status: 500, Match: func(c sim.Call) bool {
				return c.Kind == "findScene" && slices.Contains(c.Items, "9")
			}})
		}, "Stash"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, sim.Options{Seed: 99, Scenes: tt.scenes}, slowScans)
			if !tt.deep { // so that each has to be looked at
				for _, id := range b.world.Stash.SceneIDs() {
					must(t, b.world.Stash.SetCover(id, sim.DrawCover(uint64(7000+id))))
				}
			}
			tt.inject(b.rig)
			for range tt.runs {
				out, rows := b.compare(func(r *reconcile.Run) { r.Report.Preview, r.Report.Deep = true, tt.deep })
				rep, row := out.Report, rowOf(rows, 9)
				if out.Fault != nil || !rep.Incomplete.IsZero() || rep.Checked != tt.scenes || rep.Skipped[skip.Unreadable] != 1 {
					t.Errorf("fault %v, %+v, want all %d checked and one unreadable", out.Fault, rep, tt.scenes)
				}
				if row.Outcome != reconcile.Skipped || row.Reason != skip.Unreadable || !strings.Contains(row.Message.String(), tt.words) {
					t.Errorf("row %+v, want the reason", row)
				}
			}
			if tt.deep {
				return // nothing is to be done
			}
			l := b.start()
			s := l.until("the others done", func(s api.Snapshot) bool { return s.Scanned && s.Queue.Done == tt.scenes-1 && s.Queue.Waiting == 0 })
			if !s.Plex.OK || !s.Stash.OK || s.Outage != nil || l.job(9).Message.IsZero() {
				t.Errorf("Plex %+v, Stash %+v, outage %v, job %+v", s.Plex, s.Stash, s.Outage, l.job(9))
			}
		})
	}
}
