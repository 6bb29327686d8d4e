package dial

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"lockstep/sync/api"
	"lockstep/sync/engine/link"
	"lockstep/sync/engine/signin"
	"lockstep/sync/fault"
	"lockstep/sync/plex"
	"lockstep/sync/scene"
	"lockstep/sync/sim"
	"lockstep/sync/stash2plex"
)

// world is both simulated servers, and adapters to them.
func world(t *testing.T, o sim.Options) (*sim.World, link.Stash, link.Plex) {
	t.Helper()
	w := sim.NewWorld(o)
	if err := w.Start(); err != nil {
		t.Fatal(err)
	}
	secret := func() string { return "" }
	s, p := Servers("test")(link.Address{
		StashURL: w.Stash.URL(), PlexURL: w.Plex.URL(), APIKey: secret, Token: w.Plex.Token, StashLogin: secret, PlexLogin: secret, ClientID: "client",
	})
	t.Cleanup(func() {
		s.Close()
		p.Close()
		_ = w.Close()
	})
	return w, s, p
}

// conn is a connection that is only closed.
type conn struct {
	net.Conn
	closed bool
}

func (c *conn) Close() error { c.closed = true; return nil }

func TestAKnockGoesToTheAddressAsPeopleWriteIt(t *testing.T) {
	t.Setenv("NO_PROXY", "*")
	for address, want := range map[string]string{
		"http://stash.test:9999":       "stash.test:9999",
		"http://stash.test":            "stash.test:80",
		"https://stash.test":           "stash.test:443",
		"https://stash.test:9999/path": "stash.test:9999",
		"stash.test:9999":              "stash.test:9999",
		"stash.test":                   "stash.test:80",
		"192.0.2.7:9999":               "192.0.2.7:9999",
		"http://[2001:db8::1]:32400":   "[2001:db8::1]:32400",
		"http://[2001:db8::1]":         "[2001:db8::1]:80",
	} {
		var got string
		c := &conn{}
		d := door{address, func(_ context.Context, network, to string) (net.Conn, error) {
			got = network + " " + to
			return c, nil
		}}
		if err := d.Knock(t.Context()); err != nil || got != "tcp "+want || !c.closed {
			t.Errorf("%s: %v, knocked at %q, want %q; hung up %v", address, err, got, want, c.closed)
		}
	}
}

func TestNobodyListensWhereNobodyCanBeConnected(t *testing.T) {
	t.Parallel()
	refused := errors.New("refused")
	d := door{"http://plex.test", func(context.Context, string, string) (net.Conn, error) { return nil, refused }}
	if err := d.Knock(t.Context()); !errors.Is(err, refused) {
		t.Errorf("got %v", err)
	}
	if err := (door{address: "http://bad host:%zz"}).Knock(t.Context()); err == nil {
		t.Error("an address that is none is knocked at")
	}
}

func TestAKnockIsNoRequest(t *testing.T) {
	t.Parallel()
	w, s, p := world(t, sim.Options{Scenes: 1})
	if err := errors.Join(s.Knock(t.Context()), p.Knock(t.Context())); err != nil {
		t.Fatal(err)
	}
	for kind, n := range w.Plex.Counts() {
		t.Errorf("Plex was asked %d times for %s", n, kind)
	}
	for kind, n := range w.Stash.Counts() {
		t.Errorf("Stash was asked %d times for %s", n, kind)
	}
}

func TestWhatOfANotificationMatters(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		n    plex.Notification
		want link.PlexEvent
	}{
		"a film appeared or was processed": {plex.Notification{Kind: plex.Timeline, ItemID: "7", ItemType: 1}, link.PlexEvent{Item: "7", Appeared: true}},
		"an episode did":                   {plex.Notification{Kind: plex.Timeline, ItemID: "7", ItemType: 4}, link.PlexEvent{Item: "7"}},
		"a scan has ended":                 {plex.Notification{Kind: plex.Activity, Event: "ended", Task: "library.update.section"}, link.PlexEvent{Scanned: true}},
		"a scan has begun":                 {plex.Notification{Kind: plex.Activity, Event: "started", Task: "library.update.section"}, link.PlexEvent{}},
		"another task has ended":           {plex.Notification{Kind: plex.Activity, Event: "ended", Task: "media.generate.bif"}, link.PlexEvent{}},
		"a task about a film":              {plex.Notification{Kind: plex.Activity, Event: "ended", ItemType: 1, Task: "media.generate.bif"}, link.PlexEvent{}},
		"something new to us":              {plex.Notification{Kind: "playing", ItemID: "7", ItemType: 1}, link.PlexEvent{Item: "7"}},
	} {
		if got := eventOf(tt.n); got != tt.want {
			t.Errorf("%s: %+v, want %+v", name, got, tt.want)
		}
	}
}

func TestASearchHoldsAllWordsInTitleOrPath(t *testing.T) {
	t.Parallel()
	sc := scene.Scene{Title: "Tidal Pools", Files: []scene.File{{Path: "/data/Coast 2018/low_tide.mp4"}}}
	for words, want := range map[string]bool{
		"tidal": true, "tidal pools": true, "pools tidal": true, "coast": true, "tidal coast": true, "tide": true, "2018": true,
		"tidal river": false, "river": false, "": true,
	} {
		if got := named(sc, strings.Fields(words)); got != want {
			t.Errorf("%q: %v, want %v", words, got, want)
		}
	}
}

