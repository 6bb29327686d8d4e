package plex

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/coder/websocket"
)

const (
	// pingEvery finds a server that hangs as soon as the engine's own probe does; a dead
	// host or route is found by keepAlive within a minute, and that wakes nobody.
	pingEvery = 5 * time.Minute
	// pingOften holds a connection open that a proxy cuts when it is idle; they wait for
	// a minute or more.
	pingOften  = 30 * time.Second
	pongWithin = 10 * time.Second
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
	conn, err := c.dial(ctx)
	if err != nil {
		return err
	}
	defer conn.CloseNow()
	conn.SetReadLimit(maxFrame)
	live, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	began, every := time.Now(), c.pingEvery()
	go c.keepAlive(live, conn, every, stop)
	if connected != nil {
		connected()
	}
	for {
		_, frame, err := conn.Read(live)
		if err != nil {
			if why := context.Cause(live); why != nil && ctx.Err() == nil {
				err = why
			}
			c.idleCut.Store(c.idleCut.Load() || ctx.Err() == nil && time.Since(began) < every)
			return c.broken(ctx, opWatch, err)
		}
		for _, n := range notifications(frame) {
			on(n)
		}
	}
}

const opWatch = "listen for notifications"

func (c *Client) dial(ctx context.Context) (*websocket.Conn, error) {
	u, err := c.url("/:/websockets/notifications", "")
	if err != nil {
		return nil, err
	}
	head, err := c.signed()
	if err != nil {
		return nil, err
	}
	bound, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	conn, resp, err := websocket.Dial(bound, u.String(), &websocket.DialOptions{HTTPClient: c.http, HTTPHeader: head})
	if err == nil {
		return conn, nil
	}
	if resp == nil || resp.StatusCode == http.StatusSwitchingProtocols {
		return nil, c.broken(ctx, opWatch, err)
	}
	body, _ := io.ReadAll(resp.Body)
	if resp.StatusCode/100 == 2 {
		if isPage(body) {
			return nil, c.webPage(opWatch)
		}
		return nil, c.notPlex(opWatch, errors.New("no websocket"))
	}
	return nil, c.refusal(opWatch, answer{code: resp.StatusCode, header: resp.Header, body: body})
}

// pingEvery is how often to ping now.
func (c *Client) pingEvery() time.Duration {
	if c.idleCut.Load() {
		return min(c.ping, pingOften)
	}
	return c.ping
}

// keepAlive ends the connection when a ping stays unanswered.
func (c *Client) keepAlive(ctx context.Context, conn *websocket.Conn, every time.Duration, stop context.CancelCauseFunc) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		bound, cancel := context.WithTimeout(ctx, c.pong)
		err := conn.Ping(bound)
		cancel()
		if err != nil {
			stop(err)
			return
		}
	}
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
	if json.Unmarshal(b, &f) != nil {
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
