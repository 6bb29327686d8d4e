// Lockstep keeps a Plex library in step with Stash. Everything it does is in package
// app; this is the wiring.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"lockstep/app"
)

// version is set by the Makefile.
var version = "dev"

func main() {
	useConsole(os.Args[1:])
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	os.Exit(app.Main(ctx, app.Program{
		Version: version, Args: os.Args[1:],
		In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Env: os.LookupEnv,
		Desktop: desktop(),
	}))
}
