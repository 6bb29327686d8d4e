// Package worker carries out one batch of jobs: it has the scenes compared with their
// items, stores journal and intent, writes one item after another and reads back what
// arrived. What one scene, value or picture causes is its own result; the error of a batch
// is a server's, and only after something else was tried. It decides nothing about retries,
// breaker or the queue.
package worker

import (
	"context"
	"errors"
	"time"

	"lockstep/sync/compare"
	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/plan"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
	"lockstep/sync/store"
)

// Plex is what a batch needs of Plex beside reading.
type Plex interface {
	Edit(ctx context.Context, e plan.Edit) error
	// Try sends an edit that changes nothing, to see whether Plex takes edits at all.
	Try(ctx context.Context, e plan.Edit) error
	Pictures(ctx context.Context, ratingKey string, f scene.Field) ([]scene.Picture, error)
	Upload(ctx context.Context, ratingKey string, f scene.Field, body []byte, contentType string) error
	Select(ctx context.Context, ratingKey string, f scene.Field, key string) error
	Unselect(ctx context.Context, ratingKey string, f scene.Field) error
	Scan(ctx context.Context, section, dir string) error
}

// MaxBatch is how many jobs share one batch: one Stash request and one Plex read serve
// them all.
const MaxBatch = compare.MaxBatch

// maxWriting bounds the writing of one batch, so that fresh changes are seen soon.
const maxWriting = 30 * time.Second

// Worker carries out batches. The zero value is not usable; fill in all fields.
type Worker struct {
	// Reader compares the scenes; everything that is read comes through it.
	*compare.Reader
	Plex Plex
	// RunID is that of the run the batch belongs to; the journal keeps it.
	RunID uint64
	// Streak counts failures in a row across batches.
	Streak *Streak
	// Permit waits until the next write may begin; it returns an error when ctx ends.
	Permit func(ctx context.Context) error
	// Report takes results in. It returns false to end the batch.
	Report func([]Result) bool
	// Brake looks at all plans of a batch before anything is written, and returns for
	// scenes that must not be written unasked the reason in words; nil lets all pass. Its
	// error ends the batch.
	Brake func([]Planned) (map[scene.ID]message.Message, error)
	// Step says what a job is at: reading, planning, writing (then also which fields), checking.
	Step func(j queue.Job, step queue.Step, fields []scene.Field)
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
	Message message.Message
	Fault   *fault.Error // of a failed job
	// OnlyPicture tells of a failed job that everything but a picture is in step.
	OnlyPicture bool
	Awaits      []string // path keys a parked job waits for
	// Seen is what the store shall know of the scene; nil leaves it.
	Seen  *store.Seen
	Scene *scene.Scene
	// Items are the states to store, Gone the items to forget, Trashed those in Plex's trash.
	Items   []ItemResult
	Gone    []scene.ItemKey
	Trashed []scene.ItemKey
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
	b := &batch{Worker: w, soft: soft, hard: hard, scans: map[folder]bool{}}
	for _, j := range jobs {
		b.tasks = append(b.tasks, &task{job: j})
	}
	err := b.pipeline()
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

// batch is the jobs of one Work on their way through the pipeline.
type batch struct {
	*Worker
	soft, hard context.Context
	tasks      []*task
	scans      map[folder]bool // those Plex was asked to scan, and whether it took that
	intents    []intent
}

// intent is an item with something to write, stored before the first request.
type intent struct {
	task   *task
	target *target
}

// task is one job on its way through the pipeline.
type task struct {
	*compare.Comparison // nil until the scenes were read

	job     queue.Job
	targets []*target
	gone    []scene.ItemKey // items that do not hold the file any more
	fault   *fault.Error    // of the scene or an item: the rest is written, the job is retried
	picture *fault.Error    // of a picture: everything else is written, the job is retried
	touched bool            // Plex was changed for an item that was lost afterwards
	ended   bool            // a result was reported
}

// target is one Plex item of a task.
type target struct {
	*compare.Item
	undoes  uint64 // journal entry the plan restores, 0 for a sync
	written bool
	sent    bool          // something of it may have reached Plex
	refused *plan.Refused // single values Plex did not take, nil when it took all
}

// pipeline has the steps of a batch: each ends some tasks and hands the rest on.
func (b *batch) pipeline() error {
	for _, step := range []func() error{b.read, b.planAll, b.storeIntent, b.write, b.verify} {
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

// read has the scenes of the batch read with their items (compare) and ends the jobs of
// scenes that are left alone.
func (b *batch) read() error {
	requests := make([]compare.Request, len(b.tasks))
	for i, t := range b.tasks {
		b.Step(t.job, queue.Reading, nil)
		requests[i] = compare.Request{
			Scene: t.job.Scene, Ungated: t.job.Undo != 0, Forced: t.job.Forced && t.job.Undo == 0, Repeated: t.job.Attempts > 0,
		}
	}
	list, err := b.Read(b.hard, requests)
	if err != nil {
		return err
	}
	for i, t := range b.tasks {
		t.take(list[i])
	}
	for _, t := range b.tasks {
		if err := b.sift(t); err != nil {
			return err
		}
	}
	return nil
}

func (t *task) take(c *compare.Comparison) {
	t.Comparison, t.gone, t.fault = c, c.Gone, c.Fault
	if c.Open() {
		for _, it := range c.Items {
			t.targets = append(t.targets, &target{Item: it})
		}
	}
}

// planAll has every item of the batch planned (compare) and ends the jobs with nothing to write.
func (b *batch) planAll() error {
	var list []*compare.Comparison
	tasks := b.open()
	for _, t := range tasks {
		b.Step(t.job, queue.Planning, nil)
		if t.job.Undo == 0 {
			list = append(list, t.Comparison)
		}
	}
	if err := b.Plan(b.hard, list); err != nil {
		return err
	}
	for _, t := range tasks {
		if err := b.planned(t); err != nil {
			return err
		}
	}
	return b.sortOut(b.open())
}

// folder is one of a library.
type folder struct{ section, dir string }

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
		results[i].Job, results[i].Scene = t.job, t.Scene
		results[i].Gone = append(results[i].Gone, t.gone...)
		if t.Comparison != nil {
			results[i].Trashed = t.Comparison.Trashed
		}
		if t.Scene != nil {
			results[i].Name = t.Scene.Name()
		}
	}
	if !b.Report(results) {
		return errEnded
	}
	return nil
}

// seen is what to remember of a scene that was read but not brought in step. An
// undo does not count as reading it: an edit nobody has seen must stay one.
func (t *task) seen() *store.Seen {
	if t.Scene == nil || t.job.Undo != 0 {
		return nil
	}
	s := t.AsSeen()
	return &s
}
