package windows

import (
	"context"
	"iter"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"

	"lockstep/app/present"
	"lockstep/sync/store"
)

// exportPage is how many rows an export reads at once.
const exportPage = 1000

// save asks where to and writes the report there, with the rows the filter shows.
func (p *reportsPage) save(suffix string) {
	d := dialog.NewFileSave(func(file fyne.URIWriteCloser, err error) {
		if err != nil {
			p.w.fail(p.win, err)
		}
		if err != nil || file == nil {
			return
		}
		report, q := p.report, p.query()
		p.w.command(p.win, func(ctx context.Context) error {
			err := p.w.write(ctx, file, suffix, report, q)
			if closed := file.Close(); err == nil {
				err = closed
			}
			return err
		})
	}, p.win)
	name := strings.NewReplacer(" ", "-", ":", "").Replace("lockstep-" + report(p.report) + "-" + p.report.Started.Format("2006-01-02-1504"))
	d.SetFileName(name + suffix)
	d.Show()
}

func report(r store.Report) string {
	if r.Preview {
		return "preview"
	}
	return "report"
}

func (w *Windows) write(ctx context.Context, file fyne.URIWriteCloser, suffix string, r store.Report, q store.RowQuery) error {
	if suffix == ".json" {
		return present.WriteJSON(file, r, w.allRows(ctx, q))
	}
	return present.WriteCSV(file, w.allRows(ctx, q))
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
