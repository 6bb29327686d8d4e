package sim_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"lockstep/sync/sim"
)

func upload(t *testing.T, w *sim.World, what string, data []byte) int {
	t.Helper()
	return send(t, "POST", w.Plex.URL()+"/library/metadata/1/"+what, map[string]string{"X-Plex-Token": w.Plex.Token()}, string(data)).status
}

func TestUploadedImagesAreAddressedByContent(t *testing.T) {
	t.Parallel()
	w := start(t, sim.Options{Scenes: 1})
	one, two := sim.DrawCover(1), sim.DrawCover(2)
	equal(t, "upload", upload(t, w, "posters", one), 200)
	first := item1(t, w).Poster
	equal(t, "key", strings.HasPrefix(first, "upload://posters/") && len(first) == len("upload://posters/")+40, true)
	upload(t, w, "posters", two)
	upload(t, w, "posters", one)
	list := at(t, decode(t, plex(t, w, "GET", "/library/metadata/1/posters")), "MediaContainer", "Metadata")
	equal(t, "two uploads and the frame", len(list.([]any)), 3)
	equal(t, "selected", at(t, list, 0, "selected"), any(true))
	got := plex(t, w, "PUT", "/library/metadata/1/poster?url="+strings.ReplaceAll(texts(t, list, "ratingKey")[1], "/", "%2F"))
	equal(t, "select answers plain text", got.body, "/library/metadata/1/thumb")
	equal(t, "selected", item1(t, w).Poster, texts(t, list, "ratingKey")[1])
	equal(t, "unselect", plex(t, w, "DELETE", "/library/metadata/1/thumb").status, 200)
	equal(t, "nothing selected", item1(t, w).Poster, "")
	equal(t, "unknown", plex(t, w, "PUT", "/library/metadata/1/poster?url=upload%3A%2F%2Fposters%2Fnone").status, 404)
	equal(t, "no single deletion", plex(t, w, "DELETE", "/library/metadata/1/posters?url=x").status, 404)
	equal(t, "too big", upload(t, w, "posters", make([]byte, 11<<20)), 500)
	equal(t, "art", upload(t, w, "arts", one), 200)
	equal(t, "art key", strings.HasPrefix(item1(t, w).Art, "upload://art/"), true)
	equal(t, "unlocked", item1(t, w).Locked["thumb"], false)
	equal(t, "served", send(t, "GET", w.Plex.URL()+"/library/metadata/1/art/1", map[string]string{"X-Plex-Token": w.Plex.Token()}, "").body, string(one))
	equal(t, "no violation", w.Plex.Violations(), []string{})
	upload(t, w, "posters", []byte("<svg/>"))
	equal(t, "no image", len(w.Plex.Violations()), 1)
}

func listen(t *testing.T, w *sim.World) *websocket.Conn {
	t.Helper()
	conn, _, err := websocket.Dial(t.Context(), w.Plex.URL()+"/:/websockets/notifications?X-Plex-Token="+w.Plex.Token(), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.CloseNow() })
	eventually(t, "listening", func() bool { return w.Plex.Listeners() > 0 })
	return conn
}

