package windows

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"fyne.io/fyne/v2"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"lockstep/app/present"
	"lockstep/sync/config"
	"lockstep/sync/message"
)

// largestFile bounds what is read as settings: real ones have a few kilobytes.
const largestFile = 1 << 20

// fileMenu carries settings from one machine to another. Secrets never go along.
func (p *settingsPage) fileMenu() *keyButton {
	return drop(present.T("File"), fyne.NewMenuItem(present.T("Export without secrets…"), p.exportTo), fyne.NewMenuItem(present.T("Import…"), p.importFrom))
}

func (p *settingsPage) exportTo() {
	draft := p.draft.Clone()
	q := FileQuestion{Title: present.T("Export settings"), Name: "lockstep-settings.json", Suffix: ".json"}
	p.w.saveAs(p.win, q, func(_ context.Context, out io.Writer) error { return writeSettings(out, draft) })
}

func (p *settingsPage) importFrom() {
	p.w.chooseFile(p.win, FileQuestion{Title: present.T("Import settings"), Suffix: ".json"}, func(path string) {
		ask(p.w, func(context.Context) (config.Settings, error) { return readSettingsFile(path) }, func(s config.Settings, err error) {
			if err != nil {
				p.w.warn(p.win, err)
				trouble, known := present.FileTrouble(path, err)
				if !known {
					trouble = present.Begun(err.Error())
				}
				inform(p.win, present.T("That did not work"), trouble)
				return
			}
			p.draft = s
			clear(p.wrong)
			p.buttons()
			p.draw()
		})
	})
}

func readSettingsFile(path string) (config.Settings, error) {
	in, err := os.Open(path)
	if err != nil {
		return config.Settings{}, fmt.Errorf("open the file: %w", err)
	}
	defer in.Close()
	return readSettings(in)
}

func writeSettings(out io.Writer, s config.Settings) error {
	enc := json.NewEncoder(out)
	enc.SetIndent("", "  ")
	if err := enc.Encode(s.WrittenOut()); err != nil {
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
		return s, fmt.Errorf("%s (%w)", present.T("this file contains no Lockstep settings"), err)
	}
	s = s.AsOlder() // what this release writes says what collections are made of
	if err := s.Validate(); err != nil {
		return s, errors.New(present.T("the settings in this file are not valid: %s", present.Say(message.OfError(err))))
	}
	return s, nil
}
