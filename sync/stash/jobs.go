package stash

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/coder/websocket"

	"lockstep/sync/decode"
	"lockstep/sync/fault"
	"lockstep/sync/httpc"
)

const (
	subprotocol = "graphql-transport-ws"
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
	return c.http.Listen(ctx, httpc.Listener{
		Path: "/graphql", Protocol: subprotocol, MaxFrame: maxMessage, Ping: c.beat, Pong: c.pong,
		Refused: c.refusal, Begin: c.subscribe,
		On: func(ctx context.Context, conn *websocket.Conn, frame []byte) error {
			return c.heard(ctx, conn, frame, onFinished)
		},
	})
}

// subscribe asks for jobs once the server has said that it listens.
func (c *Client) subscribe(ctx context.Context, conn *websocket.Conn) error {
	if err := c.write(ctx, conn, message{Type: "connection_init"}); err != nil {
		return err
	}
	for m := (message{}); m.Type != "connection_ack"; {
		_, frame, err := conn.Read(ctx)
		if err != nil {
			return err
		}
		if m, err = read(frame); err != nil {
			return err
		}
	}
	payload, err := json.Marshal(map[string]string{"query": jobsQuery})
	if err != nil {
		return fault.Old(fault.Local, fault.Stash, "A question to Stash could not be written.", "", err)
	}
	return c.write(ctx, conn, message{ID: "jobs", Type: "subscribe", Payload: payload})
}

// heard acts on one message.
func (c *Client) heard(ctx context.Context, conn *websocket.Conn, frame []byte, onFinished func()) error {
	m, err := read(frame)
	if err != nil {
		return err
	}
	switch m.Type {
	case "ping":
		return c.write(ctx, conn, message{Type: "pong"})
	case "error":
		return fault.Old(fault.Config, fault.Stash, "This Stash does not tell when its jobs end.", "Update Stash to "+oldest+" or newer.",
			c.http.Because("", errors.New(string(m.Payload))))
	case "complete":
		return fault.Old(fault.Unreachable, fault.Stash, "Stash stopped telling about its jobs.", c.http.HintHost(), nil)
	case "next":
		if finished(m.Payload) {
			onFinished()
		}
	}
	return nil
}

func finished(payload json.RawMessage) bool {
	var p struct {
		Data struct {
			JobsSubscribe struct{ Type string }
		}
	}
	return unmarshal(payload, &p) == nil && p.Data.JobsSubscribe.Type == "REMOVE"
}

func (c *Client) write(ctx context.Context, conn *websocket.Conn, m message) error {
	b, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("write message: %w", err)
	}
	return conn.Write(ctx, websocket.MessageText, b)
}

func read(frame []byte) (message, error) {
	var m message
	if err := decode.JSON(frame, maxMessage/100, &m); err != nil {
		return message{}, fmt.Errorf("read message: %w", err)
	}
	return m, nil
}
