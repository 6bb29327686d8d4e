// Package worker carries out one batch of jobs: it reads the scenes from Stash, finds
// and reads their items in Plex, plans, stores journal and intent, writes one item
// after another and reads back what arrived. It decides nothing about retries, breaker
// or the queue; it reports results and the fault that ended a batch early.
package worker

import (
	"context"
	"errors"
	"time"

	"lockstep/sync/config"
	"lockstep/sync/fault"
	"lockstep/sync/match"
	"lockstep/sync/plan"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
	"lockstep/sync/store"
)

// Stash is what a batch needs of Stash.
type Stash interface {
	// Scenes reads scenes by id; a nil scene was deleted, a missing one
	// could not be read.
	Scenes(ctx context.Context, ids []scene.ID) (map[scene.ID]*scene.Scene, error)
	// Cover reads a cover unless it still has the ETag.
	Cover(ctx context.Context, id scene.ID, etag string) (scene.Cover, error)
}

// Plex is what a batch needs of Plex.
type Plex interface {
	// Items reads items in full by rating key; those that do not exist are missing.
	Items(ctx context.Context, keys []string) (map[string]scene.Item, error)
	Edit(ctx context.Context, e plan.Edit) error
	Pictures(ctx context.Context, ratingKey string, f scene.Field) ([]scene.Picture, error)
	Upload(ctx context.Context, ratingKey string, f scene.Field, body []byte, contentType string) error
	Select(ctx context.Context, ratingKey string, f scene.Field, key string) error
	Unselect(ctx context.Context, ratingKey string, f scene.Field) error
	Scan(ctx context.Context, section, dir string) error
	Sections(ctx context.Context) ([]scene.Section, error)
}

// MaxBatch is how many jobs share one batch: one Stash request and one Plex read serve
// them all.
const MaxBatch = 100

// maxWriting bounds the writing of one batch, so that fresh changes are seen soon.
const maxWriting = 30 * time.Second

// sameFault is how many different items in a row may fail alike before the server is
// blamed.
const sameFault = 5

// Worker carries out batches. The zero value is not usable; fill in all fields.
type Worker struct {
	Stash    Stash
	Plex     Plex
	Store    store.Store
	Settings config.Settings
	Machine  string
	Sections []scene.Section // the chosen ones
	Mapper   match.Mapper
	Clock    func() time.Time
	Run      uint64
	// Streak counts failures in a row across batches.
	Streak *Streak
	// Permit waits until the next write may begin; it returns an error when ctx ends.
	Permit func(ctx context.Context) error
	// Report takes results in. It returns false to end the batch.
	Report func([]Result) bool
	// Brake looks at all plans of a batch before anything is written, and returns for
	// scenes that must not be written unasked the reason in words; nil lets all pass. Its
	// error ends the batch.
	Brake func([]Planned) (map[scene.ID]string, error)
	// Step says what a job is at: reading, planning, writing, checking.
	Step func(j queue.Job, step string)
}

// Outcome is how a job ended.
type Outcome int

// The outcomes.
const (
	Returned Outcome = iota // unworked; back to waiting, no attempt counted
	Done
	Skipped
	Parked
	Failed
)

// Result is the outcome of one job with everything that has to be stored with it.
type Result struct {
	Job     queue.Job
	Outcome Outcome
	Name    string
	Code    skip.Code
	Words   string
	Fault   *fault.Error // of a failed job
	Awaits  []string     // path keys a parked job waits for
	// Seen is what the store shall know of the scene; nil leaves it.
	Seen  *store.Seen
	Scene *scene.Scene
	// Items are the states to store, Gone the items to forget.
	Items []ItemResult
	Gone  []scene.ItemKey
	// Wrote tells that Plex was changed for this job.
	Wrote bool
	// Undone are the journal entries that were restored.
	Undone []uint64
	// Deleted tells that the scene is gone from Stash.
	Deleted bool
}

// ItemResult is one item of a job after its read-back.
type ItemResult struct {
	Key     scene.ItemKey
	State   store.ItemState
	Title   string
	Changes []store.Change
}

