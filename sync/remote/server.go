package remote

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/event"
	"lockstep/sync/fault"
	"lockstep/sync/message"
)

// Server serves an API to other processes of the same user.
type Server struct {
	API     api.API
	Version string
	// Lasting tells others that this process does not end by itself.
	Lasting bool
	// Show opens a window; nil when this process has no desktop.
	Show func(window string) error
	// Display names the screen windows are shown on, empty where there is only one.
	Display string
	// Stranded tells whether that screen is gone; nil: never.
	Stranded func() bool
}

const (
	// frame is the shortest time between two snapshots: nobody reads faster.
	frame = 100 * time.Millisecond
	// stuck is how long a reader may not read before its watch is given up, and how long a
	// request may take to arrive.
	stuck = 10 * time.Second
	// shutdownPatience is how long calls under way may take when the server ends.
	shutdownPatience = 2 * time.Second
)

// Serve answers on the listener until ctx ends, which returns nil. It closes the
// listener.
func (s Server) Serve(ctx context.Context, l *Listener) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	h := &http.Server{
		Handler:           s.handler(l.token),
		ReadHeaderTimeout: stuck,
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ErrorLog:          slog.NewLogLogger(slog.Default().Handler(), slog.LevelDebug),
	}
	ended := make(chan error, 1)
	go func() { ended <- h.Serve(l) }()
	select {
	case err := <-ended:
		return fmt.Errorf("serve the local socket: %w", err)
	case <-ctx.Done():
	}
	limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownPatience)
	defer cancel()
	if err := h.Shutdown(limited); err != nil {
		_ = h.Close()
	}
	<-ended
	return nil
}

func (s Server) handler(token string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+pingPath, func(w http.ResponseWriter, _ *http.Request) {
		answer(w, Hello{
			Version: s.Version, PID: os.Getpid(), Lasting: s.Lasting, Windows: s.Show != nil,
			Display: s.Display, Stranded: s.Stranded != nil && s.Stranded(),
		}, nil)
	})
	mux.HandleFunc("POST "+showPath, s.same(s.show))
	mux.HandleFunc("POST "+watchPath, s.same(s.watch))
	mux.HandleFunc("POST "+callPath, s.same(s.call))
	guarded := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if subtle.ConstantTimeCompare([]byte(bearer(r)), []byte(token)) != 1 {
			refuse(w, fault.New(fault.Unauthorized, fault.None, message.New(message.RemoteOtherUser), message.None, nil))
			return
		}
		w.Header().Set(versionHeader, s.Version)
		mux.ServeHTTP(w, r)
	})
	outer := http.NewServeMux()
	outer.Handle("/", guarded)
	if token != "" {
		outer.Handle("POST "+provePath, prove(token))
	}
	return outer
}

// bearer reads the token a request brings.
func bearer(r *http.Request) string {
	t, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	return t
}

// same lets only the same version through.
func (s Server) same(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if v := r.Header.Get(versionHeader); v != s.Version {
			refuse(w, otherVersion(s.Version, v))
			return
		}
		next(w, r)
	}
}

func (s Server) call(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, callPath)
	method, ok := methods[name]
	if !ok {
		refuse(w, fault.New(fault.Rejected, fault.None, message.New(message.RemoteNoCall, message.Detail(fmt.Sprintf("%.40s", name))), message.None, nil))
		return
	}
	body, err := receive(w, r)
	if err != nil {
		refuse(w, unreadable(err))
		return
	}
	result, err := method(r.Context(), s.API, body)
	answer(w, result, err)
}

// receive reads a request that has to arrive soon: whoever sends it byte by byte must not
// hold a goroutine for ever.
func receive(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	ctl := http.NewResponseController(w)
	if err := ctl.SetReadDeadline(time.Now().Add(stuck)); err != nil {
		return nil, err
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return nil, err
	}
	return body, ctl.SetReadDeadline(time.Time{}) // a call may take longer
}

func (s Server) show(w http.ResponseWriter, r *http.Request) {
	var window string
	body, err := receive(w, r)
	if err == nil {
		err = json.Unmarshal(body, &window)
	}
	if err != nil {
		refuse(w, unreadable(err))
		return
	}
	if s.Show == nil {
		refuse(w, fault.New(fault.NotFound, fault.None, message.New(message.RemoteNoWindows), message.None, nil))
		return
	}
	answer(w, none{}, s.Show(window))
}

// watch streams snapshots. The engine's side only stores the latest one; a reader that
// is slow, or stopped, holds up nobody but itself.
func (s Server) watch(w http.ResponseWriter, r *http.Request) {
	ctx, stop := context.WithCancel(r.Context())
	defer stop()
	feed := api.Follow(ctx, s.API)
	w.Header().Set("Content-Type", "application/x-ndjson")
	out := stream{w, http.NewResponseController(w), json.NewEncoder(w)}
	for {
		var ended bool
		select {
		case <-feed.Changed():
		case err := <-feed.Ended():
			ended = true
			if err != nil && !errors.Is(err, context.Canceled) && !fault.Is(err, fault.Canceled) {
				slog.Debug("watch for another process", "err", err)
			}
		}
		if snap, ok := feed.Latest(); ok && r.Context().Err() == nil && out.send(snap) != nil {
			stop()
		}
		if ended {
			return // after the engine's last word
		}
		event.Sleep(ctx, frame)
	}
}

// stream writes values to a reader that may be gone.
type stream struct {
	w    http.ResponseWriter
	ctl  *http.ResponseController
	json *json.Encoder
}

func (s stream) send(v any) error {
	if err := s.ctl.SetWriteDeadline(time.Now().Add(stuck)); err != nil {
		return err
	}
	if err := s.json.Encode(v); err != nil {
		return err
	}
	return s.ctl.Flush()
}

func answer(w http.ResponseWriter, result any, err error) {
	if err != nil {
		refuse(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(result); err != nil {
		slog.Debug("answer another process", "err", err)
	}
}

// refuse answers with a fault. The status is for people who look with other tools; the
// client reads the class.
func refuse(w http.ResponseWriter, err error) {
	f := pack(err)
	status := http.StatusInternalServerError
	switch f.Class {
	case fault.NotFound:
		status = http.StatusNotFound
	case fault.Rejected:
		status = http.StatusBadRequest
	case fault.Unauthorized, fault.Forbidden:
		status = http.StatusForbidden
	case fault.Config:
		status = http.StatusConflict
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(f) // the other side may be gone
}
