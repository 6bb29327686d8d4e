package sim_test

import (
	"encoding/xml"
	"fmt"
	"strings"
	"testing"
	"time"

	"lockstep/sync/sim"
)

func TestUnauthorizedBodyIsTheRealOne(t *testing.T) {
	t.Parallel()
	w := start(t, sim.Options{})
	for name, header := range map[string]map[string]string{"none": nil, "wrong": {"X-Plex-Token": "x", "Accept": "application/json"}} {
		got := send(t, "GET", w.Plex.URL()+"/library/sections", header, "")
		equal(t, name, got.status, 401)
		equal(t, "length", len(got.body), 193)
		equal(t, "type", got.header.Get("Content-Type"), "text/html")
	}
	equal(t, "in the query", send(t, "GET", w.Plex.URL()+"/library/sections?X-Plex-Token="+w.Plex.Token(), nil, "").status, 200)
	equal(t, "identity without", send(t, "GET", w.Plex.URL()+"/identity", nil, "").status, 200)
	w.Plex.SetUnclaimed(true)
	equal(t, "unclaimed", send(t, "GET", w.Plex.URL()+"/library/sections", nil, "").status, 200)
}

func TestAnswersAreXMLUnlessJSONIsAsked(t *testing.T) {
	t.Parallel()
	w := start(t, sim.Options{Scenes: 2})
	got := send(t, "GET", w.Plex.URL()+"/library/metadata/1,2", map[string]string{"X-Plex-Token": w.Plex.Token()}, "")
	var tree struct {
		Size  int `xml:"size,attr"`
		Video []struct {
			RatingKey string `xml:"ratingKey,attr"`
			Part      struct {
				File string `xml:"file,attr"`
			} `xml:"Media>Part"`
		}
	}
	if err := xml.Unmarshal([]byte(got.body), &tree); err != nil {
		t.Fatal(err)
	}
	item, _ := w.Plex.Item("2")
	equal(t, "size", tree.Size, 2)
	equal(t, "file", tree.Video[1].Part.File, item.Files[0])
	json := decode(t, plex(t, w, "GET", "/library/metadata/2"))
	equal(t, "key is text", at(t, json, "MediaContainer", "Metadata", 0, "ratingKey"), any("2"))
	equal(t, "stamp is a number", at(t, json, "MediaContainer", "Metadata", 0, "updatedAt"), any(float64(item.UpdatedAt)))
	equal(t, "file", at(t, json, "MediaContainer", "Metadata", 0, "Media", 0, "Part", 0, "file"), any(item.Files[0]))
	sections := decode(t, plex(t, w, "GET", "/library/sections"))
	equal(t, "section key is text", at(t, sections, "MediaContainer", "Directory", 0, "key"), any("1"))
	equal(t, "bool", at(t, sections, "MediaContainer", "Directory", 0, "refreshing"), any(false))
}

func TestBatchReturnsTheFoundSubset(t *testing.T) {
	t.Parallel()
	w := start(t, sim.Options{Scenes: 2})
	got := decode(t, plex(t, w, "GET", "/library/metadata/2,424242,1?skipRefresh=1"))
	equal(t, "found", texts(t, at(t, got, "MediaContainer", "Metadata"), "ratingKey"), []string{"2", "1"})
	none := plex(t, w, "GET", "/library/metadata/424242")
	equal(t, "none", none.status, 404)
	equal(t, "HTML", strings.HasPrefix(none.body, "<html>"), true)
}

func TestListPages(t *testing.T) {
	t.Parallel()
	w := start(t, sim.Options{Seed: 5, Scenes: 7})
	const list = "/library/sections/1/all?type=1"
	page := decode(t, plex(t, w, "GET", list+"&X-Plex-Container-Start=5&X-Plex-Container-Size=5"))
	equal(t, "size", at(t, page, "MediaContainer", "size"), any(2.0))
	equal(t, "total", at(t, page, "MediaContainer", "totalSize"), any(7.0))
	header := map[string]string{"X-Plex-Token": w.Plex.Token(), "Accept": "application/json", "X-Plex-Container-Start": "0", "X-Plex-Container-Size": "0"}
	empty := send(t, "GET", w.Plex.URL()+list, header, "")
	equal(t, "total in the header", empty.header.Get("X-Plex-Container-Total-Size"), "7")
	equal(t, "no items", at(t, decode(t, empty), "MediaContainer", "Metadata"), nil)
	equal(t, "no violation yet", w.Plex.Violations(), []string{})
	all := decode(t, plex(t, w, "GET", list))
	equal(t, "unpaged has no total", at(t, all, "MediaContainer", "totalSize"), nil)
	equal(t, "violation", len(w.Plex.Violations()), 1)
	equal(t, "unknown section", plex(t, w, "GET", "/library/sections/9/all").status, 404)
	equal(t, "other type", at(t, decode(t, plex(t, w, "GET", "/library/sections/1/all?type=2&X-Plex-Container-Size=9")), "MediaContainer", "size"), any(0.0))
	w.Plex.SetQuirks(func(q *sim.Quirks) { q.MaxPage = 3 })
	short := decode(t, plex(t, w, "GET", list+"&X-Plex-Container-Size=500"))
	equal(t, "served short", at(t, short, "MediaContainer", "size"), any(3.0))
}

