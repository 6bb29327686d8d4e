package app_test

import (
	"errors"
	"strings"
	"testing"

	"lockstep/app"
	"lockstep/sync/sim"
)

// Commands call a library, a tag and a scene by their names, also where German is chosen and
// has a word for each of them.
func TestCommandsNamePeoplesThingsAsTheyAre(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	w := s.world(sim.Options{Seed: 7, Scenes: 4, Library: "History"})
	s.env["LOCKSTEP_PLEX_LIBRARY"], s.env["LOCKSTEP_LANGUAGE"] = "History", "deutsch"
	err := w.Stash.RenameTag(1, "Busy")
	for id := 1; id <= 4; id++ {
		err = errors.Join(err, w.Stash.Edit(id, func(sc *sim.Scene) {
			if sc.Title = "Paused"; id < 3 {
				sc.TagIDs = []int{1}
			}
		}))
	}
	if err != nil {
		t.Fatal(err)
	}
	if r := s.run("headless", "--once"); r.code != app.ExitFine {
		t.Fatalf("code %d: %s", r.code, r.err)
	}
	s.env["LOCKSTEP_FILTER_TAGS_NEVER"] = "Busy"
	for _, tt := range []struct {
		args  []string
		names []string
	}{
		{[]string{"reconcile", "--preview"}, []string{"Paused", "Busy"}},
		{[]string{"explain", "1"}, []string{"Paused", "Busy"}},
		{[]string{"explain", "3"}, []string{"Paused", "History"}},
		{[]string{"explain", "Paused"}, []string{"Paused"}},
		{[]string{"history"}, []string{"Paused", "Busy"}},
		{[]string{"queue", "--state", "done"}, []string{"Paused"}},
		{[]string{"settings"}, []string{"History", "Busy"}},
		{[]string{"test-connection"}, nil},
		{[]string{"status"}, nil},
		{[]string{"reports"}, nil},
		{[]string{"outages"}, nil},
		{[]string{"doctor"}, nil},
	} {
		for _, args := range [][]string{tt.args, append(tt.args, "--json")} {
			r := s.run(args...)
			for _, name := range tt.names {
				if !strings.Contains(r.out, name) {
					t.Errorf("%v does not name %q (code %d): %s%s", args, name, r.code, r.out, r.err)
				}
			}
			for _, word := range []string{"Verlauf", "Beschäftigt", "beschäftigt", "Angehalten"} {
				if strings.Contains(r.out+r.err, word) {
					t.Errorf("%v says %q: %s%s", args, word, r.out, r.err)
				}
			}
		}
	}
}
