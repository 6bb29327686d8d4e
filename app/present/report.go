package present

import (
	"slices"
	"strings"

	"lockstep/sync/config"
	"lockstep/sync/message"
	"lockstep/sync/queue"
	"lockstep/sync/skip"
	"lockstep/sync/store"
)

// ReportTitle names a report: "Reconciliation 23 Nov 14:10 — everything".
func ReportTitle(r store.Report, m Moment) string {
	kind := T("Reconciliation %s", m.Stamp(r.Started))
	if r.Preview {
		kind = T("Preview %s", m.Stamp(r.Started))
	}
	return kind + " — " + Scope(r.Scope)
}

// Scope says what a reconciliation looks at.
func Scope(scope string) string {
	switch config.Scope(scope) {
	case config.ScopeAll, "":
		return T("everything")
	case config.ScopeDay:
		return T("last 24 hours")
	case config.ScopeWeek:
		return T("last 7 days")
	}
	if lib, ok := strings.CutPrefix(scope, "library:"); ok {
		return T("library %s", lib)
	}
	if id, ok := strings.CutPrefix(scope, "scene:"); ok {
		return T("scene %s", id)
	}
	return scope
}

// Skipped is the number of scenes a report left out, for any reason.
func Skipped(r store.Report) int {
	n := 0
	for _, k := range r.Skipped {
		n += k
	}
	return n
}

// Summary is a report in one sentence: "Checked 1 204 scenes: 1 180 in step · 16
// queued · 8 skipped".
func Summary(r store.Report) string {
	if r.Checked == 0 {
		return T("No scene was checked.")
	}
	return T("Checked %s", Count(r.Checked, "scene", "scenes")) + ": " +
		join(T("%s in step", Number(r.InStep)), Number(r.Enqueued)+" "+queued(r), T("%s skipped", Number(Skipped(r))))
}

// Sum is the sum every report must pass: "24 gaps = 16 queued + 8 skipped". Scenes
// skipped although they have no gap are named after it.
func Sum(r store.Report) string {
	gapsSkipped := r.Gaps - r.Enqueued
	words := Count(r.Gaps, "gap", "gaps") + " = " + Number(r.Enqueued) + " " + queued(r) + " + " + T("%s skipped", Number(gapsSkipped))
	if rest := Skipped(r) - gapsSkipped; rest > 0 {
		words += Dot + T("%s more skipped; nothing to sync", Number(rest))
	}
	return words
}

func queued(r store.Report) string {
	if r.Preview {
		return T("to write")
	}
	return T("queued")
}

// ByKind lists the gaps of a report by kind: "never synced 9 · changed in Stash 11".
func ByKind(r store.Report) string {
	var parts []string
	for _, k := range queue.Gaps {
		if n := r.GapsByKind[k]; n > 0 {
			parts = append(parts, Cause(k)+" "+Number(n))
		}
	}
	return join(parts...)
}

// Incomplete is the band over a report that ended early, "" for a complete one.
func Incomplete(r store.Report) string {
	if r.Incomplete.IsZero() {
		return ""
	}
	words, of := SaySentence(r.Incomplete), T("%s of %s", Number(r.Checked), Count(r.Total, "scene", "scenes"))
	if r.Total == 0 {
		return words + " " + T("The rest was not checked.")
	}
	if r.Incomplete.Is(message.StoppedAnswering) {
		return T("%s stopped answering after %s.", r.Incomplete.Args()[0].Text, of) + " " + T("The rest was not checked.")
	}
	return words + " " + T("%s were checked; the rest was not.", of)
}

// Row is one line of a report.
type Row struct {
	Title, Kind, Outcome string
	Brief                string // why, without what can be done about it
	Why                  string // that too
	Act                  bool   // a person must do something
}

// The outcomes of a report row, as stored.
const (
	Enqueued   = "enqueued"
	SkippedRow = "skipped"
)

// ReportRow makes a line of a report row.
func ReportRow(r store.ReportRow, preview bool) Row {
	row := Row{Title: Named(r.Title, r.Scene), Kind: Cause(r.Kind), Outcome: T(r.Outcome), Why: Say(r.Message)}
	if row.Kind == "" {
		row.Kind = T("no gap")
	}
	if r.Outcome == Enqueued {
		row.Outcome, row.Why = queued(store.Report{Preview: preview}), Say(r.Message)
	}
	row.Brief = row.Why
	if r.Reason != "" {
		row.Brief = reasonWith(r.Reason, r.Message)
		row.Why, row.Act = reasonAnd(r.Reason, r.Message), skip.Of(r.Reason).Act
	}
	return row
}

// RowFilter is a part of a report's rows: all, what was queued, or what was skipped for one
// reason.
type RowFilter struct {
	Name    string
	Rows    int // how many it has
	Tone    Tone
	Outcome string
	Reason  skip.Code
	Advice  string // what to do about it, "" for nothing
	Remedy  Remedy // the button that does it; none without a label
}

// RowFilters are the parts of a report: all, queued, and each reason, the commonest first.
func RowFilters(r store.Report) []RowFilter {
	out := []RowFilter{{Name: T("All"), Rows: r.Enqueued + Skipped(r)}}
	if r.Enqueued > 0 {
		out = append(out, RowFilter{Name: upper(queued(r)), Rows: r.Enqueued, Outcome: Enqueued})
	}
	codes := make([]skip.Code, 0, len(r.Skipped))
	for c, n := range r.Skipped {
		if n > 0 {
			codes = append(codes, c)
		}
	}
	slices.SortFunc(codes, func(a, b skip.Code) int {
		if d := r.Skipped[b] - r.Skipped[a]; d != 0 {
			return d
		}
		return strings.Compare(string(a), string(b))
	})
	for _, c := range codes {
		out = append(out, skippedFor(c, r))
	}
	return out
}

// skippedFor is the part of a report that was skipped for a reason. What can only be shown
// needs no button: it is shown already.
func skippedFor(c skip.Code, r store.Report) RowFilter {
	why := skip.Of(c)
	f := RowFilter{Name: ReasonName(c), Rows: r.Skipped[c], Outcome: SkippedRow, Reason: c, Advice: SaySentence(why.Advice)}
	if why.Act {
		f.Tone = Warn
	}
	if m := remedy(c); m.Window != Queue+":"+string(c) {
		f.Remedy = m
	}
	return f
}

// Hits says how many of the rows a search finds, "12 of 20 000"; "" without a search.
func Hits(search string, found, of int) string {
	if search == "" {
		return ""
	}
	return T("%s of %s", Number(found), Number(max(of, found)))
}

// Brake is the question the mass-change brake asks.
func Brake(asked message.Message) string {
	words := SaySentence(asked)
	if strings.HasSuffix(words, "?") {
		return words
	}
	return words + " " + T("Continue?")
}

// PreviewFoot counts what a preview would do. Once something was written after it was
// made, what it shows may be over.
func PreviewFoot(scenes, fields int, over bool) string {
	words := T("Nothing has been written.")
	if over {
		words = T("Something has been written since. Make a new preview to see what is left.")
	}
	return Count(scenes, "scene", "scenes") + ", " + Count(fields, "field", "fields") + ". " + words
}

// WriteSelected is the label of the button that writes what was picked.
func WriteSelected(n int) string {
	if n == 0 {
		return T("Write selected")
	}
	return T("Write %s selected", Number(n))
}
