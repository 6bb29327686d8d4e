package scan

import (
	"context"
	"slices"
	"sync"

	"lockstep/sync/budget"
	"lockstep/sync/change"
	"lockstep/sync/fault"
	"lockstep/sync/library"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
)

// Stash answers for its newest scenes and for signs of what touches no scene; known are the
// signs it gave before.
type Stash interface {
	Probe(ctx context.Context, known scene.Signs) (scene.Probe, error)
}

// Finder sweeps Stash; a *change.Finder does.
type Finder interface {
	Sweep(ctx context.Context) (change.Found, error)
	Latest(ctx context.Context, list []scene.Stamp, added int) (found change.Found, all bool, err error)
	Names(ctx context.Context) (change.Found, error)
	Files(ctx context.Context) (change.Found, error)
	Touched(ctx context.Context, list []scene.FileStamp) (change.Found, error)
	Recheck(cause queue.Cause) (int, error)
}

// Index learns what Plex holds; a *library.Index does.
type Index interface {
	Refresh(ctx context.Context, sections []scene.Section, full bool) (library.Refreshed, error)
}

// Servers are what a Scan reads, each for itself.
type Servers struct {
	Stash    Stash
	Finder   Finder
	Index    Index
	Sections []scene.Section // of Plex, those that were chosen
	// Queued is called, beside the loop, when a part of the scan has put scenes into the queue,
	// so that they need not wait for the other parts; may be nil.
	Queued func()
}

// Task is how one part of a scan of Stash ended.
type Task struct {
	Kind budget.Kind
	Err  error // nil: it succeeded
}

// Scan is one scan, carried out beside the loop. What it brought is there once Run has returned.
type Scan struct {
	plan     Plan
	servers  Servers
	progress *Progress

	newest   scene.Newest // as it is now
	signs    scene.Signs  // likewise
	sweep    bool         // every scene is listed in this scan
	renamed  bool         // the signs say that names changed
	touched  []scene.FileStamp
	tracked  bool // what the signs say of files is in the queue
	found    change.Found
	tasks    []Task // against Stash, in order
	stashErr error  // the first of theirs

	refreshed library.Refreshed
	plexErr   error
}

// NewScan makes the Scan of a plan, which tells progress how far it is.
func NewScan(p Plan, s Servers, progress *Progress) *Scan {
	return &Scan{plan: p, servers: s, progress: progress}
}

// Run reads both servers at the same time: neither waits for the other.
func (r *Scan) Run(ctx context.Context) {
	var plex sync.WaitGroup
	if r.plan.Index {
		r.progress.listPlex()
		plex.Go(func() {
			r.refreshed, r.plexErr = r.servers.Index.Refresh(ctx, r.servers.Sections, r.plan.Full)
			r.progress.ended(fault.Plex)
		})
	}
	r.stashErr = r.scanStash(ctx)
	r.progress.ended(fault.Stash)
	plex.Wait()
}

// scanStash probes Stash and then does one task after another. A probe that fails ends the
// scan. A task that fails does not keep the others from being tried: each proves something
// of its own.
func (r *Scan) scanStash(ctx context.Context) error {
	r.sweep, r.newest = r.plan.Sweep, r.plan.newest
	if r.plan.Newest {
		if err := r.probe(ctx); err != nil {
			return err
		}
	}
	var failed error
	for _, t := range r.todo() {
		if !t.wanted {
			continue
		}
		err := r.do(ctx, t)
		if failed == nil {
			failed = err
		}
		if fault.Is(err, fault.Local) || ctx.Err() != nil {
			break
		}
	}
	if err := r.track(ctx); failed == nil {
		failed = err
	}
	return failed
}

// track examines the scenes whose files were touched, unless all files were listed. What
// fails is found by the next probe.
func (r *Scan) track(ctx context.Context) error {
	if !r.plan.signs.FilesMoved(r.signs) || r.did(budget.FileSweep) {
		r.tracked = true
		return nil
	}
	found, err := r.servers.Finder.Touched(ctx, r.touched)
	r.add(found)
	r.tracked = err == nil
	return err
}

