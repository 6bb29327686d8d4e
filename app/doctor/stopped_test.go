package doctor_test

import (
	"context"

	"lockstep/sync/api"
	"lockstep/sync/store"
)

// stopped is the API of a process that has ended.
type stopped struct{ silent }

func (s stopped) gone() error { _, err := s.Snapshot(context.Background()); return err }

func (s stopped) Jobs(context.Context, store.JobQuery) (store.JobPage, error) {
	return store.JobPage{}, s.gone()
}

func (s stopped) History(context.Context, store.HistoryQuery) ([]store.Activity, error) {
	return nil, s.gone()
}

func (s stopped) Outages(context.Context, api.OutageQuery) (api.OutagePage, error) {
	return api.OutagePage{}, s.gone()
}

func (s stopped) Reports(context.Context, int) ([]store.Report, error) { return nil, s.gone() }
