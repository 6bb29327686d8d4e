package plex_test

import (
	"bytes"
	"context"
	"crypto/sha1"
	"encoding/hex"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"lockstep/sync/fault"
	"lockstep/sync/plex"
	"lockstep/sync/scene"
	"lockstep/sync/sim"
)

// world is a simulated household and a client of its Plex server.
func world(t *testing.T, o sim.Options) (*sim.World, *plex.Client) {
	t.Helper()
	o.PlexToken = canary
	w := sim.NewWorld(o)
	if err := w.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	t.Cleanup(func() {
		if v := w.Plex.Violations(); len(v) > 0 {
			t.Errorf("the client misbehaved: %v", v)
		}
	})
	return w, client(t, w.Plex.URL())
}

func mustItem(t *testing.T, w *sim.World, key string) sim.Item {
	t.Helper()
	it, ok := w.Plex.Item(key)
	if !ok {
		t.Fatalf("no item %s", key)
	}
	return it
}

func TestSimReadsTheWholeLibrary(t *testing.T) {
	t.Parallel()
	w, c := world(t, sim.Options{Seed: 3, Scenes: 730, Synced: 0.5, MultiFile: 20})
	who, sections, err := c.Ready(context.Background())
	if err != nil || who.Machine != w.Plex.MachineID() || !who.Claimed || len(sections) != 3 || sections[0].Type != "movie" || len(sections[0].Locations) != 1 {
		t.Fatalf("got %+v, %+v, %v", who, sections, err)
	}
	want := w.Plex.RatingKeys("1")
	n, err := c.Size(context.Background(), "1")
	if err != nil || n != len(want) {
		t.Fatalf("size: got %d, %v, want %d", n, err, len(want))
	}
	for name, o := range map[string]scene.Listing{"plain": {}, "newest first": {NewestFirst: true}, "lean": {Lean: true}} {
		var keys, files []string
		last := int64(1 << 62)
		err := c.List(context.Background(), "1", o, func(p scene.ItemPage) (bool, error) {
			for _, it := range p.Items {
				keys, files = append(keys, it.RatingKey), append(files, it.Files...)
				if o.NewestFirst && it.UpdatedAt > last {
					t.Errorf("%s: item %s is out of order", name, it.RatingKey)
				}
				last = it.UpdatedAt
			}
			return true, nil
		})
		slices.Sort(keys)
		if err != nil || !slices.Equal(keys, slices.Sorted(slices.Values(want))) || len(files) < len(keys) {
			t.Errorf("%s: got %d items with %d files, %v, want %d", name, len(keys), len(files), err, len(want))
		}
	}
	items, err := c.Items(context.Background(), want)
	if err != nil || len(items) != len(want) {
		t.Fatalf("items: got %d, %v, want %d", len(items), err, len(want))
	}
	for _, key := range want {
		same(t, items[key], mustItem(t, w, key))
	}
}

// same compares what the client read with what the server holds.
func same(t *testing.T, got scene.Item, want sim.Item) {
	t.Helper()
	if got.RatingKey != want.RatingKey || got.Section != want.Section || !got.Detailed || got.UpdatedAt != want.UpdatedAt || got.AddedAt != want.AddedAt {
		t.Errorf("item %s: got %+v, want %+v", want.RatingKey, got, want)
	}
	for field, value := range map[string]string{"title": got.Title, "studio": got.Studio, "summary": got.Summary, "originallyAvailableAt": got.Date} {
		if value != want.Fields[field] {
			t.Errorf("item %s: %s is %q, want %q", want.RatingKey, field, value, want.Fields[field])
		}
	}
	for kind, list := range map[string][]string{"genre": got.Tags, "actor": got.Performers, "collection": got.Collections} {
		if !slices.Equal(list, want.Tags[kind]) {
			t.Errorf("item %s: %s is %q, want %q", want.RatingKey, kind, list, want.Tags[kind])
		}
	}
	if !maps.Equal(got.Locked, want.Locked) && len(got.Locked)+len(want.Locked) > 0 {
		t.Errorf("item %s: locks are %v, want %v", want.RatingKey, got.Locked, want.Locked)
	}
	if !slices.Equal(slices.Sorted(slices.Values(got.Files)), slices.Sorted(slices.Values(want.Files))) {
		t.Errorf("item %s: files are %q, want %q", want.RatingKey, got.Files, want.Files)
	}
}

