package stash_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"lockstep/sync/fault"
	"lockstep/sync/scene"
)

// shelf answers keyset pages from a list of ids. between is called before each page and
// may change the list, as people do while a sweep runs.
func shelf(t *testing.T, ids *[]int, size int, between func(page int)) func(asked) answer {
	pages := 0
	return func(a asked) answer {
		if a.name == "Last" {
			if len(*ids) == 0 {
				return ok(`{"data":{"findScenes":{"scenes":[]}}}`)
			}
			return ok(fmt.Sprintf(`{"data":{"findScenes":{"scenes":[{"id":"%d"}]}}}`, slices.Max(*ids)))
		}
		pages++
		if between != nil {
			between(pages)
		}
		filter, _ := a.vars["filter"].(map[string]any)
		scenes, _ := a.vars["scenes"].(map[string]any)
		id, _ := scenes["id"].(map[string]any)
		if filter["sort"] != "id" || filter["direction"] != "ASC" || id["modifier"] != "GREATER_THAN" || strings.Contains(a.query, "count") {
			t.Errorf("not a keyset page: %v %s", a.vars, a.query)
		}
		list := []map[string]any{}
		for _, n := range slices.Sorted(slices.Values(*ids)) {
			if float64(n) > id["value"].(float64) && len(list) < size {
				list = append(list, map[string]any{"id": fmt.Sprint(n), "updated_at": fmt.Sprintf("u%d", n), "created_at": "c", "files": []any{map[string]any{"id": "1", "path": fmt.Sprintf("/films/%d.mp4", n)}}})
			}
		}
		b, _ := json.Marshal(map[string]any{"data": map[string]any{"findScenes": map[string]any{"scenes": list}}})
		return ok(string(b))
	}
}

func sequence(from, to int) []int {
	var out []int
	for i := from; i <= to; i++ {
		out = append(out, i)
	}
	return out
}

