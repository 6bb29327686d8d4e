package app_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"lockstep/app"
	"lockstep/sync/config"
	"lockstep/sync/sim"
)

func TestExitCodes(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		args []string
		want int
		says string
	}{
		"version":                   {[]string{"version"}, app.ExitFine, "test"},
		"help":                      {[]string{"--help"}, app.ExitFine, "Exit codes"},
		"help of a command":         {[]string{"sync", "--help"}, app.ExitFine, "--max-wait"},
		"help of settings":          {[]string{"settings", "--help"}, app.ExitFine, "LOCKSTEP_PATH_MAP"},
		"status of nothing":         {[]string{"status"}, app.ExitFine, "not running"},
		"unknown command":           {[]string{"frobnicate"}, app.ExitUsage, "frobnicate"},
		"unknown flag":              {[]string{"status", "--frobnicate"}, app.ExitUsage, "frobnicate"},
		"unknown state":             {[]string{"queue", "--state", "lost"}, app.ExitUsage, "lost"},
		"no id":                     {[]string{"retry"}, app.ExitUsage, "--failed"},
		"id and dead":               {[]string{"discard", "7", "--dead"}, app.ExitUsage, "--failed"},
		"no number":                 {[]string{"retry", "x7"}, app.ExitUsage, "x7"},
		"all and scenes":            {[]string{"sync", "--all", "--scene", "7"}, app.ExitUsage, "exclude"},
		"setting out of range":      {[]string{"status", "--max-tags", "0"}, app.ExitUsage, "--max-tags"},
		"unknown setting":           {[]string{"settings", "set", "colour", "red"}, app.ExitUsage, "colour"},
		"no length of time":         {[]string{"pause", "soon"}, app.ExitUsage, "soon"},
		"unknown secret":            {[]string{"secret", "set", "pin"}, app.ExitUsage, "pin"},
		"secret as an argument":     {[]string{"secret", "set", "plex-token", "abcdefgh"}, app.ExitUsage, "unexpected"},
		"fewer than no lines":       {[]string{"queue", "--limit=-5"}, app.ExitUsage, "--limit must not be negative"},
		"less than no days":         {[]string{"statistics", "--days=-1"}, app.ExitUsage, "--days must not be negative"},
		"no wait at all":            {[]string{"sync", "--max-wait=-5s"}, app.ExitUsage, "--max-wait must not be negative"},
		"fewer than no scenes":      {[]string{"sim", "--scenes=-1"}, app.ExitUsage, "--scenes must not be negative"},
		"more scenes than fit":      {[]string{"sim", "--scenes=2000000000"}, app.ExitUsage, "--scenes: at most"},
		"undo of nothing":           {[]string{"undo"}, app.ExitUsage, "--run"},
		"queue without a database":  {[]string{"queue"}, app.ExitError, "no database"},
		"sync without servers":      {[]string{"sync"}, app.ExitError, "does not know its servers"},
		"window in a build without": {[]string{"window", "queue"}, app.ExitError, "headless"},
		"tray in a build without":   {nil, app.ExitError, "headless"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newShell(t).run(test.args...)
			if r.code != test.want || !strings.Contains(r.out+r.err, test.says) {
				t.Errorf("code %d, want %d and %q in: %s%s", r.code, test.want, test.says, r.out, r.err)
			}
		})
	}
}

func TestEverySettingIsAFlagAndAVariable(t *testing.T) {
	t.Parallel()
	help := newShell(t).run("settings", "--help").out
	for _, o := range config.Options() {
		if !strings.Contains(help, "--"+o.Name+"=") {
			t.Errorf("there is no flag for %s", o.Name)
		}
		value := o.Get(config.Defaults())
		if o.Choices != nil {
			value = o.Choices[len(o.Choices)-1]
		}
		s := newShell(t)
		s.env[o.Env()] = value
		var out struct {
			Settings   map[string]string `json:"settings"`
			Overridden map[string]string `json:"overridden"`
		}
		s.json(app.ExitFine, &out, "settings")
		if value != "" && (out.Settings[o.Name] != value || out.Overridden[o.Name] != o.Env()) {
			t.Errorf("%s=%s: got %q, overridden %v", o.Env(), value, out.Settings[o.Name], out.Overridden)
		}
	}
}

