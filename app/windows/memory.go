package windows

import (
	"encoding/json"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"

	"fyne.io/fyne/v2"

	"lockstep/sync/config"
	"lockstep/sync/file"
	"lockstep/sync/store"
)

// memory is what windows remember from one time to the next. Losing it harms nobody, so
// trouble with the file is logged and no more.
type memory struct {
	file string
	kept struct {
		// Page is the page the main window showed last, empty for none yet.
		Page string `json:"page,omitempty"`
		// Places and Sizes are where windows were closed, in pixels, and how large, by their names.
		Places map[string][2]int     `json:"places,omitempty"`
		Sizes  map[string][2]float32 `json:"sizes"`
		// Columns are the shares of the width that columns of listings were given, by the
		// name of the listing.
		Columns map[string][]float32 `json:"columns,omitempty"`
		// Sorts are by what listings are sorted, by their names.
		Sorts map[string]store.Sort `json:"sorts,omitempty"`
		// Comfortable is set for rows of two lines instead of one.
		Comfortable bool `json:"comfortable,omitempty"`
		// Theme is the one chosen, empty for that of the desktop.
		Theme config.Theme `json:"theme,omitempty"`
		// Told is set once a person knows that closing windows does not end Lockstep.
		Told bool `json:"told"`
	}
}

func loadMemory(dir string) *memory {
	m := &memory{}
	if dir != "" {
		m.file = filepath.Join(dir, "windows.json")
		data, err := os.ReadFile(m.file)
		if err == nil {
			err = json.Unmarshal(data, &m.kept)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			slog.Info("what windows remember not read", "err", err)
		}
	}
	if m.kept.Places == nil {
		m.kept.Places = map[string][2]int{}
	}
	if m.kept.Sizes == nil {
		m.kept.Sizes = map[string][2]float32{}
	}
	return m
}

// size is the remembered size of a window, or the usual one. A size too small to be
// useful or larger than any screen is not believed.
func (m *memory) size(name string, usual fyne.Size) fyne.Size {
	k, ok := m.kept.Sizes[name]
	if !ok || k[0] < 300 || k[1] < 200 || k[0] > 10000 || k[1] > 10000 {
		return usual
	}
	return fyne.NewSize(k[0], k[1])
}

func (m *memory) keepSize(name string, size fyne.Size) {
	m.kept.Sizes[name] = [2]float32{size.Width, size.Height}
	m.store()
}

// columns are the remembered shares of the columns of a listing, or its usual ones.
func (m *memory) columns(name string, usual []column) []float32 {
	shares := make([]float32, len(usual))
	for i, c := range usual {
		shares[i] = c.share
	}
	if kept := m.kept.Columns[name]; len(kept) == len(usual) && slices.Min(kept) > 0 {
		copy(shares, kept)
	}
	return shares
}

func (m *memory) keepColumns(name string, shares []float32) {
	if m.kept.Columns == nil {
		m.kept.Columns = map[string][]float32{}
	}
	m.kept.Columns[name] = slices.Clone(shares)
	m.store()
}

func (m *memory) keepSort(name string, s store.Sort) {
	if m.kept.Sorts == nil {
		m.kept.Sorts = map[string]store.Sort{}
	}
	m.kept.Sorts[name] = s
	m.store()
}

func (m *memory) keepTold() {
	m.kept.Told = true
	m.store()
}

func (m *memory) store() {
	if m.file == "" {
		return
	}
	data, err := json.Marshal(m.kept)
	if err == nil {
		err = file.Write(m.file, data)
	}
	if err != nil {
		slog.Info("what windows remember not kept", "err", err)
	}
}