func TestSimImagesGoByContent(t *testing.T) {
	t.Parallel()
	w, c := world(t, sim.Options{Seed: 4, Scenes: 3})
	ctx, key := context.Background(), w.Plex.RatingKeys("1")[1]
	for f, shown := range map[scene.Field]func(sim.Item) string{
		scene.FieldPoster:     func(it sim.Item) string { return it.Poster },
		scene.FieldBackground: func(it sim.Item) string { return it.Art },
	} {
		first, second := sim.DrawCover(11), sim.DrawCover(12)
		for _, body := range [][]byte{first, second, second} {
			if err := c.Upload(ctx, key, f, body, "image/png"); err != nil {
				t.Fatal(err)
			}
		}
		images, err := c.Pictures(ctx, key, f)
		if err != nil {
			t.Fatal(err)
		}
		at := func(body []byte) int {
			return slices.IndexFunc(images, func(i scene.Picture) bool { return i.SHA1 == sum(body) })
		}
		a, b := at(first), at(second)
		if a < 0 || b < 0 || images[a].Selected || !images[b].Selected || uploads(images) != 2 {
			t.Fatalf("%s: got %+v, want two uploads, the second selected", f, images)
		}
		if err := c.Select(ctx, key, f, images[a].Key); err != nil || shown(mustItem(t, w, key)) != images[a].Key {
			t.Errorf("%s: select: %v, shown %q", f, err, shown(mustItem(t, w, key)))
		}
		if err := c.Unselect(ctx, key, f); err != nil || shown(mustItem(t, w, key)) != "" {
			t.Errorf("%s: unselect: %v, shown %q", f, err, shown(mustItem(t, w, key)))
		}
		wantClass(t, c.Select(ctx, key, f, "upload://posters/none"), fault.NotFound)
	}
	before := w.Plex.Total()
	wantClass(t, c.Upload(ctx, key, scene.FieldPoster, bytes.Repeat([]byte{1}, 11<<20), "image/png"), fault.Rejected)
	wantClass(t, c.Upload(ctx, key, scene.FieldPoster, nil, ""), fault.Local)
	wantClass(t, c.Upload(ctx, key, scene.FieldTitle, []byte("x"), ""), fault.Local)
	wantClass(t, c.Select(ctx, "", scene.FieldPoster, "x"), fault.Local)
	if w.Plex.Total() != before {
		t.Error("a request that must not be sent was sent")
	}
}

func sum(b []byte) string {
	s := sha1.Sum(b)
	return hex.EncodeToString(s[:])
}

func uploads(images []scene.Picture) (n int) {
	for _, i := range images {
		if i.SHA1 != "" {
			n++
		}
	}
	return n
}

func TestSimScanAndNotifications(t *testing.T) {
	t.Parallel()
	w, c := world(t, sim.Options{Seed: 4, Scenes: 3})
	ctx, stop := context.WithTimeout(context.Background(), 20*time.Second)
	defer stop()
	connected, got, ended := make(chan struct{}), make(chan plex.Notification, 100), make(chan error, 1)
	go func() {
		ended <- c.Watch(ctx, func() { close(connected) }, func(n plex.Notification) { got <- n })
	}()
	<-connected
	w.Plex.Notify("playing")
	path := w.PlexRoot() + "/new/Fog.mkv"
	w.Plex.PutOnDisk(path, 1000)
	if err := c.Scan(ctx, "1", w.PlexRoot()+"/new"); err != nil {
		t.Fatal(err)
	}
	var item string
	for n := range got {
		if n.Kind == plex.Timeline && n.State == plex.StateCreated && n.MetadataState == "created" {
			item = n.ItemID
		}
		if n.Kind == plex.Activity && n.SectionID != "1" {
			t.Errorf("got %+v, want section 1", n)
		}
		if n.ScanEnded() {
			break
		}
	}
	if found := w.Plex.ItemsAt(path); len(found) != 1 || found[0].RatingKey != item {
		t.Errorf("told of item %q, want the one of %v", item, found)
	}
	if busy, err := c.Scanning(ctx, "1"); err != nil || busy {
		t.Errorf("scanning: got %v, %v after the scan", busy, err)
	}
	w.Plex.DropConnections()
	wantClass(t, <-ended, fault.Unreachable)
	stopped, halt := context.WithCancel(ctx)
	wantClass(t, c.Watch(stopped, halt, func(plex.Notification) {}), fault.Canceled)
}

func TestSimScanningWhileAScanLasts(t *testing.T) {
	t.Parallel()
	w, c := world(t, sim.Options{Seed: 4, Scenes: 3, ScanTime: time.Hour})
	if err := c.Scan(context.Background(), "1", w.PlexRoot()); err != nil {
		t.Fatal(err)
	}
	for section, want := range map[string]bool{"1": true, "2": false} {
		if got, err := c.Scanning(context.Background(), section); err != nil || got != want {
			t.Errorf("library %s: got %v, %v, want %v", section, got, err, want)
		}
	}
}

func TestSimFaults(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		fault sim.Fault
		want  fault.Class
	}{
		"refused":     {sim.Fault{Effect: sim.Refuse}, fault.Unreachable},
		"reset":       {sim.Fault{Effect: sim.Reset}, fault.Unreachable},
		"lost":        {sim.Fault{Effect: sim.Lost}, fault.Unreachable},
		"cut off":     {sim.Fault{Effect: sim.CutOff}, fault.Unreachable},
		"maintenance": {sim.Fault{Effect: sim.Maintenance}, fault.Unreachable},
		"starting":    {sim.Fault{Effect: sim.Starting}, fault.Unreachable},
		"web page":    {sim.Fault{Effect: sim.HTML}, fault.Config},
		"garbage":     {sim.Fault{Effect: sim.Garbage}, fault.Unreachable},
		"login":       {sim.Fault{Effect: sim.Login}, fault.Config},
		"401":         {sim.Fault{Effect: sim.Status, Status: 401}, fault.Unauthorized},
		"403":         {sim.Fault{Effect: sim.Status, Status: 403}, fault.Unauthorized},
		"429":         {sim.Fault{Effect: sim.Status, Status: 429, RetryAfter: 9 * time.Second}, fault.Busy},
		"502":         {sim.Fault{Effect: sim.Status, Status: 502}, fault.Unreachable},
		"500":         {sim.Fault{Effect: sim.Status, Status: 500}, fault.Unreachable},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, c := world(t, sim.Options{Seed: 4, Scenes: 3})
			clear := w.Plex.Inject(tc.fault)
			wantClass(t, c.Probe(context.Background()), tc.want)
			_, _, err := c.Ready(context.Background())
			wantClass(t, err, tc.want)
			clear()
			if err := c.Probe(context.Background()); err != nil {
				t.Errorf("after the fault: %v", err)
			}
		})
	}
}