// probe asks Stash for its newest scene, those edited last and a sign of every list of names,
// and the files touched lately, all in one request, and goes on with what that shows.
func (r *Scan) probe(ctx context.Context) error {
	p, err := r.servers.Stash.Probe(ctx, r.plan.signs)
	if err != nil {
		r.tasks = append(r.tasks, Task{budget.Newest, err})
		return err
	}
	r.newest, r.signs, r.touched = p.Newest, p.Signs, p.Touched
	r.renamed = !r.plan.quietNames && r.plan.signs.Moved(p.Signs)
	r.progress.expect(p.Newest.Count)
	return r.examineLatest(ctx, p.Newest, p.Latest)
}

// examineLatest has the scenes edited last examined if the newest is another one than before,
// or all scenes swept where these cannot be all that changed.
func (r *Scan) examineLatest(ctx context.Context, n scene.Newest, latest []scene.Stamp) error {
	if n == r.plan.newest || r.plan.quiet || r.sweep {
		return nil
	}
	if !r.plan.sweptBefore {
		r.sweep = true
		return nil
	}
	found, all, err := r.servers.Finder.Latest(ctx, latest, n.Count-r.plan.newest.Count)
	r.add(found)
	if err != nil { // what was not read is swept for
		r.tasks = append(r.tasks, Task{budget.Sweep, err})
		return err
	}
	r.sweep = !all
	return nil
}

func (r *Scan) do(ctx context.Context, t todo) error {
	f, err := t.do(ctx)
	r.add(f)
	r.tasks = append(r.tasks, Task{t.kind, err})
	return err
}

func (r *Scan) add(f change.Found) {
	if f.Enqueued > 0 && r.servers.Queued != nil {
		r.servers.Queued()
	}
	r.found.Enqueued += f.Enqueued
	r.found.Deleted += f.Deleted
	r.found.Doubtful += f.Doubtful
	r.found.Bare += f.Bare
	r.found.Names += f.Names
	if f.Renamed != nil {
		r.found.Renamed = f.Renamed
	}
}

type todo struct {
	kind   budget.Kind
	wanted bool
	do     func(context.Context) (change.Found, error)
}

func (r *Scan) todo() []todo {
	f := r.servers.Finder
	return []todo{
		{budget.Sweep, r.sweep, f.Sweep},
		{budget.NameSweep, r.plan.Names || r.sweep || r.renamed, f.Names},
		{budget.FileSweep, r.plan.Files, f.Files},
		{budget.Recheck, r.plan.Recheck, func(context.Context) (change.Found, error) {
			n, err := f.Recheck(queue.Settings)
			return change.Found{Enqueued: n}, err
		}},
	}
}

// did reports that a task was done, after the signs were read if they were.
func (r *Scan) did(k budget.Kind) bool {
	return slices.ContainsFunc(r.tasks, func(t Task) bool { return t.Kind == k && t.Err == nil })
}

// settled are the signs of which everything that follows is in the queue.
func (r *Scan) settled() scene.Signs {
	out := r.signs
	if !r.did(budget.NameSweep) && r.plan.signs.Moved(r.signs) {
		out = scene.Signs{}
		if files, given := r.signs[scene.FileList]; given {
			out[scene.FileList] = files
		}
	}
	if !r.tracked {
		out = out.Without(scene.FileList)
	}
	return out
}

// undone is what the scan was to do against Stash and did not come to, because of a task
// before it.
func (r *Scan) undone() What {
	w := What{Sweep: r.plan.Sweep, Names: r.plan.Names, Files: r.plan.Files, Recheck: r.plan.Recheck}
	for _, t := range r.tasks {
		switch t.Kind {
		case budget.Sweep:
			w.Sweep = false
		case budget.NameSweep:
			w.Names = false
		case budget.FileSweep:
			w.Files = false
		case budget.Recheck:
			w.Recheck = false
		}
	}
	return w
}

// Worked reports whether the scan took memory that is not needed any more.
func (r *Scan) Worked() bool {
	return r.sweep || r.plan.Files || r.refreshed.Full > 0 || len(r.refreshed.Appeared) > 0
}
