package stash_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"lockstep/sync/fault"
	"lockstep/sync/scene"
	"lockstep/sync/stash"
)

// library answers batches from a set of scenes, as Stash does: null for what is missing.
func library(known map[string]string, problems map[string]string) func(asked) answer {
	return func(a asked) answer {
		if a.name == "State" {
			return ok(okState)
		}
		data, list := map[string]json.RawMessage{}, []string{}
		for i := range 100 {
			id, _ := a.vars[fmt.Sprintf("i%d", i)].(string)
			alias := fmt.Sprintf("s%d", i)
			data[alias] = json.RawMessage("null")
			if raw, there := known[id]; there {
				data[alias] = json.RawMessage(raw)
			}
			if words, bad := problems[id]; bad && id != "" {
				list = append(list, fmt.Sprintf(`{"message":%q,"path":[%q]}`, words, alias))
			}
		}
		body, _ := json.Marshal(data)
		if len(list) == 0 {
			return ok(`{"data":` + string(body) + `}`)
		}
		return ok(`{"errors":[` + strings.Join(list, ",") + `],"data":` + string(body) + `}`)
	}
}

// recorded gives the two scenes of a real answer by id.
func recorded(t *testing.T) map[string]string {
	t.Helper()
	var body struct {
		Data struct {
			FindScenes struct{ Scenes []json.RawMessage }
		}
	}
	if err := json.Unmarshal([]byte(sample(t, "findScenes_by_ids").body), &body); err != nil {
		t.Fatal(err)
	}
	return map[string]string{"3": string(body.Data.FindScenes.Scenes[0]), "9": string(body.Data.FindScenes.Scenes[1])}
}

func TestARecordedSceneIsReadInFull(t *testing.T) {
	t.Parallel()
	f := serve(t, library(recorded(t), nil))
	got, err := client(f.URL, "").Scenes(t.Context(), []scene.ID{9, 3}, 0)
	if err != nil {
		t.Fatal(err)
	}
	full, raw := got[3], got[9]
	if full.Title != "The Full Scene" || full.Details != "A complete description.\nSecond line." || full.Date != "2023-04-05" ||
		full.Rating != 85 || !full.Organized || full.UpdatedAt != "2026-11-23T16:31:12Z" || full.CreatedAt != "2026-11-23T16:31:01Z" {
		t.Errorf("got %+v", full)
	}
	if full.Studio == nil || full.Studio.Name != "Studio Ünö" || len(full.Studio.Above) != 1 || full.Studio.Above[0].Name != "Parent Network" {
		t.Errorf("studio %+v", full.Studio)
	}
	if len(full.Performers) != 3 || full.Performers[2].Disambiguation != "the other" || len(full.Tags) != 3 {
		t.Errorf("performers %+v, tags %+v", full.Performers, full.Tags)
	}
	file := scene.File{ID: "3", Path: "/srv/media/main/A/full scene.mp4", Size: 48770, UpdatedAt: "2026-11-23T16:31:01Z", Width: 320, Height: 180, Duration: 1}
	if !slices.Equal(full.Files, []scene.File{file}) {
		t.Errorf("files %+v", full.Files)
	}
	if !raw.Raw() || raw.Date != "" || raw.Rating != 0 || raw.Studio != nil {
		t.Errorf("the raw scene has values: %+v", raw)
	}
}

func TestTheBatchHasAFixedTextAndFixedVariables(t *testing.T) {
	t.Parallel()
	f := serve(t, library(recorded(t), nil))
	c := client(f.URL, "")
	var many []scene.ID
	for i := range 205 {
		many = append(many, scene.ID(i+1))
	}
	for _, ids := range [][]scene.ID{{3}, {3, 3, 0, 9}, many} {
		if _, err := c.Scenes(t.Context(), ids, 0); err != nil {
			t.Fatal(err)
		}
	}
	seen := f.seen("Scenes")
	if len(seen) != 1+1+3 {
		t.Fatalf("%d requests, want 5", len(seen))
	}
	for _, a := range seen {
		if a.query != seen[0].query || len(a.vars) != 100 {
			t.Errorf("a batch differs: %d variables", len(a.vars))
		}
	}
	if v := seen[1].vars; v["i0"] != "3" || v["i1"] != "9" || v["i2"] != nil {
		t.Errorf("repeated and zero ids were sent: %v", v)
	}
}