func TestOnlyLeavesTheListItWasGivenAsItIs(t *testing.T) {
	t.Parallel()
	all := []scene.Scene{{ID: 1}, {ID: 2}, {ID: 3}}
	got := only(all, func(sc scene.Scene) bool { return sc.ID != 2 })
	if len(got) != 2 || got[0].ID != 1 || got[1].ID != 3 || all[1].ID != 2 || len(all) != 3 {
		t.Errorf("left %v of %v", got, all)
	}
}

func ids(list []scene.Scene) (out []scene.ID) {
	for _, sc := range list {
		out = append(out, sc.ID)
	}
	slices.Sort(out)
	return out
}

func TestASceneIsFoundByIDPathTitleAndWordsInThatOrder(t *testing.T) {
	t.Parallel()
	w, s, _ := world(t, sim.Options{Seed: 3, Scenes: 6})
	all := w.Stash.SceneIDs()
	for i, title := range []string{"Zephyr Quay", "zephyr quay", "Zephyr Quay by Xenon", "Quixote", "Quixote 2018", "Yonder"} {
		if err := w.Stash.Edit(all[i], func(sc *sim.Scene) { sc.Title, sc.Details = title, "about zebras" }); err != nil {
			t.Fatal(err)
		}
	}
	id := func(i int) scene.ID { return scene.ID(all[i]) }
	dunes, _ := w.Stash.Scene(all[5])
	for query, want := range map[string][]scene.ID{
		id(3).String():      {id(3)},
		dunes.Files[0].Path: {id(5)},
		"Zephyr Quay":       {id(0), id(1)}, // not the one by Xenon
		"quixote":           {id(3)},
		"xenon zephyr":      {id(2)},
		"zebras":            nil, // in the descriptions only
		"2018":              nil, // a number is never a word
		"999999":            nil,
		"Xenon Quixote":     nil,
	} {
		got, err := s.Find(t.Context(), query)
		if err != nil || !slices.Equal(ids(got), want) {
			t.Errorf("%q: %v, %v, want %v", query, ids(got), err, want)
		}
	}
}

func TestAPartOfASearchIsNoAnswer(t *testing.T) {
	t.Parallel()
	w, s, _ := world(t, sim.Options{Scenes: 3})
	first, _ := w.Stash.Scene(w.Stash.SceneIDs()[0])
	var asked atomic.Int32
	w.Stash.Inject(sim.Fault{Effect: sim.Status, Status: 500, Match: func(sim.Call) bool { return asked.Add(1) > 1 }})
	if got, err := s.Find(t.Context(), first.Title); err == nil || got != nil {
		t.Errorf("got %v, %v", ids(got), err)
	}
	if n := asked.Load(); n < 2 {
		t.Errorf("Stash was asked %d times: nothing failed", n)
	}
}

func TestStashTellsVersionAndScenesAndThePlugin(t *testing.T) {
	t.Parallel()
	w, s, _ := world(t, sim.Options{Scenes: 4})
	w.Stash.SetVersion("v0.99.0")
	if version, n, err := s.Status(t.Context()); err != nil || version != "v0.99.0" || n != 4 {
		t.Errorf("version %q, %d scenes, %v", version, n, err)
	}
	if p, err := s.Stash2Plex(t.Context()); err != nil || p.Installed || p.Enabled {
		t.Errorf("without the plugin: %+v, %v", p, err)
	}
	w.Stash.SetPlugin(sim.Plugin{ID: stash2plex.PluginID, Enabled: true, Settings: map[string]any{"plex_url": "http://plex:32400"}})
	if p, err := s.Stash2Plex(t.Context()); err != nil || !p.Installed || !p.Enabled || p.Settings["plex_url"] != "http://plex:32400" {
		t.Errorf("with the plugin: %+v, %v", p, err)
	}
}

// What Stash could not read is missing, which is not the same as deleted.
func TestASceneThatCannotBeReadIsNotTakenForDeleted(t *testing.T) {
	t.Parallel()
	w, s, _ := world(t, sim.Options{Scenes: 3})
	known := scene.ID(w.Stash.SceneIDs()[0])
	got, err := s.Scenes(t.Context(), []scene.ID{known, 424242}, 0)
	if sc, answered := got[424242]; err != nil || !answered || sc != nil || got[known] == nil {
		t.Fatalf("got %v, %v, want the second one deleted", got, err)
	}
	w.Stash.Inject(sim.Fault{Effect: sim.Status, Status: 500, Match: sim.Kinds("findScene")})
	if got, err = s.Scenes(t.Context(), []scene.ID{known}, 0); err == nil || len(got) != 0 {
		t.Errorf("got %v, %v although Stash answered nothing", got, err)
	}
}

