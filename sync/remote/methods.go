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
	"Snapshot": get(api.API.Snapshot),

	"Pause":    tell(api.API.Pause),
	"Resume":   order(api.API.Resume),
	"SyncNow":  ask(api.API.SyncNow),
	"Retry":    ask(api.API.Retry),
	"Discard":  ask(api.API.Discard),
	"ProbeNow": order(api.API.ProbeNow),

	"Jobs":    ask(api.API.Jobs),
	"Outages": ask(api.API.Outages),
	"History": ask(api.API.History),
	"Runs":    ask(api.API.Runs),
	"Undo":    ask(api.API.Undo),

	"CheckData": get(api.API.CheckData),

	"Reconcile":     ask(api.API.Reconcile),
	"StopReconcile": order(api.API.StopReconcile),
	"Reports":       ask(api.API.Reports),
	"Report":        ask(api.API.Report),
	"Rows":          ask(api.API.Rows),
	"Explain":       ask(api.API.Explain),
	"Apply": ask(func(a api.API, ctx context.Context, q applyRequest) (int, error) {
		return a.Apply(ctx, q.Report, q.Scenes)
	}),

	"Settings":       get(api.API.Settings),
	"SaveSettings":   tell(api.API.SaveSettings),
	"TestConnection": ask(api.API.TestConnection),
	"Mapping": ask(func(a api.API, ctx context.Context, rules []config.Rule) (api.Mapping, error) {
		return a.Mapping(ctx, rules)
	}),

	"StartSignIn": get(api.API.StartSignIn),
	"PollSignIn":  ask(api.API.PollSignIn),
	"ChooseServer": ask(func(a api.API, ctx context.Context, q chooseRequest) (api.PlexServer, error) {
		return a.ChooseServer(ctx, q.SignIn, q.Machine)
	}),
	"Discover": get(api.API.Discover),

	"Import": ask(api.API.Import),

	"Say":  ask(api.API.Say),
	"Quit": order(api.API.Quit),
}

// ask serves a method with an argument and a result.
func ask[Q, R any](fn func(api.API, context.Context, Q) (R, error)) handler {
	return func(ctx context.Context, a api.API, body []byte) (any, error) {
		var q Q
		if err := readRequest(body, &q); err != nil {
			return nil, err
		}
		return fn(a, ctx, q)
	}
}

// get serves a method with a result only.
func get[R any](fn func(api.API, context.Context) (R, error)) handler {
	return func(ctx context.Context, a api.API, _ []byte) (any, error) { return fn(a, ctx) }
}

// tell serves a method with an argument only.
func tell[Q any](fn func(api.API, context.Context, Q) error) handler {
	return ask(func(a api.API, ctx context.Context, q Q) (none, error) { return none{}, fn(a, ctx, q) })
}

// order serves a method with neither.
func order(fn func(api.API, context.Context) error) handler {
	return get(func(a api.API, ctx context.Context) (none, error) { return none{}, fn(a, ctx) })
}
