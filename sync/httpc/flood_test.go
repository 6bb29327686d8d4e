package httpc_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/coder/websocket"

	"lockstep/sync/httpc"
)

// A server that sends notifications as fast as the network takes them must not keep a
// processor busy: they wait with the sender.
func TestAFloodOfFramesWaitsWithItsSender(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		defer conn.CloseNow()
		for conn.Write(r.Context(), websocket.MessageText, []byte(`{}`)) == nil {
		}
	}))
	t.Cleanup(server.Close)
	base, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	c := httpc.New(httpc.Options{Base: base, Timeout: time.Minute})
	t.Cleanup(c.Close)
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	frames := 0
	_ = c.Listen(ctx, httpc.Listener{
		Path: "/", MaxFrame: 1 << 20, Ping: time.Hour, Pong: time.Minute,
		On: func(context.Context, *websocket.Conn, []byte) error { frames++; return nil },
	})
	if frames == 0 || frames > 9000 { // at once, and in a second: 6 800 and 680
		t.Errorf("%d frames were read in a second", frames)
	}
}
