package plex_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"lockstep/sync/fault"
	"lockstep/sync/sim"
)

// bomb is a small compressed answer with a great many empty entries.
func bomb(t *testing.T, before, entry, after string) (packed []byte) {
	t.Helper()
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	block := []byte(strings.Repeat(entry, 1<<20/len(entry)))
	write := func(b []byte) {
		if _, err := z.Write(b); err != nil {
			t.Fatal(err)
		}
	}
	write([]byte(before))
	for range 12 {
		write(block)
	}
	write([]byte(after))
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// Not parallel: it measures what is allocated. A listing of 60 MB once took 23.8 GB.
func TestASmallAnswerWithMillionsOfEntriesTakesNoMemory(t *testing.T) {
	const most = 120 << 20 // the body of 12 MB itself while it grows
	for name, b := range map[string][]byte{
		"items":      bomb(t, `{"MediaContainer":{"Metadata":[`, `{},`, `{}]}}`),
		"libraries":  bomb(t, `{"MediaContainer":{"Directory":[`, `{},`, `{}]}}`),
		"tags":       bomb(t, `{"MediaContainer":{"Metadata":[{"ratingKey":"5","Genre":[`, `{},`, `{}]}]}}`),
		"lists":      bomb(t, `{"MediaContainer":{"Metadata":[`, `[],`, `{}]}}`),
		"same name":  bomb(t, `{"MediaContainer":{`, `"Metadata":{},`, `"size":1}}`),
		"XML items":  bomb(t, `<MediaContainer>`, `<Video/>`, `</MediaContainer>`),
		"XML nested": bomb(t, `<MediaContainer>`, `<Video>`, ``),
	} {
		s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(b)
		})
		c := client(t, s.URL)
		for what, call := range calls(c) {
			if what != "List" && what != "Items" {
				continue
			}
			runtime.GC()
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			err := call(context.Background())
			runtime.ReadMemStats(&after)
			if f := wantClass(t, err, fault.Temporary); f.Message.String() != "Plex sent far more data than requested." {
				t.Errorf("%s, %s: %v", name, what, f)
			}
			if took := after.TotalAlloc - before.TotalAlloc; took > most {
				t.Errorf("%s, %s: %d MB for an answer of %d kB", name, what, took>>20, len(b)>>10)
			}
		}
		s.Close()
	}
}

func TestALibraryThatComesWholeIsStillRead(t *testing.T) {
	t.Parallel()
	item := `{"ratingKey":"5","title":"Fog","Media":[{"Part":[{"file":"/a"}]}],"Genre":[{"tag":"a"},{"tag":"b"}],"Role":[{"tag":"a"}]}`
	s := serve(t, says(200, `{"MediaContainer":{"size":9000,"Metadata":[`+strings.Repeat(item+",", 8999)+item+`]}}`))
	n, err := client(t, s.URL).Size(context.Background(), "1")
	if err != nil || n != 9000 {
		t.Errorf("got %d, %v", n, err)
	}
}

func TestAListOfMoreEntriesThanAnyLibraryIsRefusedInEveryForm(t *testing.T) {
	t.Parallel()
	for name, parts := range map[string][3]string{
		"a list":          {`{"MediaContainer":{"Metadata":[`, `{},`, `{}]}}`},
		"one name often":  {`{"MediaContainer":{`, `"Metadata":{},`, `"size":1}}`},
		"elements of XML": {`<MediaContainer>`, `<Video/>`, `</MediaContainer>`},
	} {
		for n, class := range map[int]fault.Class{19_000: "", 21_000: fault.Temporary} {
			s := serve(t, says(200, parts[0]+strings.Repeat(parts[1], n)+parts[2]))
			_, err := client(t, s.URL).Size(context.Background(), "1")
			if f := fault.Of(err); (f == nil) != (class == "") || f != nil && f.Class != class {
				t.Errorf("%s, %d entries: %v", name, n, err)
			}
		}
	}
}

// hostileEffects are the answers of a server that means ill. None holds what was asked for.
var hostileEffects = []sim.Effect{sim.Bomb, sim.Entries, sim.Nested, sim.Endless, sim.Headers, sim.Noise, sim.Types}

// Not parallel: it measures what is allocated, by the simulated server too, while an answer of at most 64 MB grows.
func TestNoCallTakesMuchMemoryForAHostileAnswer(t *testing.T) {
	most := uint64(300 << 20)
	if testing.Short() { // with the race detector, under which the same reading allocates a third more
		most = 450 << 20
	}
	w := sim.NewWorld(sim.Options{Seed: 3, Scenes: 5, PlexToken: canary})
	if err := w.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	c := client(t, w.Plex.URL())
	for _, effect := range hostileEffects {
		clear := w.Plex.Inject(sim.Fault{Effect: effect})
		for name, call := range calls(c) {
			c.Close()
			runtime.GC()
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			err := call(context.Background())
			runtime.ReadMemStats(&after)
			took := after.TotalAlloc - before.TotalAlloc
			t.Logf("%s %s %d MB: %v", effect, name, took>>20, err)
			if took > most {
				t.Errorf("%s, %s: %d MB", effect, name, took>>20)
			}
			if f := fault.Of(err); f != nil && f.Class == fault.Local {
				t.Errorf("%s, %s: a fault of our own: %v", effect, name, err)
			}
			if err == nil && reads[name] {
				t.Errorf("%s, %s: taken for an answer", effect, name)
			}
		}
		clear()
	}
}

// reads are the calls that want something to be in the answer.
var reads = map[string]bool{"Identity": true, "Sections": true, "Ready": true, "Probe": true, "List": true, "Size": true, "Items": true, "Pictures": true}
