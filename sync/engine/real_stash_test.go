package engine_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/sim"
)

// realEnv names a real Stash without a key whose library is one folder with at least six
// videos, all scanned. The test edits it: it must hold nothing of value.
const realEnv = "LOCKSTEP_TEST_STASH"

// realStash is a Stash outside of the test.
type realStash struct {
	t   *testing.T
	url string
}

// ask sends a query with variables, which are marked by $ in its text and typed by it.
func (s realStash) ask(query string, vars map[string]any, out any) {
	s.t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": vars})
	must(s.t, err)
	res, err := http.Post(s.url+"/graphql", "application/json", bytes.NewReader(body))
	must(s.t, err)
	defer func() { _ = res.Body.Close() }()
	var answer struct {
		Data   json.RawMessage
		Errors []struct{ Message string }
	}
	must(s.t, json.NewDecoder(res.Body).Decode(&answer))
	if len(answer.Errors) > 0 {
		s.t.Fatalf("%s: %s", query, answer.Errors[0].Message)
	}
	if out != nil {
		must(s.t, json.Unmarshal(answer.Data, out))
	}
}

// make makes a tag, performer or studio and returns its id.
func (s realStash) make(kind, name string) string {
	s.t.Helper()
	var out map[string]struct{ ID string }
	s.ask(fmt.Sprintf("mutation($n: String!) { %sCreate(input: {name: $n}) { id } }", kind), map[string]any{"n": name}, &out)
	return out[kind+"Create"].ID
}

func (s realStash) rename(kind, id, name string) {
	s.t.Helper()
	s.ask(fmt.Sprintf("mutation($i: ID!, $n: String) { %sUpdate(input: {id: $i, name: $n}) { id } }", kind), map[string]any{"i": id, "n": name}, nil)
}

func (s realStash) destroy(kind, id string) {
	s.t.Helper()
	s.ask(fmt.Sprintf("mutation($i: ID!) { %sDestroy(input: {id: $i}) }", kind), map[string]any{"i": id}, nil)
}

type realScene struct {
	ID    string
	Files []struct{ ID, Path string }
}

func (s realStash) scenes() []realScene {
	s.t.Helper()
	var out struct{ FindScenes struct{ Scenes []realScene } }
	s.ask(`{ findScenes(filter: {per_page: -1, sort: "id"}) { scenes { id files { id path } } } }`, nil, &out)
	return slices.DeleteFunc(out.FindScenes.Scenes, func(x realScene) bool { return len(x.Files) != 1 })
}