func TestASweepMissesNothingWhileScenesComeAndGo(t *testing.T) {
	t.Parallel()
	ids := sequence(1, 50)
	f := serve(t, shelf(t, &ids, 10, func(page int) {
		ids = slices.DeleteFunc(ids, func(n int) bool { return n == page || n == 45 }) // seen ones, and one ahead
		ids = append(ids, 50+page)                                                     // new ones behind
	}))
	var got []int
	err := client(f.URL, "").Sweep(t.Context(), func(list []scene.Stamp) error {
		for _, s := range list {
			got = append(got, int(s.ID))
			if s.UpdatedAt != fmt.Sprintf("u%d", s.ID) || s.CreatedAt != "c" {
				t.Errorf("got %+v", s)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	expect := slices.DeleteFunc(sequence(2, 50), func(n int) bool { return n == 45 })
	if !slices.Equal(got, expect) {
		t.Errorf("got %v, want %v: everything that was there, nothing created since", got, expect)
	}
}

func TestASweepIsNotEndedByAShortPage(t *testing.T) {
	t.Parallel()
	ids := sequence(1, 7)
	f := serve(t, shelf(t, &ids, 3, nil)) // a server that caps pages below what was asked for
	n := 0
	err := client(f.URL, "").SweepFiles(t.Context(), 0, func(list []scene.FileStamp) error {
		for _, s := range list {
			n++
			if len(s.Files) != 1 || s.Files[0].Path != fmt.Sprintf("/films/%d.mp4", s.ID) {
				t.Errorf("got %+v", s)
			}
		}
		return nil
	})
	if err != nil || n != 7 {
		t.Errorf("got %d scenes, %v", n, err)
	}
	if pages := len(f.seen("Files")); pages != 4 {
		t.Errorf("%d pages, want 3 and an empty one", pages)
	}
	if size := f.seen("Files")[0].vars["filter"].(map[string]any)["per_page"]; size != 2000.0 {
		t.Errorf("asked for pages of %v", size)
	}
}

func TestAnEmptyLibraryIsSweptWithoutACall(t *testing.T) {
	t.Parallel()
	ids := []int{}
	f := serve(t, shelf(t, &ids, 10, func(int) { ids = []int{1} }))
	err := client(f.URL, "").Sweep(t.Context(), func([]scene.Stamp) error {
		t.Error("called with scenes created since the start")
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestAPageOutOfOrderEndsTheSweepInAnError(t *testing.T) {
	t.Parallel()
	page := func(ids ...string) answer {
		return ok(`{"data":{"findScenes":{"scenes":[{"id":"` + strings.Join(ids, `"},{"id":"`) + `"}]}}}`)
	}
	for name, p := range map[string]answer{"backwards": page("5", "4"), "twice": page("4", "4"), "the same page for ever": page("1", "2")} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := replay(t, map[string]answer{"Last": page("9"), "Stamps": p})
			err := client(f.URL, "").Sweep(t.Context(), func([]scene.Stamp) error { return nil })
			want(t, err, fault.Temporary, "unexpected order")
		})
	}
}

func TestASweepThatBreaksOffIsAnError(t *testing.T) {
	t.Parallel()
	ids := sequence(1, 30)
	serving := shelf(t, &ids, 10, nil)
	for name, broken := range map[string]answer{
		"errors": sample(t, "error_invalid_sort_200"), "null": ok(`{"data":{"findScenes":null}}`),
		"null list": ok(`{"data":{"findScenes":{"scenes":null}}}`), "gone": {code: 502},
	} {
		t.Run(name, func(t *testing.T) {
			n := 0
			f := serve(t, func(a asked) answer {
				if a.name == "State" {
					return ok(okState)
				}
				if n++; n == 4 {
					return broken
				}
				return serving(a)
			})
			if err := client(f.URL, "").Sweep(t.Context(), func([]scene.Stamp) error { return nil }); err == nil {
				t.Error("a broken sweep ended without error")
			}
		})
	}
}

func TestARecordedPageIsRead(t *testing.T) {
	t.Parallel()
	f := serve(t, func(a asked) answer {
		switch id, _ := a.vars["scenes"].(map[string]any); {
		case a.name == "Last":
			return ok(`{"data":{"findScenes":{"scenes":[{"id":"8"}]}}}`)
		case id["id"].(map[string]any)["value"] == 0.0:
			return sample(t, "keyset_page")
		}
		return ok(`{"data":{"findScenes":{"scenes":[]}}}`)
	})
	var got []scene.Stamp
	err := client(f.URL, "").Sweep(t.Context(), func(list []scene.Stamp) error { got = append(got, list...); return nil })
	expect := []scene.Stamp{{ID: 6, UpdatedAt: "2026-11-23T16:31:03Z"}, {ID: 7, UpdatedAt: "2026-11-23T16:31:13Z"}, {ID: 8, UpdatedAt: "2026-11-23T16:31:04Z"}}
	if err != nil || !slices.Equal(got, expect) {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestAFileNameThatIsNoUTF8DoesNotFailThePage(t *testing.T) {
	t.Parallel()
	raw := strings.Replace(string(read(t, "invalid_utf8_path.json.bin")), `]}]}}`, `]},{"id":"22","files":[{"path":"/films/good.mp4"}]}]}}`, 1)
	f := serve(t, func(a asked) answer {
		switch {
		case a.name == "Last":
			return ok(`{"data":{"findScenes":{"scenes":[{"id":"22"}]}}}`)
		case a.vars["scenes"].(map[string]any)["id"].(map[string]any)["value"] == 0.0:
			return ok(raw)
		}
		return ok(`{"data":{"findScenes":{"scenes":[]}}}`)
	})
	var got []scene.FileStamp
	err := client(f.URL, "").SweepFiles(t.Context(), 0, func(list []scene.FileStamp) error { got = append(got, list...); return nil })
	if err != nil || len(got) != 2 {
		t.Fatalf("got %v, %v", got, err)
	}
	if got[0].Files[0].Path != "/srv/media/main/B/bad\ufffd\ufffdutf8.mp4" || got[1].Files[0].Path != "/films/good.mp4" {
		t.Errorf("got %q and %q", got[0].Files[0].Path, got[1].Files[0].Path)
	}
}

func TestNamesAreReadInOneRequest(t *testing.T) {
	t.Parallel()
	data := map[string]json.RawMessage{}
	for _, name := range []string{"findTags", "findPerformers", "findStudios"} {
		var body struct{ Data map[string]json.RawMessage }
		if err := json.Unmarshal([]byte(sample(t, name).body), &body); err != nil {
			t.Fatal(err)
		}
		data[name] = body.Data[name]
	}
	joined, err := json.Marshal(map[string]any{"data": data})
	if err != nil {
		t.Fatal(err)
	}
	f := replay(t, map[string]answer{"Names": ok(string(joined))})
	n, err := client(f.URL, "").Names(t.Context(), 0)
	if err != nil || len(f.log) != 1 {
		t.Fatalf("got %v after %d requests", err, len(f.log))
	}
	if len(n.Tags) != 6 || len(n.Performers) != 4 || len(n.Studios) != 3 {
		t.Errorf("got %d tags, %d performers, %d studios", len(n.Tags), len(n.Performers), len(n.Studios))
	}
	if !slices.Contains(n.Tags, scene.Named{ID: "5", Name: "日本"}) || !slices.Contains(n.Performers, scene.Named{ID: "4", Name: "Émile 🎭 O'Neil"}) {
		t.Errorf("got %v", n)
	}
}

func TestHalfOfTheNamesIsAnError(t *testing.T) {
	t.Parallel()
	f := replay(t, map[string]answer{"Names": ok(`{"data":{"findTags":{"tags":[]},"findPerformers":null,"findStudios":{"studios":[]}}}`)})
	_, err := client(f.URL, "").Names(t.Context(), 0)
	want(t, err, fault.Config, "")
}