func TestFlagBeatsVariableBeatsStored(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	value := func(args ...string) string {
		var out struct{ Settings map[string]string }
		s.json(app.ExitFine, &out, append([]string{"settings"}, args...)...)
		return out.Settings["max-tags"]
	}
	if got := value(); got != "100" {
		t.Errorf("default: %s", got)
	}
	if r := s.run("settings", "set", "max-tags", "11"); r.code != app.ExitFine {
		t.Fatal(r.err)
	}
	if got := value(); got != "11" {
		t.Errorf("stored: %s, want 11", got)
	}
	s.env["LOCKSTEP_MAX_TAGS"] = "22"
	if got := value(); got != "22" {
		t.Errorf("variable: %s, want 22", got)
	}
	if got := value("--max-tags", "33"); got != "33" {
		t.Errorf("flag: %s, want 33", got)
	}
	// Storing something else must not store what the variable says.
	if r := s.run("settings", "set", "pace", "gentle"); r.code != app.ExitFine {
		t.Fatal(r.err)
	}
	delete(s.env, "LOCKSTEP_MAX_TAGS")
	if got := value(); got != "11" {
		t.Errorf("stored, after storing another setting: %s, want 11", got)
	}
	s.env["LOCKSTEP_MAX_TAGS"] = "many"
	if r := s.run("status"); r.code != app.ExitUsage || !strings.Contains(r.err, "LOCKSTEP_MAX_TAGS") {
		t.Errorf("a bad variable: code %d: %s", r.code, r.err)
	}
}

