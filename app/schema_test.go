package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"lockstep/app"
	"lockstep/sync/sim"
)

var writeSchema = flag.Bool("schema", false, "write docs/json-schema.json anew")

const schemaFile = "../docs/json-schema.json"

// camel is how names are written.
var camel = regexp.MustCompile(`^[a-z][a-zA-Z0-9]*$`)

// schemaOf makes the JSON schema of a type, and complains of what is against the style.
func schemaOf(t *testing.T, at string, typ reflect.Type) map[string]any {
	t.Helper()
	switch {
	case typ == reflect.TypeFor[time.Time]():
		return map[string]any{"type": "string", "format": "date-time"}
	case typ == reflect.TypeFor[time.Duration]():
		t.Errorf("%s is in nanoseconds; use seconds", at)
	}
	switch typ.Kind() {
	case reflect.Pointer:
		return map[string]any{"anyOf": []any{schemaOf(t, at, typ.Elem()), map[string]any{"type": "null"}}}
	case reflect.Slice:
		return map[string]any{"type": "array", "items": schemaOf(t, at, typ.Elem())}
	case reflect.Map:
		return map[string]any{"type": "object", "additionalProperties": schemaOf(t, at, typ.Elem())}
	case reflect.Interface:
		return map[string]any{"description": "a text, a number, a time, an object or a list, as the kind says"}
	case reflect.Struct:
		properties := map[string]any{}
		addFields(t, at, typ, properties)
		return map[string]any{"type": "object", "properties": properties, "required": slices.Sorted(maps.Keys(properties)), "additionalProperties": false}
	case reflect.String:
		return map[string]any{"type": "string"}
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.Float64:
		return map[string]any{"type": "number"}
	case reflect.Int, reflect.Int64, reflect.Uint64:
		return map[string]any{"type": "integer"}
	}
	t.Errorf("%s: no schema for %s", at, typ)
	return nil
}

func addFields(t *testing.T, at string, typ reflect.Type, into map[string]any) {
	t.Helper()
	for f := range typ.Fields() {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous && name == "" {
			addFields(t, at, f.Type, into)
			continue
		}
		where := at + "." + name
		if !camel.MatchString(name) {
			t.Errorf("%s is not in camelCase", where)
		}
		if options != "" {
			t.Errorf("%s comes and goes (%s); print null or nothing in it instead", where, options)
		}
		into[name] = schemaOf(t, where, f.Type)
	}
}

func wholeSchema(t *testing.T) map[string]any {
	t.Helper()
	defs := map[string]any{}
	for name, typ := range app.AnswerTypes {
		defs[name] = schemaOf(t, name, typ)
	}
	return map[string]any{
		"$schema":     "https://json-schema.org/draft/2020-12/schema",
		"title":       "What Lockstep prints with --json",
		"description": "By command. Times are in RFC 3339, spans in seconds. Lists and maps are never null, keys never missing. A command that fails before it has an answer prints \"error\".",
		"$defs":       defs,
	}
}

