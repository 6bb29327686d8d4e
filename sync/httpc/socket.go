package httpc

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/coder/websocket"
	"golang.org/x/time/rate"

	"lockstep/sync/budget"
	"lockstep/sync/fault"
	"lockstep/sync/message"
)

const (
	// PingEvery finds a server that hangs as soon as the engine's own probe does; a dead
	// host or route is found by keepAlive within a minute, and that wakes nobody.
	PingEvery = 5 * time.Minute
	// pingOften holds a connection open that a proxy cuts when it is idle; they wait for
	// a minute or more.
	pingOften = 30 * time.Second
	// PongWithin is how long a pong may take while the server is busy scanning.
	PongWithin = 15 * time.Second

	// A flood of frames waits with the sender. Each costs as much as 3 kB more of it: a
	// second's worth is some 650 small frames or 2 MB. A busy scan sends a tenth of that. Ten
	// seconds' worth goes through at once.
	frameCost  = 3 << 10
	frameBytes = 2 << 20 // a second
	frameBurst = 10 * frameBytes
)

// Listener is a websocket to hold open.
type Listener struct {
	Op       string
	Path     string // below the base, already escaped
	Protocol string // "" for none
	MaxFrame int64
	// Ping and Pong are PingEvery and PongWithin, apart from tests.
	Ping, Pong time.Duration
	// Refused classifies an answer in place of the websocket.
	Refused func(Reply) error
	// Begin is called once the connection stands; may be nil.
	Begin func(context.Context, *websocket.Conn) error
	// On is called with each frame; it must return soon. Its error ends the connection
	// and is returned as it is.
	On func(context.Context, *websocket.Conn, []byte) error
}

// Listen connects and blocks until the connection ends or ctx does; it never returns nil.
// One request, then a ping every 5 min, or every 30 s once a connection did not live that
// long.
func (c *Client) Listen(ctx context.Context, l Listener) error {
	conn, err := c.connect(ctx, l)
	if err != nil {
		return c.standing.settle(budget.Socket, err, time.Now())
	}
	defer conn.CloseNow()
	if l.Begin != nil {
		bound, cancel := context.WithTimeout(ctx, c.o.Timeout)
		err := l.Begin(bound, conn)
		cancel()
		if err != nil {
			return c.beganBadly(ctx, l.Op, err)
		}
	}
	_ = c.standing.settle(budget.Socket, nil, time.Now())
	live, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	began, every := time.Now(), c.pingEvery(l)
	go ping(live, conn, every, l.Pong, stop)
	err = l.read(live, conn)
	if dead := context.Cause(live); dead != nil && ctx.Err() == nil {
		err = dead
	}
	c.idleCut.Store(c.idleCut.Load() || ctx.Err() == nil && time.Since(began) < every)
	return c.ended(ctx, l.Op, err)
}

// read hands on frames until the connection ends.
func (l Listener) read(ctx context.Context, conn *websocket.Conn) error {
	pace := rate.NewLimiter(frameBytes, frameBurst)
	for {
		_, frame, err := conn.Read(ctx)
		if err != nil {
			return err
		}
		if err := pace.WaitN(ctx, min(frameCost+len(frame), frameBurst)); err != nil {
			return err
		}
		if err := l.On(ctx, conn, frame); err != nil {
			return err
		}
	}
}

// beganBadly classifies the end of a connection that never came to work.
func (c *Client) beganBadly(ctx context.Context, op string, err error) error {
	if _, ok := errors.AsType[*fault.Error](err); ok {
		return err
	}
	return c.Broken(ctx, op, err)
}

// ended classifies the end of a connection that was up.
func (c *Client) ended(ctx context.Context, op string, err error) error {
	if _, ok := errors.AsType[*fault.Error](err); ok {
		return err
	}
	if ctx.Err() != nil || errors.Is(err, context.DeadlineExceeded) {
		return c.Broken(ctx, op, err)
	}
	return c.silent(message.HTTPEnded, c.because(op, err))
}

// connect shakes hands.
func (c *Client) connect(ctx context.Context, l Listener) (*websocket.Conn, error) {
	u, err := c.url(l.Path, "")
	if err != nil {
		return nil, err
	}
	head, err := c.signed()
	if err != nil {
		return nil, err
	}
	o := &websocket.DialOptions{HTTPClient: c.http, HTTPHeader: head}
	if l.Protocol != "" {
		o.Subprotocols = []string{l.Protocol}
	}
	bound, cancel := context.WithTimeout(ctx, c.o.Timeout)
	defer cancel()
	conn, resp, err := websocket.Dial(bound, u.String(), o)
	switch {
	case err == nil && conn.Subprotocol() == l.Protocol:
		conn.SetReadLimit(l.MaxFrame)
		return conn, nil
	case err == nil:
		_ = conn.CloseNow()
		return nil, c.Foreign(l.Op, message.None, errors.New("the server does not speak "+l.Protocol))
	case resp == nil || resp.StatusCode == http.StatusSwitchingProtocols:
		return nil, c.Broken(ctx, l.Op, err)
	}
	rep := Reply{Code: resp.StatusCode, Header: resp.Header}
	if resp.Body != nil {
		rep.Body, _ = io.ReadAll(io.LimitReader(resp.Body, refusalLimit))
	}
	if f := c.intercepted(rep); f != nil {
		return nil, f
	}
	if f := l.Refused(rep); f != nil {
		return nil, withRetryAfter(f, rep)
	}
	return nil, c.Foreign(l.Op, message.None, errors.New("no websocket"))
}

// PingsOften reports whether sockets are held open by frequent pings.
func (c *Client) PingsOften() bool { return c.idleCut.Load() }

func (c *Client) pingEvery(l Listener) time.Duration {
	if c.idleCut.Load() {
		return min(l.Ping, pingOften)
	}
	return l.Ping
}

// ping ends the connection when a ping stays unanswered.
func ping(ctx context.Context, conn *websocket.Conn, every, within time.Duration, stop context.CancelCauseFunc) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		bound, cancel := context.WithTimeout(ctx, within)
		err := conn.Ping(bound)
		cancel()
		if err != nil {
			stop(err)
			return
		}
	}
}
