package windows

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"lockstep/app/present"
	"lockstep/sync/config"
)

// largestFile bounds what is read as settings: real ones have a few kilobytes.
const largestFile = 1 << 20

// fileMenu carries settings from one machine to another. Secrets never go along.
func (p *settingsPage) fileMenu() *keyButton {
	return drop(present.T("File"), fyne.NewMenuItem(present.T("Export without secrets…"), p.exportTo), fyne.NewMenuItem(present.T("Import…"), p.importFrom))
}

func (p *settingsPage) exportTo() {
	d := dialog.NewFileSave(func(file fyne.URIWriteCloser, err error) {
		if err == nil && file != nil {
			err = errors.Join(writeSettings(file, p.draft), file.Close())
		}
		if err != nil {
			p.w.tell(p.win, err)
		}
	}, p.win)
	d.SetFileName("lockstep-settings.json")
	d.Show()
}

func (p *settingsPage) importFrom() {
	dialog.ShowFileOpen(func(file fyne.URIReadCloser, err error) {
		if err == nil && file == nil {
			return
		}
		var s config.Settings
		if err == nil {
			s, err = readSettings(file)
			_ = file.Close() // it was only read
		}
		if err != nil {
			p.w.tell(p.win, err)
			return
		}
		p.draft = s
		clear(p.wrong)
		p.buttons()
		p.draw()
	}, p.win)
}

func writeSettings(out io.Writer, s config.Settings) error {
	enc := json.NewEncoder(out)
	enc.SetIndent("", "  ")
	if err := enc.Encode(s); err != nil {
		return fmt.Errorf("write the settings: %w", err)
	}
	return nil
}

// readSettings reads exported settings. What a file leaves out has its default; a value
// out of its range refuses the file.
func readSettings(in io.Reader) (config.Settings, error) {
	s := config.Defaults()
	plain := transform.NewReader(io.LimitReader(in, largestFile), unicode.BOMOverride(encoding.Nop.NewDecoder())) // editors of Windows mark their files
	if err := json.NewDecoder(plain).Decode(&s); err != nil {
		return s, fmt.Errorf("%s (%w)", present.T("this file holds no settings of Lockstep"), err)
	}
	if err := s.Validate(); err != nil {
		return s, errors.New(present.T("the settings in this file do not fit: %s", present.Heard(err.Error())))
	}
	return s, nil
}
