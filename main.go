// Lockstep keeps a Plex library in step with Stash. Everything it does is in package
// app; this is the wiring: arguments, streams, signals and, in builds with windows, the
// desktop. ARCHITECTURE.md says which package does what.
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
	os.Exit(app.Main(untilSignal(), app.Program{
		Version: version, Args: os.Args[1:],
		In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Env: os.LookupEnv,
		Desktop: desktop(),
	}))
}

// untilSignal ends with the first signal to end. A second one ends the process at once,
// except that of a terminal that was closed: it comes from the system and from the shell.
func untilSignal() context.Context {
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // as nohup has it
		signals = append(signals, syscall.SIGHUP)
	}
	ctx, stop := signal.NotifyContext(context.Background(), signals...)
	context.AfterFunc(ctx, func() {
		signal.Ignore(syscall.SIGHUP)
		stop()
	})
	return ctx
}
