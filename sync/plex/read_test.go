package plex_test

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"lockstep/sync/fault"
	"lockstep/sync/scene"
)

func TestIdentityReadsBothForms(t *testing.T) {
	t.Parallel()
	want := scene.Identity{Machine: "0123abcd", Version: "1.43.3.10793-cd55b6a60", Claimed: true}
	starting := want
	starting.StartState = "startingPlugins"
	tests := map[string]struct {
		body string
		want scene.Identity
	}{
		"JSON":             {`{"MediaContainer":{"size":0,"claimed":true,"machineIdentifier":"0123abcd","version":"1.43.3.10793-cd55b6a60"}}`, want},
		"JSON, quoted":     {`{"MediaContainer":{"claimed":"1","machineIdentifier":"0123abcd","version":"1.43.3.10793-cd55b6a60"}}`, want},
		"JSON with mark":   {"\ufeff" + ` {"MediaContainer":{"claimed":1,"machineIdentifier":"0123abcd","version":"1.43.3.10793-cd55b6a60"}}`, want},
		"XML":              {`<?xml version="1.0" encoding="UTF-8"?><MediaContainer size="0" claimed="1" machineIdentifier="0123abcd" version="1.43.3.10793-cd55b6a60"/>`, want},
		"XML, starting up": {`<MediaContainer startState="startingPlugins" claimed="1" machineIdentifier="0123abcd" version="1.43.3.10793-cd55b6a60"/>`, starting},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := client(t, serve(t, says(200, tc.body)).URL).Identity(context.Background())
			if err != nil || got != tc.want {
				t.Errorf("got %+v, %v, want %+v", got, err, tc.want)
			}
		})
	}
}

func TestSectionsReadBothForms(t *testing.T) {
	t.Parallel()
	want := []scene.Section{
		{ID: "1", Title: "Nature Films", Type: "movie", Agent: "tv.plex.agents.none", Scanner: "Plex Video Files", Refreshing: true, Locations: []string{"/data/films", "/data/more"}},
		{ID: "2", Title: "Harbours", Type: "show", Locations: []string{"/data/harbours"}},
	}
	tests := map[string]string{
		"JSON": `{"MediaContainer":{"size":2,"Directory":[
			{"key":"1","type":"movie","title":"Nature Films","agent":"tv.plex.agents.none","scanner":"Plex Video Files","refreshing":true,"Location":[{"id":1,"path":"/data/films"},{"id":2,"path":"/data/more"}]},
			{"key":2,"type":"show","title":"Harbours","refreshing":0,"Location":{"id":3,"path":"/data/harbours"}}]}}`,
		"XML": `<MediaContainer size="2"><Directory key="1" type="movie" title="Nature Films" agent="tv.plex.agents.none" scanner="Plex Video Files" refreshing="1"><Location id="1" path="/data/films"/><Location id="2" path="/data/more"/></Directory>
			<Directory key="2" type="show" title="Harbours" refreshing="0"><Location id="3" path="/data/harbours"/></Directory></MediaContainer>`,
	}
	for name, body := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := client(t, serve(t, says(200, body)).URL).Sections(context.Background())
			if err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("got %+v, %v, want %+v", got, err, want)
			}
		})
	}
}

var tides = scene.Item{
	RatingKey: "55", Section: "1", GUID: "local://55", Title: "300", Studio: "Shoreline", Summary: "Rock pools.\nLow water.", Date: "2008-04-10",
	Year: 2008, Rating: "8.5", Performers: []string{"Ada Reed"}, Tags: []string{"Sea", "Dawn & Dusk"}, Labels: []string{"Kept"},
	Locked: map[string]bool{"title": true, "genre": true}, Files: []string{"/data/films/a.mkv", "/data/films/a-cd2.mkv", "/data/films/a-4k.mkv"},
	Thumb: "/library/metadata/55/thumb/1", UpdatedAt: 1579514152, AddedAt: 1579514088, Detailed: true,
}

