package app_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"lockstep/app"
	"lockstep/sync/sim"
)

func TestStatisticsCountByDay(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	w := s.world(sim.Options{Seed: 7, Scenes: 20, Dirt: sim.Dirt{NoFile: 3}})
	for range 2 { // the second time everything is in step
		if r := s.run("headless", "--once"); r.code == app.ExitError {
			t.Fatalf("code %d: %s", r.code, r.err)
		}
	}
	var got struct {
		Days []struct {
			Day                         string
			Written, Failed             int
			Skipped                     map[string]int
			PlexRequests, StashRequests int
			Success                     float64
		}
	}
	r := s.run("statistics", "--json", "--days", "1")
	if err := json.Unmarshal([]byte(r.out), &got); err != nil || len(got.Days) != 1 {
		t.Fatalf("%v: %s%s", err, r.out, r.err)
	}
	d := got.Days[0]
	if d.Day != time.Now().Format(time.DateOnly) {
		t.Skip("midnight came in between")
	}
	written := w.Plex.Counts()["edit"]
	if d.Written != written || written == 0 || d.Failed != 0 || d.Skipped["no-file"] < 3 || d.Success <= 0 || d.Success >= 1 {
		t.Errorf("%+v after %d edits", d, written)
	}
	if d.PlexRequests < d.Written || d.PlexRequests > w.Plex.Total() || d.StashRequests < 2 || d.StashRequests > w.Stash.Total() {
		t.Errorf("%d and %d requests, the servers counted %d and %d", d.PlexRequests, d.StashRequests, w.Plex.Total(), w.Stash.Total())
	}
	var status struct{ Today struct{ Written int } }
	if r := s.run("status", "--json"); json.Unmarshal([]byte(r.out), &status) != nil || status.Today.Written != written {
		t.Errorf("status: %s%s", r.out, r.err)
	}
	if r := s.run("status"); !strings.Contains(r.out, fmt.Sprintf("Today: %d written · ", written)) {
		t.Errorf("status: %s%s", r.out, r.err)
	}
	if r := s.run("statistics"); !strings.Contains(r.out, "3 skipped: ") || !strings.Contains(r.out, d.Day) {
		t.Errorf("%s%s", r.out, r.err)
	}
}
