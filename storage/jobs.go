package storage

import (
	"bytes"
	"errors"
	"fmt"
	"time"

	bolt "go.etcd.io/bbolt"

	"lockstep/sync/queue"
	"lockstep/sync/scene"
)

// Job implements store.Jobs. A damaged record is answered with a new waiting job: a
// job is only the wish to compare a scene, so nothing is lost.
func (t *tx) Job(id scene.ID) (queue.Job, bool, error) {
	j, ok, err := load[queue.Job](t, bJobs, sceneKey(id))
	if errors.Is(err, errRecord) {
		t.env.report(bJobs, sceneKey(id), err)
		return t.anew(id), true, nil
	}
	return j, ok, err
}

func (t *tx) anew(id scene.ID) queue.Job {
	return queue.Enqueue(nil, queue.Wish{Scene: id, Cause: queue.Repaired}, t.env.now().UTC())
}

// PutJob implements store.Jobs. It is the only function that writes a job.
func (t *tx) PutJob(j queue.Job) error {
	s, ok := stateBytes[j.State]
	if !ok || j.Scene == 0 {
		return fmt.Errorf("job of scene %d: state %q cannot be stored", j.Scene, j.State)
	}
	j.Due, j.Enqueued = j.Due.UTC(), j.Enqueued.UTC()
	place := queueKey(s, j.Due, j.Scene)
	old, err := t.place(j.Scene)
	if err != nil {
		return err
	}
	if !bytes.Equal(old, place) {
		if err := t.unplace(old); err != nil {
			return err
		}
		if err := t.mark(bQueue, place); err != nil {
			return err
		}
		if err := t.count(j.State, 1); err != nil {
			return err
		}
	}
	return t.put(bJobs, sceneKey(j.Scene), j)
}

// DeleteJob implements store.Jobs.
func (t *tx) DeleteJob(id scene.ID) error {
	old, err := t.place(id)
	if err != nil {
		return err
	}
	if err := t.unplace(old); err != nil {
		return err
	}
	return t.remove(bJobs, sceneKey(id))
}

// place is the queue key of the scene's stored job, nil when it has none.
func (t *tx) place(id scene.ID) ([]byte, error) {
	j, ok, err := load[queue.Job](t, bJobs, sceneKey(id))
	if errors.Is(err, errRecord) {
		t.env.report(bJobs, sceneKey(id), err)
		return t.search(id)
	}
	if err != nil || !ok {
		return nil, err
	}
	return queueKey(stateBytes[j.State], j.Due, id), nil
}

// search finds the queue key of a scene by walking the whole index, for a job whose
// record no longer tells.
func (t *tx) search(id scene.ID) ([]byte, error) {
	var place []byte
	err := t.walk(bQueue, nil, func(k []byte) bool {
		if tail(k) == uint64(id) {
			place = bytes.Clone(k)
		}
		return place == nil
	})
	return place, err
}

func (t *tx) unplace(place []byte) error {
	if place == nil {
		return nil
	}
	if err := t.count(byteStates[place[0]], -1); err != nil {
		return err
	}
	return t.remove(bQueue, place)
}

// DueJobs implements store.Jobs.
func (t *tx) DueJobs(now time.Time, n int) ([]queue.Job, error) {
	places, err := t.due(stampKey(now), n)
	if err != nil {
		return nil, err
	}
	out := make([]queue.Job, 0, len(places))
	for _, k := range places {
		j, err := t.at(k)
		if err != nil {
			return nil, err
		}
		out = append(out, j)
	}
	return out, nil
}

// due merges the waiting and the retrying part of the index by due time.
func (t *tx) due(limit uint64, n int) ([][]byte, error) {
	b, err := t.bucket(bQueue)
	if err != nil {
		return nil, err
	}
	w, y := t.stretch(b, queue.Waiting), t.stretch(b, queue.Retrying)
	var out [][]byte
	for len(out) < n {
		first := earlier(w, y)
		if first.key == nil || queueDue(first.key) > limit {
			break
		}
		out = append(out, bytes.Clone(first.key))
		first.advance()
	}
	return out, nil
}