func TestSettingsTravelWithoutSecrets(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	for _, set := range [][]string{{"stash-url", "http://stash.test:9999"}, {"field-tags", "mirror"}, {"path-map", `/data/films => D:\Films`}} {
		if r := s.run("settings", "set", set[0], set[1]); r.code != app.ExitFine {
			t.Fatal(r.err)
		}
	}
	file := filepath.Join(t.TempDir(), "settings.json")
	if r := s.run("settings", "export", file); r.code != app.ExitFine {
		t.Fatal(r.err)
	}
	other := newShell(t)
	if r := other.run("settings", "import", file); r.code != app.ExitFine {
		t.Fatal(r.err)
	}
	want, got := s.run("settings", "export").out, other.run("settings", "export").out
	if want != got {
		t.Errorf("got %s, want %s", got, want)
	}
	if err := os.WriteFile(file, []byte(`{"max-tags":"7","colour":"red"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if r := other.run("settings", "import", file); r.code != app.ExitUsage || !strings.Contains(r.err, "colour") {
		t.Errorf("an unknown name: code %d: %s", r.code, r.err)
	}
	if err := os.WriteFile(file, []byte("{"+strings.Repeat(`"max-tags":"7",`, 100_000)+`"max-tags":"7"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if r := other.run("settings", "import", file); r.code != app.ExitUsage || !strings.Contains(r.err, "larger than 1 MB") {
		t.Errorf("a file too large: code %d: %s", r.code, r.err)
	}
	if after := other.run("settings", "export").out; after != want {
		t.Error("an import that was refused changed something")
	}
}

func TestStatusKeysAreStable(t *testing.T) {
	t.Parallel()
	r := newShell(t).run("status", "--json")
	var out map[string]json.RawMessage
	if err := json.Unmarshal([]byte(r.out), &out); err != nil {
		t.Fatalf("%v: %s", err, r.out)
	}
	tests := map[string][]string{
		"breaker": {"cause", "failures", "nextProbe", "state"},
		"queue":   {"dead", "done", "parked", "retrying", "running", "skipped", "waiting"},
		"stash":   {"error", "ok"},
		"plex":    {"error", "ok"},
	}
	for key, want := range tests {
		var part map[string]json.RawMessage
		if err := json.Unmarshal(out[key], &part); err != nil {
			t.Fatalf("%s: %v", key, err)
		}
		for _, k := range want {
			if _, ok := part[k]; !ok {
				t.Errorf("%s has no %s", key, k)
			}
		}
	}
	for key, want := range map[string]string{"verdict": `"unknown"`, "outage": "null", "lastReconciliation": "null", "running": "false"} {
		if string(out[key]) != want {
			t.Errorf("%s is %s, want %s", key, out[key], want)
		}
	}
}

var update = flag.Bool("update", false, "rewrite what is generated in docs/cli.md")

// tableHead begins the table of settings, which ends docs/cli.md.
const tableHead = "| flag | variable | default |"

func TestDocsNameEveryCommandAndSetting(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("../docs/cli.md")
	if err != nil {
		t.Fatal(err)
	}
	docs := string(data)
	help := newShell(t).run("--help").out
	_, list, _ := strings.Cut(help, "Commands:")
	for line := range strings.Lines(list) {
		if name := strings.Fields(line); strings.HasPrefix(line, "  ") && !strings.HasPrefix(line, "    ") && len(name) > 0 {
			if !strings.Contains(docs, "lockstep "+name[0]) {
				t.Errorf("docs/cli.md does not tell of `lockstep %s`", name[0])
			}
		}
	}
	text, table, _ := strings.Cut(docs, tableHead)
	if table = tableHead + table; table == app.SettingsTable() {
		return
	}
	if !*update {
		t.Fatal("the table of settings in docs/cli.md is stale: go test ./app -run Docs -update")
	}
	if err := os.WriteFile("../docs/cli.md", []byte(text+app.SettingsTable()), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestExplainExitCodes(t *testing.T) {
	s := newShell(t)
	w := s.world(sim.Options{Seed: 3, Scenes: 10})
	first := w.AddFilm(sim.Scene{Title: "Rock Pools", Details: "At low tide."}, "one.mkv")
	second := w.AddFilm(sim.Scene{Title: "Rock Pools", Details: "At high tide."}, "two.mkv")
	for _, c := range []struct {
		query string
		code  int
		says  []string
	}{
		{strconv.Itoa(second), app.ExitFine, []string{fmt.Sprintf("Rock Pools (scene %d)", second)}},
		{"Rock Pools", app.ExitError, []string{"2 scenes match", fmt.Sprintf("(scene %d)", first), fmt.Sprintf("(scene %d)", second), "one.mkv", "two.mkv"}},
		{"99999", app.ExitError, []string{"no scene with this id"}},
		{"Nothing like it", app.ExitError, []string{"no scene with this id"}},
	} {
		r := s.run("explain", c.query)
		if r.code != c.code {
			t.Errorf("explain %s: code %d, want %d", c.query, r.code, c.code)
		}
		for _, words := range c.says {
			if !strings.Contains(r.out+r.err, words) {
				t.Errorf("explain %s says %s%s, want %q in it", c.query, r.out, r.err, words)
			}
		}
	}
}

func TestSecondHeadlessWithAFlagSaysThatOneRuns(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	ctx, stop := context.WithCancel(t.Context())
	first := make(chan result, 1)
	go func() { first <- s.runUntil(ctx, "headless") }()
	for running := false; !running; { // each command waits for its answer
		var out struct{ Running bool }
		s.json(app.ExitFine, &out, "status")
		running = out.Running
	}
	if r := s.run("headless", "--max-tags", "7"); r.code != app.ExitError || !strings.Contains(r.err, "is already running") || !strings.Contains(r.err, "--max-tags") {
		t.Errorf("code %d: %s", r.code, r.err)
	}
	stop()
	if r := <-first; r.code != app.ExitFine {
		t.Errorf("the first: code %d: %s", r.code, r.err)
	}
}