// TestLatenciesOnARealStash measures the same as TestLatenciesFromStashToPlex, by the real
// clock, with a probe every ten seconds, against a simulated Plex that knows the same files.
func TestLatenciesOnARealStash(t *testing.T) {
	url := os.Getenv(realEnv)
	if url == "" {
		t.Skip(realEnv + " names no Stash to be edited")
	}
	s := realStash{t, url}
	scenes := s.scenes()
	if len(scenes) < 6 {
		t.Fatalf("%d scenes with a file, want six", len(scenes))
	}
	root := path.Dir(path.Dir(scenes[0].Files[0].Path))
	r := newRig(t, sim.Options{Seed: 94, StashRoot: root})
	r.settings.StashURL, r.settings.AskPlexScan = url, false
	r.settings.StashProbe, r.settings.SweepEvery, r.settings.FilesEvery = 10*time.Second, 24*time.Hour, 24*time.Hour
	r.settings.Pace = config.Full
	stamp := fmt.Sprint(time.Now().Unix()) // names are unique, and the last test's are still there
	tags := []string{s.make("tag", "Tag A "+stamp), s.make("tag", "Tag B "+stamp), s.make("tag", "Tag C "+stamp)}
	people := []string{s.make("performer", "Performer A "+stamp), s.make("performer", "Performer B "+stamp)}
	studio, other := s.make("studio", "Studio A "+stamp), s.make("studio", "Studio B "+stamp)
	for i, x := range scenes[:6] {
		file, _ := r.world.PlexPath(x.Files[0].Path)
		r.world.Plex.PutOnDisk(file, 1000)
		house := studio
		if i == 5 {
			house = other
		}
		s.ask(`mutation($i: SceneUpdateInput!) { sceneUpdate(input: $i) { id } }`, map[string]any{"i": map[string]any{
			"id": x.ID, "title": "Scene " + x.ID + " " + stamp, "tag_ids": []string{tags[i%3]}, "performer_ids": []string{people[i%2]}, "studio_id": house}}, nil)
	}
	r.world.Plex.Scan("1", "")
	l := r.start()
	plex := func(i int) sim.Item {
		file, _ := r.world.PlexPath(s.scenes()[i].Files[0].Path)
		if found := r.world.Plex.ItemsAt(file); len(found) == 1 {
			return found[0]
		}
		return sim.Item{}
	}
	has := func(i int, kind, name string) func() bool {
		return func() bool { return slices.Contains(plex(i).Tags[kind], name+" "+stamp) }
	}
	lacks := func(i int, kind, name string) func() bool {
		return func() bool {
			it := plex(i)
			return it.RatingKey != "" && !slices.Contains(it.Tags[kind], name+" "+stamp)
		}
	}
	field := func(i int, name, value string) func() bool {
		return func() bool { return strings.HasPrefix(plex(i).Fields[name], value) }
	}
	l.until("all scenes", func(api.Snapshot) bool { return has(0, "genre", "Tag A")() && has(5, "genre", "Tag C")() })
	l.settled()
	var lines []string
	for _, step := range []struct {
		what  string
		bound time.Duration
		do    func()
		here  func() bool
	}{
		{"scene edited", 15 * time.Second, func() {
			s.ask(`mutation($i: ID!) { sceneUpdate(input: {id: $i, title: "Dusk"}) { id } }`, map[string]any{"i": scenes[1].ID}, nil)
		}, field(1, "title", "Dusk")},
		{"tag renamed", 15 * time.Second, func() { s.rename("tag", tags[0], "Estuaries "+stamp) }, has(3, "genre", "Estuaries")},
		{"performer renamed", 15 * time.Second, func() { s.rename("performer", people[0], "Ada Quill "+stamp) }, has(4, "actor", "Ada Quill")},
		{"studio renamed", 15 * time.Second, func() { s.rename("studio", studio, "Southlight "+stamp) }, field(2, "studio", "Southlight")},
		{"tags merged", 15 * time.Second, func() {
			s.ask(`mutation($s: [ID!]!, $d: ID!) { tagsMerge(input: {source: $s, destination: $d}) { id } }`, map[string]any{"s": []string{tags[1]}, "d": tags[0]}, nil)
		}, has(1, "genre", "Estuaries")},
		{"performers merged", 15 * time.Second, func() {
			s.ask(`mutation($s: [ID!]!, $d: ID!) { performerMerge(input: {source: $s, destination: $d}) { id } }`, map[string]any{"s": []string{people[1]}, "d": people[0]}, nil)
		}, has(1, "actor", "Ada Quill")},
		{"tag removed", 15 * time.Second, func() { s.destroy("tag", tags[2]) }, lacks(2, "genre", "Tag C")},
		{"studio removed", 15 * time.Second, func() { s.destroy("studio", other) }, func() bool { return !field(5, "studio", "Studio B")() && plex(5).RatingKey != "" }},
		{"file moved by Stash, listed by Plex", 15 * time.Second, func() {
			f := scenes[4].Files[0]
			to := strings.TrimSuffix(path.Base(f.Path), path.Ext(f.Path)) + "-" + stamp + path.Ext(f.Path)
			s.ask(`mutation($i: [ID!]!, $d: String!, $b: String!) { moveFiles(input: {ids: $i, destination_folder: $d, destination_basename: $b}) }`,
				map[string]any{"i": []string{f.ID}, "d": path.Dir(f.Path), "b": to}, nil)
			before, _ := r.world.PlexPath(f.Path)
			after, _ := r.world.PlexPath(path.Join(path.Dir(f.Path), to))
			r.world.Plex.TakeFromDisk(before)
			r.world.Plex.PutOnDisk(after, 1000)
			r.world.Plex.Scan("1", "")
		}, has(4, "genre", "Estuaries")},
		{"auto tag, a job of Stash", 5 * time.Second, func() {
			file := scenes[0].Files[0].Path
			tag := s.make("tag", strings.TrimSuffix(path.Base(file), path.Ext(file)))
			t.Cleanup(func() { s.destroy("tag", tag) })
			s.ask(`mutation { metadataAutoTag(input: {tags: ["*"]}) }`, nil, nil)
		}, func() bool { return len(plex(0).Tags["genre"]) == 2 }},
		{"Sync now after a rename", 5 * time.Second, func() {
			s.rename("tag", tags[0], "Deltas "+stamp)
			go func() { _, _ = l.SyncNow(t.Context(), api.SyncRequest{}) }()
		}, has(3, "genre", "Deltas")},
	} {
		before := r.world.Plex.Mutations()
		began := time.Now()
		step.do()
		l.until(step.what, func(api.Snapshot) bool { return step.here() })
		took := time.Since(began)
		l.settled()
		lines = append(lines, fmt.Sprintf("%-36s %5.1f s of %4.1f s, %d written", step.what, took.Seconds(), step.bound.Seconds(), r.world.Plex.Mutations()-before))
		if took > step.bound {
			t.Errorf("%s took %v, want at most %v", step.what, took, step.bound)
		}
	}
	t.Log("from a real Stash to Plex, asked every 10 s:\n" + strings.Join(lines, "\n"))
}