func TestItemsReadBothForms(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"JSON with uneven types and names that differ by case only": `{"MediaContainer":{"size":1,"Metadata":[{"ratingKey":"55","librarySectionID":"1","guid":"local://55","title":300,
			"studio":"Shoreline","summary":"Rock pools.\nLow water.","originallyAvailableAt":"2008-04-10","year":"2008","userRating":8.5,"tagline":null,
			"thumb":"/library/metadata/55/thumb/1","updatedAt":1579514152.0,"addedAt":"1579514088",
			"Guid":[{"id":"imdb://1"}],"Studio":{"tag":"x"},"Rating":[{"value":1}],
			"Role":{"tag":"Ada Reed"},"Genre":[{"id":1,"tag":"Sea"},{"tag":"Dawn & Dusk"}],"Label":[{"tag":"Kept"}],
			"Field":[{"locked":true,"name":"title"},{"locked":"1","name":"genre"},{"locked":false,"name":"studio"}],
			"Media":[{"Part":[{"file":"/data/films/a.mkv"},{"file":"/data/films/a-cd2.mkv"}]},{"Part":{"file":"/data/films/a-4k.mkv"}}]}]}}`,
		"XML": `<MediaContainer size="1" librarySectionID="1"><Video ratingKey="55" guid="local://55" title="300" studio="Shoreline" summary="Rock pools.&#10;Low water." originallyAvailableAt="2008-04-10"
			year="2008" userRating="8.5" thumb="/library/metadata/55/thumb/1" updatedAt="1579514152" addedAt="1579514088">
			<Media id="1"><Part file="/data/films/a.mkv"/><Part file="/data/films/a-cd2.mkv"/></Media><Media><Part file="/data/films/a-4k.mkv"/></Media>
			<Genre tag="Sea"/><Genre tag="Dawn &amp; Dusk"/><Role tag="Ada Reed"/><Label tag="Kept"/><Field locked="1" name="title"/><Field locked="1" name="genre"/></Video></MediaContainer>`,
	}
	for name, body := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := client(t, serve(t, says(200, body)).URL).Items(context.Background(), []string{"55"})
			if err != nil || !reflect.DeepEqual(got, map[string]scene.Item{"55": tides}) {
				t.Errorf("got %+v, %v, want %+v", got["55"], err, tides)
			}
		})
	}
}

func TestItemsAsksForAHundredAtATimeAndKeepsWhatIsFound(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		ids := strings.Split(strings.TrimPrefix(r.URL.Path, "/library/metadata/"), ",")
		if !slices.Contains(ids, "1000") {
			w.WriteHeader(404)
			return
		}
		says(200, `{"MediaContainer":{"Metadata":[{"ratingKey":"1000","title":"Fog"},{"ratingKey":"7","title":"not asked for"}]}}`)(w, r)
	})
	var ids []string
	for i := range 250 {
		ids = append(ids, strconv.Itoa(1000+i), strconv.Itoa(1000+i))
	}
	got, err := client(t, s.URL).Items(context.Background(), ids)
	if err != nil || len(got) != 1 || got["1000"].Title != "Fog" {
		t.Fatalf("got %v, %v, want only item 1000", got, err)
	}
	if n := len(s.requests()); n != 4 { // what was missing beside an item was asked for once more
		t.Errorf("%d requests for 250 different keys, want 4", n)
	}
	if _, err := client(t, s.URL).Items(context.Background(), []string{"1/../2"}); !fault.Is(err, fault.Local) {
		t.Errorf("a key that is no number: got %v, want a local fault", err)
	}
}

// library serves n items in pages, at most most at a time.
func library(n, most int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		start, _ := strconv.Atoi(r.Header.Get("X-Plex-Container-Start"))
		size, err := strconv.Atoi(r.Header.Get("X-Plex-Container-Size"))
		if err != nil {
			size = n
		}
		var items []string
		for i := start; i < min(n, start+min(size, most)); i++ {
			items = append(items, fmt.Sprintf(`{"ratingKey":"%d","title":"Reel %d"}`, i+1, i+1))
		}
		fmt.Fprintf(w, `{"MediaContainer":{"size":%d,"totalSize":%d,"offset":%d,"librarySectionID":3,"Metadata":[%s]}}`, len(items), n, start, strings.Join(items, ","))
	}
}

