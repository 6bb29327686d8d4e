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
	"lockstep/sync/message"
)

const (
	subprotocol = "graphql-transport-ws"
	// maxMessage bounds a message; one about a job has some hundred bytes.
	maxMessage = 1 << 20
)

// frame is a message of graphql-transport-ws.
type frame struct {
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
		On: func(ctx context.Context, conn *websocket.Conn, data []byte) error {
			return c.received(ctx, conn, data, onFinished)
		},
	})
}

// subscribe asks for jobs once the server has said that it listens.
func (c *Client) subscribe(ctx context.Context, conn *websocket.Conn) error {
	if err := c.write(ctx, conn, frame{Type: "connection_init"}); err != nil {
		return err
	}
	for m := (frame{}); m.Type != "connection_ack"; {
		_, data, err := conn.Read(ctx)
		if err != nil {
			return err
		}
		if m, err = read(data); err != nil {
			return err
		}
	}
	payload, err := json.Marshal(map[string]string{"query": jobsQuery})
	if err != nil {
		return fault.New(fault.Local, fault.Stash, message.New(message.StashUnwritten), message.None, err)
	}
	return c.write(ctx, conn, frame{ID: "jobs", Type: "subscribe", Payload: payload})
}

// received acts on one message.
func (c *Client) received(ctx context.Context, conn *websocket.Conn, data []byte, onFinished func()) error {
	m, err := read(data)
	if err != nil {
		return err
	}
	switch m.Type {
	case "ping":
		return c.write(ctx, conn, frame{Type: "pong"})
	case "error":
		return fault.New(fault.Config, fault.Stash, message.New(message.StashNoJobs), message.New(message.AdviceStashUpdate, message.Word(oldest)),
			c.http.Because("", errors.New(string(m.Payload))))
	case "complete":
		return fault.New(fault.Unreachable, fault.Stash, message.New(message.StashJobsEnded), c.http.HintHost(), nil)
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

func (c *Client) write(ctx context.Context, conn *websocket.Conn, m frame) error {
	b, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("write message: %w", err)
	}
	return conn.Write(ctx, websocket.MessageText, b)
}

func read(data []byte) (frame, error) {
	var m frame
	if err := decode.JSON(data, maxMessage/100, &m); err != nil {
		return frame{}, fmt.Errorf("read message: %w", err)
	}
	return m, nil
}
