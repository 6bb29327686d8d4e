package sim

import (
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"
)

// lateListener accepts one connection at the moment it is closed.
type lateListener struct {
	net.Listener
	accepting, closing chan struct{}
	once, begun        sync.Once
	late               chan net.Conn
}

func (l *lateListener) Accept() (net.Conn, error) {
	l.begun.Do(func() { close(l.accepting) })
	<-l.closing
	if c, ok := <-l.late; ok {
		return c, nil
	}
	return nil, net.ErrClosed
}

func (l *lateListener) Close() error {
	l.once.Do(func() { close(l.closing) })
	return l.Listener.Close()
}

// TestAConnectionThatArrivesDuringTheCloseDoesNotBlockIt: closing a server waits for its Accept to return.
func TestAConnectionThatArrivesDuringTheCloseDoesNotBlockIt(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ours, theirs := net.Pipe()
	late := &lateListener{Listener: ln, accepting: make(chan struct{}), closing: make(chan struct{}), late: make(chan net.Conn, 1)}
	late.late <- theirs
	close(late.late)
	s := &socket{handler: http.NotFoundHandler(), addr: ln.Addr().String()}
	s.mu.Lock()
	s.serve(late)
	s.mu.Unlock()
	<-late.accepting
	closed := make(chan error, 1)
	go func() { closed <- s.close() }()
	select {
	case err := <-closed:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("the server does not close")
	}
	_ = ours.SetReadDeadline(time.Now().Add(10 * time.Second))
	if _, err := ours.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("the late connection is not closed: %v", err)
	}
}
