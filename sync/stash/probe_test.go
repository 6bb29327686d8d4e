package stash_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lockstep/sync/budget"
	"lockstep/sync/fault"
	"lockstep/sync/scene"
	"lockstep/sync/sim"
	"lockstep/sync/stash"
	"lockstep/sync/testkit"
)

// prober asks again and again, as a scanner does.
type prober struct {
	t     testkit.T
	c     *stash.Client
	known scene.Signs
}

// moved probes and reports whether a sign moved since the last time.
func (p *prober) moved(t *testing.T) bool {
	out, err := p.c.Probe(t.Context(), p.known)
	if err != nil {
		p.t.Fatal(err)
	}
	moved := p.known.Moved(out.Signs)
	p.known = p.known.With(out.Signs)
	return moved
}

func TestWhatTouchesNoSceneMovesASign(t *testing.T) {
	t.Parallel()
	w, c := world(t, sim.Options{Seed: 4, Scenes: 60})
	s := w.Stash
	series := s.GroupID("Series")
	p := prober{t: t, c: c}
	p.moved(t)
	for _, step := range []struct {
		name string
		do   func() error
	}{
		{"tag renamed", func() error { return s.RenameTag(1, "Estuaries") }},
		{"tags merged", func() error { return s.MergeTags(1, 2) }},
		{"tag removed", func() error { return s.DestroyTag(3) }},
		{"tag made", func() error { s.TagID("Deltas"); return nil }},
		{"performer renamed", func() error { return s.RenamePerformer(1, "Ada Quill") }},
		{"performers merged", func() error { return s.MergePerformers(1, 2) }},
		{"performer removed", func() error { return s.DestroyPerformer(3) }},
		{"studio renamed", func() error { return s.RenameStudio(1, "Southlight") }},
		{"studio put elsewhere", func() error { return s.SetParentStudio(2, 0) }},
		{"studio removed", func() error { return s.DestroyStudio(1) }},
		{"group renamed", func() error { return s.RenameGroup(series, "Serials") }},
		{"group removed", func() error { return s.DestroyGroup(series) }},
	} {
		s.ResetCounts()
		if p.moved(t) {
			t.Errorf("before %s: a sign moved although nothing changed", step.name)
		}
		if err := step.do(); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		if !p.moved(t) {
			t.Errorf("%s: no sign moved", step.name)
		}
		if n := s.Counts()["findScenes"]; n != 2 || s.Total() != 2 {
			t.Errorf("%s: %v, want two probes of one request", step.name, s.Counts())
		}
	}
}

// The stamps of Stash are texts that begin with the time of a place, and a server may change
// its place, or its summer time, at any moment.
func TestARenameIsSeenAtTheNextProbeWhateverTheZone(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		clock := testkit.NewClock()
		w := sim.NewWorld(sim.Options{Seed: 5, Scenes: 5, Now: clock.Now})
		if err := w.Start(); err != nil {
			rt.Fatal(err)
		}
		defer func() { _ = w.Close() }()
		var tags []int
		for i := range rapid.IntRange(1, 60).Draw(rt, "tags") {
			tags = append(tags, w.Stash.TagID(fmt.Sprintf("Tag %d", i)))
		}
		p := prober{t: rt, c: client(w.Stash.URL(), "")}
		p.moved(t)
		alarms, steps := 0, rapid.IntRange(1, 12).Draw(rt, "steps")
		for step := range steps {
			clock.Pass(time.Duration(rapid.IntRange(0, 30*3600).Draw(rt, "seconds")) * time.Second)
			w.Stash.SetZone(time.FixedZone("", rapid.IntRange(-12*4, 14*4).Draw(rt, "zone")*900))
			if p.moved(t) {
				alarms++ // the list is read whole from now on, or no longer
			}
			n := rapid.SampledFrom([]int{1, 1, 2, 26, 60}).Draw(rt, "renames")
			for i := range n {
				if err := w.Stash.RenameTag(tags[rapid.IntRange(0, len(tags)-1).Draw(rt, "tag")], fmt.Sprintf("Name %d.%d", step, i)); err != nil {
					rt.Fatal(err)
				}
			}
			if !p.moved(t) {
				rt.Fatalf("step %d: %d renames moved no sign", step, n)
			}
		}
		if alarms > steps {
			rt.Errorf("%d alarms about nothing in %d steps", alarms, steps)
		}
	})
}