// strange is a Stash that cannot read its first scene.
func strange(t *testing.T) string {
	t.Helper()
	h := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		answer := `{"errors":[{"message":"strange row","path":["s0"]}],"data":{"s0":null}}`
		if body, _ := io.ReadAll(r.Body); strings.Contains(string(body), "systemStatus") {
			answer = `{"data":{"systemStatus":{"status":"OK"},"version":{"version":"v0.30.0"},"stats":{"scene_count":1}}}`
		}
		_, _ = io.WriteString(w, answer)
	}
	s := httptest.NewServer(http.HandlerFunc(h))
	t.Cleanup(s.Close)
	return s.URL
}

func TestASceneWithAStrangeRowIsMissing(t *testing.T) {
	t.Parallel()
	none := func() string { return "" }
	s, _ := Servers("test")(link.Address{StashURL: strange(t), APIKey: none, Token: none})
	t.Cleanup(s.Close)
	got, err := s.Scenes(t.Context(), []scene.ID{3}, 0)
	if _, answered := got[3]; err != nil || answered {
		t.Errorf("got %v, %v, want it missing", got, err)
	}
}

func TestSecretsAndTheProofOfAnAddressReachTheAdapters(t *testing.T) {
	t.Parallel()
	w, _, _ := world(t, sim.Options{Scenes: 1, StashAPIKey: "key"})
	var dialed atomic.Int32
	through := Through("test", func(ctx context.Context, network, address string) (net.Conn, error) {
		dialed.Add(1)
		return (&net.Dialer{}).DialContext(ctx, network, address)
	})
	for key, want := range map[string]fault.Class{"key": "", "another": fault.Unauthorized} {
		s, p := through(link.Address{StashURL: w.Stash.URL(), PlexURL: w.Plex.URL(), APIKey: func() string { return key }, Token: w.Plex.Token})
		if _, _, err := s.Status(t.Context()); want == "" && err != nil || want != "" && !fault.Is(err, want) {
			t.Errorf("key %q: %v, want %q", key, err, want)
		}
		if err := p.Probe(t.Context()); err != nil {
			t.Errorf("Plex: %v", err)
		}
		s.Close()
		p.Close()
	}
	if dialed.Load() < 2 {
		t.Error("not connected as it was asked for")
	}
}

func TestASignInGivesTokenAndServers(t *testing.T) {
	t.Parallel()
	w, _, _ := world(t, sim.Options{Scenes: 1})
	s := SignIn(signin.Options{Service: w.Plex.URL(), Page: w.Plex.URL(), ClientID: "client", Version: "test"})
	pin, err := s.NewPIN(t.Context())
	if err != nil || pin.ID == 0 || !strings.HasPrefix(pin.URL, w.Plex.URL()) || pin.Lifetime <= 0 {
		t.Fatalf("%+v, %v", pin, err)
	}
	if token, err := s.PollPIN(t.Context(), pin); err != nil || token != "" {
		t.Errorf("before somebody confirms: %q, %v", token, err)
	}
	w.Plex.ApprovePINs()
	token, err := s.PollPIN(t.Context(), pin)
	if err != nil || token != w.Plex.AccountToken() {
		t.Fatalf("token %q, %v", token, err)
	}
	list, err := s.Servers(t.Context(), token)
	if err != nil || len(list) == 0 {
		t.Fatalf("servers %+v, %v", list, err)
	}
	i := slices.IndexFunc(list, func(x signin.Server) bool { return x.Machine == w.Plex.MachineID() })
	if i < 0 || list[i].Token != w.Plex.Token() || list[i].Name == "" || len(list[i].Addresses) == 0 {
		t.Fatalf("servers %+v", list)
	}
	best, err := s.BestConnection(t.Context(), list[i])
	if err != nil || !slices.Contains(list[i].Addresses, best) {
		t.Errorf("best %+v of %+v, %v", best, list[i].Addresses, err)
	}
	other := list[i]
	other.Machine = "another"
	if best, err := s.BestConnection(t.Context(), other); err == nil || best != (signin.Address{}) {
		t.Errorf("another server at the address is taken for it: %+v, %v", best, err)
	}
	if _, err := s.Servers(t.Context(), "no such token"); !fault.Is(err, fault.Unauthorized) {
		t.Errorf("with another token: %v", err)
	}
}

func TestServersOfTheNetworkAreLocal(t *testing.T) {
	t.Parallel()
	c, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	go func() {
		buf := make([]byte, 1024)
		if _, from, err := c.ReadFromUDP(buf); err == nil {
			_, _ = c.WriteToUDP([]byte("HTTP/1.0 200 OK\r\nContent-Type: plex/media-server\r\nName: Den\r\nPort: 32400\r\nResource-Identifier: m1\r\nVersion: 1.43\r\n\r\n"), from)
		}
	}()
	got, err := Discover(c.LocalAddr().String())(t.Context())
	want := api.PlexServer{Name: "Den", Machine: "m1", Version: "1.43", URL: "http://127.0.0.1:32400", Local: true}
	if err != nil || len(got) != 1 || got[0] != want {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
	if got, err := Discover("no port")(t.Context()); err == nil || got != nil {
		t.Errorf("an address that is none: %+v, %v", got, err)
	}
}
