package sim_test

import (
	"net/url"
	"testing"

	"lockstep/sync/sim"
)

// TestCollectionTagsMakeCollections: a tag in an edit makes the item a member of a collection of that title within its
// section; the last member takes it along.
func TestCollectionTagsMakeCollections(t *testing.T) {
	t.Parallel()
	w := start(t, sim.Options{Seed: 1, Scenes: 3})
	add := func(ids, name string) {
		got := plex(t, w, "PUT", "/library/sections/1/all?type=1&id="+ids+"&collection%5B0%5D.tag.tag="+url.QueryEscape(name)+"&collection.locked=1")
		equal(t, "edit", got.status, 200)
	}
	add("1,3", "Harbours, big")
	add("2", "Coasts")
	for _, path := range []string{"/library/sections/1/all?type=18", "/library/sections/1/collections"} {
		list := at(t, decode(t, plex(t, w, "GET", path+withPage(path))), "MediaContainer", "Metadata")
		equal(t, path, texts(t, list, "title"), []string{"Coasts", "Harbours, big"})
		key := at(t, list, 1, "key").(string)
		children := at(t, decode(t, plex(t, w, "GET", key)), "MediaContainer", "Metadata")
		equal(t, "children", len(texts(t, children, "ratingKey")), 2)
		id := at(t, list, 1, "ratingKey").(string)
		for _, one := range []string{"/library/collections/", "/library/metadata/"} {
			equal(t, one, at(t, decode(t, plex(t, w, "GET", one+id)), "MediaContainer", "Metadata", 0, "childCount"), any("2"))
		}
	}
	equal(t, "elsewhere", plex(t, w, "GET", "/library/sections/9/collections").status, 404)
	plex(t, w, "PUT", "/library/sections/1/all?type=1&id=2&collection%5B%5D.tag.tag-=Coasts")
	list := at(t, decode(t, plex(t, w, "GET", "/library/sections/1/collections")), "MediaContainer", "Metadata")
	equal(t, "without members", texts(t, list, "title"), []string{"Harbours, big"})
	equal(t, "movies", len(w.Plex.Violations()), 0)
}

func withPage(path string) string {
	if path == "/library/sections/1/all?type=18" {
		return "&X-Plex-Container-Start=0&X-Plex-Container-Size=50"
	}
	return ""
}

func TestAScanCanBeCancelled(t *testing.T) {
	t.Parallel()
	w := start(t, sim.Options{Seed: 1, Scenes: 1, ScanTime: 1 << 40})
	equal(t, "scan", plex(t, w, "GET", "/library/sections/1/refresh").status, 200)
	scans := func() any { return at(t, decode(t, plex(t, w, "GET", "/activities")), "MediaContainer", "size") }
	equal(t, "running", scans(), any(1.0))
	equal(t, "cancel", plex(t, w, "DELETE", "/library/sections/1/refresh").status, 200)
	eventually(t, "the scan ends", func() bool { return scans() == any(0.0) })
	equal(t, "unknown section", plex(t, w, "DELETE", "/library/sections/9/refresh").status, 404)
}