func TestListSortsAndFiltersByStampUnlessTheEqualSignIsEncoded(t *testing.T) {
	t.Parallel()
	c := &clock{time.Unix(1_900_000_000, 0)}
	w := start(t, sim.Options{Seed: 5, Scenes: 5, Now: c.now})
	for i, key := range []string{"4", "2"} {
		c.at = time.Unix(1_900_000_000+int64(i), 0)
		if err := w.Plex.PersonEdit(key, "tagline", "x"); err != nil {
			t.Fatal(err)
		}
	}
	keys := func(query string) []string {
		got := decode(t, plex(t, w, "GET", "/library/sections/1/all?type=1&X-Plex-Container-Size=50&sort=updatedAt:desc&"+query))
		return texts(t, at(t, got, "MediaContainer", "Metadata"), "ratingKey")
	}
	equal(t, "newest first", keys("")[:2], []string{"2", "4"})
	equal(t, "after, encoded", keys("updatedAt%3E%3E=1899999999"), []string{"2", "4"})
	equal(t, "after is strict", keys("updatedAt>>=1900000000"), []string{"2"})
	equal(t, "last = encoded: ignored", len(keys("updatedAt%3E%3D=1900000000")), 5)
	equal(t, "all encoded: ignored", len(keys("updatedAt%3E%3E%3D1900000000")), 5)
}

func TestListHasNoLabelsNoLocksAndTruncatedTags(t *testing.T) {
	t.Parallel()
	w := start(t, sim.Options{Scenes: 1})
	for kind, n := range map[string]int{"genre": 5, "actor": 5, "label": 2} {
		var names []string
		for i := range n {
			names = append(names, fmt.Sprintf("%s %d", kind, i))
		}
		if err := w.Plex.PersonTags("1", kind, names...); err != nil {
			t.Fatal(err)
		}
	}
	sizes := func(path string) string {
		m := at(t, decode(t, plex(t, w, "GET", path)), "MediaContainer", "Metadata", 0)
		out := ""
		for _, name := range []string{"Genre", "Role", "Label", "Field", "Media"} {
			list, _ := at(t, m, name).([]any)
			out += fmt.Sprint(len(list), " ")
		}
		return out
	}
	const list = "/library/sections/1/all?type=1&X-Plex-Container-Size=9"
	equal(t, "list", sizes(list), "2 3 0 0 1 ")
	equal(t, "detail", sizes("/library/metadata/1"), "5 5 2 3 1 ")
	equal(t, "list without", sizes(list+"&excludeElements=Media,Role"), "2 0 0 0 0 ")
	equal(t, "detail with only", sizes("/library/metadata/1?includeElements=Media,Field"), "0 0 0 3 1 ")
	got := at(t, decode(t, plex(t, w, "GET", list+"&excludeFields=summary,title")), "MediaContainer", "Metadata", 0)
	equal(t, "excluded field", at(t, got, "title"), nil)
}

func TestVersionsAndPartsAreAllListed(t *testing.T) {
	t.Parallel()
	w := start(t, sim.Options{Scenes: 1})
	_ = w.Plex.AddPart("1", "/media/nature/b.mkv", false)
	_ = w.Plex.AddPart("1", "/media/nature/b-cd2.mkv", true)
	it, _ := w.Plex.Item("1")
	equal(t, "versions", it.Versions, 2)
	equal(t, "files", len(it.Files), 3)
	media := at(t, decode(t, plex(t, w, "GET", "/library/metadata/1")), "MediaContainer", "Metadata", 0, "Media")
	equal(t, "parts", texts(t, at(t, media, 1, "Part"), "file"), []string{"/media/nature/b.mkv", "/media/nature/b-cd2.mkv"})
}

func TestStartUpAndMaintenance(t *testing.T) {
	t.Parallel()
	w := start(t, sim.Options{})
	clear := w.Plex.Inject(sim.Fault{Effect: sim.Starting})
	equal(t, "state", at(t, decode(t, plex(t, w, "GET", "/identity")), "MediaContainer", "startState"), any("starting"))
	got := plex(t, w, "GET", "/library/sections")
	equal(t, "elsewhere", got.status, 400)
	equal(t, "words", got.body, "the server is still starting up")
	clear()
	equal(t, "gone", at(t, decode(t, plex(t, w, "GET", "/identity")), "MediaContainer", "startState"), nil)
	w.Plex.Inject(sim.Fault{Effect: sim.Maintenance, Count: 1})
	got = plex(t, w, "GET", "/identity")
	equal(t, "maintenance", got.status, 503)
	equal(t, "XML", strings.Contains(got.body, `<Response code="503" title="Maintenance"`), true)
	equal(t, "then fine", plex(t, w, "GET", "/identity").status, 200)
	equal(t, "machine", at(t, decode(t, plex(t, w, "GET", "/identity")), "MediaContainer", "machineIdentifier"), any(w.Plex.MachineID()))
	w.Plex.SetMachineID("another")
	equal(t, "another machine", at(t, decode(t, plex(t, w, "GET", "/")), "MediaContainer", "machineIdentifier"), any("another"))
}
