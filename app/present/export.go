package present

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"strings"
	"time"

	"lockstep/sync/message"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
	"lockstep/sync/store"
)

// ExportRow is a report row as files carry it: the scene with reason and advice.
type ExportRow struct {
	Scene   scene.ID       `json:"scene"`
	Title   string         `json:"title"`
	Path    string         `json:"path"`
	Kind    string         `json:"kind"`
	Outcome string         `json:"outcome"`
	Reason  skip.Code      `json:"reason,omitempty"`
	Words   string         `json:"words,omitempty"`
	Advice  string         `json:"advice,omitempty"`
	Changes []store.Change `json:"changes,omitempty"`
}

// Exported makes the file form of a row.
func Exported(r store.ReportRow) ExportRow {
	words, advice := RowReason(r)
	return ExportRow{
		Scene: r.Scene, Title: r.Title, Path: r.Path, Kind: string(r.Kind), Outcome: r.Outcome, Reason: r.Reason,
		Words: words.String(), Advice: advice.String(), Changes: r.Changes,
	}
}

// RowReason is why a row has the outcome it has, and what can be done about it; None where there
// is nothing to say.
func RowReason(r store.ReportRow) (words, advice message.Message) {
	words = r.Message
	if r.Reason == "" {
		return words, message.None
	}
	reason := skip.Of(r.Reason)
	if words.IsZero() {
		words = reason.Message
	}
	return words, reason.Advice
}

// WriteCSV writes the rows of a report for a spreadsheet. Texts that a spreadsheet
// would take for a formula are quoted.
func WriteCSV(out io.Writer, rows iter.Seq2[store.ReportRow, error]) error {
	w := csv.NewWriter(out)
	_ = w.Write([]string{"scene", "title", "path", "kind", "outcome", "reason", "words", "advice"}) // kept by w until Error
	for r, err := range rows {
		if err != nil {
			return fmt.Errorf("read report rows: %w", err)
		}
		e := Exported(r)
		record(w, e.Scene.String(), e.Title, e.Path, e.Kind, e.Outcome, string(e.Reason), e.Words, e.Advice)
	}
	w.Flush()
	if err := w.Error(); err != nil {
		return fmt.Errorf("write report as CSV: %w", err)
	}
	return nil
}

// WriteHistoryCSV writes what happened for a spreadsheet: a line for each field that was
// written, and one for each scene of which none was.
func WriteHistoryCSV(out io.Writer, lines iter.Seq2[store.Activity, error]) error {
	w := csv.NewWriter(out)
	_ = w.Write([]string{"when", "scene", "title", "state", "words", "field", "before", "after"}) // kept by w until Error
	for a, err := range lines {
		if err != nil {
			return fmt.Errorf("read the history: %w", err)
		}
		changes := a.Changes
		if len(changes) == 0 {
			changes = []store.Change{{}}
		}
		for _, c := range changes {
			record(w, a.At.Format(time.RFC3339), a.Scene.String(), a.Name, string(a.State), a.Message.String(), string(c.Field), c.Old, c.New)
		}
	}
	w.Flush()
	if err := w.Error(); err != nil {
		return fmt.Errorf("write the history as CSV: %w", err)
	}
	return nil
}

// record adds a line; w keeps what goes wrong until Error.
func record(w *csv.Writer, cells ...string) {
	for i := range cells {
		cells[i] = inert(cells[i])
	}
	_ = w.Write(cells)
}

func inert(cell string) string {
	if strings.ContainsAny(cell[:min(1, len(cell))], "=+-@\t\r") {
		return "'" + cell
	}
	return cell
}

// WriteJSON writes a report with its rows. It streams, so that a large report does not
// have to fit into memory.
func WriteJSON(out io.Writer, r store.Report, rows iter.Seq2[store.ReportRow, error]) error {
	head, err := json.Marshal(struct {
		store.Report
		Sum string `json:"sum"`
	}{r, Sum(r)})
	if err != nil {
		return fmt.Errorf("write report as JSON: %w", err)
	}
	w := &sticky{out: out}
	w.put(strings.TrimSuffix(string(head), "}") + `,"rows":[`)
	sep := "\n"
	for row, err := range rows {
		if err != nil {
			return fmt.Errorf("read report rows: %w", err)
		}
		line, err := json.Marshal(Exported(row))
		if err != nil {
			return fmt.Errorf("write report as JSON: %w", err)
		}
		w.put(sep + string(line))
		sep = ",\n"
	}
	w.put("\n]}\n")
	if w.err != nil {
		return fmt.Errorf("write report as JSON: %w", w.err)
	}
	return nil
}

// sticky remembers the first error of a writer.
type sticky struct {
	out io.Writer
	err error
}

func (s *sticky) put(text string) {
	if s.err == nil {
		_, s.err = io.WriteString(s.out, text)
	}
}
