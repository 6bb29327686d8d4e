package stash_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"lockstep/sync/fault"
	"lockstep/sync/scene"
)

// deaf is a Stash, or a proxy in front of it, that refuses questions for more than most
// scenes at once.
func deaf(t *testing.T, most, status int) *fixture {
	t.Helper()
	return serve(t, func(a asked) answer {
		switch a.name {
		case "Last":
			return ok(`{"data":{"findScenes":{"scenes":[{"id":"300"}]}}}`)
		case "Stamps":
			filter := a.vars["filter"].(map[string]any)
			if int(filter["per_page"].(float64)) > most {
				return answer{code: status, kind: "text/plain"}
			}
			after := a.vars["scenes"].(map[string]any)["id"].(map[string]any)["value"].(float64)
			var list []string
			for id := int(after) + 1; id <= 300 && len(list) < most; id++ {
				list = append(list, fmt.Sprintf(`{"id":"%d","updated_at":"x"}`, id))
			}
			return ok(`{"data":{"findScenes":{"scenes":[` + strings.Join(list, ",") + `]}}}`)
		case "Scenes":
			data, n := map[string]any{}, 0
			for name, v := range a.vars {
				if v != nil {
					n++
					data["s"+name[1:]] = map[string]any{"id": v, "files": []any{}}
				}
			}
			if n > most {
				return answer{code: status, kind: "text/plain"}
			}
			b, _ := json.Marshal(map[string]any{"data": data})
			return ok(string(b))
		}
		return answer{code: 404}
	})
}

func TestWhatAServerTakesIsLearntAndKeptTo(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusRequestEntityTooLarge, http.StatusRequestHeaderFieldsTooLarge} {
		f := deaf(t, 160, status)
		c := client(f.URL, "")
		for i, pages := range []int{9, 3} { // 5000, 2500, … 156 is taken: learnt once
			before, n := len(f.seen("Stamps")), 0
			if err := c.Sweep(t.Context(), func(list []scene.Stamp) error { n += len(list); return nil }); err != nil {
				t.Fatal(err)
			}
			if got := len(f.seen("Stamps")) - before; n != 300 || got > pages {
				t.Errorf("%d, sweep %d: %d scenes in %d pages, want 300 in at most %d", status, i+1, n, got, pages)
			}
		}
		f = deaf(t, 30, status)
		c = client(f.URL, "")
		var ids []scene.ID
		for id := scene.ID(1); id <= 300; id++ {
			ids = append(ids, id)
		}
		for i, most := range []int{14, 12} {
			before := len(f.seen("Scenes"))
			got, err := c.Scenes(t.Context(), ids, 0)
			if n := len(f.seen("Scenes")) - before; err != nil || len(got) != 300 || n > most {
				t.Errorf("%d, reading %d: %d scenes in %d questions (%v), want 300 in at most %d", status, i+1, len(got), n, err, most)
			}
		}
	}
}

func TestAServerThatRefusesEverySizeIsAFault(t *testing.T) {
	t.Parallel()
	f := deaf(t, 0, http.StatusRequestEntityTooLarge)
	_, err := client(f.URL, "").Scenes(t.Context(), []scene.ID{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, 0)
	want(t, err, fault.Rejected, "too long for Stash")
	if n := len(f.seen("Scenes")); n > 6 {
		t.Errorf("%d questions", n)
	}
}

func TestRetryAfterIsOnTheFaultOfEveryCall(t *testing.T) {
	t.Parallel()
	for _, code := range []int{429, 503} {
		each(t, answer{code: code, head: map[string]string{"Retry-After": "7"}}, "", func(t *testing.T, err error) {
			if f := fault.Of(err); f == nil || f.RetryAfter != 7*time.Second {
				t.Errorf("got %v", err)
			}
		})
	}
}

// A restart behind a proxy shows the proxy's own pages for seconds.
func TestAPageForSecondsIsNoWrongAddress(t *testing.T) {
	t.Parallel()
	for _, page := range []answer{
		{kind: "text/html", body: "<!doctype html><html></html>"},
		{code: 302, head: map[string]string{"Location": "https://auth.example/login"}},
		{code: 404, kind: "text/plain", body: "404 page not found"},
		{code: 403, kind: "text/html", body: "<html>"},
	} {
		for name, call := range calls() {
			if name == "cover" && page.code == 404 {
				continue // which says that the scene is gone
			}
			well := true
			f := serve(t, func(a asked) answer {
				if well && a.name == "State" {
					return ok(okState)
				}
				if well {
					return ok(`{"data":{"findScenes":{"count":0,"scenes":[]}}}`)
				}
				return page
			})
			c := client(f.URL, "")
			if _, err := c.Status(t.Context()); err != nil {
				t.Fatal(err)
			}
			well = false
			want(t, call(t.Context(), c), fault.Unreachable, "Something else is answering in place of Stash at the moment.")
			f.Close()
		}
	}
}