func TestNoQueryAsksForWhatStashMustNotTell(t *testing.T) {
	t.Parallel()
	f := serve(t, func(a asked) answer {
		if a.name == "Last" {
			return ok(`{"data":{"findScenes":{"scenes":[{"id":"3"}]}}}`)
		}
		return ok(okState)
	})
	for _, call := range calls() {
		_ = call(t.Context(), client(f.URL, ""))
	}
	forbidden := regexp.MustCompile(`\b(paths|stream|sceneStreams|apiKey|latestversion|logs|mutation|ids)\b`)
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, a := range f.log {
		if word := forbidden.FindString(a.query); word != "" {
			t.Errorf("%s asks for %s", a.name, word)
		}
	}
}

func TestNoIDsMeanNoRequest(t *testing.T) {
	t.Parallel()
	f := serve(t, func(asked) answer { return ok(okState) })
	got, err := client(f.URL, "").Scenes(t.Context(), []scene.ID{0}, 0)
	if err != nil || len(got) != 0 || len(f.log) != 0 {
		t.Errorf("got %v, %v after %d requests", got, err, len(f.log))
	}
}

func TestAMissingSceneIsDeletedOnlyWithoutErrors(t *testing.T) {
	t.Parallel()
	f := serve(t, library(recorded(t), nil))
	got, err := client(f.URL, "").Scenes(t.Context(), []scene.ID{3, 424242}, 0)
	if err != nil {
		t.Fatal(err)
	}
	if s, answered := got[424242]; !answered || s != nil || got[3] == nil {
		t.Errorf("got %v", got)
	}
}

func TestOneBadSceneFailsAlone(t *testing.T) {
	t.Parallel()
	f := serve(t, library(recorded(t), map[string]string{"7": "strange row"}))
	got, err := client(f.URL, "").Scenes(t.Context(), []scene.ID{3, 7, 9, 424242}, 0)
	want(t, err, fault.Temporary, "could not answer")
	var p *stash.Partial
	if !errors.As(err, &p) || len(p.Failed) != 1 {
		t.Fatalf("got %v, want a partial error for one scene", err)
	}
	if _, answered := got[7]; answered || got[3] == nil || got[9] == nil {
		t.Errorf("got %v", got)
	}
	if s, answered := got[424242]; !answered || s != nil {
		t.Error("the missing scene was not settled by a clean answer")
	}
	if p.Failed[7] == nil || p.Failed[3] != nil {
		t.Errorf("failures: %v", p.Failed)
	}
	if n := len(f.seen("Scenes")); n != 2 {
		t.Errorf("%d requests, want 2: the batch and one for what was unsure", n)
	}
}

func TestANullBesideErrorsIsNeverTakenForDeleted(t *testing.T) {
	t.Parallel()
	// Every answer has an error: first about scene 7, then about the one asked again.
	f := serve(t, library(recorded(t), map[string]string{"7": "strange row", "424242": "strange row"}))
	got, err := client(f.URL, "").Scenes(t.Context(), []scene.ID{3, 7, 424242}, 0)
	want(t, err, fault.Temporary, "")
	if _, answered := got[424242]; answered {
		t.Error("a null beside its own error was believed")
	}
	nested := serve(t, func(a asked) answer {
		if a.name == "State" {
			return ok(okState)
		}
		return ok(`{"errors":[{"message":"no rows","path":["s0","studio"]}],"data":{"s0":{"id":"3","title":"Tidal Pools","studio":null},"s1":null}}`)
	})
	got, err = client(nested.URL, "").Scenes(t.Context(), []scene.ID{3, 9}, 0)
	want(t, err, fault.Temporary, "")
	if len(got) != 0 {
		t.Errorf("a scene with a failed studio was believed: %v", got)
	}
}

func TestAnErrorWithoutPlaceFailsTheBatch(t *testing.T) {
	t.Parallel()
	for name, path := range map[string]string{"no path": "", "foreign path": `,"path":["findScenes"]`, "beyond": `,"path":["s99"]`} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := replay(t, map[string]answer{"State": ok(okState), "Scenes": ok(`{"errors":[{"message":"out of memory"` + path + `}],"data":{"s0":null}}`)})
			got, err := client(f.URL, "").Scenes(t.Context(), []scene.ID{3}, 0)
			want(t, err, fault.Temporary, "")
			if got != nil {
				t.Errorf("got %v beside an error of the whole", got)
			}
		})
	}
}

