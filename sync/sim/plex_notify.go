package sim

import (
	"encoding/json"
	"net/http"
	"strconv"
	"sync"

	"github.com/coder/websocket"
)

// States of a timeline entry.
const (
	stateCreated   = 0
	stateProcessed = 5
	stateDeleted   = 9
)

// notifier hands notifications to the open sockets.
type notifier struct {
	mu   sync.Mutex
	subs map[chan []byte]struct{}
}

func (n *notifier) join() (messages chan []byte, leave func()) {
	messages = make(chan []byte, 1024)
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.subs == nil {
		n.subs = map[chan []byte]struct{}{}
	}
	n.subs[messages] = struct{}{}
	return messages, func() {
		n.mu.Lock()
		defer n.mu.Unlock()
		n.drop(messages)
	}
}

// drop needs mu.
func (n *notifier) drop(messages chan []byte) {
	if _, ok := n.subs[messages]; ok {
		delete(n.subs, messages)
		close(messages)
	}
}

// send never blocks: a socket that lags too far behind is closed, and there is no replay.
func (n *notifier) send(kind, list string, entry map[string]any) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.subs) == 0 {
		return
	}
	data, err := json.Marshal(map[string]any{"NotificationContainer": map[string]any{"type": kind, "size": 1, list: []any{entry}}})
	if err != nil {
		panic(err)
	}
	for messages := range n.subs {
		select {
		case messages <- data:
		default:
			n.drop(messages)
		}
	}
}

func (n *notifier) timeline(it *item, state int, metadataState string) {
	entry := map[string]any{"identifier": "com.plexapp.plugins.library", "sectionID": strconv.Itoa(it.section.id), "itemID": it.id(),
		"type": 1, "title": it.get("title"), "state": state, "updatedAt": it.updated}
	if metadataState != "" {
		entry["metadataState"] = metadataState
	}
	n.send("timeline", "TimelineEntry", entry)
}

func (n *notifier) activity(event string, a activity) {
	n.send("activity", "ActivityNotification", map[string]any{"event": event, "uuid": a.uuid, "Activity": map[string]any{
		"uuid": a.uuid, "type": "library.update.section", "title": a.title, "subtitle": a.subtitle, "progress": a.progress,
		"cancellable": false, "userID": 1, "Context": map[string]any{"librarySectionID": strconv.Itoa(a.section)}}})
}

// Listeners is the number of notification sockets that are open now.
func (p *Plex) Listeners() int {
	p.notices.mu.Lock()
	defer p.notices.mu.Unlock()
	return len(p.notices.subs)
}

// Notify sends a notification of a kind of its own to all sockets, e.g. "playing", which clients have to ignore.
func (p *Plex) Notify(kind string) {
	p.notices.send(kind, "Notification", map[string]any{"kind": kind})
}

func (p *Plex) notifications(w http.ResponseWriter, r *http.Request, _ []string) {
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true})
	if err != nil {
		return
	}
	defer func() { _ = conn.CloseNow() }()
	messages, leave := p.notices.join()
	defer leave()
	ctx, cancel := p.background()
	defer cancel()
	ctx = conn.CloseRead(ctx)
	for {
		select {
		case data, ok := <-messages:
			if !ok || conn.Write(ctx, websocket.MessageText, data) != nil {
				return
			}
		case <-ctx.Done():
			return
		}
	}
}
