package sim_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"lockstep/sync/sim"
)

func TestRemovedItemIsFoundAgainUnderANewKey(t *testing.T) {
	t.Parallel()
	w := sim.NewWorld(sim.Options{Scenes: 1, ScanTime: time.Millisecond})
	before, _ := w.Plex.Item("1")
	if err := w.Plex.Remove("1"); err != nil {
		t.Fatal(err)
	}
	equal(t, "missing", w.Expect()[1], sim.WhyMissing)
	w.Plex.Scan("1", "")
	after := w.Plex.ItemsAt(before.Files[0])
	equal(t, "new key", len(after) == 1 && after[0].RatingKey != "1", true)
	equal(t, "gone", errors.Is(w.Plex.PersonEdit("1", "title", "x"), nil), false)
}

func TestListNarrowsByTitleAndFile(t *testing.T) {
	t.Parallel()
	w := start(t, sim.Options{Scenes: 3})
	_ = w.Plex.PersonEdit("1", "title", "Fog")
	_ = w.Plex.PersonEdit("2", "title", "Fog at Sea")
	_ = w.Plex.PersonEdit("2", "year", "1999")
	keys := func(query string) []string {
		got := decode(t, plex(t, w, "GET", "/library/sections/1/all?type=1&X-Plex-Container-Size=50&"+query))
		return texts(t, at(t, got, "MediaContainer", "Metadata"), "ratingKey")
	}
	equal(t, "contains", keys("title=fog"), []string{"1", "2"})
	equal(t, "equals", keys("title==fog"), []string{"1"})
	equal(t, "file", keys("file=00003"), []string{"3"})
	equal(t, "by date of adding", keys("sort=addedAt:desc"), []string{"3", "2", "1"})
	got := at(t, decode(t, plex(t, w, "GET", "/library/metadata/2")), "MediaContainer", "Metadata", 0, "year")
	equal(t, "year is a number", got, any(1999.0))
}

func TestLockedPosterSurvivesARefresh(t *testing.T) {
	t.Parallel()
	w := start(t, sim.Options{Scenes: 2})
	if err := w.Plex.PersonPoster("1", sim.DrawCover(3)); err != nil {
		t.Fatal(err)
	}
	mine := item1(t, w).Poster
	upload(t, w, "posters", sim.DrawCover(4))
	_ = w.Plex.SetLock("1", "thumb", false)
	equal(t, "refresh", plex(t, w, "PUT", "/library/metadata/1/refresh").status, 200)
	equal(t, "the frame again", strings.HasPrefix(item1(t, w).Poster, "media://"), true)
	equal(t, "violation", w.Plex.Violations(), []string{"a metadata refresh of item 1"})
	_ = w.Plex.PersonPoster("1", sim.DrawCover(3))
	_ = w.Plex.RefreshMetadata("1")
	equal(t, "kept", item1(t, w).Poster, mine)
	equal(t, "no such item", plex(t, w, "PUT", "/library/metadata/99/refresh").status, 404)
}

func TestSettingsOfTheServer(t *testing.T) {
	t.Parallel()
	w := start(t, sim.Options{Library: "Films", StashRoot: "/s", PlexRoot: "/p"})
	equal(t, "roots", []string{w.StashRoot(), w.PlexRoot(), w.Library()}, []string{"/s", "/p", "Films"})
	id := w.Plex.AddLibrary("More", "/more", "/yet more")
	got := decode(t, plex(t, w, "GET", "/library/sections"))
	equal(t, "libraries", texts(t, at(t, got, "MediaContainer", "Directory"), "title"), []string{"Films", sim.ArchiveLibrary, sim.RadioLibrary, "More"})
	equal(t, "folders", texts(t, at(t, got, "MediaContainer", "Directory", 3, "Location"), "path"), []string{"/more", "/yet more"})
	key, err := w.Plex.Add(id, "/more/x.mkv")
	equal(t, "added", err == nil && slices.Contains(w.Plex.RatingKeys(id), key), true)
	old := w.Plex.Token()
	w.Plex.SetToken("fresh")
	equal(t, "old token", send(t, "GET", w.Plex.URL()+"/library", map[string]string{"X-Plex-Token": old}, "").status, 401)
	equal(t, "new token", plex(t, w, "GET", "/library").status, 200)
	equal(t, "second start", w.Plex.Start("") != nil, true)
}

func TestDroppedConnectionsEndSocketsNotTheServer(t *testing.T) {
	t.Parallel()
	w := start(t, sim.Options{})
	conn := listen(t, w)
	w.Plex.DropConnections()
	if _, _, err := conn.Read(t.Context()); err == nil {
		t.Fatal("the socket survived")
	}
	eventually(t, "left", func() bool { return w.Plex.Listeners() == 0 })
	equal(t, "goes on", plex(t, w, "GET", "/identity").status, 200)
	equal(t, "peak", w.Plex.Peak() >= 1, true)
}

func TestApprovedPINsYieldTheAccountToken(t *testing.T) {
	t.Parallel()
	w := start(t, sim.Options{})
	header := map[string]string{"X-Plex-Client-Identifier": "c1"}
	equal(t, "code", strings.Contains(send(t, "POST", w.Plex.URL()+"/api/v2/pins", header, "").body, `"code":"K000"`), true)
	page := send(t, "GET", w.Plex.URL()+"/auth", nil, "")
	equal(t, "page", page.status == 200 && strings.Contains(page.body, "<button>Confirm</button>"), true)
	equal(t, "unconfirmed", strings.Contains(send(t, "GET", w.Plex.URL()+"/api/v2/pins/111222333", header, "").body, `"authToken":null`), true)
	equal(t, "confirmed", send(t, "POST", w.Plex.URL()+"/auth", nil, "").status, 200)
	got := send(t, "GET", w.Plex.URL()+"/api/v2/pins/111222333", header, "")
	equal(t, "token", strings.Contains(got.body, w.Plex.AccountToken()), true)
	header["X-Plex-Client-Identifier"] = "another"
	equal(t, "of another client", send(t, "GET", w.Plex.URL()+"/api/v2/pins/111222333", header, "").status, 404)
}
