package sim_test

import (
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"lockstep/sync/sim"
)

func BenchmarkNewWorld100k(b *testing.B) {
	for b.Loop() {
		before := heap()
		w := sim.NewWorld(sim.Options{Seed: 1, Scenes: 100_000, Dirt: sim.Messy()})
		b.ReportMetric(float64(heap()-before)/(1<<20), "MB")
		runtime.KeepAlive(w)
	}
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// served starts a world of 100 000 scenes.
func served(b *testing.B) *sim.World {
	w := sim.NewWorld(sim.Options{Seed: 1, Scenes: 100_000})
	if err := w.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = w.Close() })
	return w
}

func drain(b *testing.B, method, url, body string) {
	req, _ := http.NewRequestWithContext(b.Context(), method, url, strings.NewReader(body))
	req.Header = http.Header{"Content-Type": {"application/json"}, "Accept": {"application/json"}, "X-Plex-Token": {sim.DefaultToken}}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		b.Fatal(err)
	}
	defer resp.Body.Close()
	if n, err := io.Copy(io.Discard, resp.Body); err != nil || n < 1000 {
		b.Fatal(n, err)
	}
}

func BenchmarkLeanSweep100k(b *testing.B) {
	w := served(b)
	for b.Loop() {
		for last := 0; last < 100_000; last += 10_000 {
			drain(b, "POST", w.Stash.URL()+"/graphql", fmt.Sprintf(
				`{"query":"{findScenes(filter:{per_page:10000,sort:\"id\"},scene_filter:{id:{value:%d,modifier:GREATER_THAN}}){scenes{id updated_at}}}"}`, last))
		}
	}
}

func BenchmarkPlexList100k(b *testing.B) {
	w := served(b)
	for b.Loop() {
		for from := 0; from < 100_000; from += 500 {
			drain(b, "GET", fmt.Sprintf("%s/library/sections/1/all?type=1&X-Plex-Container-Size=500&X-Plex-Container-Start=%d", w.Plex.URL(), from), "")
		}
	}
}
