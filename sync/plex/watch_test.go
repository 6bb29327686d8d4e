package plex

import (
	"context"
	"net/http"
	"net/http/httptest"
	"reflect"
	"testing"
	"time"

	"github.com/coder/websocket"

	"lockstep/sync/fault"
)

func TestWatchNoticesAConnectionThatDiedSilently(t *testing.T) {
	t.Parallel()
	done := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		defer conn.CloseNow()
		// Nobody reads, so pings stay unanswered.
		<-done
	}))
	t.Cleanup(s.Close)
	t.Cleanup(func() { close(done) })
	c := New(Options{URL: s.URL})
	c.ping, c.pong = 10*time.Millisecond, 20*time.Millisecond
	connected := 0
	err := c.Watch(context.Background(), func() { connected++ }, func(Notification) {})
	if f := fault.Of(err); f == nil || f.Class != fault.Unreachable || connected != 1 {
		t.Errorf("got %v after %d connections, want unreachable after 1", err, connected)
	}
}

func TestNotificationsAreReadLeniently(t *testing.T) {
	t.Parallel()
	item := Notification{Kind: Timeline, SectionID: "1", ItemID: "10141", ItemType: 1, State: StateCreated, MetadataState: "created", UpdatedAt: 1700000000}
	tests := map[string]struct {
		frame string
		want  []Notification
	}{
		"item":            {`{"NotificationContainer":{"type":"timeline","size":1,"TimelineEntry":[{"identifier":"com.plexapp.plugins.library","sectionID":"1","itemID":"10141","type":1,"state":0,"metadataState":"created","updatedAt":1700000000}]}}`, []Notification{item}},
		"item as numbers": {`{"NotificationContainer":{"TimelineEntry":{"identifier":"com.plexapp.plugins.library","sectionID":1,"itemID":10141,"type":"1","state":"0","metadataState":"created","updatedAt":"1700000000"}}}`, []Notification{item}},
		"another plugin":  {`{"NotificationContainer":{"TimelineEntry":[{"identifier":"com.plexapp.agents.x","itemID":"1"}]}}`, nil},
		"scan": {`{"NotificationContainer":{"type":"activity","ActivityNotification":[{"event":"ended","uuid":"u","Activity":{"type":"library.update.section","Context":{"librarySectionID":2}}}]}}`,
			[]Notification{{Kind: Activity, SectionID: "2", Event: "ended", Task: "library.update.section", UUID: "u"}}},
		"playing":  {`{"NotificationContainer":{"type":"playing","PlaySessionStateNotification":[{"ratingKey":"1"}]}}`, nil},
		"no JSON":  {`<x/>`, nil},
		"no entry": {`{"NotificationContainer":{"TimelineEntry":"none"}}`, nil},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := notifications([]byte(tc.frame)); !reflect.DeepEqual(got, tc.want) {
				t.Errorf("got %+v, want %+v", got, tc.want)
			}
		})
	}
}

func TestConnectionsAreRankedLocalEncryptedDirect(t *testing.T) {
	t.Parallel()
	want := []Connection{
		{URL: "https://a", Local: true}, {URL: "http://a", Local: true}, {URL: "https://b"}, {URL: "http://b"}, {URL: "https://c", Relay: true},
	}
	for i := 1; i < len(want); i++ {
		if want[i-1].rank() >= want[i].rank() {
			t.Errorf("%+v does not come before %+v", want[i-1], want[i])
		}
	}
}

func TestASocketThatWasCutBeforeItsFirstPingIsHeldOpenByPings(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if conn, err := websocket.Accept(w, r, nil); err == nil {
			_ = conn.CloseNow()
		}
	}))
	t.Cleanup(s.Close)
	c := New(Options{URL: s.URL})
	if c.http.PingsOften() {
		t.Error("pings often from the start")
	}
	_ = c.Watch(t.Context(), nil, func(Notification) {})
	if !c.http.PingsOften() {
		t.Error("pings rarely after the cut")
	}
}

func TestAWatchThatWasGivenUpIsNotTakenForCut(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if conn, err := websocket.Accept(w, r, nil); err == nil {
			_, _, _ = conn.Read(r.Context())
		}
	}))
	t.Cleanup(s.Close)
	c := New(Options{URL: s.URL})
	ctx, cancel := context.WithCancel(t.Context())
	_ = c.Watch(ctx, cancel, func(Notification) {})
	if c.http.PingsOften() {
		t.Error("pings often after we ended the watch")
	}
}
