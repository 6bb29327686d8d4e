package plex

import (
	"context"

	"github.com/coder/websocket"

	"lockstep/sync/decode"
	"lockstep/sync/httpc"
)

const (
	// maxFrame: a frame of a busy scan with hundreds of entries is some 100 kB.
	maxFrame = 4 << 20
	// libraryEvents marks the timeline entries that concern a library.
	libraryEvents = "com.plexapp.plugins.library"
)

// The kinds of notification that are passed on.
const (
	// Timeline: something happened to an item.
	Timeline = "timeline"
	// Activity: a task of the server started, went on or ended.
	Activity = "activity"
)

// The states of an item in a Timeline notification. Personal media may stop at 1.
const (
	StateCreated   = 0
	StateProcessed = 5
	StateDeleted   = 9
)

// Notification is one thing Plex told by itself. Item fields are set for Timeline,
// task fields for Activity. Own edits come back as Timeline too.
type Notification struct {
	Kind      string // Timeline or Activity
	SectionID string // library, "" when not told

	ItemID        string // rating key
	ItemType      int    // 1 is a movie
	State         int    // see StateCreated
	MetadataState string // "created", "deleted" …, "" when the item is settled
	UpdatedAt     int64  // unix seconds by Plex's clock

	Event string // "started", "updated" or "ended"
	Task  string // type of the task, "library.update.section" for a scan
	UUID  string // of the task
}

// ScanEnded reports the end of a scan of the library in SectionID, or of one that is not
// named.
func (n Notification) ScanEnded() bool {
	return n.Kind == Activity && n.Task == scanActivity && n.Event == "ended"
}

// Watch connects to Plex's notifications and blocks until the connection ends or ctx does;
// it never returns nil. connected is called once the connection stands (nothing is replayed,
// so the caller looks for what it missed), on for each notification; both run in Watch's
// goroutine and must return soon. One request, then a ping every 5 min, or every 30 s
// once a connection did not live that long. Connecting again, with a growing pause, is
// the caller's.
func (c *Client) Watch(ctx context.Context, connected func(), on func(Notification)) error {
	return c.http.Listen(ctx, httpc.Listener{
		Op: "listen for notifications", Path: "/:/websockets/notifications", MaxFrame: maxFrame, Ping: c.ping, Pong: c.pong,
		Refused: func(r httpc.Reply) error { return c.judge(httpc.Request{Op: "listen for notifications"}, r) },
		Begin: func(context.Context, *websocket.Conn) error {
			if connected != nil {
				connected()
			}
			return nil
		},
		On: func(_ context.Context, _ *websocket.Conn, frame []byte) error {
			for _, n := range notifications(frame) {
				on(n)
			}
			return nil
		},
	})
}

type frame struct {
	NotificationContainer struct {
		Type     text                `json:"type"`
		Timeline many[timelineEntry] `json:"TimelineEntry"`
		Activity many[activityEvent] `json:"ActivityNotification"`
	} `json:"NotificationContainer"`
}

type timelineEntry struct {
	Identifier    text `json:"identifier"`
	SectionID     text `json:"sectionID"`
	ItemID        text `json:"itemID"`
	Type          num  `json:"type"`
	State         num  `json:"state"`
	MetadataState text `json:"metadataState"`
	UpdatedAt     num  `json:"updatedAt"`
}

type activityEvent struct {
	Event    text           `json:"event"`
	UUID     text           `json:"uuid"`
	Activity many[activity] `json:"Activity"`
}

// notifications reads one frame. Unknown kinds and frames that cannot be read are nothing.
func notifications(b []byte) []Notification {
	var f frame
	if decode.JSON(b, maxFrame/100, &f) != nil { // an entry has some 200 bytes
		return nil
	}
	var out []Notification
	for _, t := range f.NotificationContainer.Timeline {
		if t.ItemID == "" || (t.Identifier != "" && t.Identifier != libraryEvents) {
			continue
		}
		out = append(out, Notification{
			Kind: Timeline, SectionID: string(t.SectionID), ItemID: string(t.ItemID), ItemType: int(t.Type),
			State: int(t.State), MetadataState: string(t.MetadataState), UpdatedAt: int64(t.UpdatedAt),
		})
	}
	for _, e := range f.NotificationContainer.Activity {
		n := Notification{Kind: Activity, Event: string(e.Event), UUID: string(e.UUID)}
		for _, a := range e.Activity {
			n.Task = string(a.Type)
			for _, of := range a.Context {
				n.SectionID = string(of.SectionID)
			}
		}
		out = append(out, n)
	}
	return out
}
