package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"sync"
	"syscall"
	"time"

	"lockstep/app/desk"
	"lockstep/storage"
	"lockstep/sync/config"
	"lockstep/sync/dial"
	"lockstep/sync/engine"
	"lockstep/sync/engine/upkeep"
	"lockstep/sync/remote"
)

// owner is the process that holds the data folder: it runs the engine on the database
// and serves the API to others. Make it with own and end it with stop.
type owner struct {
	*engine.Engine
	lock   *storage.FolderLock
	db     *storage.DB
	server remote.Server
	listen *remote.Listener

	work      sync.WaitGroup
	endEngine context.CancelFunc
	endServer context.CancelFunc
	ended     chan struct{} // closed when the engine has ended
	err       error         // why, once it has
	secrets   *secrets
	log       *slog.Logger
	// forgetCrash ends what watchCrashes began; nil before.
	forgetCrash func()
}

// ownParams say what kind of owner a process is.
type ownParams struct {
	lasting bool               // it does not end by itself
	still   bool               // it neither connects nor works
	hold    bool               // it connects, but writes nothing by itself
	show    func(string) error // opens a window; nil without a desktop
	display desk.Display       // where it opens
	level   slog.Level
	set     map[string]string     // settings with the last word, by name
	obey    func(config.Settings) // told of the settings whenever they change; may be nil
}

// own takes the data folder and starts engine and server. storage.ErrLocked is in the
// chain when another process has it.
func (s *session) own(p ownParams) (*owner, error) {
	if p.lasting {
		outliveReaders()
	}
	o := &owner{ended: make(chan struct{})}
	if err := o.open(s, p); err != nil {
		return nil, errors.Join(err, o.close())
	}
	o.start(context.WithoutCancel(s.ctx))
	if err := o.ready(s.ctx); err != nil {
		_ = o.stop() // the caller wants to know why it did not start
		return nil, err
	}
	return o, nil
}

// outliveReaders keeps a process that is to last from ending with whoever reads what it
// prints: by default a write to a closed pipe kills.
func outliveReaders() { signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE) }

// open takes everything an engine needs, the lock first.
func (o *owner) open(s *session, p ownParams) (err error) {
	if o.lock, err = storage.Lock(s.dir); err != nil {
		return err
	}
	o.log = s.log.start(p.level, s.dir)
	if o.secrets, err = s.openSecrets(); err != nil {
		return err
	}
	o.watchCrashes(s.dir)
	if info, err := os.Stat(s.dir); err == nil && runtime.GOOS != "windows" && info.Mode().Perm()&0o002 != 0 {
		o.log.Warn("every user of this computer can write to the data folder; remove that permission", "folder", s.dir)
	}
	db, opened, err := storage.Open(storage.Options{Dir: s.dir, Log: o.log, Version: s.Version})
	if err != nil {
		return err
	}
	o.db = db
	if o.listen, err = remote.Listen(s.dir); err != nil {
		return err
	}
	over := s.over.with(p.set, "--demo")
	if !p.lasting && !p.still {
		over = over.with(unscheduled, "--once")
	}
	upkeep.Thrift()
	o.Engine = engine.New(engine.Options{
		Store: db, Secrets: o.secrets, Dial: dial.Servers(s.Version), SignIn: dial.SignIn, Discover: dial.Discover(""), Version: s.Version,
		Override: s.override(over, o.secrets, p.obey), Overridden: over.from,
		Now: now, Jitter: rand.Float64, Log: o.log, Notice: opened.Message,
		Data: db, Free: debug.FreeOSMemory, Damaged: opened.Values, Still: p.still, Hold: p.hold, Pictures: filepath.Join(s.dir, "pictures"),
	})
	o.server = remote.Server{API: o.Engine, Version: s.Version, Lasting: p.lasting, Show: p.show, Display: p.display.Name, Stranded: p.display.Gone}
	return nil
}

// unscheduled keeps a command from beginning what it would not end: it does what it was
// asked for and no more.
var unscheduled = map[string]string{"reconcile": string(config.Never), "reconcile-at-start": "false"}

// override puts flags and variables over the stored settings, and lets those settings
// that this package obeys take effect whenever they change.
func (s *session) override(over override, k *secrets, obey func(config.Settings)) func(*config.Settings) error {
	return func(c *config.Settings) error {
		if err := over.apply(c); err != nil {
			return err
		}
		s.log.masks(c.MaskNames)
		if obey != nil {
			obey(*c)
		}
		return k.allowFile(c.SecretInFile)
	}
}

// start runs engine and server. The server outlives the engine, so that windows see its
// last words.
func (o *owner) start(ctx context.Context) {
	engineCtx, endEngine := context.WithCancel(ctx)
	serverCtx, endServer := context.WithCancel(ctx)
	o.endEngine, o.endServer = endEngine, endServer
	o.work.Go(func() {
		defer close(o.ended)
		o.err = o.Run(engineCtx)
	})
	o.work.Go(func() {
		if err := o.server.Serve(serverCtx, o.listen); err != nil {
			o.log.Error("others can no longer reach this Lockstep", "err", err)
		}
	})
	o.secrets.onLate(func() { _ = o.ProbeNow(engineCtx) }) // a stopped engine needs no secrets
}

// ready waits until the engine has loaded its state.
func (o *owner) ready(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		select {
		case <-o.ended:
			cancel()
		case <-ctx.Done():
		}
	}()
	_, err := o.Snapshot(ctx)
	select {
	case <-o.ended:
		return o.err // that it ended matters, not that nobody waited longer
	default:
		return err
	}
}

// wait blocks until ctx ends, somebody asks the process to quit or the engine ends by
// itself, whose error it returns.
func (o *owner) wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
	case <-o.Done():
	case <-o.ended:
		return o.err
	}
	return nil
}

// lastMoment is how long Windows lets a program take at the end of a session before it
// asks the person to end it by force (5 s), less a little.
const lastMoment = 4 * time.Second

// endNow ends the engine gracefully and waits until everything is stored, but not longer
// than a system that shuts down waits. stop is still to be called, if there is time.
func (o *owner) endNow() {
	o.log.Info("the session ends")
	o.endEngine()
	select {
	case <-o.ended:
	case <-time.After(lastMoment):
	}
}

// stop ends the engine gracefully, then the server, and gives the data folder free.
func (o *owner) stop() error {
	o.endEngine()
	<-o.ended
	o.endServer()
	o.work.Wait()
	return errors.Join(o.err, o.close())
}

// close puts away what open took, as far as it came. The server closes the listener.
func (o *owner) close() error {
	var errs []error
	if o.forgetCrash != nil {
		o.forgetCrash()
	}
	if o.db != nil {
		if err := o.db.Close(); err != nil {
			errs = append(errs, fmt.Errorf("close the database: %w", err))
		}
	}
	if o.lock != nil {
		errs = append(errs, o.lock.Unlock())
	}
	return errors.Join(errs...)
}
