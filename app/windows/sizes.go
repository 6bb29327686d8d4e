package windows

import (
	"encoding/json"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"fyne.io/fyne/v2"
)

// sizes remembers how large each window was. Losing it harms nobody, so trouble with
// the file is logged and no more.
type sizes struct {
	file  string
	known map[string][2]float32
}

func loadSizes(dir string) sizes {
	s := sizes{known: map[string][2]float32{}}
	if dir == "" {
		return s
	}
	s.file = filepath.Join(dir, "windows.json")
	data, err := os.ReadFile(s.file)
	if err == nil {
		err = json.Unmarshal(data, &s.known)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		slog.Info("sizes of windows not read", "err", err)
	}
	if s.known == nil {
		s.known = map[string][2]float32{}
	}
	return s
}

// of is the remembered size, or the usual one. A size too small to be useful or larger
// than any screen is not believed.
func (s sizes) of(name string, usual fyne.Size) fyne.Size {
	k, ok := s.known[name]
	if !ok || k[0] < 300 || k[1] < 200 || k[0] > 10000 || k[1] > 10000 {
		return usual
	}
	return fyne.NewSize(k[0], k[1])
}

func (s sizes) keep(name string, size fyne.Size) {
	s.known[name] = [2]float32{size.Width, size.Height}
	if s.file == "" {
		return
	}
	data, err := json.Marshal(s.known)
	if err == nil {
		err = os.WriteFile(s.file+".new", data, 0o600)
	}
	if err == nil {
		err = os.Rename(s.file+".new", s.file) // whole or not at all
	}
	if err != nil {
		slog.Info("sizes of windows not kept", "err", err)
	}
}