func TestListAdvancesByWhatArrives(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		n, most, size, requests int
	}{
		"empty library":            {0, 500, 0, 1},
		"one page":                 {500, 500, 0, 1},
		"one more than a page":     {501, 500, 0, 2},
		"server sends fewer":       {25, 10, 20, 3},
		"size above the bound":     {1500, 5000, 5000, 2},
		"size of the caller's own": {9, 500, 3, 3},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, library(tc.n, tc.most))
			var got []scene.Item
			err := client(t, s.URL).List(context.Background(), "3", scene.Listing{PageSize: tc.size}, func(p scene.ItemPage) (bool, error) {
				if p.Offset != len(got) || p.Total != tc.n {
					t.Errorf("page at %d of %d, want %d of %d", p.Offset, p.Total, len(got), tc.n)
				}
				got = append(got, p.Items...)
				return true, nil
			})
			if err != nil || len(got) != tc.n || len(s.requests()) != tc.requests {
				t.Fatalf("got %d items in %d requests, %v, want %d in %d", len(got), len(s.requests()), err, tc.n, tc.requests)
			}
			if tc.n > 0 && (got[0].Section != "3" || got[0].Detailed) {
				t.Errorf("got %+v, want section 3 and not detailed", got[0])
			}
		})
	}
}

func TestListEndsAtAServerThatIgnoresPaging(t *testing.T) {
	t.Parallel()
	s := serve(t, says(200, `{"MediaContainer":{"size":2,"Metadata":[{"ratingKey":"1"},{"ratingKey":"2"}]}}`))
	n := 0
	err := client(t, s.URL).List(context.Background(), "1", scene.Listing{PageSize: 1}, func(p scene.ItemPage) (bool, error) {
		n += len(p.Items)
		return true, nil
	})
	if err != nil || n != 2 || len(s.requests()) != 1 {
		t.Errorf("got %d items in %d requests, %v, want 2 in 1", n, len(s.requests()), err)
	}
}

func TestListStopsWhenTheCallerHasEnough(t *testing.T) {
	t.Parallel()
	s := serve(t, library(100, 500))
	err := client(t, s.URL).List(context.Background(), "1", scene.Listing{NewestFirst: true, Lean: true, PageSize: 10}, func(scene.ItemPage) (bool, error) { return false, nil })
	got := s.requests()
	want := "type=1&sort=updatedAt:desc&excludeElements=Genre%2CCountry%2CDirector%2CWriter%2CCollection%2CRole%2CRating%2CGuid%2CImage%2CUltraBlurColors&excludeFields=summary%2Ctagline"
	if err != nil || len(got) != 1 || got[0].query != want {
		t.Errorf("got %v, %v, want one request with %s", got, err, want)
	}
}

func TestSizeTakesTheTotalOnly(t *testing.T) {
	t.Parallel()
	s := serve(t, library(1234, 500))
	n, err := client(t, s.URL).Size(context.Background(), "1")
	if err != nil || n != 1234 {
		t.Fatalf("got %d, %v, want 1234", n, err)
	}
	if h := s.requests()[0].header; h.Get("X-Plex-Container-Size") != "0" || h.Get("X-Plex-Container-Start") != "0" {
		t.Errorf("got paging headers %v, want size 0 from 0", h)
	}
}

func TestReadyAndProbe(t *testing.T) {
	t.Parallel()
	const who = `{"MediaContainer":{"machineIdentifier":"m1","version":"1.2"%s}}`
	tests := map[string]struct {
		identity string
		code     int
		sections string
		ready    fault.Class
		probe    fault.Class
		requests int
	}{
		"up":            {fmt.Sprintf(who, ""), 200, `{"MediaContainer":{"Directory":[{"key":"1"}]}}`, "", "", 2},
		"starting":      {fmt.Sprintf(who, `,"startState":"starting"`), 400, "the server is still starting up", fault.Unreachable, fault.Unreachable, 1},
		"start state":   {fmt.Sprintf(who, ""), 200, `{"MediaContainer":{"startState":"starting"}}`, fault.Unreachable, fault.Unreachable, 2},
		"token refused": {fmt.Sprintf(who, ""), 401, "", fault.Unauthorized, fault.Unauthorized, 2},
		"proxy alone":   {fmt.Sprintf(who, ""), 404, "404 page not found", fault.Unreachable, fault.Unreachable, 2},
		"broken":        {fmt.Sprintf(who, ""), 500, "", fault.Unreachable, fault.Unreachable, 2},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/identity" {
					says(200, tc.identity)(w, r)
					return
				}
				says(tc.code, tc.sections)(w, r)
			})
			_, list, err := client(t, s.URL).Ready(context.Background())
			n := len(s.requests())
			if (tc.ready == "") != (err == nil) || (err != nil && !fault.Is(err, tc.ready)) || (err == nil && len(list) != 1) {
				t.Errorf("Ready: got %v, %v, want %q", list, err, tc.ready)
			}
			if n != tc.requests {
				t.Errorf("Ready: %d requests, want %d", n, tc.requests)
			}
			err = client(t, s.URL).Probe(context.Background())
			if (tc.probe == "") != (err == nil) || (err != nil && !fault.Is(err, tc.probe)) {
				t.Errorf("Probe: got %v, want %q", err, tc.probe)
			}
			if got := len(s.requests()) - n; got != 1 {
				t.Errorf("Probe: %d requests, want 1", got)
			}
		})
	}
}

