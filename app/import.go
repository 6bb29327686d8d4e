package app

import (
	"fmt"
	"path/filepath"
	"time"

	"lockstep/app/present"
	"lockstep/sync/api"
	"lockstep/sync/message"
	"lockstep/sync/stash2plex"
)

// importJSON is what `import --json` prints.
type importJSON struct {
	Preview bool   `json:"preview"` // nothing was changed
	Folder  string `json:"folder"`  // "" without one
	// Plugin is enabled, disabled, absent or unknown; enabled means that two programs write to Plex.
	Plugin   string               `json:"plugin"`
	Words    []string             `json:"words"`
	Messages []*messageJSON       `json:"messages"`
	Files    []importedFileJSON   `json:"files"`
	Outages  importedOutagesJSON  `json:"outages"`
	Scenes   api.ImportedScenes   `json:"scenes"`
	Settings []stash2plex.Setting `json:"settings"`
	// Reconciliation and Statistics are what the plugin said of itself; null when it never did.
	Reconciliation *importedReconciliationJSON `json:"reconciliation"`
	Statistics     *importedStatisticsJSON     `json:"statistics"`
}

type importedFileJSON struct {
	Name  string               `json:"name"`
	State stash2plex.FileState `json:"state"`
}

// importedOutagesJSON counts records: read = dropped + joined + known + old + added.
type importedOutagesJSON struct {
	Read    int          `json:"read"`
	Dropped int          `json:"dropped"`
	Joined  int          `json:"joined"`
	Known   int          `json:"known"`
	Old     int          `json:"old"`
	Added   []outageJSON `json:"added"`
}

type importedReconciliationJSON struct {
	At       *time.Time `json:"at"`
	Scope    string     `json:"scope"`
	Checked  int        `json:"checked"`
	Gaps     int        `json:"gaps"`
	Enqueued int        `json:"enqueued"`
	Runs     int        `json:"runs"`
}

type importedStatisticsJSON struct {
	Since     *time.Time `json:"since"`
	Processed int        `json:"processed"`
	Succeeded int        `json:"succeeded"`
	Failed    int        `json:"failed"`
	Dead      int        `json:"dead"`
}

func importOf(r api.Import, q api.ImportRequest) importJSON {
	o, said := r.Outages, present.ImportMessages(r, q.Preview)
	out := importJSON{
		Preview: q.Preview, Folder: q.Folder, Plugin: string(r.Plugin), Words: each(said, message.Message.String), Messages: messagesOf(said),
		Files:    each(r.Files, func(f stash2plex.File) importedFileJSON { return importedFileJSON(f) }),
		Outages:  importedOutagesJSON{o.Read, o.Dropped, o.Joined, o.Known, o.Old, each(o.Added, outageOf)},
		Scenes:   r.Scenes,
		Settings: each(r.Settings, func(s stash2plex.Setting) stash2plex.Setting { s.Ours = dict(s.Ours); return s }),
	}
	if x := r.Reconciliation; x != nil {
		out.Reconciliation = &importedReconciliationJSON{stamp(x.At), x.Scope, x.Checked, x.Gaps, x.Enqueued, x.Runs}
	}
	if x := r.Statistics; x != nil {
		out.Statistics = &importedStatisticsJSON{stamp(x.Since), x.Processed, x.Succeeded, x.Failed, x.Dead}
	}
	return out
}

// Run takes over what Stash2Plex left behind.
func (c *importCmd) Run(s *session) error {
	q := api.ImportRequest{Preview: c.Preview}
	if c.Dir != "" {
		dir, err := filepath.Abs(c.Dir)
		if err != nil {
			return fmt.Errorf("where the folder is: %w", err)
		}
		q.Folder = dir
	}
	return s.change(func(a api.API, _ bool) error {
		r, err := a.Import(s.ctx, q)
		if err != nil {
			return err
		}
		s.answer(importOf(r, q), func() { s.imported(r, q.Preview) })
		return nil
	})
}

func (s *session) imported(r api.Import, preview bool) {
	for _, line := range present.Import(r, preview, moment()) {
		s.say("%s", line)
	}
	if len(r.Settings) == 0 {
		return
	}
	s.say("")
	var rows [][]string
	for _, l := range present.ImportedSettings(r.Settings) {
		rows = append(rows, []string{l.Name, l.Value, l.Ours, l.Note})
	}
	s.table([]string{"SETTING", "THERE", "HERE", ""}, rows)
}