// Work carries out the jobs. soft ends the batch after the step in hand, hard at once.
// The error is the fault of a whole server that ended the batch; jobs not reported are
// to be returned by the caller.
func (w *Worker) Work(soft, hard context.Context, jobs []queue.Job) error {
	b := &batch{Worker: w, soft: soft, hard: hard}
	for _, j := range jobs {
		b.tasks = append(b.tasks, &task{job: j})
	}
	err := b.run()
	if failed := b.voidUnsent(); failed != nil && (err == nil || errors.Is(err, errEnded)) {
		err = failed
	}
	if errors.Is(err, errEnded) {
		return nil
	}
	return err
}

// errEnded ends a batch that was asked to stop; it is no fault.
var errEnded = errors.New("batch ended")

// batch is one run of the pipeline.
type batch struct {
	*Worker
	soft, hard context.Context
	tasks      []*task
	readAt     time.Time // when the scenes were read
	covers     coverCache
	scans      scanSet
	intents    []intent
}

// intent is an item with something to write, stored before the first request.
type intent struct {
	task   *task
	target *target
}

// task is one job on its way through the pipeline.
type task struct {
	job     queue.Job
	scene   *scene.Scene
	seen    store.Seen
	want    plan.Wanted
	stamp   string // of the scene, as it is remembered
	targets []*target
	gone    []scene.ItemKey // items that do not hold the file any more
	fault   *fault.Error    // of an item or the cover: the rest is written, the job is retried
	noCover bool            // the cover could not be had
	note    string          // what could not be had and is not tried again
	contest bool            // somebody else keeps changing an item back
	touched bool            // Plex was changed for an item that was lost afterwards
	ended   bool            // a result was reported
}

// target is one Plex item of a task.
type target struct {
	match.Target
	item    scene.Item
	state   store.ItemState
	known   bool
	plan    plan.Plan
	undoes  uint64 // journal entry the plan restores, 0 for a sync
	written bool
	sent    bool          // something of it may have reached Plex
	refused *plan.Refused // single values Plex did not take, nil when it took all
}

// run is the pipeline: each step ends some tasks and hands the rest on.
func (b *batch) run() error {
	for _, step := range []func() error{b.readScenes, b.findItems, b.readItems, b.planAll, b.storeIntent, b.write, b.verify} {
		if len(b.open()) == 0 {
			return nil
		}
		if b.soft.Err() != nil && !b.anyWritten() {
			return errEnded
		}
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// scanSet remembers which folders a batch has asked Plex to scan.
type scanSet map[string]bool

// add reports whether the folder is new.
func (s *scanSet) add(section, dir string) bool {
	if *s == nil {
		*s = scanSet{}
	}
	k := section + "\x00" + dir
	if (*s)[k] {
		return false
	}
	(*s)[k] = true
	return true
}

// open lists the tasks that have no result yet.
func (b *batch) open() []*task {
	var out []*task
	for _, t := range b.tasks {
		if !t.ended {
			out = append(out, t)
		}
	}
	return out
}

func (b *batch) anyWritten() bool {
	for _, t := range b.open() {
		if t.wrote() {
			return true
		}
	}
	return false
}

func (t *task) wrote() bool {
	if t.touched {
		return true
	}
	for _, g := range t.targets {
		if g.written {
			return true
		}
	}
	return false
}

// end reports a result for a task. It returns errEnded when the batch shall end.
func (b *batch) end(t *task, r Result) error {
	return b.endAll([]*task{t}, []Result{r})
}

func (b *batch) endAll(tasks []*task, results []Result) error {
	if len(tasks) == 0 {
		return nil
	}
	for i, t := range tasks {
		t.ended = true
		results[i].Job, results[i].Scene = t.job, t.scene
		results[i].Gone = append(results[i].Gone, t.gone...)
		if t.scene != nil {
			results[i].Name = t.scene.Name()
		}
	}
	if !b.Report(results) {
		return errEnded
	}
	return nil
}

func (b *batch) skip(t *task, code skip.Code, words string) error {
	return b.end(t, Result{Outcome: Skipped, Code: code, Words: words, Seen: t.looked()})
}

// looked is what to remember of a scene that was looked at but not brought in step. An
// undo does not count as a look: an edit nobody has seen must stay one.
func (t *task) looked() *store.Seen {
	if t.scene == nil || t.job.Undo != 0 {
		return nil
	}
	s := t.seen
	s.UpdatedAt, s.Name, s.Paths = t.stamp, t.scene.Name(), t.scene.PathHash()
	return &s
}
