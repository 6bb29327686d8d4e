package tray_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"lockstep/app/present"
	"lockstep/app/tray"
	"lockstep/sync/api"
)

// TestMain is also the program that shows the tray: systray can run once per process
// only, and races with itself, so that it must not live in the tests' own process.
func TestMain(m *testing.M) {
	if os.Getenv("TRAY_CHILD") == "" {
		os.Exit(m.Run())
	}
	ctx, quit := context.WithCancel(context.Background())
	err := tray.Run(ctx, piped{}, tray.Actions{
		Open:   func(w string) { fmt.Println("open", w) },
		Quit:   func() { fmt.Println("quit"); quit() },
		Failed: func(what string, err error) { fmt.Println("failed", what, err) },
	})
	fmt.Println("ended", err)
}

// piped is an engine on the other side of standard input and output.
type piped struct{ api.API }

func (piped) Watch(ctx context.Context, fn func(api.Snapshot)) error {
	read := make(chan error, 1)
	go func() {
		for in := json.NewDecoder(os.Stdin); ; {
			var s api.Snapshot
			if err := in.Decode(&s); err != nil {
				read <- err
				return
			}
			present.SetLanguage(s.Language.Code())
			fn(s)
		}
	}()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case err := <-read:
		return err
	}
}

func (piped) Pause(_ context.Context, until time.Time) error {
	d := time.Duration(0)
	if !until.IsZero() {
		d = time.Until(until).Round(time.Minute)
	}
	fmt.Println("pause", d)
	return nil
}

func (piped) Resume(context.Context) error {
	fmt.Println("resume")
	return nil
}

func (piped) SyncNow(context.Context, api.SyncRequest) (api.SyncResult, error) {
	return api.SyncResult{}, errors.New("stash is asleep")
}

func (piped) Reconcile(_ context.Context, q api.ReconcileRequest) (uint64, error) {
	fmt.Println("reconcile", q.Scope, q.Preview)
	return 1, nil
}
