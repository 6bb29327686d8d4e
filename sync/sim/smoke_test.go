package sim_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"testing"

	"lockstep/sync/sim"
)

func start(t *testing.T, opt sim.Options) *sim.World {
	t.Helper()
	w := sim.NewWorld(opt)
	if err := w.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	return w
}

type answer struct {
	status int
	header http.Header
	body   string
}

func send(t *testing.T, method, url string, header map[string]string, body string) answer {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, bytes.NewReader([]byte(body)))
	if err != nil {
		t.Fatal(err)
	}
	for k, v := range header {
		req.Header.Set(k, v)
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Header, string(data)}
}

// gql posts a query; variables may be nil.
func gql(t *testing.T, w *sim.World, query string, variables map[string]any) answer {
	t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		t.Fatal(err)
	}
	return send(t, "POST", w.Stash.URL()+"/graphql", map[string]string{"Content-Type": "application/json"}, string(body))
}

// plex sends a request with the token and JSON accepted.
func plex(t *testing.T, w *sim.World, method, path string) answer {
	t.Helper()
	return send(t, method, w.Plex.URL()+path, map[string]string{"X-Plex-Token": w.Plex.Token(), "Accept": "application/json"}, "")
}

func TestSmoke(t *testing.T) {
	t.Parallel()
	w := start(t, sim.Options{Seed: 1, Scenes: 50, Dirt: sim.Messy(), MultiFile: 0.1})
	for _, q := range []string{
		`{findScenes(filter:{per_page:2}){count scenes{...S}}} fragment S on Scene{id title code details director date rating100 organized urls created_at updated_at files{id path basename size mod_time updated_at duration width height fingerprints{type value}} paths{screenshot} studio{id name parent_studio{id name}} performers{id name disambiguation gender} tags{id name} groups{scene_index group{id name}} stash_ids{endpoint stash_id}}`,
		`{systemStatus{status databaseSchema os} version{version} stats{scene_count} configuration{general{stashes{path}} plugins}}`,
		`{findTags(filter:{per_page:-1}){count tags{id name updated_at scene_count}}}`,
		`{findScenes{scenes{id nosuch}}}`,
		`{findScenes{`,
		`{a:findScene(id:"3"){id} b:findScene(id:424242){id}}`,
		`mutation{sceneUpdate(input:{id:"3",title:" x "}){id title tags{name}}}`,
	} {
		t.Log(gql(t, w, q, nil))
	}
	for _, p := range []string{"/identity", "/", "/library/sections", "/library/sections/1/all?type=1&X-Plex-Container-Size=2&X-Plex-Container-Start=0", "/library/metadata/1,2,99999"} {
		t.Log(plex(t, w, "GET", p))
		t.Log(send(t, "GET", w.Plex.URL()+p, map[string]string{"X-Plex-Token": w.Plex.Token()}, ""))
	}
	t.Log(plex(t, w, "PUT", "/library/sections/1/all?type=1&id=1&title.value=Hello%20World&title.locked=1&genre%5B0%5D.tag.tag=Sea&genre.locked=1&actor%5B0%5D.tag.tag=Mara"))
	t.Log(plex(t, w, "GET", "/library/metadata/1"))
	t.Log(w.Plex.Counts(), w.Stash.Counts(), w.Plex.Violations(), w.Expect(), len(w.Diff(sim.DiffOptions{})))
}

func BenchmarkNewWorld100k(b *testing.B) {
	for b.Loop() {
		sim.NewWorld(sim.Options{Seed: 1, Scenes: 100_000, Dirt: sim.Messy()})
	}
}
