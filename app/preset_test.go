package app_test

import (
	"strings"
	"testing"

	"lockstep/app"
)

func TestAPresetIsShownBeforeItIsTaken(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	before := s.run("settings", "export").out
	if r := s.run("settings", "preset"); r.code != app.ExitFine || !strings.Contains(r.out, "* lockstep ") || !strings.Contains(r.out, "  stash2plex ") {
		t.Errorf("code %d: %s", r.code, r.out)
	}
	if r := s.run("settings", "preset", "stash2plex"); r.code != app.ExitFine || !strings.Contains(r.out, "field-title                  merge → mirror") || !strings.Contains(r.out, "Nothing was changed") {
		t.Errorf("code %d: %s%s", r.code, r.out, r.err)
	}
	if after := s.run("settings", "export").out; after != before {
		t.Error("looking at a preset changed something")
	}
	s.env["LOCKSTEP_FIELD_DATE"] = "off"
	if r := s.run("settings", "preset", "stash2plex", "--yes"); r.code != app.ExitFine || !strings.Contains(r.out, "The preset is taken: Like Stash2Plex.") || !strings.Contains(r.out, "LOCKSTEP_FIELD_DATE sets field-date") {
		t.Errorf("code %d: %s%s", r.code, r.out, r.err)
	}
	delete(s.env, "LOCKSTEP_FIELD_DATE")
	if r := s.run("settings", "preset", "stash2plex"); !strings.Contains(r.out, "changes nothing") {
		t.Errorf("taken twice: %s", r.out)
	}
	if r := s.run("settings", "set", "field-title", "off"); r.code != app.ExitFine {
		t.Fatal(r.err)
	}
	if r := s.run("settings", "preset"); !strings.Contains(r.out, "none of these is in force") || strings.Contains(r.out, "* ") {
		t.Errorf("chosen one by one: %s", r.out)
	}
	if r := s.run("settings", "preset", "lockstep", "--yes"); r.code != app.ExitFine || s.run("settings", "export").out != before {
		t.Errorf("back to the defaults: %s%s", r.out, r.err)
	}
	if r := s.run("settings", "preset", "kometa"); r.code != app.ExitUsage || !strings.Contains(r.err, "kometa") {
		t.Errorf("code %d: %s", r.code, r.err)
	}
}
