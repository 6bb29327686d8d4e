package stash

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/coder/websocket"

	"lockstep/sync/fault"
)

const (
	subprotocol = "graphql-transport-ws"
	// pingEvery finds a Stash that hangs, as it sends no pings itself; a dead host or
	// route is found by keepAlive within a minute, and that wakes nobody.
	pingEvery = 5 * time.Minute
	// pingOften holds a socket open that a proxy cuts when it is idle; half a minute is
	// below the limit of common ones.
	pingOften = 30 * time.Second
	// pingAnswer is how long a pong may take while Stash is busy scanning.
	pingAnswer = 15 * time.Second
	// maxMessage bounds a message; one about a job has some hundred bytes.
	maxMessage = 1 << 20
)

// message is a frame of graphql-transport-ws.
type message struct {
	ID      string          `json:"id,omitempty"`
	Type    string          `json:"type"`
	Payload json.RawMessage `json:"payload,omitempty"`
}

// WatchJobs calls onFinished each time Stash has ended a job (scan, clean, generate,
// auto tag, plugin task …), which is when a sweep pays off. It blocks until ctx ends
// (Canceled) or the connection is lost (never nil). onFinished is called from this
// goroutine and must return quickly. Jobs that end while nobody watches are not told
// later: after a reconnection the caller should look for itself.
func (c *Client) WatchJobs(ctx context.Context, onFinished func()) error {
	conn, err := c.dial(ctx)
	if err != nil {
		return err
	}
	defer conn.CloseNow()
	if err := c.subscribe(ctx, conn); err != nil {
		return err
	}
	live, stop := context.WithCancel(ctx)
	defer stop()
	lost := make(chan error, 1)
	began, every := time.Now(), c.pingEvery()
	go func() {
		defer stop()
		lost <- c.ping(live, conn, every)
	}()
	err = c.listen(live, conn, onFinished)
	c.idleCut.Store(c.idleCut.Load() || ctx.Err() == nil && time.Since(began) < every)
	stop()
	if dead := <-lost; dead != nil && ctx.Err() == nil {
		return dead
	}
	return err
}

func (c *Client) dial(ctx context.Context) (*websocket.Conn, error) {
	if c.base == nil {
		return nil, errAddress()
	}
	h, err := c.headers()
	if err != nil {
		return nil, err
	}
	bound, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	conn, resp, err := websocket.Dial(bound, c.base.JoinPath("graphql").String(), &websocket.DialOptions{
		HTTPClient: c.http, HTTPHeader: h, Subprotocols: []string{subprotocol},
	})
	if err != nil {
		return nil, c.notUpgraded(ctx, resp, err)
	}
	if conn.Subprotocol() != subprotocol {
		conn.CloseNow()
		return nil, errNotStash(errors.New("the server does not speak " + subprotocol))
	}
	conn.SetReadLimit(maxMessage)
	return conn, nil
}

// notUpgraded classifies a handshake that failed: by the answer if there is one.
func (c *Client) notUpgraded(ctx context.Context, resp *http.Response, err error) error {
	if resp == nil || resp.StatusCode == http.StatusSwitchingProtocols {
		return c.broken(ctx, err)
	}
	var body []byte
	if resp.Body != nil {
		body, _ = io.ReadAll(io.LimitReader(resp.Body, maxRefusal))
	}
	if f := c.refusal(reply{code: resp.StatusCode, header: resp.Header, body: body}); f != nil {
		return f
	}
	return errNotStash(c.cause(err))
}

func (c *Client) subscribe(ctx context.Context, conn *websocket.Conn) error {
	bound, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	payload, err := json.Marshal(map[string]string{"query": jobsQuery})
	if err != nil {
		return fault.New(fault.Local, fault.Stash, "A question to Stash could not be written.", "", err)
	}
	if err := c.write(bound, conn, message{Type: "connection_init"}); err != nil {
		return c.broken(ctx, err)
	}
	if err := c.acknowledged(bound, conn); err != nil {
		return c.broken(ctx, err)
	}
	if err := c.write(bound, conn, message{ID: "jobs", Type: "subscribe", Payload: payload}); err != nil {
		return c.broken(ctx, err)
	}
	return nil
}

// acknowledged waits until the server has said that it listens.
func (c *Client) acknowledged(ctx context.Context, conn *websocket.Conn) error {
	for {
		m, err := c.read(ctx, conn)
		if err != nil || m.Type == "connection_ack" {
			return err
		}
	}
}

func (c *Client) listen(ctx context.Context, conn *websocket.Conn, onFinished func()) error {
	for {
		m, err := c.read(ctx, conn)
		if err != nil {
			return c.gone(ctx, err)
		}
		switch m.Type {
		case "ping":
			if err := c.write(ctx, conn, message{Type: "pong"}); err != nil {
				return c.gone(ctx, err)
			}
		case "error":
			return fault.New(fault.Config, fault.Stash, "This Stash does not tell when its jobs end.", "Update Stash to "+oldest+" or newer.",
				errors.New(c.redact(string(m.Payload))))
		case "complete":
			return unreachable("Stash stopped telling about its jobs.", nil)
		case "next":
			if finished(m.Payload) {
				onFinished()
			}
		}
	}
}

func finished(payload json.RawMessage) bool {
	var p struct {
		Data struct {
			JobsSubscribe struct{ Type string }
		}
	}
	return decode(payload, &p) == nil && p.Data.JobsSubscribe.Type == "REMOVE"
}

// pingEvery is how often to ping now: more often once a socket ended before its first
// ping.
func (c *Client) pingEvery() time.Duration {
	if c.idleCut.Load() {
		return min(c.beat, pingOften)
	}
	return c.beat
}

// ping asks for a pong until ctx ends (nil) or none comes.
func (c *Client) ping(ctx context.Context, conn *websocket.Conn, every time.Duration) error {
	t := time.NewTicker(every)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-t.C:
		}
		bound, cancel := context.WithTimeout(ctx, c.pong)
		err := conn.Ping(bound)
		cancel()
		if err != nil && ctx.Err() == nil {
			return unreachable("Stash no longer answers.", c.cause(err))
		}
	}
}

// gone classifies the end of a connection that was up.
func (c *Client) gone(ctx context.Context, err error) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return c.broken(ctx, err)
	}
	return unreachable("The connection to Stash ended.", c.cause(err))
}

func (c *Client) write(ctx context.Context, conn *websocket.Conn, m message) error {
	b, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("write message: %w", err)
	}
	return conn.Write(ctx, websocket.MessageText, b)
}

func (c *Client) read(ctx context.Context, conn *websocket.Conn) (message, error) {
	_, b, err := conn.Read(ctx)
	if err != nil {
		return message{}, err
	}
	var m message
	if err := decode(b, &m); err != nil {
		return message{}, fmt.Errorf("read message: %w", err)
	}
	return m, nil
}
