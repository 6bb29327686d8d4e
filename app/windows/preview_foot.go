package windows

import (
	"context"
	"slices"

	"fyne.io/fyne/v2/widget"

	"lockstep/app/present"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// count goes through the whole preview for the foot line.
func (p *previewPage) count(r store.Report) {
	if r.ID == 0 {
		p.footing()
		return
	}
	ask(p.w, func(ctx context.Context) ([2]int, error) {
		var n [2]int
		for row, err := range p.w.allRows(ctx, store.RowQuery{Report: r.ID, Outcome: present.Enqueued}) {
			if err != nil {
				return n, err
			}
			n[0], n[1] = n[0]+1, n[1]+len(row.Changes)
		}
		return n, nil
	}, func(n [2]int, err error) {
		if err == nil && p.report.ID == r.ID {
			p.counts = n
			p.footing()
		}
	})
}

// askOver looks into the history for writes after the preview.
func (p *previewPage) askOver(r store.Report) {
	if r.ID == 0 {
		return
	}
	q := store.HistoryQuery{Limit: pageSize}
	ask(p.w, func(ctx context.Context) ([]store.Activity, error) { return p.w.api.History(ctx, q) }, func(newest []store.Activity, err error) {
		if err != nil || p.report.ID != r.ID {
			return // the next write asks again
		}
		p.over = slices.ContainsFunc(newest, func(a store.Activity) bool { return len(a.Changes) > 0 && a.At.After(r.Ended) })
		p.footing()
	})
}

func (p *previewPage) isPicked(i int) bool {
	r, ok := p.rows.at(i)
	return ok && p.picked[r.Scene]
}

// turn ticks all these rows, or takes that back if all are ticked.
func (p *previewPage) turn(rows []int) {
	p.rows.gather(rows, func(all []store.ReportRow) {
		untick := !slices.ContainsFunc(all, func(r store.ReportRow) bool { return !p.picked[r.Scene] })
		for _, r := range all {
			if untick {
				delete(p.picked, r.Scene)
			} else {
				p.picked[r.Scene] = true
			}
		}
		p.footing()
		p.scenes.list.Refresh()
	})
}

// tickAll ticks every scene that the search finds, however many, or takes back all ticks.
func (p *previewPage) tickAll() {
	if len(p.picked) > 0 {
		p.picked = map[scene.ID]bool{}
		p.footing()
		p.scenes.list.Refresh()
		return
	}
	report, q := p.report.ID, p.query()
	ask(p.w, func(ctx context.Context) ([]scene.ID, error) {
		var ids []scene.ID
		for row, err := range p.w.allRows(ctx, q) {
			if err != nil {
				return nil, err
			}
			ids = append(ids, row.Scene)
		}
		return ids, nil
	}, func(ids []scene.ID, err error) {
		if err != nil {
			p.w.fail(p.win, err)
			return
		}
		if p.report.ID != report {
			return
		}
		for _, id := range ids {
			p.picked[id] = true
		}
		p.footing()
		p.scenes.list.Refresh()
	})
}

func (p *previewPage) footing() {
	label := present.T("Select all")
	if len(p.picked) > 0 {
		label = present.T("Select none")
	}
	p.tick.SetText(label)
	enabled(p.tick, p.rows.total > 0 || len(p.picked) > 0)
	set(p.foot, present.PreviewFoot(p.counts[0], p.counts[1], p.over), widget.MediumImportance)
	visible(p.foot, p.report.ID != 0)
	p.selected.SetText(present.WriteSelected(len(p.picked)))
	enabled(p.selected, len(p.picked) > 0)
	enabled(p.whole, p.counts[0] > 0)
	visible(p.whole, p.asked == 0) // the brake's own button writes all
}

func (p *previewPage) chosen() []scene.ID {
	ids := make([]scene.ID, 0, len(p.picked))
	for id := range p.picked {
		ids = append(ids, id)
	}
	return ids
}

// apply writes these scenes, or all of them for none.
func (p *previewPage) apply(ids []scene.ID) {
	report := p.report.ID
	if ids == nil && p.asked != 0 {
		report = p.asked
	}
	ask(p.w, func(ctx context.Context) (int, error) { return p.w.api.Apply(ctx, report, ids) }, func(_ int, err error) {
		if err != nil {
			p.w.fail(p.win, err)
			return
		}
		p.w.Show(present.Queue)
	})
}