func TestScanningTellsWhichLibrary(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		activities, sections string
		want                 bool
	}{
		"ours":         {activities: `{"MediaContainer":{"Activity":[{"type":"library.update.section","Context":{"librarySectionID":"1"}}]}}`, want: true},
		"another":      {activities: `{"MediaContainer":{"Activity":[{"type":"library.update.section","Context":{"librarySectionID":2}}]}}`},
		"not yet told": {activities: `<MediaContainer><Activity type="library.update.section"/></MediaContainer>`, want: true},
		"another task": {activities: `{"MediaContainer":{"Activity":[{"type":"media.optimize"}]}}`},
		"none":         {activities: `{"MediaContainer":{"size":0}}`},
		"not listed":   {sections: `{"MediaContainer":{"Directory":[{"key":"1","refreshing":true}]}}`, want: true},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, func(w http.ResponseWriter, r *http.Request) {
				body := map[string]string{"/activities": tc.activities, "/library/sections": tc.sections}[r.URL.Path]
				if body == "" {
					w.WriteHeader(404)
				}
				_, _ = w.Write([]byte(body))
			})
			got, err := client(t, s.URL).Scanning(context.Background(), "1")
			if err != nil || got != tc.want {
				t.Errorf("got %v, %v, want %v", got, err, tc.want)
			}
		})
	}
}

func TestScanNamesAFolder(t *testing.T) {
	t.Parallel()
	s := serve(t, says(200, ""))
	c := client(t, s.URL)
	if err := c.Scan(context.Background(), "4", "/data/Night & Day+1"); err != nil {
		t.Fatal(err)
	}
	if got := s.requests()[0]; got.path != "/library/sections/4/refresh" || got.query != "path=%2Fdata%2FNight%20%26%20Day%2B1" {
		t.Errorf("got %s?%s", got.path, got.query)
	}
	for name, err := range map[string]error{
		"no folder":  c.Scan(context.Background(), "4", ""),
		"no library": c.Scan(context.Background(), "", "/data"),
	} {
		if !fault.Is(err, fault.Local) || len(s.requests()) != 1 {
			t.Errorf("%s: got %v after %d requests, want a local fault without request", name, err, len(s.requests()))
		}
	}
}

func TestEveryRequestIntroducesItself(t *testing.T) {
	t.Parallel()
	s := serve(t, says(200, `{"MediaContainer":{"machineIdentifier":"m"}}`))
	c := client(t, strings.Replace(s.URL, "http://", "", 1)+"/proxy/web/index.html?X-Plex-Token=old#!/settings")
	if _, err := c.Identity(context.Background()); err != nil {
		t.Fatal(err)
	}
	got := s.requests()[0]
	if got.path != "/proxy/identity" || got.query != "" {
		t.Errorf("got %s?%s, want /proxy/identity", got.path, got.query)
	}
	for name, want := range map[string]string{
		"X-Plex-Token": canary, "X-Plex-Client-Identifier": "0b9c", "X-Plex-Product": "Lockstep", "X-Plex-Version": "1.2.3",
		"Accept": "application/json", "Idempotency-Key": "",
	} {
		if got.header.Get(name) != want {
			t.Errorf("%s is %q, want %q", name, got.header.Get(name), want)
		}
	}
	for _, name := range []string{"X-Plex-Platform", "X-Plex-Platform-Version", "X-Plex-Device", "X-Plex-Device-Name"} {
		if got.header.Get(name) == "" {
			t.Errorf("%s is missing", name)
		}
	}
}