// next reads notifications until one is of the kind and returns its first entry.
func next(t *testing.T, conn *websocket.Conn, kind, list string) map[string]any {
	t.Helper()
	for {
		_, data, err := conn.Read(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var v map[string]any
		if err := json.Unmarshal(data, &v); err != nil {
			t.Fatal(err)
		}
		if at(t, v, "NotificationContainer", "type") == any(kind) {
			return at(t, v, "NotificationContainer", list, 0).(map[string]any)
		}
	}
}

func TestPartialScanFindsFilesOnDiskAndTells(t *testing.T) {
	t.Parallel()
	w := start(t, sim.Options{Scenes: 1, ScanTime: time.Millisecond})
	conn := listen(t, w)
	w.Plex.PutOnDisk("/media/nature/new/a.mkv", 1)
	w.Plex.PutOnDisk("/media/nature/other/b.mkv", 1)
	equal(t, "status", plex(t, w, "GET", "/library/sections/1/refresh?path=%2Fmedia%2Fnature%2Fnew").status, 200)
	equal(t, "started", next(t, conn, "activity", "ActivityNotification")["event"], any("started"))
	entry := next(t, conn, "timeline", "TimelineEntry")
	equal(t, "created", entry["metadataState"], any("created"))
	items := w.Plex.ItemsAt("/media/nature/new/a.mkv")
	equal(t, "item", entry["itemID"], any(items[0].RatingKey))
	equal(t, "ended", next(t, conn, "activity", "ActivityNotification")["event"], any("ended"))
	equal(t, "outside the folder", len(w.Plex.ItemsAt("/media/nature/other/b.mkv")), 0)
	equal(t, "outside the library", plex(t, w, "GET", "/library/sections/1/refresh?path=%2Fsrv").status, 200)
	equal(t, "idle", at(t, decode(t, plex(t, w, "GET", "/activities")), "MediaContainer", "size"), any(0.0))
	w.Plex.TakeFromDisk("/media/nature/new/a.mkv")
	w.Plex.Scan("1", "")
	equal(t, "gone", len(w.Plex.ItemsAt("/media/nature/new/a.mkv")), 0)
	equal(t, "other found", len(w.Plex.ItemsAt("/media/nature/other/b.mkv")), 1)
}

func TestOwnEditsAndPeopleAreOnTheTimeline(t *testing.T) {
	t.Parallel()
	w := start(t, sim.Options{Scenes: 1})
	conn := listen(t, w)
	w.Plex.Notify("playing")
	put(t, w, "studio.value", "x")
	equal(t, "edit", next(t, conn, "timeline", "TimelineEntry")["state"], any(5.0))
	_ = w.Plex.PersonEdit("1", "title", "By hand")
	equal(t, "person", next(t, conn, "timeline", "TimelineEntry")["title"], any("By hand"))
	equal(t, "locked", item1(t, w).Locked["title"], true)
	_ = w.Plex.Remove("1")
	equal(t, "removed", next(t, conn, "timeline", "TimelineEntry")["metadataState"], any("deleted"))
}

func TestRekeyedItemKnowsNothing(t *testing.T) {
	t.Parallel()
	w := start(t, sim.Options{Scenes: 2})
	_ = w.Plex.AddPart("1", "/media/nature/second.mkv", false)
	put(t, w, "studio.value", "x", "studio.locked", "1")
	before := item1(t, w)
	key, err := w.Plex.Rekey("1")
	if err != nil {
		t.Fatal(err)
	}
	after, _ := w.Plex.Item(key)
	equal(t, "files", after.Files, before.Files)
	equal(t, "fields", after.Fields["studio"] == "" && len(after.Locked) == 0, true)
	equal(t, "old key", plex(t, w, "GET", "/library/metadata/1").status, 404)
	a, _ := w.Plex.Item("2")
	if err := w.Plex.SwapFiles("2", key); err != nil {
		t.Fatal(err)
	}
	equal(t, "swapped", w.Plex.ItemsAt(a.Files[0])[0].RatingKey, key)
	added, err := w.Plex.Add("2", "/media/nature/x.mkv")
	equal(t, "added", err == nil && added != "", true)
	_ = w.Plex.Wipe(key)
	equal(t, "keys", slices.Contains(w.Plex.RatingKeys(""), added), true)
}

func TestSignIn(t *testing.T) {
	t.Parallel()
	w := start(t, sim.Options{})
	header := map[string]string{"X-Plex-Client-Identifier": "c1", "Accept": "application/json"}
	tv := func(method, path string) answer { return send(t, method, w.Plex.URL()+"/api/v2/"+path, header, "") }
	made := tv("POST", "pins?strong=true")
	equal(t, "created", made.status, 201)
	var pin struct {
		ID        int
		Code      string
		AuthToken *string
	}
	poll := func(a answer) {
		if err := json.Unmarshal([]byte(a.body), &pin); err != nil {
			t.Fatal(err)
		}
	}
	poll(made)
	equal(t, "no token yet", pin.AuthToken == nil && pin.Code != "", true)
	w.Plex.AutoApprovePINs(2)
	poll(tv("GET", "pins/111222333"))
	equal(t, "first poll", pin.AuthToken == nil, true)
	poll(tv("GET", "pins/111222333"))
	equal(t, "second poll", *pin.AuthToken, w.Plex.AccountToken())
	equal(t, "user without token", tv("GET", "user").status, 401)
	header["X-Plex-Token"] = *pin.AuthToken
	equal(t, "user", tv("GET", "user").status, 200)
	resources := tv("GET", "resources?includeHttps=1")
	equal(t, "resources", strings.Contains(resources.body, w.Plex.MachineID()) && strings.Contains(resources.body, w.Plex.Token()), true)
	w.Plex.ExpirePINs()
	equal(t, "expired", tv("GET", "pins/111222333").status, 404)
	delete(header, "X-Plex-Client-Identifier")
	equal(t, "no client id", tv("POST", "pins").status, 400)
}