// day probes once a minute for a day, and after a failure when the budget allows it.
func day(t *testing.T, url string) (requests, failures int, last scene.Probe) {
	t.Helper()
	clock := testkit.NewClock()
	b := budget.New(clock.Now, func() float64 { return 0 })
	c := stash.New(stash.Options{URL: url, Budget: b})
	var known scene.Signs
	for range 24 * 60 {
		for {
			out, err := c.Probe(t.Context(), known)
			if err == nil {
				known, last = known.With(out.Signs), out
				break
			}
			failures++
			clock.Pass(max(time.Millisecond, b.Next(budget.Newest).Sub(clock.Now())))
		}
		clock.Pass(time.Minute)
	}
	return b.Requests(), failures, scene.Probe{Newest: last.Newest, Latest: last.Latest, Signs: known}
}

// minutes is how many requests a day of probes takes.
const minutes = 24 * 60

func TestASignThatFailsForADayTakesNothingWithIt(t *testing.T) {
	t.Parallel()
	all := []scene.ListKind{scene.TagList, scene.PerformerList, scene.StudioList, scene.GroupList}
	for name, tt := range map[string]struct {
		spoil   func(*sim.Stash)
		without []scene.ListKind
		spare   int // requests more than one a minute, the question for Stash's state included
		errs    int
	}{
		"nothing fails":                    {func(*sim.Stash) {}, nil, 0, 0},
		"tags fail":                        {func(s *sim.Stash) { s.SetBroken("findTags", errors.New("database is locked")) }, []scene.ListKind{scene.TagList}, 80, 0},
		"all lists fail":                   {func(s *sim.Stash) { breakAll(s) }, all, 80, 0},
		"no groups, but movies":            {func(s *sim.Stash) { s.SetLacking("findGroups", "findGroup") }, nil, 1, 0},
		"neither groups nor movies":        {func(s *sim.Stash) { s.SetLacking("findGroups", "findMovies") }, []scene.ListKind{scene.GroupList}, 80, 0},
		"no movies, as in a newer release": {func(s *sim.Stash) { s.SetLacking("findMovies") }, nil, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, _ := world(t, sim.Options{Seed: 6, Scenes: 30})
			tt.spoil(w.Stash)
			n, failures, last := day(t, w.Stash.URL())
			t.Logf("%d requests in a day, %d more than minutes", n, n-minutes)
			if n > minutes+tt.spare || failures > tt.errs {
				t.Errorf("%d requests and %d failures, want at most %d and %d", n, failures, minutes+tt.spare, tt.errs)
			}
			if last.Newest.Count != 30 || len(last.Latest) != 25 {
				t.Errorf("the scenes are %+v", last)
			}
			for _, list := range all {
				_, given := last.Signs[list]
				if want := !slices.Contains(tt.without, list); given != want {
					t.Errorf("the sign of %s was given: %v", list, given)
				}
			}
		})
	}
}

func breakAll(s *sim.Stash) {
	for _, f := range []string{"findTags", "findPerformers", "findStudios", "findGroups"} {
		s.SetBroken(f, errors.New("no such table"))
	}
}

const oneScene = `"findScenes":{"count":1,"scenes":[{"id":"3","updated_at":"2026-11-23T11:01:30Z","created_at":"x"}]}`

func lists(tags string) string {
	return `"findTags":` + tags + `,"findPerformers":{"count":0,"list":[]},"findStudios":{"count":0,"list":[]},"findGroups":{"count":0,"list":[]}`
}

