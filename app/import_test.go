package app_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lockstep/app"
	"lockstep/sync/sim"
)

// imported is the part of the answer that is looked at.
type imported struct {
	Preview bool
	Plugin  string
	Words   []string
	Outages struct {
		Read, Joined, Known int
		Added               []struct{ Imported, Repaired bool }
	}
	Scenes   struct{ Read, Later int }
	Settings []struct{ Name, Effect string }
}

// leftBehind is a data folder of Stash2Plex with one outage in three records.
func leftBehind(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "data")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	at := time.Now().Add(-50 * time.Hour).Unix()
	for name, text := range map[string]string{
		"outage_history.json":  fmt.Sprintf(`[{"started_at":%d.5,"ended_at":null},{"started_at":%d,"ended_at":null},{"started_at":%d,"ended_at":%d}]`, at, at+61, at+122, at+183),
		"sync_timestamps.json": fmt.Sprintf(`{"1":%d,"2":%d}`, at+200, at+300),
		"circuit_breaker.json": `{"state":"cl`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestImportWorksWhetherOrNotLockstepRuns(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	w := s.world(sim.Options{Seed: 6, Scenes: 3})
	w.Stash.SetPlugin(sim.Plugin{ID: "Stash2Plex", Enabled: true, Settings: map[string]any{"max_tags": 40, "max_retries": 9, "plex_token": "canary-4711"}})
	dir := leftBehind(t)
	var got imported
	s.json(app.ExitFine, &got, "import", dir, "--preview")
	if !got.Preview || got.Outages.Read != 3 || got.Outages.Joined != 2 || len(got.Outages.Added) != 1 || got.Scenes.Read != 2 || got.Plugin != "enabled" {
		t.Errorf("preview: %+v", got)
	}
	r := s.run("import", dir)
	for _, want := range []string{
		"3 records of outages: 1 new, 2 of an outage that has another record.", "2 scenes that Stash2Plex says it wrote", "Damaged and skipped: circuit_breaker.json.",
		"Stash2Plex is still enabled in Stash", "max_tags", "imported: max-tags = 40", "It had no effect in Stash2Plex.",
	} {
		if !strings.Contains(r.out, want) {
			t.Errorf("code %d, %q is not in\n%s%s", r.code, want, r.out, r.err)
		}
	}
	if strings.Contains(r.out+r.err, "canary-4711") || r.code != app.ExitFine {
		t.Errorf("code %d: the token is shown: %s%s", r.code, r.out, r.err)
	}
	end := s.background("headless")
	s.until("headless to run", func(st status) bool { return st.Running })
	s.json(app.ExitFine, &got, "import", dir)
	if len(got.Outages.Added) != 0 || got.Outages.Known != 1 {
		t.Errorf("again, to the one that runs: %+v", got)
	}
	for _, set := range got.Settings {
		if set.Effect == "taken" {
			t.Errorf("again takes over %s", set.Name)
		}
	}
	var out struct {
		Records []struct {
			Imported, Repaired bool
			Ended              *time.Time
		}
		Metrics struct{ Count int }
	}
	s.json(app.ExitFine, &out, "outages")
	if len(out.Records) != 1 || !out.Records[0].Imported || !out.Records[0].Repaired || out.Records[0].Ended == nil || out.Metrics.Count != 0 {
		t.Errorf("outages: %+v", out)
	}
	end()
	if r := s.run("outages"); !strings.Contains(r.out, "repaired on import") {
		t.Errorf("outages: %s", r.out)
	}
}

func TestImportSaysWhatIsWrongWithAFolder(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	if r := s.run("import", filepath.Join(t.TempDir(), "none")); r.code != app.ExitError || !strings.Contains(r.err, "There is no such folder") {
		t.Errorf("code %d: %s", r.code, r.err)
	}
	var got imported
	s.json(app.ExitFine, &got, "import", leftBehind(t)) // no server is known yet
	if got.Plugin != "unknown" || len(got.Outages.Added) != 1 {
		t.Errorf("%+v", got)
	}
}
