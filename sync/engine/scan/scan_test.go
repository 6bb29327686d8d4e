package scan_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/budget"
	"lockstep/sync/change"
	"lockstep/sync/engine/host"
	"lockstep/sync/engine/scan"
	"lockstep/sync/fault"
	"lockstep/sync/library"
	"lockstep/sync/message"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
)

// servers are both servers as a test says they are.
type servers struct {
	newest    scene.Newest
	signs     scene.Signs
	touched   []scene.FileStamp
	names     int // how many changed, as the next listing finds
	err       map[budget.Kind]error
	found     change.Found
	refreshed library.Refreshed
	latest    bool // the scenes edited last are all that changed
	added     int  // how many scenes Stash was said to have more

	asked []string // in order; of Plex apart, as it is asked at the same time
	plex  []string
}

func (s *servers) do(what string, k budget.Kind) error {
	s.asked = append(s.asked, what)
	return s.err[k]
}

func (s *servers) Probe(context.Context, scene.Signs) (scene.Probe, error) {
	if err := s.do("newest", budget.Newest); err != nil {
		return scene.Probe{}, err
	}
	return scene.Probe{Newest: s.newest, Signs: s.signs, Touched: s.touched}, nil
}

func (s *servers) Touched(_ context.Context, list []scene.FileStamp) (change.Found, error) {
	return s.found, s.do(fmt.Sprintf("touched %d", len(list)), budget.Scenes)
}

func (s *servers) Latest(_ context.Context, _ []scene.Stamp, added int) (change.Found, bool, error) {
	s.added = added
	if !s.latest {
		return change.Found{}, false, nil
	}
	return s.found, true, s.do("latest", budget.Scenes)
}

func (s *servers) Sweep(context.Context) (change.Found, error) {
	return s.found, s.do("sweep", budget.Sweep)
}

func (s *servers) Names(context.Context) (change.Found, error) {
	found := change.Found{Names: s.names}
	s.names = 0
	return found, s.do("names", budget.NameSweep)
}

func (s *servers) Files(context.Context) (change.Found, error) {
	return change.Found{}, s.do("files", budget.FileSweep)
}

func (s *servers) Recheck(queue.Cause) (int, error) { return 3, s.do("recheck", budget.Recheck) }

func (s *servers) Refresh(_ context.Context, _ []scene.Section, full bool) (library.Refreshed, error) {
	what := "index"
	if full {
		what = "full"
	}
	s.plex = append(s.plex, what)
	return s.refreshed, s.err[budget.Index]
}

// rig is a Scanner with a clock of its own, two budgets and servers.
type rig struct {
	*scan.Scanner
	t           *testing.T
	now         time.Time
	plexUp      bool
	times       scan.Times
	stash, plex *budget.Budget
	servers     servers
}

// start is when the clock of a rig begins.
var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// knownScenes are what a rig's Stash has, and what its Scanner saw of it.
var knownScenes = scene.Newest{Count: 7}

// newRig makes a Scanner that has just scanned everything.
func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{t: t, now: start, plexUp: true, times: scan.Times{Newest: time.Minute, Sweep: time.Hour, Files: 6 * time.Hour, Index: 2 * time.Hour}}
	clock := func() time.Time { return r.now }
	r.stash, r.plex = budget.New(clock, func() float64 { return 0.5 }), budget.New(clock, func() float64 { return 0.5 })
	r.servers = servers{newest: knownScenes, err: map[budget.Kind]error{}}
	r.restart(scan.Stored{Newest: knownScenes, Swept: start, Files: start})
	r.Want(scan.Changes)
	r.WantBy(scan.What{Index: true}, start)
	r.scan()
	r.asked()
	return r
}

// restart makes another Scanner that goes on from what was stored.
func (r *rig) restart(known scan.Stored) {
	r.Scanner = scan.New(host.Host{Log: slog.New(slog.DiscardHandler)})
	r.Resume(known, start)
}

func (r *rig) conditions() scan.Conditions {
	return scan.Conditions{Times: r.times, PlexUp: r.plexUp, StashBudget: r.stash, PlexBudget: r.plex}
}

// due is when the next scan begins.
func (r *rig) due() time.Time { return r.Due(r.now, r.conditions()) }

// begin begins the scan that is due.
func (r *rig) begin() *scan.Scan {
	r.t.Helper()
	if at := r.due(); !at.Equal(r.now) {
		r.t.Fatalf("a scan is due at %v, want now", at)
	}
	progress := scan.NewProgress(func() time.Time { return r.now }, r.Scenes(), func(api.Scan) {})
	s := &r.servers
	return scan.NewScan(r.Begin(r.now, r.conditions()), scan.Servers{Stash: s, Finder: s, Index: s}, progress)
}

// end takes in what a run brought, as the loop does.
func (r *rig) end(run *scan.Scan) scan.Ended {
	ended := r.End(run, r.now, r.conditions())
	for _, t := range ended.Tasks {
		r.stash.Done(t.Kind, t.Err)
	}
	if ended.Listed {
		r.plex.Done(budget.Index, ended.PlexErr)
	}
	r.Arm(run, r.now, r.conditions())
	r.Answer(run)
	if r.Awaited() {
		r.t.Error("somebody still waits")
	}
	return ended
}

// scan carries out the scan that is due.
func (r *rig) scan() scan.Ended {
	r.t.Helper()
	run := r.begin()
	run.Run(context.Background())
	return r.end(run)
}

// asked is what was asked for since the last call.
func (r *rig) asked() []string {
	all := slices.Concat(r.servers.asked, r.servers.plex)
	r.servers.asked, r.servers.plex = nil, nil
	return all
}

// pass lets time go by.
func (r *rig) pass(d time.Duration) { r.now = r.now.Add(d) }

// errStash and errPlex are what failing servers answer.
var (
	errStash = fault.New(fault.Unreachable, fault.Stash, message.Foreign("Stash does not answer."), message.None, nil)
	errPlex  = fault.New(fault.Unreachable, fault.Plex, message.Foreign("Plex does not answer."), message.None, nil)
)
