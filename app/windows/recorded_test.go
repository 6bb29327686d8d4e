package windows

import (
	"context"
	"encoding/json"
	"fmt"

	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/store"
)

// recorded answers as the engine did when it was first asked, so that a window can be drawn
// twice from the same world. In the second drawing other says what names are called instead.
type recorded struct {
	api.API
	answers map[string][]byte
	other   func([]byte) []byte // nil in the first drawing
	missing []string            // what only the second drawing asks for
}

func replay[T any](r *recorded, fn func() (T, error), call string, args ...any) (out T, err error) {
	key := call + fmt.Sprintf("%+v", args)
	if _, ok := r.answers[key]; !ok && r.other == nil {
		answer, err := fn()
		if err != nil {
			return out, err
		}
		if r.answers[key], err = json.Marshal(answer); err != nil {
			return out, err
		}
	}
	text, ok := r.answers[key]
	if !ok {
		r.missing = append(r.missing, key)
		return out, nil
	}
	if r.other != nil {
		text = r.other(text)
	}
	return out, json.Unmarshal(text, &out)
}

func (r *recorded) Snapshot(ctx context.Context) (api.Snapshot, error) {
	return replay(r, func() (api.Snapshot, error) { return r.API.Snapshot(ctx) }, "snapshot")
}

func (r *recorded) Jobs(ctx context.Context, q store.JobQuery) (store.JobPage, error) {
	return replay(r, func() (store.JobPage, error) { return r.API.Jobs(ctx, q) }, "jobs", q)
}

func (r *recorded) Outages(ctx context.Context, q api.OutageQuery) (api.OutagePage, error) {
	return replay(r, func() (api.OutagePage, error) { return r.API.Outages(ctx, q) }, "outages", q)
}

func (r *recorded) History(ctx context.Context, q store.HistoryQuery) ([]store.Activity, error) {
	return replay(r, func() ([]store.Activity, error) { return r.API.History(ctx, q) }, "history", q)
}

func (r *recorded) Runs(ctx context.Context, limit int) ([]store.Run, error) {
	return replay(r, func() ([]store.Run, error) { return r.API.Runs(ctx, limit) }, "runs", limit)
}

func (r *recorded) Reports(ctx context.Context, limit int) ([]store.Report, error) {
	return replay(r, func() ([]store.Report, error) { return r.API.Reports(ctx, limit) }, "reports", limit)
}

func (r *recorded) Report(ctx context.Context, id uint64) (store.Report, error) {
	return replay(r, func() (store.Report, error) { return r.API.Report(ctx, id) }, "report", id)
}

func (r *recorded) Rows(ctx context.Context, q store.RowQuery) (store.RowPage, error) {
	return replay(r, func() (store.RowPage, error) { return r.API.Rows(ctx, q) }, "rows", q)
}

func (r *recorded) Explain(ctx context.Context, query string) (api.Explanation, error) {
	return replay(r, func() (api.Explanation, error) { return r.API.Explain(ctx, query) }, "explain", query)
}

func (r *recorded) Settings(ctx context.Context) (api.Settings, error) {
	return replay(r, func() (api.Settings, error) { return r.API.Settings(ctx) }, "settings")
}

func (r *recorded) Examples(ctx context.Context, s config.Settings) (api.Examples, error) {
	return replay(r, func() (api.Examples, error) { return r.API.Examples(ctx, s) }, "examples")
}

func (r *recorded) Mapping(ctx context.Context, rules []config.Rule) (api.Mapping, error) {
	return replay(r, func() (api.Mapping, error) { return r.API.Mapping(ctx, rules) }, "mapping", rules)
}

func (r *recorded) TestConnection(ctx context.Context, q api.TestRequest) (api.TestResult, error) {
	return replay(r, func() (api.TestResult, error) { return r.API.TestConnection(ctx, q) }, "test", q.Server, q.URL)
}
