package remote

import (
	"context"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/health"
	"lockstep/sync/scene"
	"lockstep/sync/statistics"
	"lockstep/sync/store"
)

// Snapshot implements api.API.
func (c *Client) Snapshot(ctx context.Context) (api.Snapshot, error) {
	return call[api.Snapshot](ctx, c, "Snapshot", none{})
}

// Pause implements api.API.
func (c *Client) Pause(ctx context.Context, until time.Time) error {
	return run(ctx, c, "Pause", until)
}

// Resume implements api.API.
func (c *Client) Resume(ctx context.Context) error { return run(ctx, c, "Resume", none{}) }

// SyncNow implements api.API.
func (c *Client) SyncNow(ctx context.Context, q api.SyncRequest) (api.SyncResult, error) {
	return call[api.SyncResult](ctx, c, "SyncNow", q)
}

// Retry implements api.API.
func (c *Client) Retry(ctx context.Context, q api.Selection) (int, error) {
	return call[int](ctx, c, "Retry", q)
}

// Discard implements api.API.
func (c *Client) Discard(ctx context.Context, q api.Selection) (int, error) {
	return call[int](ctx, c, "Discard", q)
}

// ProbeNow implements api.API.
func (c *Client) ProbeNow(ctx context.Context) error { return run(ctx, c, "ProbeNow", none{}) }

// Jobs implements api.API.
func (c *Client) Jobs(ctx context.Context, q store.JobQuery) (store.JobPage, error) {
	return call[store.JobPage](ctx, c, "Jobs", q)
}

// Outages implements api.API.
func (c *Client) Outages(ctx context.Context, q api.OutageQuery) (api.OutagePage, error) {
	return call[api.OutagePage](ctx, c, "Outages", q)
}

// History implements api.API.
func (c *Client) History(ctx context.Context, q store.HistoryQuery) ([]store.Activity, error) {
	return call[[]store.Activity](ctx, c, "History", q)
}

// Runs implements api.API.
func (c *Client) Runs(ctx context.Context, limit int) ([]store.Run, error) {
	return call[[]store.Run](ctx, c, "Runs", limit)
}

// Statistics implements api.API.
func (c *Client) Statistics(ctx context.Context, since string) ([]statistics.Day, error) {
	return call[[]statistics.Day](ctx, c, "Statistics", since)
}

// Undo implements api.API.
func (c *Client) Undo(ctx context.Context, q api.UndoRequest) (api.UndoResult, error) {
	return call[api.UndoResult](ctx, c, "Undo", q)
}

// Reconcile implements api.API.
func (c *Client) Reconcile(ctx context.Context, q api.ReconcileRequest) (uint64, error) {
	return call[uint64](ctx, c, "Reconcile", q)
}

// StopReconcile implements api.API.
func (c *Client) StopReconcile(ctx context.Context) error {
	return run(ctx, c, "StopReconcile", none{})
}

// Reports implements api.API.
func (c *Client) Reports(ctx context.Context, limit int) ([]store.Report, error) {
	return call[[]store.Report](ctx, c, "Reports", limit)
}

// Report implements api.API.
func (c *Client) Report(ctx context.Context, id uint64) (store.Report, error) {
	return call[store.Report](ctx, c, "Report", id)
}

// Rows implements api.API.
func (c *Client) Rows(ctx context.Context, q store.RowQuery) (store.RowPage, error) {
	return call[store.RowPage](ctx, c, "Rows", q)
}

// Apply implements api.API.
func (c *Client) Apply(ctx context.Context, report uint64, ids []scene.ID) (int, error) {
	return call[int](ctx, c, "Apply", applyRequest{report, ids})
}

// CheckData implements api.API.
func (c *Client) CheckData(ctx context.Context) (api.DataCheck, error) {
	return call[api.DataCheck](ctx, c, "CheckData", none{})
}

// Import implements api.API.
func (c *Client) Import(ctx context.Context, q api.ImportRequest) (api.Import, error) {
	return call[api.Import](ctx, c, "Import", q)
}

// Activity implements api.API.
func (c *Client) Activity(ctx context.Context, q api.ActivityQuery) (api.ActivityPage, error) {
	return call[api.ActivityPage](ctx, c, "Activity", q)
}

// CheckActivity implements api.API.
func (c *Client) CheckActivity(ctx context.Context, q api.ActivityCheck) error {
	return run(ctx, c, "CheckActivity", q)
}

// AnswerActivity implements api.API.
func (c *Client) AnswerActivity(ctx context.Context, q api.ActivityAnswer) (int, error) {
	return call[int](ctx, c, "AnswerActivity", q)
}

// Explain implements api.API.
func (c *Client) Explain(ctx context.Context, query string) (api.Explanation, error) {
	return call[api.Explanation](ctx, c, "Explain", query)
}

// Collections implements api.API.
func (c *Client) Collections(ctx context.Context, q api.CollectionsRequest) (api.Collections, error) {
	return call[api.Collections](ctx, c, "Collections", q)
}

// Picture implements api.API.
func (c *Client) Picture(ctx context.Context, q api.PictureQuery) (api.Picture, error) {
	return call[api.Picture](ctx, c, "Picture", q)
}

// Settings implements api.API.
func (c *Client) Settings(ctx context.Context) (api.Settings, error) {
	return call[api.Settings](ctx, c, "Settings", none{})
}

// SaveSettings implements api.API.
func (c *Client) SaveSettings(ctx context.Context, s api.SettingsChange) error {
	return run(ctx, c, "SaveSettings", s)
}

// TestConnection implements api.API.
func (c *Client) TestConnection(ctx context.Context, q api.TestRequest) (api.TestResult, error) {
	return call[api.TestResult](ctx, c, "TestConnection", q)
}

// Examples implements api.API.
func (c *Client) Examples(ctx context.Context, s config.Settings) (api.Examples, error) {
	return call[api.Examples](ctx, c, "Examples", s)
}

// Mapping implements api.API.
func (c *Client) Mapping(ctx context.Context, rules []config.Rule) (api.Mapping, error) {
	return call[api.Mapping](ctx, c, "Mapping", rules)
}

// StartSignIn implements api.API.
func (c *Client) StartSignIn(ctx context.Context) (api.SignIn, error) {
	return call[api.SignIn](ctx, c, "StartSignIn", none{})
}

// PollSignIn implements api.API.
func (c *Client) PollSignIn(ctx context.Context, id string) (api.SignInState, error) {
	return call[api.SignInState](ctx, c, "PollSignIn", id)
}

// ChooseServer implements api.API.
func (c *Client) ChooseServer(ctx context.Context, id, machine string) (api.PlexServer, error) {
	return call[api.PlexServer](ctx, c, "ChooseServer", chooseRequest{id, machine})
}

// Discover implements api.API.
func (c *Client) Discover(ctx context.Context) ([]api.PlexServer, error) {
	return call[[]api.PlexServer](ctx, c, "Discover", none{})
}

// Say implements api.API.
func (c *Client) Say(ctx context.Context, s health.Said) (bool, error) {
	return call[bool](ctx, c, "Say", s)
}

// Quit implements api.API.
func (c *Client) Quit(ctx context.Context) error { return run(ctx, c, "Quit", none{}) }