func TestSimAWrongTokenIsUnauthorized(t *testing.T) {
	t.Parallel()
	w, c := world(t, sim.Options{Seed: 4, Scenes: 3})
	w.Plex.SetToken("another")
	wantClass(t, c.Probe(context.Background()), fault.Unauthorized)
	wantClass(t, c.Watch(context.Background(), nil, func(plex.Notification) {}), fault.Unauthorized)
}

func TestSimSignIn(t *testing.T) {
	t.Parallel()
	w, _ := world(t, sim.Options{Seed: 4, Scenes: 3})
	ctx := context.Background()
	s := plex.NewSignIn(plex.SignInOptions{Service: w.Plex.URL(), ClientID: "0b9c", Version: "1.2.3"})
	pin, err := s.NewPIN(ctx)
	if err != nil || pin.Lifetime != 30*time.Minute || !strings.Contains(pin.URL, "#?clientID=0b9c&code="+pin.Code+"&") {
		t.Fatalf("got %+v, %v", pin, err)
	}
	if token, err := s.PollPIN(ctx, pin); token != "" || err != nil {
		t.Fatalf("before it is confirmed: got %q, %v", token, err)
	}
	w.Plex.ApprovePINs()
	token, err := s.PollPIN(ctx, pin)
	if token != w.Plex.AccountToken() || err != nil {
		t.Fatalf("got %q, %v, want the account's token", token, err)
	}
	servers, err := s.Servers(ctx, token)
	if err != nil || len(servers) != 1 || servers[0].Machine != w.Plex.MachineID() || servers[0].Token != canary {
		t.Fatalf("got %+v, %v, want the owned server only", servers, err)
	}
	conn, err := s.BestConnection(ctx, servers[0])
	if err != nil || conn.URL != w.Plex.URL() || !conn.Local {
		t.Errorf("got %+v, %v, want %s", conn, err, w.Plex.URL())
	}
	_, err = s.Servers(ctx, "stale")
	wantClass(t, err, fault.Unauthorized)
	w.Plex.ExpirePINs()
	_, err = s.PollPIN(ctx, pin)
	wantClass(t, err, fault.NotFound)
	w.Plex.SetMachineID("somebody-else")
	_, err = s.BestConnection(ctx, servers[0])
	wantClass(t, err, fault.Unreachable)
}

func TestSimSendsThePictureOfAnItemForWhoeverLooks(t *testing.T) {
	t.Parallel()
	w, c := world(t, sim.Options{Seed: 5, Scenes: 3})
	key := w.Plex.RatingKeys("1")[0]
	shown := func() string {
		t.Helper()
		items, err := c.Items(t.Context(), []string{key})
		if err != nil || len(items) != 1 {
			t.Fatal(items, err)
		}
		return items[key].Thumb
	}
	frame, err := c.Thumbnail(t.Context(), shown())
	if err != nil || len(frame) == 0 {
		t.Fatalf("%d bytes, %v", len(frame), err)
	}
	mine := sim.DrawCover(77)
	if err := c.Upload(t.Context(), key, scene.FieldPoster, mine, "image/jpeg"); err != nil {
		t.Fatal(err)
	}
	if got, err := c.Thumbnail(t.Context(), shown()); err != nil || !bytes.Equal(got, mine) {
		t.Errorf("%d bytes, %v, want what was uploaded", len(got), err)
	}
	before := w.Plex.Counts()["image"]
	for _, path := range []string{"", "/", "/library/metadata/" + key, "/library/metadata/" + key + "/thumb", "/library/metadata/5/thumb/../../../../identity", "/library/metadata/5/thumb/7?x=1",
		"/library/metadata/5/posters/7", "http://elsewhere/library/metadata/5/thumb/7", "/:/resources/movie.png"} {
		if got, err := c.Thumbnail(t.Context(), path); err == nil {
			t.Errorf("%q: %d bytes", path, len(got))
		}
	}
	if n := w.Plex.Counts()["image"]; n != before {
		t.Errorf("%d requests for what is no picture", n-before)
	}
	if _, err := c.Thumbnail(t.Context(), "/library/metadata/999999/thumb/7"); !fault.Is(err, fault.NotFound) {
		t.Errorf("an item that is gone: %v", err)
	}
}
