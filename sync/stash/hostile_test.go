package stash_test

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"lockstep/sync/fault"
	"lockstep/sync/sim"
)

// Not parallel: it measures what is allocated.
func TestASmallAnswerWithMillionsOfEntriesTakesNoMemory(t *testing.T) {
	const most = 120 << 20 // the body of 12 MB itself while it grows
	for name, parts := range map[string][3]string{
		"names":   {`{"data":{"findTags":{"tags":[`, `{},`, `{}]},"findPerformers":{"performers":[]},"findStudios":{"studios":[]}}}`},
		"sweep":   {`{"data":{"findScenes":{"scenes":[`, `{},`, `{}]}}}`},
		"by path": {`{"data":{"findScenes":{"scenes":[`, `{},`, `{}]}}}`},
		"scenes":  {`{"data":{"s0":{"files":[`, `{},`, `{}]}}}`},
		"newest":  {`{"data":null,"errors":[`, `{},`, `{}]}`},
		"status":  {`{"data":{"x":[`, `[],`, `[]]}}`},
	} {
		var out bytes.Buffer
		z := gzip.NewWriter(&out)
		for _, part := range []string{parts[0], strings.Repeat(parts[1], 12<<20/len(parts[1])), parts[2]} {
			if _, err := z.Write([]byte(part)); err != nil {
				t.Fatal(err)
			}
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(out.Bytes())
		}))
		runtime.GC()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		err := calls()[name](t.Context(), client(s.URL, ""))
		runtime.ReadMemStats(&after)
		s.Close()
		want(t, err, fault.Temporary, "far more data than requested")
		if took := after.TotalAlloc - before.TotalAlloc; took > most {
			t.Errorf("%s: %d MB for an answer of %d kB", name, took>>20, out.Len()>>10)
		}
	}
}

// Not parallel: it measures what is allocated, by the simulated server too, while an answer of at most 64 MB grows.
func TestNoCallTakesMuchMemoryForAHostileAnswer(t *testing.T) {
	const most = 300 << 20
	w, c := world(t, sim.Options{Seed: 3, Scenes: 5})
	for _, effect := range []sim.Effect{sim.Bomb, sim.Entries, sim.Nested, sim.Endless, sim.Headers, sim.Noise, sim.Types} {
		clear := w.Stash.Inject(sim.Fault{Effect: effect})
		for name, call := range calls() {
			c.Close()
			runtime.GC()
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			err := call(t.Context(), c)
			runtime.ReadMemStats(&after)
			took := after.TotalAlloc - before.TotalAlloc
			t.Logf("%s %s %d MB: %v", effect, name, took>>20, err)
			if took > most {
				t.Errorf("%s, %s: %d MB", effect, name, took>>20)
			}
			if f := fault.Of(err); err == nil || f.Class == fault.Local {
				t.Errorf("%s, %s: %v", effect, name, err)
			}
		}
		clear()
	}
}