func TestSchemaIsTheOneOfTheDocs(t *testing.T) {
	t.Parallel()
	want, err := json.MarshalIndent(wholeSchema(t), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	want = append(want, '\n')
	if *writeSchema {
		if err := os.WriteFile(schemaFile, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(schemaFile)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s is not up to date (%v); run go test ./app -run Schema -schema", schemaFile, err)
	}
	for _, command := range app.Commands() {
		bare, _, _ := strings.Cut(command, " <")
		bare, _, _ = strings.Cut(bare, " [")
		if slices.Contains([]string{"tray", "window", "headless"}, bare) {
			continue // they answer nothing
		}
		if _, ok := app.AnswerTypes[bare]; !ok {
			t.Errorf("%q has no schema", bare)
		}
	}
}

// docsSchema reads what is published.
func docsSchema(t *testing.T) map[string]any {
	t.Helper()
	data, err := os.ReadFile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	var all struct {
		Defs map[string]any `json:"$defs"`
	}
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	return all.Defs
}

// misfits tells where a document does not fit a schema.
func misfits(at string, schema, doc any) []string {
	s, _ := schema.(map[string]any)
	if options, ok := s["anyOf"].([]any); ok {
		var all []string
		for _, o := range options {
			found := misfits(at, o, doc)
			if len(found) == 0 {
				return nil
			}
			all = append(all, found...)
		}
		return all
	}
	if s["type"] == nil {
		return nil // anything
	}
	wrong := []string{fmt.Sprintf("%s is %T %v, want %v", at, doc, doc, s["type"])}
	switch s["type"] {
	case "null":
		if doc == nil {
			return nil
		}
	case "boolean":
		if _, ok := doc.(bool); ok {
			return nil
		}
	case "number", "integer":
		if n, ok := doc.(float64); ok && (s["type"] == "number" || n == math.Trunc(n)) {
			return nil
		}
	case "string":
		text, ok := doc.(string)
		_, err := time.Parse(time.RFC3339, text)
		if ok && (s["format"] != "date-time" || err == nil && !strings.HasPrefix(text, "0001-")) {
			return nil
		}
	case "array":
		if items, ok := doc.([]any); ok {
			var all []string
			for i, item := range items {
				all = append(all, misfits(fmt.Sprintf("%s[%d]", at, i), s["items"], item)...)
			}
			return all
		}
	case "object":
		if fields, ok := doc.(map[string]any); ok {
			return misfitsOf(at, s, fields)
		}
	}
	return wrong
}

func misfitsOf(at string, s, fields map[string]any) (all []string) {
	properties, _ := s["properties"].(map[string]any)
	required, _ := s["required"].([]any)
	for _, name := range required {
		if _, ok := fields[fmt.Sprint(name)]; !ok {
			all = append(all, fmt.Sprintf("%s has no %v", at, name))
		}
	}
	for name, v := range fields {
		p, known := properties[name]
		if !known {
			if p = s["additionalProperties"]; p == nil || p == false { //nolint:revive // of any type
				all = append(all, fmt.Sprintf("%s has %s, which the schema does not know", at, name))
				continue
			}
		}
		all = append(all, misfits(at+"."+name, p, v)...)
	}
	return all
}

// fits checks a document against the published schema, and every sentence of it against
// the catalogue.
func fits(t *testing.T, defs map[string]any, name string, data []byte) {
	t.Helper()
	var doc any
	if err := json.Unmarshal(data, &doc); err != nil {
		t.Errorf("%s: %v in %.300s", name, err, data)
		return
	}
	if defs[name] == nil {
		t.Errorf("no schema for %s", name)
	}
	for _, words := range append(misfits(name, defs[name], doc), unsaid(catalogue(t), name, doc)...) {
		t.Error(words)
	}
}

func TestNothingAndEverythingFitTheSchema(t *testing.T) {
	t.Parallel()
	defs := docsSchema(t)
	for name, values := range app.Empty() {
		for _, v := range values {
			data, err := json.Marshal(v)
			if err != nil {
				t.Fatal(err)
			}
			fits(t, defs, name, data)
		}
	}
}

// What every command really prints fits what the docs promise.
func TestEveryCommandPrintsWhatTheDocsPromise(t *testing.T) {
	t.Parallel()
	defs := docsSchema(t)
	seen := map[string]bool{}
	s := newShell(t)
	check := func(name string, args ...string) {
		t.Helper()
		seen[name] = true
		r := s.run(append(args, "--json")...)
		if r.code == app.ExitUsage {
			t.Errorf("%v: %s", args, r.err)
		}
		fits(t, defs, name, []byte(r.out))
	}
	check("status", "status") // nothing is there yet
	check("version", "version")
	check("settings show", "settings")
	check("settings set", "settings", "set", "max-tags", "77")
	check("settings set", "settings", "set", "language", "deutsch") // answers stay English
	check("settings preset", "settings", "preset")
	check("settings preset NAME", "settings", "preset", "stash2plex", "--yes")
	check("settings preset NAME", "settings", "preset", "lockstep")
	s.in = `{"max-tags": "78"}`
	check("settings import", "settings", "import", "-")
	check("settings export", "settings", "export")
	s.in = "canary-4711-key"
	check("secret set", "secret", "set", "stash-api-key")
	check("secret delete", "secret", "delete", "stash-api-key")
	check("error", "reports", "4711")
	check("history", "history")
	check("statistics", "statistics")
	check("outages", "outages")
	w := s.world(sim.Options{Seed: 3, Scenes: 30, Dirt: sim.Messy()})
	w.AddFilm(sim.Scene{Title: "Rock Pools", Details: "Low."}, "one.mkv")
	w.AddFilm(sim.Scene{Title: "Rock Pools", Details: "High."}, "two.mkv")
	w.Plex.Inject(sim.Fault{Effect: sim.Status, Status: 400, Match: sim.All(sim.Writes(), sim.ForItem(w.TargetKeys(4)[0]))})
	check("headless --once", "headless", "--once")
	check("sync", "sync")
	check("status", "status")
	check("queue", "queue")
	check("history", "history")
	check("statistics", "statistics")
	check("history --runs", "history", "--runs")
	check("reconcile", "reconcile", "--preview")
	check("reconcile", "reconcile")
	check("reports", "reports")
	check("reports ID", "reports", "1")
	check("explain", "explain", "4")
	check("explain", "explain", "Rock Pools")
	check("error", "explain", "99999")
	check("retry", "retry", "--dead")
	check("discard", "discard", "4")
	check("error", "collections") // they are off
	check("settings set", "settings", "set", "field-collections", "merge")
	check("settings set", "settings", "set", "collection-look", "merge")
	check("collections", "collections")
	check("collections", "collections", "--write")
	check("error", "activity", "--preview") // nothing is switched on
	check("settings set", "settings", "set", "activity-plays", "true")
	if err := w.Plex.Watch(w.TargetKeys(3)[0], sim.Owner, time.Now()); err != nil {
		t.Fatal(err)
	}
	check("activity", "activity", "--preview")
	check("activity", "activity", "--everything")
	check("status", "status")
	if r := s.run("activity"); !strings.Contains(r.out, "1 waiting") || !strings.Contains(r.out, "lockstep activity --yes") {
		t.Errorf("what waits is not told: %s", r.out)
	}
	check("activity --yes", "activity", "--yes")
	check("activity --yes", "activity", "--from-now-on")
	check("undo", "undo", "--scene", "3")
	check("pause", "pause", "1h")
	check("pause", "pause")
	check("error", "explain", "99999")
	check("resume", "resume")
	check("outages", "outages")
	check("import", "import", leftBehind(t))
	check("import", "import", "--preview")
	check("test-connection", "test-connection")
	check("test-connection", "test-connection", "plex")
	check("doctor", "doctor")
	check("doctor --bundle", "doctor", "--bundle", filepath.Join(t.TempDir(), "bundle.zip"))
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	seen["sim"] = true
	fits(t, defs, "sim", []byte(s.runUntil(ended, "sim", "--scenes", "5", "--json").out))
	for name := range defs {
		if !seen[name] {
			t.Errorf("%q was not tried", name)
		}
	}
}

func TestMisfitsAreFound(t *testing.T) {
	t.Parallel()
	schema := docsSchema(t)["outages"]
	good := `{"verdict":"up","from":null,"to":"2026-11-28T00:00:00Z","records":[],"gaps":[],"timeline":[],` +
		`"metrics":{"count":0,"knownSeconds":1.5,"downtimeSeconds":0,"recoverySeconds":0,"betweenSeconds":0,"availability":1}}`
	for name, c := range map[string]struct{ from, to, want string }{
		"as it is":      {"", "", ""},
		"a null list":   {`"records":[]`, `"records":null`, "outages.records"},
		"a missing key": {`"gaps":[],`, ``, "has no gaps"},
		"a strange key": {`"gaps":[]`, `"gaps":[],"jobs_held":1`, "jobs_held"},
		"no time":       {`2026-11-28T00:00:00Z`, `yesterday`, "outages.to"},
		"the year 1":    {`2026-11-28T00:00:00Z`, `0001-01-01T00:00:00Z`, "outages.to"},
		"no integer":    {`"count":0`, `"count":0.5`, "metrics.count"},
		"no number":     {`"availability":1`, `"availability":"1"`, "metrics.availability"},
	} {
		var doc any
		if err := json.Unmarshal([]byte(strings.Replace(good, c.from, c.to, 1)), &doc); err != nil {
			t.Fatal(err)
		}
		got := strings.Join(misfits("outages", schema, doc), "\n")
		if (c.want == "") != (got == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