func TestWhateverComesForASignTheScenesAreRead(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		body string // of an answer with signs; the scenes alone are always given
		code int
		tags bool // the sign of the tags is given
		most int  // requests
	}{
		"a list":                        {`{"data":{` + oneScene + `,` + lists(`{"count":1,"list":[{"id":"1","updated_at":"2020-01-01T00:00:00Z","name":"A"}]}`) + `}}`, 200, true, 1},
		"null":                          {`{"data":{` + oneScene + `,` + lists(`null`) + `}}`, 200, false, 1},
		"null for a list":               {`{"data":{` + oneScene + `,` + lists(`{"count":3,"list":null}`) + `}}`, 200, false, 1},
		"null for the number":           {`{"data":{` + oneScene + `,` + lists(`{"count":null,"list":[]}`) + `}}`, 200, false, 1},
		"fewer than none":               {`{"data":{` + oneScene + `,` + lists(`{"count":-1,"list":[]}`) + `}}`, 200, false, 1},
		"a text for the number":         {`{"data":{` + oneScene + `,` + lists(`{"count":"3","list":[]}`) + `}}`, 200, false, 1},
		"numbers for names":             {`{"data":{` + oneScene + `,` + lists(`{"count":3,"list":[1,2,3]}`) + `}}`, 200, false, 1},
		"nulls for names":               {`{"data":{` + oneScene + `,` + lists(`{"count":3,"list":[null,null,null]}`) + `}}`, 200, true, 1},
		"names without stamps":          {`{"data":{` + oneScene + `,` + lists(`{"count":900,"list":[{},{}]}`) + `}}`, 200, true, 1},
		"a list of lists":               {`{"data":{` + oneScene + `,` + lists(`[[]]`) + `}}`, 200, false, 1},
		"nothing":                       {`{"data":{` + oneScene + `}}`, 200, false, 1},
		"an error that leaves the rest": {`{"errors":[{"message":"x","path":["findTags"]}],"data":{` + oneScene + `,` + lists(`null`) + `}}`, 200, false, 1},
		"an error that takes the rest":  {`{"errors":[{"message":"x","path":["findTags"]}],"data":null}`, 200, false, 2},
		"an error of a name":            {`{"errors":[{"message":"x","path":["findTags","list",3,"name"]}],"data":null}`, 200, false, 2},
		"a refusal":                     {`{"errors":[{"message":"x","locations":[{"line":3,"column":3}]}],"data":null}`, 422, false, 2},
		"a refusal of line 99":          {`{"errors":[{"message":"x","locations":[{"line":99,"column":3}]}],"data":null}`, 422, false, 2},
		"a refusal without words":       {`{}`, 422, false, 2},
		"a refusal that is no JSON":     {`{"errors":`, 422, false, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := serve(t, func(a asked) answer {
				if strings.Contains(a.query, "findTags") {
					return answer{code: tt.code, body: tt.body}
				}
				return ok(`{"data":{` + oneScene + `}}`)
			})
			out, err := client(f.URL, "").Probe(t.Context(), nil)
			if err != nil || out.Newest.ID != 3 || out.Newest.Count != 1 || len(out.Latest) != 1 {
				t.Fatalf("got %+v, %v", out, err)
			}
			if _, given := out.Signs[scene.TagList]; given != tt.tags {
				t.Errorf("the sign of the tags was given: %v", given)
			}
			if len(f.log) > tt.most {
				t.Errorf("%d requests, want at most %d", len(f.log), tt.most)
			}
		})
	}
}

// What fails as a whole, and may do so because of the signs, is tried without them.
func TestAProbeThatFailsAsAWholeIsTriedWithoutSigns(t *testing.T) {
	t.Parallel()
	for name, spoilt := range map[string]answer{
		"an error status":        {code: 500, kind: "text/plain"},
		"a gateway that gave up": {code: 504, kind: "text/plain"},
		"too long":               {code: 413, kind: "text/plain"},
		"cut off":                ok(`{"data":{"findScenes":`),
		"an error without path":  ok(`{"errors":[{"message":"database is locked"}],"data":null}`),
		"no data":                ok(`{"data":null}`),
		"far more than wanted":   ok(`{"data":{` + oneScene + `,` + lists(`{"count":3,"list":[`+strings.Repeat(`{},`, 60_000)+`{}]}`) + `}}`),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := serve(t, func(a asked) answer {
				switch {
				case a.name == "State":
					return ok(okState)
				case strings.Contains(a.query, "findTags"):
					return spoilt
				}
				return ok(`{"data":{` + oneScene + `}}`)
			})
			n, failures, last := day(t, f.URL)
			t.Logf("%d requests in a day, %d failures", n, failures)
			if last.Newest.ID != 3 || len(last.Signs) > 0 {
				t.Errorf("got %+v", last)
			}
			if n > minutes+160 || failures > 80 {
				t.Errorf("%d requests and %d failures in a day", n, failures)
			}
		})
	}
}

