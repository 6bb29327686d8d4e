package sim

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/coder/websocket"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// feedBuffer is how many events a slow subscriber may lag behind before its connection is cut.
const feedBuffer = 64

// jobEvent is one thing that happened to a job, or the end of a scan.
type jobEvent struct {
	field string // jobsSubscribe or scanCompleteSubscribe
	value any
}

// jobFeed hands job events to the open websockets.
type jobFeed struct {
	mu   sync.Mutex
	subs map[chan jobEvent]struct{}
}

func (f *jobFeed) join() (events chan jobEvent, leave func()) {
	events = make(chan jobEvent, feedBuffer)
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.subs == nil {
		f.subs = map[chan jobEvent]struct{}{}
	}
	f.subs[events] = struct{}{}
	return events, func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		if _, ok := f.subs[events]; ok {
			delete(f.subs, events)
			close(events)
		}
	}
}

func (f *jobFeed) send(e jobEvent) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for events := range f.subs {
		select {
		case events <- e:
		default:
			delete(f.subs, events)
			close(events)
		}
	}
}

// RunJob runs a job (a scan when kind is "scan") to its end and returns its id; what it does to the library is up to
// during, which may be nil. Subscribers see ADD, UPDATE and REMOVE, and scanCompleteSubscribe after a scan.
func (s *Stash) RunJob(kind string, during func()) int {
	s.mu.Lock()
	s.last.job++
	id := s.last.job
	s.mu.Unlock()
	s.runJob(id, jobTitle(kind), kind == "scan", during)
	return id
}

func jobTitle(kind string) string {
	switch kind {
	case "scan":
		return "Scanning..."
	case "generate":
		return "Generating..."
	case "clean":
		return "Cleaning..."
	case "autotag":
		return "Auto-tagging..."
	}
	return kind
}

// startJob needs mu; the job runs in the background for the configured time.
func (s *Stash) startJob(title string, scan bool) int {
	s.last.job++
	id := s.last.job
	go s.runJob(id, title, scan, func() {
		select {
		case <-time.After(s.jobTime):
		case <-s.done:
		}
	})
	return id
}

func (s *Stash) runJob(id int, title string, scan bool, during func()) {
	added := s.now()
	job := func(status string, started, ended any) node {
		return mapNode{"Job", map[string]any{"id": strconv.Itoa(id), "status": status, "description": title, "progress": 0.0,
			"startTime": started, "endTime": ended, "addTime": added}}
	}
	tell := func(kind string, n node) {
		s.jobs.send(jobEvent{"jobsSubscribe", mapNode{"JobStatusUpdate", map[string]any{"type": kind, "job": n}}})
	}
	tell("ADD", job("READY", nil, nil))
	tell("UPDATE", job("RUNNING", added, nil))
	if during != nil {
		during()
	}
	tell("REMOVE", job("FINISHED", added, s.now()))
	if scan {
		s.jobs.send(jobEvent{"scanCompleteSubscribe", true})
	}
}

// Subscribers is the number of websocket subscriptions that are open now.
func (s *Stash) Subscribers() int {
	s.jobs.mu.Lock()
	defer s.jobs.mu.Unlock()
	return len(s.jobs.subs)
}

// wsFrame is one message of the graphql-transport-ws protocol.
type wsFrame struct {
	ID      string          `json:"id,omitempty"`
	Type    string          `json:"type"`
	Payload json.RawMessage `json:"payload,omitempty"`
}

// socketSession is one websocket; writes are serialised by the library.
type socketSession struct {
	s      *Stash
	conn   *websocket.Conn
	ctx    context.Context
	ready  bool
	leaves map[string]func()
}

func (s *Stash) subscriptions(w http.ResponseWriter, r *http.Request) {
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{"graphql-transport-ws"}, InsecureSkipVerify: true})
	if err != nil {
		return
	}
	defer func() { _ = conn.CloseNow() }()
	ctx, cancel := s.background()
	defer cancel()
	session := &socketSession{s: s, conn: conn, ctx: ctx, leaves: map[string]func(){}}
	defer session.end()
	for {
		_, data, err := conn.Read(ctx)
		if err != nil {
			return
		}
		var f wsFrame
		if json.Unmarshal(data, &f) != nil || !session.receive(f) {
			return
		}
	}
}

func (n *socketSession) end() {
	for _, leave := range n.leaves {
		leave()
	}
}

func (n *socketSession) write(f wsFrame) {
	data, err := json.Marshal(f)
	if err != nil {
		panic(err)
	}
	_ = n.conn.Write(n.ctx, websocket.MessageText, append(data, '\n'))
}

// receive handles one frame and reports whether the connection goes on.
func (n *socketSession) receive(f wsFrame) bool {
	switch f.Type {
	case "connection_init":
		n.ready = true
		n.write(wsFrame{Type: "connection_ack"})
	case "ping":
		n.write(wsFrame{Type: "pong"})
	case "complete":
		if leave := n.leaves[f.ID]; leave != nil {
			leave()
			delete(n.leaves, f.ID)
		}
	case "subscribe":
		if !n.ready {
			_ = n.conn.Close(websocket.StatusProtocolError, "unexpected message")
			return false
		}
		n.subscribe(f)
	}
	return true
}

func (n *socketSession) subscribe(f wsFrame) {
	var raw rawQuery
	if err := json.Unmarshal(f.Payload, &raw); err != nil {
		n.refuse(f.ID, gqlerror.List{gqlerror.Wrap(err)})
		return
	}
	p := n.s.parseQuery(raw)
	if p.errs != nil {
		n.refuse(f.ID, p.errs)
		return
	}
	x := &execution{s: n.s, p: p, fields: map[selectionKey][]*ast.Field{}}
	root := x.collect(nil, p.op.SelectionSet, rootType(p.op))
	if p.op.Operation != ast.Subscription || len(root) != 1 {
		n.refuse(f.ID, gqlerror.List{{Message: "only one subscription field"}})
		return
	}
	events, leave := n.s.jobs.join()
	n.leaves[f.ID] = leave
	go n.forward(f.ID, p, root[0], events)
}

func (n *socketSession) refuse(id string, errs gqlerror.List) {
	payload, err := json.Marshal(errs)
	if err != nil {
		panic(err)
	}
	n.write(wsFrame{ID: id, Type: "error", Payload: payload})
}

// forward sends events until the subscription ends; one that lags too far behind gets nothing more.
func (n *socketSession) forward(id string, p *parsed, f *ast.Field, events <-chan jobEvent) {
	for e := range events {
		if e.field != f.Name {
			continue
		}
		x := &execution{s: n.s, p: p, fields: map[selectionKey][]*ast.Field{}}
		x.out.WriteString(`{"data":{`)
		x.name(f.Alias)
		x.value(f, e.value)
		x.out.WriteString("}}")
		n.write(wsFrame{ID: id, Type: "next", Payload: x.out.Bytes()})
	}
}
