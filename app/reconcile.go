package app

import (
	"context"
	"errors"
	"iter"
	"log/slog"
	"strconv"

	"lockstep/app/present"
	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/fault"
	"lockstep/sync/skip"
	"lockstep/sync/store"
)

// Run compares both libraries and waits for the report.
func (c *reconcileCmd) Run(s *session) error {
	q := api.ReconcileRequest{Scope: config.Scope(c.Scope), Preview: c.Preview, Deep: c.Deep, Yes: c.Yes}
	return s.reach(ownParams{hold: c.Preview, level: s.level(slog.LevelWarn)}, func(a api.API, live bool) error {
		if !live && !c.Preview {
			if err := s.written(a); err != nil {
				return err
			}
		}
		rep, err := s.reconcile(a, q)
		if err != nil {
			return err
		}
		if err := s.report(a, rep); err != nil {
			return err
		}
		if !rep.Incomplete.IsZero() {
			return errFailed
		}
		if !live && !c.Preview {
			d := &drain{api: a, maxWait: defaultWait, onState: s.announce}
			snap, err := d.run(s.ctx)
			if err != nil {
				return err
			}
			if q := s.asked(snap); q != nil {
				if !s.g.JSON {
					s.sayQuestion(q)
				}
				return errAttention
			}
			if snap.Queue.Dead > 0 {
				return errAttention
			}
		}
		return needsAttention(rep)
	})
}

// written waits until an engine of our own has written the edits it finds at its start: a
// comparison beside them would tell of scenes that are half done. What keeps it from that
// is no obstacle to comparing, and told by the report.
func (s *session) written(a api.API) error {
	if err := s.connected(a); err != nil {
		return s.ctx.Err()
	}
	d := &drain{api: a, maxWait: defaultWait, onState: s.announce}
	if _, err := d.run(s.ctx); err != nil {
		s.log.log.Info("compare before everything is written", "why", err)
	}
	return s.ctx.Err()
}

// needsAttention ends a command with ExitAttention when rows of the report wait for a person.
func needsAttention(r store.Report) error {
	for code, n := range r.Skipped {
		if n > 0 && skip.Of(code).Act {
			return errAttention
		}
	}
	return nil
}

// reconcile starts a reconciliation and returns its finished report.
func (s *session) reconcile(a api.API, q api.ReconcileRequest) (store.Report, error) {
	id, err := a.Reconcile(s.ctx, q)
	if err != nil {
		return store.Report{}, err
	}
	ctx, cancel := context.WithCancel(s.ctx)
	defer cancel()
	feed := api.Follow(ctx, a)
	for {
		select {
		case err := <-feed.Ended():
			if s.interrupted(err) {
				_ = a.StopReconcile(context.WithoutCancel(ctx)) // nobody waits for it any more
			}
			return store.Report{}, err
		case <-feed.Changed():
		}
		if s, _ := feed.Latest(); s.Reconcile != nil {
			continue
		}
		rep, err := a.Report(ctx, id)
		if err != nil || !rep.Ended.IsZero() {
			return rep, wrap("read the report", err)
		}
	}
}

// Run lists reports or shows one.
func (c *reportsCmd) Run(s *session) error {
	if c.CSV && c.ID == 0 {
		return errUsage{errors.New("--csv wants the id of a report")}
	}
	return s.read(func(r reading) error {
		if c.ID == 0 {
			return s.reports(r, c.Limit)
		}
		rep, err := r.Report(s.ctx, c.ID)
		if err != nil {
			return err
		}
		if c.CSV {
			return present.WriteCSV(s.Out, rows(s.ctx, r, c.ID))
		}
		return s.report(r, rep)
	})
}

func (s *session) reports(r reading, limit int) error {
	reports, err := r.Reports(s.ctx, limit)
	if err != nil {
		return wrap("read the reports", err)
	}
	s.answer(each(reports, reportOf), func() {
		if len(reports) == 0 {
			s.say("No reconciliation yet.")
			return
		}
		var lines [][]string
		for _, rep := range reports {
			lines = append(lines, []string{strconv.FormatUint(rep.ID, 10), present.ReportTitle(rep, moment()), present.Summary(rep)})
		}
		s.table([]string{"REPORT", "", ""}, lines)
	})
	return nil
}

// report prints one report with its rows.
func (s *session) report(r reading, rep store.Report) error {
	if s.g.JSON {
		out := fullReportJSON{reportOf(rep), []rowJSON{}}
		for row, err := range rows(s.ctx, r, rep.ID) {
			if err != nil {
				return err
			}
			out.Rows = append(out.Rows, rowOf(row))
		}
		s.print(out)
		return nil
	}
	s.say("%s\n%s\n%s", present.ReportTitle(rep, moment()), present.Summary(rep), present.Sum(rep))
	if words := present.Incomplete(rep); words != "" {
		s.say("! %s", words)
	}
	var lines [][]string
	for row, err := range rows(s.ctx, r, rep.ID) {
		if err != nil {
			return err
		}
		l := present.ReportRow(row, rep.Preview)
		lines = append(lines, []string{row.Scene.String(), l.Title, l.Kind, l.Outcome, l.Why})
		for _, ch := range row.Changes {
			if !rep.Preview {
				break // the reason names the fields; history tells what was written
			}
			lines = append(lines, []string{"", "  " + present.Change(ch), "", "", ""})
		}
	}
	if len(lines) > 0 {
		s.table([]string{"SCENE", "TITLE", "GAP", "WHAT HAPPENED", "WHY"}, lines)
	}
	return nil
}

// rows walks all rows of a report in pages.
func rows(ctx context.Context, r reading, report uint64) iter.Seq2[store.ReportRow, error] {
	return func(yield func(store.ReportRow, error) bool) {
		for offset := 0; ; {
			page, err := r.Rows(ctx, store.RowQuery{Report: report, Offset: offset, Limit: pageSize})
			if err != nil {
				yield(store.ReportRow{}, wrap("read the rows", err))
				return
			}
			for _, row := range page.Rows {
				if !yield(row, nil) {
					return
				}
			}
			if offset += len(page.Rows); len(page.Rows) == 0 || offset >= page.Total {
				return
			}
		}
	}
}

// Run tells why a scene is, or is not, in step.
func (c *explainCmd) Run(s *session) error {
	return s.reach(ownParams{hold: true, level: s.level(slog.LevelWarn)}, func(a api.API, live bool) error {
		if !live {
			if err := s.connected(a); err != nil {
				return err
			}
		}
		e, err := a.Explain(s.ctx, c.Query)
		if err != nil {
			return err
		}
		s.answer(explanationOf(e), func() { s.explain(e) })
		if len(e.Matches) > 0 {
			return errFailed
		}
		return nil
	})
}

// connected waits until an engine of our own has answers of both servers, or not.
func (s *session) connected(a api.API) error {
	ctx, cancel := context.WithCancel(s.ctx)
	defer cancel()
	var last api.Snapshot
	err := a.Watch(ctx, func(snap api.Snapshot) {
		if last = snap; !snap.Configured || snap.Stash.Checked && snap.Plex.Checked {
			cancel()
		}
	})
	if s.ctx.Err() != nil || !errors.Is(err, context.Canceled) && !fault.Is(err, fault.Canceled) {
		return err
	}
	last.Paused, last.Hold = false, false // looking is allowed
	return blocked(last)
}

func (s *session) explain(e api.Explanation) {
	s.say("%s", present.Explanation(e, moment()))
	if len(e.Matches) > 0 {
		s.say("See one with `lockstep explain ID`.")
	}
}