func TestSignsComeBackAfterTheServerDid(t *testing.T) {
	t.Parallel()
	w, _ := world(t, sim.Options{Seed: 7, Scenes: 5})
	clock := testkit.NewClock()
	b := budget.New(clock.Now, func() float64 { return 0 })
	c := stash.New(stash.Options{URL: w.Stash.URL(), Budget: b})
	clear := w.Stash.Inject(sim.Fault{Effect: sim.Status, Status: 503})
	for range 30 {
		if _, err := c.Probe(t.Context(), nil); err == nil {
			t.Fatal("no error while the server is away")
		}
		clock.Pass(time.Minute)
	}
	clear()
	for i := range 3 {
		out, err := c.Probe(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if i > 0 && len(out.Signs) != 5 {
			t.Errorf("probe %d after the outage has %d signs", i+1, len(out.Signs))
		}
		clock.Pass(15 * time.Second)
	}
}

func TestALongListIsNeverReadWhole(t *testing.T) {
	t.Parallel()
	young := `{"id":"1","updated_at":"` + time.Now().UTC().Format(time.RFC3339) + `","name":"A"}`
	for name, tt := range map[string]struct {
		count int
		want  int // names asked for the next time
	}{"a few": {26, -1}, "5 000": {5000, -1}, "more": {5001, 25}, "none beyond": {25, 25}} {
		var asks []string
		f := serve(t, func(a asked) answer {
			asks = append(asks, a.query)
			return ok(`{"data":{` + oneScene + `,` + lists(fmt.Sprintf(`{"count":%d,"list":[%s]}`, tt.count, strings.Repeat(young+",", 24)+young)) + `}}`)
		})
		p := prober{t: t, c: client(f.URL, "")}
		p.moved(t)
		if p.moved(t) {
			t.Errorf("%s: moved", name)
		}
		if want := fmt.Sprintf("findTags(filter: {per_page: %d,", tt.want); !strings.Contains(asks[1], want) {
			t.Errorf("%s: asks %s, want %s", name, asks[1], want)
		}
	}
}

func TestAProbeSaysWhoseFaultItIs(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		body  string
		class fault.Class
	}{
		"the scenes fail":              {`{"errors":[{"message":"x","path":["findTags"]},{"message":"database is locked","path":["findScenes"]}],"data":null}`, fault.Busy},
		"the scenes are of other kind": {`{"data":{"findScenes":{"count":"many"}}}`, fault.Config},
		"a scene has no id":            {`{"data":{"findScenes":{"count":1,"scenes":[{"id":"x"}]}}}`, fault.Config},
	} {
		f := serve(t, func(a asked) answer {
			if a.name == "State" {
				return ok(okState)
			}
			return ok(tt.body)
		})
		_, err := client(f.URL, "").Probe(t.Context(), nil)
		if got := fault.Of(err); got == nil || got.Class != tt.class {
			t.Errorf("%s: %v, want %s", name, err, tt.class)
		}
	}
}

