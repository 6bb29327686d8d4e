package windows

import (
	"context"
	"fmt"
	"io"
	"iter"

	"lockstep/app/present"
	"lockstep/sync/store"
)

// exportPage is how many rows an export reads at once.
const exportPage = 1000

// save asks where to and writes the report there, with the rows the filter shows.
func (p *reportsPage) save(suffix string) {
	name := fmt.Sprintf("lockstep-%s-%s%s", report(p.report), p.report.Started.Format("2006-01-02-1504"), suffix)
	p.w.saveAs(p.win, FileQuestion{Title: present.T("Export the report"), Name: name, Suffix: suffix}, p.writer(suffix))
}

// writer writes the report as it is filtered now.
func (p *reportsPage) writer(suffix string) func(context.Context, io.Writer) error {
	rep, q := p.report, p.query()
	return func(ctx context.Context, out io.Writer) error {
		if suffix == ".json" {
			return present.WriteJSON(out, rep, p.w.allRows(ctx, q))
		}
		return present.WriteCSV(out, p.w.allRows(ctx, q))
	}
}

// save asks where to and writes there what the search finds.
func (p *historyPage) save() {
	name := "lockstep-history-" + p.w.now().Format("2006-01-02-1504") + ".csv"
	p.w.saveAs(p.win, FileQuestion{Title: present.T("Export the history"), Name: name, Suffix: ".csv"}, p.writer())
}

// writer writes what the search finds now.
func (p *historyPage) writer() func(context.Context, io.Writer) error {
	search := p.search.Text
	return func(ctx context.Context, out io.Writer) error {
		return present.WriteHistoryCSV(out, p.w.allHistory(ctx, search))
	}
}

func report(r store.Report) string {
	if r.Preview {
		return "preview"
	}
	return "report"
}

// allRows walks every row that matches, page by page.
func (w *Windows) allRows(ctx context.Context, q store.RowQuery) iter.Seq2[store.ReportRow, error] {
	return func(yield func(store.ReportRow, error) bool) {
		q.Limit = exportPage
		for q.Offset = 0; ; q.Offset += exportPage {
			page, err := w.api.Rows(ctx, q)
			if err != nil {
				yield(store.ReportRow{}, err)
				return
			}
			for _, r := range page.Rows {
				if !yield(r, nil) {
					return
				}
			}
			if len(page.Rows) < exportPage {
				return
			}
		}
	}
}

// allHistory walks everything the search finds, page by page, the newest first.
func (w *Windows) allHistory(ctx context.Context, search string) iter.Seq2[store.Activity, error] {
	return func(yield func(store.Activity, error) bool) {
		for q := (store.HistoryQuery{Search: search, Language: present.Language(), Limit: exportPage}); ; {
			lines, err := w.api.History(ctx, q)
			if err != nil {
				yield(store.Activity{}, err)
				return
			}
			for _, a := range lines {
				if !yield(a, nil) {
					return
				}
				q.Before = a.Seq
			}
			if len(lines) < exportPage {
				return
			}
		}
	}
}