// run walks the part of the index that belongs to one state.
type run struct {
	tx     *tx
	cursor *bolt.Cursor
	state  byte
	key    []byte // nil at the end
}

func (t *tx) stretch(b *bolt.Bucket, s queue.State) *run {
	r := &run{tx: t, cursor: b.Cursor(), state: stateBytes[s]}
	r.set(r.cursor.Seek([]byte{r.state}))
	return r
}

func (r *run) advance() { r.set(r.cursor.Next()) }

func (r *run) set(k, v []byte) {
	for k != nil && k[0] == r.state && !r.tx.marked(bQueue, k, v) {
		k, v = r.cursor.Next()
	}
	if r.key = k; k != nil && k[0] != r.state {
		r.key = nil
	}
}

func earlier(a, b *run) *run {
	if a.key == nil || b.key != nil && bytes.Compare(b.key[1:], a.key[1:]) < 0 {
		return b
	}
	return a
}

// at reads the job a queue key stands for. A damaged record is replaced by a new
// waiting job, on disk too when the transaction may write.
func (t *tx) at(place []byte) (queue.Job, error) {
	id := scene.ID(tail(place))
	j, ok, err := load[queue.Job](t, bJobs, sceneKey(id))
	if ok && err == nil {
		return j, nil
	}
	if err != nil && !errors.Is(err, errRecord) {
		return j, err
	}
	if err == nil {
		err = fmt.Errorf("%w: it is missing", errRecord)
	}
	t.env.report(bJobs, sceneKey(id), err)
	j = t.anew(id)
	if !t.bolt.Writable() {
		return j, nil
	}
	if err := t.unplace(place); err != nil {
		return j, err
	}
	if err := t.remove(bJobs, sceneKey(id)); err != nil {
		return j, err
	}
	return j, t.PutJob(j)
}

// NextDue implements store.Jobs.
func (t *tx) NextDue() (time.Time, bool, error) {
	places, err := t.due(^uint64(0), 1)
	if err != nil || len(places) == 0 {
		return time.Time{}, false, err
	}
	return stampOf(queueDue(places[0])), true, nil
}

// JobsIn implements store.Jobs. fn may change jobs; one that it moves further back
// within the state may be seen again.
func (t *tx) JobsIn(s queue.State, fn func(queue.Job) bool) error {
	b, err := t.bucket(bQueue)
	if err != nil {
		return err
	}
	prefix := []byte{stateBytes[s]}
	last, _ := before(b.Cursor(), next(prefix))
	last = bytes.Clone(last)
	var failed error
	err = t.each(bQueue, prefix, prefix, func(k, v []byte) bool {
		if bytes.Compare(k, last) > 0 {
			return false
		}
		if b.Get(k) == nil || !t.marked(bQueue, k, v) {
			return true // moved meanwhile by fn, or damaged
		}
		j, err := t.at(k)
		if err != nil {
			failed = err
			return false
		}
		return j.State != s || fn(j)
	})
	return errors.Join(err, failed)
}

// JobCounts implements store.Jobs.
func (t *tx) JobCounts() (queue.Counts, error) {
	if t.counts == nil {
		c, _, err := tolerate[queue.Counts](t, bCounts, []byte("jobs"))
		if err != nil {
			return c, err
		}
		t.counts = &c
	}
	return *t.counts, nil
}

// count changes the kept number of jobs of a state; flush writes it.
func (t *tx) count(s queue.State, n int) error {
	if _, err := t.JobCounts(); err != nil {
		return err
	}
	t.counts.Add(s, n)
	t.dirty = true
	return nil
}

// flush writes what the transaction kept for its end.
func (t *tx) flush() error {
	if !t.dirty {
		return nil
	}
	return t.put(bCounts, []byte("jobs"), *t.counts)
}

// recount walks the index and counts what is there.
func (t *tx) recount() (queue.Counts, error) {
	var c queue.Counts
	var tally [256]int
	err := t.walk(bQueue, nil, func(k []byte) bool { tally[k[0]]++; return true })
	if err != nil {
		return c, err
	}
	for s, at := range stateBytes {
		c.Add(s, tally[at])
	}
	return c, nil
}