func TestAFileThatStashMovedIsAmongTheTouched(t *testing.T) {
	t.Parallel()
	clock := testkit.NewClock()
	w, c := world(t, sim.Options{Seed: 8, Scenes: 150, Now: clock.Now})
	clock.Pass(24 * time.Hour)
	known := scene.Signs{}
	probe := func() scene.Probe {
		t.Helper()
		out, err := c.Probe(t.Context(), known)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	for range 2 {
		out := probe()
		if len(out.Touched) > 0 {
			t.Errorf("touched lately: %v", out.Touched)
		}
		known = known.With(out.Signs)
		clock.Pass(time.Minute)
	}
	sc, _ := w.Stash.Scene(9)
	if err := w.Stash.MoveFile(sc.Files[0].ID, "/elsewhere/nine.mkv"); err != nil {
		t.Fatal(err)
	}
	out := probe()
	if !known.FilesMoved(out.Signs) || known.Moved(out.Signs) || len(out.Touched) != 1 || out.Touched[0].ID != 9 || out.Touched[0].Files[0].Path != "/elsewhere/nine.mkv" {
		t.Errorf("signs %v, touched %+v", out.Signs, out.Touched)
	}
	for id := 1; id <= 101; id++ {
		sc, _ := w.Stash.Scene(id)
		if err := w.Stash.MoveFile(sc.Files[0].ID, fmt.Sprintf("/elsewhere/%d.mkv", id)); err != nil {
			t.Fatal(err)
		}
	}
	if out = probe(); len(out.Touched) > 0 || out.Signs[scene.FileList].Count != 101 {
		t.Errorf("of 101 files that moved, %d are told; signs %v", len(out.Touched), out.Signs)
	}
}

func TestFilesThatCannotBeToldTakeNothingWithThem(t *testing.T) {
	t.Parallel()
	known := scene.Signs{scene.FileList: {Since: "2026-11-23T11:01:30"}}
	for name, touched := range map[string]string{
		"nothing":       `null`,
		"no list":       `{"count":3,"scenes":null}`,
		"no number":     `{"scenes":[]}`,
		"no files":      `{"count":1,"scenes":[{"id":"3","files":null}]}`,
		"no id":         `{"count":1,"scenes":[{"id":"x","files":[]}]}`,
		"another shape": `[]`,
	} {
		f := serve(t, func(asked) answer {
			return ok(`{"data":{` + oneScene + `,` + lists(`{"count":0,"list":[]}`) + `,"touched":` + touched + `}}`)
		})
		out, err := client(f.URL, "").Probe(t.Context(), known)
		if err != nil || out.Newest.ID != 3 || len(out.Signs) != 4 || len(out.Touched) > 0 || len(f.log) != 1 {
			t.Errorf("%s: got %+v, %v after %d requests", name, out, err, len(f.log))
		}
	}
	// An older Stash has no filter by files.
	f := serve(t, func(a asked) answer {
		if at := strings.Index(a.query, "files_filter"); at >= 0 {
			line := 1 + strings.Count(a.query[:at], "\n")
			return answer{code: 422, body: fmt.Sprintf(`{"errors":[{"message":"Field \"files_filter\" is not defined by type \"SceneFilterType\".","locations":[{"line":%d,"column":3}]}],"data":null}`, line)}
		}
		if strings.Contains(a.query, "findTags") {
			return ok(`{"data":{` + oneScene + `,` + lists(`{"count":0,"list":[]}`) + `}}`)
		}
		return ok(`{"data":{` + oneScene + `}}`)
	})
	n, failures, last := day(t, f.URL)
	if n > minutes+60 || failures > 0 || len(last.Signs) != 5 {
		t.Errorf("%d requests, %d failures, signs %v", n, failures, last.Signs)
	}
}

func TestSinceIsATextOfThePlaceOfStash(t *testing.T) {
	t.Parallel()
	for newest, want := range map[string]string{
		"2026-11-23T11:01:30Z":      "2026-11-23T14:30:00",
		"2026-11-23T11:01:30-05:00": "2026-11-23T09:30:00",
		"2026-11-23T11:01:30+13:00": "2026-11-24T03:30:00",
		"":                          "2026-11-23T02:30:00", // as early as anywhere
		"garbage":                   "2026-11-23T02:30:00",
	} {
		f := serve(t, func(asked) answer {
			a := ok(strings.Replace(`{"data":{`+oneScene+`}}`, "2026-11-23T11:01:30Z", newest, 1))
			a.head = map[string]string{"Date": "Mon, 23 Nov 2026 16:00:00 GMT"}
			return a
		})
		out, err := client(f.URL, "").Probe(t.Context(), nil)
		if err != nil || out.Signs[scene.FileList].Since != want {
			t.Errorf("%q: %v, %v, want %s", newest, out.Signs, err, want)
		}
	}
}
