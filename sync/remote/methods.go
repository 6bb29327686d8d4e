package remote

import (
	"context"

	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/scene"
)

// handler carries out one method with its argument as JSON.
type handler func(ctx context.Context, a api.API, body []byte) (any, error)

// none is the result of a method that has none.
type none struct{}

// applyRequest holds the arguments of Apply.
type applyRequest struct {
	Report uint64     `json:"report"`
	Scenes []scene.ID `json:"scenes,omitempty"`
}

// chooseRequest holds the arguments of ChooseServer.
type chooseRequest struct {
	SignIn  string `json:"signIn"`
	Machine string `json:"machine"`
}

// methods are all methods of api.API but Watch, which is a stream.
var methods = map[string]handler{
	"Snapshot": returns(api.API.Snapshot),

	"Pause":    takes(api.API.Pause),
	"Resume":   runs(api.API.Resume),
	"SyncNow":  takesAndReturns(api.API.SyncNow),
	"Retry":    takesAndReturns(api.API.Retry),
	"Discard":  takesAndReturns(api.API.Discard),
	"ProbeNow": runs(api.API.ProbeNow),

	"Jobs":       takesAndReturns(api.API.Jobs),
	"Outages":    takesAndReturns(api.API.Outages),
	"History":    takesAndReturns(api.API.History),
	"Runs":       takesAndReturns(api.API.Runs),
	"Statistics": takesAndReturns(api.API.Statistics),
	"Undo":       takesAndReturns(api.API.Undo),

	"CheckData": returns(api.API.CheckData),

	"Reconcile":     takesAndReturns(api.API.Reconcile),
	"StopReconcile": runs(api.API.StopReconcile),
	"Reports":       takesAndReturns(api.API.Reports),
	"Report":        takesAndReturns(api.API.Report),
	"Rows":          takesAndReturns(api.API.Rows),
	"Explain":       takesAndReturns(api.API.Explain),
	"Collections":   takesAndReturns(api.API.Collections),
	"Picture":       takesAndReturns(api.API.Picture),
	"Apply": takesAndReturns(func(a api.API, ctx context.Context, q applyRequest) (int, error) {
		return a.Apply(ctx, q.Report, q.Scenes)
	}),

	"Settings":       returns(api.API.Settings),
	"SaveSettings":   takes(api.API.SaveSettings),
	"TestConnection": takesAndReturns(api.API.TestConnection),
	"Examples": takesAndReturns(func(a api.API, ctx context.Context, s config.Settings) (api.Examples, error) {
		return a.Examples(ctx, s)
	}),
	"Mapping": takesAndReturns(func(a api.API, ctx context.Context, rules []config.Rule) (api.Mapping, error) {
		return a.Mapping(ctx, rules)
	}),

	"StartSignIn": returns(api.API.StartSignIn),
	"PollSignIn":  takesAndReturns(api.API.PollSignIn),
	"ChooseServer": takesAndReturns(func(a api.API, ctx context.Context, q chooseRequest) (api.PlexServer, error) {
		return a.ChooseServer(ctx, q.SignIn, q.Machine)
	}),
	"Discover": returns(api.API.Discover),

	"Activity":       takesAndReturns(api.API.Activity),
	"CheckActivity":  takes(api.API.CheckActivity),
	"AnswerActivity": takesAndReturns(api.API.AnswerActivity),

	"Import": takesAndReturns(api.API.Import),

	"Say":  takesAndReturns(api.API.Say),
	"Quit": runs(api.API.Quit),
}

// takesAndReturns serves a method with an argument and a result.
func takesAndReturns[Q, R any](fn func(api.API, context.Context, Q) (R, error)) handler {
	return func(ctx context.Context, a api.API, body []byte) (any, error) {
		var q Q
		if err := readRequest(body, &q); err != nil {
			return nil, err
		}
		return fn(a, ctx, q)
	}
}

// returns serves a method with a result only.
func returns[R any](fn func(api.API, context.Context) (R, error)) handler {
	return func(ctx context.Context, a api.API, _ []byte) (any, error) { return fn(a, ctx) }
}

// takes serves a method with an argument only.
func takes[Q any](fn func(api.API, context.Context, Q) error) handler {
	return takesAndReturns(func(a api.API, ctx context.Context, q Q) (none, error) { return none{}, fn(a, ctx, q) })
}

// runs serves a method with neither.
func runs(fn func(api.API, context.Context) error) handler {
	return returns(func(a api.API, ctx context.Context) (none, error) { return none{}, fn(a, ctx) })
}