func TestAnotherSceneThanAskedForIsRefused(t *testing.T) {
	t.Parallel()
	f := serve(t, library(map[string]string{"3": `{"id":"4","title":"Night Trains","files":[]}`}, nil))
	got, err := client(f.URL, "").Scenes(t.Context(), []scene.ID{3}, 0)
	want(t, err, fault.Config, "not the way Stash does")
	if len(got) != 0 {
		t.Errorf("got %v", got)
	}
}

func TestOddValuesComeThroughUnchanged(t *testing.T) {
	t.Parallel()
	title := "ctl \t tab \u0001 \u0007bell \u001b[31m esc \u007f del"
	b, _ := json.Marshal(map[string]any{
		"id": "3", "title": title, "details": "a\u0000b\r\nc", "date": "2022-07", "rating100": 1, "studio": nil,
		"performers": []map[string]any{{"id": "1", "name": "Alice", "disambiguation": ""}, {"id": "3", "name": "Alice", "disambiguation": "the other"}},
		"tags":       []any{}, "files": []map[string]any{{"id": "17", "path": "/films/b\n.mp4"}, {"id": "10", "path": `/films/back\slash .mp4 `}},
	})
	f := serve(t, library(map[string]string{"3": string(b), "4": `{"id":"4","title":null,"details":null,"date":"2021","files":[]}`}, nil))
	got, err := client(f.URL, "").Scenes(t.Context(), []scene.ID{3, 4}, 0)
	if err != nil {
		t.Fatal(err)
	}
	s := got[3]
	if s.Title != title || s.Details != "a\u0000b\r\nc" || s.Date != "2022-07" || s.Rating != 1 {
		t.Errorf("got %+v", s)
	}
	if s.Performers[1].Disambiguation != "the other" || s.Performers[0].Name != s.Performers[1].Name {
		t.Errorf("performers %+v", s.Performers)
	}
	if !slices.Equal(s.Paths(), []string{"/films/b\n.mp4", `/films/back\slash .mp4 `}) {
		t.Errorf("paths %q", s.Paths())
	}
	if got[4].Date != "2021" || got[4].Title != "" || len(got[4].Files) != 0 {
		t.Errorf("got %+v", got[4])
	}
}

func TestFindByPathChecksWhatStashFound(t *testing.T) {
	t.Parallel()
	find := func(paths ...string) answer {
		var list []string
		for i, p := range paths {
			list = append(list, fmt.Sprintf(`{"id":"%d","files":[{"id":"1","path":"/other.mp4"},{"id":"2","path":%q}]}`, i+1, p))
		}
		return ok(`{"data":{"findScenes":{"scenes":[` + strings.Join(list, ",") + `]}}}`)
	}
	for name, tc := range map[string]struct {
		found answer
		want  []scene.ID
	}{
		"exact beats case": {find("/Films/A_1.mp4", "/films/a_1.mp4"), []scene.ID{2}},
		"case only":        {find("/Films/A_1.mp4"), []scene.ID{1}},
		"wildcard match":   {find("/films/ab1.mp4"), nil},
		"nothing":          {find(), nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := replay(t, map[string]answer{"Find": tc.found})
			got, err := client(f.URL, "").FindByPath(t.Context(), "/films/a_1.mp4")
			var ids []scene.ID
			for _, s := range got {
				ids = append(ids, s.ID)
			}
			if err != nil || !slices.Equal(ids, tc.want) {
				t.Errorf("got %v, %v, want %v", ids, err, tc.want)
			}
		})
	}
}

func TestFindByTitleOfABlankTextAsksNothing(t *testing.T) {
	t.Parallel()
	f := serve(t, func(asked) answer { return ok(okState) })
	got, err := client(f.URL, "").FindByTitle(t.Context(), " \t")
	if err != nil || got != nil || len(f.log) != 0 {
		t.Errorf("got %v, %v after %d requests", got, err, len(f.log))
	}
}

func TestNullWhereFilesBelongSaysNothingAboutTheScene(t *testing.T) {
	t.Parallel()
	for name, files := range map[string]string{"null": `,"files":null`, "left out": ""} {
		f := serve(t, library(map[string]string{"3": `{"id":"3","title":"Night Trains"` + files + `}`}, nil))
		got, err := client(f.URL, "").Scenes(t.Context(), []scene.ID{3}, 0)
		want(t, err, fault.Temporary, "which files")
		if _, answered := got[3]; answered {
			t.Errorf("%s: got %v, want no answer for the scene", name, got[3])
		}
	}
}
