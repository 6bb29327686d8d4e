package sim

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
)

const (
	// hostileSize is how much a hostile answer holds unless the fault says otherwise: more than anybody takes of one.
	hostileSize = 128 << 20
	// headerSize bounds the headers, which net/http keeps in memory before they leave.
	headerSize = 4 << 20
	// chunk is how much of a hostile answer is written at once.
	chunk = 64 << 10
)

// fillers are what the hostile bodies repeat. None is ever closed, so that no part of one is an answer.
var fillers = map[Effect]string{
	Bomb: " ", Endless: " ", Entries: "{},", Nested: "[", Noise: "\xff\xfe\xc3\x28\x00\x80",
}

// hostile answers as nobody does who means well. It reports false for effects that are none of these.
func (s *Server) hostile(f *activeFault, c Call, w http.ResponseWriter, r *http.Request) bool {
	size := f.Size
	if size == 0 {
		size = hostileSize
	}
	switch f.Effect {
	case Bomb, Entries, Nested:
		s.beginHostile(c, w, r, "gzip")
		z, _ := gzip.NewWriterLevel(w, gzip.BestSpeed) // fails for an unknown level only
		_ = s.fill(f, c, z, size)
		_ = z.Close()
	case Noise:
		s.beginHostile(c, w, r, "")
		_ = s.fill(f, c, w, min(size, 1<<20))
	case Endless:
		s.beginHostile(c, w, r, "")
		_ = s.fill(f, c, endless{w, r, f.cleared, s.done}, -1)
	case Headers:
		for i := range min(size, headerSize) / chunk {
			w.Header().Set(fmt.Sprintf("X-Filler-%d", i), strings.Repeat("x", chunk))
		}
		s.answer(c, w, r)
	case Types:
		h := newHeld()
		s.handle(h, r)
		mistype(h)
		h.sendTo(w)
	default:
		return false
	}
	return true
}

func (s *Server) beginHostile(c Call, w http.ResponseWriter, _ *http.Request, encoding string) {
	w.Header().Set("Content-Type", "application/json")
	if c.Kind == "screenshot" {
		w.Header().Set("Content-Type", "image/jpeg")
	}
	if encoding != "" {
		w.Header().Set("Content-Encoding", encoding)
	}
}

// fill writes the beginning of a proper answer and then the filler, for ever when size is negative.
func (s *Server) fill(f *activeFault, c Call, w io.Writer, size int) error {
	before := s.words.opening(c)
	switch {
	case f.Effect == Noise:
		before += `"`
	case c.Kind == "screenshot":
		before = "\xff\xd8\xff\xe0" // of a JPEG
	}
	if _, err := io.WriteString(w, before); err != nil {
		return err
	}
	part := strings.Repeat(fillers[f.Effect], chunk/len(fillers[f.Effect]))
	for n := 0; size < 0 || n < size; n += len(part) {
		if _, err := io.WriteString(w, part); err != nil {
			return err
		}
	}
	return nil
}

// endless is an answer that ends with the client, the fault or the server.
type endless struct {
	w       io.Writer
	r       *http.Request
	cleared <-chan struct{}
	done    <-chan struct{}
}

func (e endless) Write(p []byte) (int, error) {
	select {
	case <-e.cleared:
		return 0, io.ErrClosedPipe
	case <-e.done:
		return 0, io.ErrClosedPipe
	case <-e.r.Context().Done():
		return 0, e.r.Context().Err()
	default:
		return e.w.Write(p)
	}
}

// mistype gives everything in a JSON answer another type than it had. What is no JSON becomes some.
func mistype(h *held) {
	var v any
	if json.Unmarshal(h.body.Bytes(), &v) != nil {
		v = map[string]any{"none": 7}
	}
	body, _ := json.Marshal(mistyped(v)) // it was JSON a moment ago
	h.body.Reset()
	h.body.Write(body)
	h.header.Set("Content-Type", "application/json")
	h.header.Del("Content-Length")
}

func mistyped(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for name, inner := range v {
			v[name] = mistyped(inner)
		}
		return v
	case string:
		return map[string]any{"seven": 7}
	default:
		return "seven"
	}
}
