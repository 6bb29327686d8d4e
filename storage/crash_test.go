package storage_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"lockstep/storage"
	"lockstep/sync/breaker"
	"lockstep/sync/message"
	"lockstep/sync/outage"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// child starts the test binary in a role on a data folder.
func child(t *testing.T, role, dir string) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	c := exec.CommandContext(t.Context(), os.Args[0], dir)
	c.Env = append(os.Environ(), roleVariable+"="+role)
	c.Stderr = os.Stderr
	if _, err := c.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	return c, bufio.NewScanner(out)
}

// writeUntilKilled stores jobs from four goroutines, prints each scene after it was
// acknowledged, and trips and heals the breaker together with its outage.
func writeUntilKilled(dir string) error {
	d, _, err := storage.Open(storage.Options{Dir: dir, Log: quiet()})
	if err != nil {
		return err
	}
	base := uint64(d.Counts().Waiting+d.Counts().Done) + 1
	var wg sync.WaitGroup
	var mu sync.Mutex
	for g := range uint64(4) {
		wg.Go(func() {
			for i := g; ; i += 4 {
				id := scene.ID(base + i)
				if err := d.Update(func(tx store.Tx) error { return crashOperation(tx, id) }); err != nil {
					fmt.Fprintln(os.Stderr, err)
					return
				}
				mu.Lock()
				_, _ = io.WriteString(os.Stdout, id.String()+"\n")
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return errors.New("stopped writing")
}

// crashOperation enqueues a job, completes an earlier one and moves the breaker with
// its outage.
func crashOperation(tx store.Tx, id scene.ID) error {
	now := start.Add(time.Duration(id) * time.Second)
	err := tx.PutJob(waiting(id))
	if j, ok, _ := tx.Job(id / 2); ok {
		err = errors.Join(err, tx.PutJob(j.Complete(message.None, now)))
	}
	r := outage.Record{ID: uint64(id), Started: now}
	b := breaker.Breaker{State: breaker.Open, Generation: uint64(id), OpenedAt: now}
	if id%2 == 0 {
		r, b.State = r.End(now), breaker.Closed
	}
	return errors.Join(err, tx.PutOutage(r), tx.PutBreaker(b), tx.AddActivity(store.Activity{Scene: id, At: now}))
}

func TestKilledProcessLosesNoAcknowledgedWrite(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	acknowledged := map[scene.ID]bool{}
	for round := range 8 {
		c, lines := child(t, "write until killed", dir)
		for n := 0; n < 40+17*round && lines.Scan(); n++ {
			id, err := strconv.ParseUint(strings.TrimSpace(lines.Text()), 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			acknowledged[scene.ID(id)] = true
		}
		if err := c.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		for lines.Scan() { // acknowledged before the kill was felt
			if id, err := strconv.ParseUint(lines.Text(), 10, 64); err == nil {
				acknowledged[scene.ID(id)] = true
			}
		}
		_ = c.Wait()
		afterKill(t, dir, acknowledged)
	}
	if len(acknowledged) < 500 {
		t.Errorf("only %d writes were acknowledged", len(acknowledged))
	}
}

func afterKill(t *testing.T, dir string, acknowledged map[scene.ID]bool) {
	t.Helper()
	d, o, err := storage.Open(options(dir))
	if err != nil || !o.Message.IsZero() || o.Fresh {
		t.Fatalf("open after kill: %+v, %v", o, err)
	}
	defer closeDB(t, d)
	audit(t, d)
	view(t, d, func(tx store.Tx) error {
		for id := range acknowledged {
			if _, ok, err := tx.Job(id); !ok || err != nil {
				t.Errorf("acknowledged job %d is gone: %v", id, err)
			}
		}
		b, _, err := tx.Breaker()
		r, err2 := tx.Outages(0)
		for _, r := range r {
			if r.ID == b.Generation && r.Ongoing() != b.Tripped() {
				t.Errorf("breaker %+v and outage %+v disagree", b, r)
			}
		}
		return errors.Join(err, err2)
	})
	if got := d.Counts(); got.Waiting+got.Done < len(acknowledged) || got.Of(queue.Running) != 0 {
		t.Errorf("counts %+v for %d acknowledged", got, len(acknowledged))
	}
}

// hold keeps the database open until its standard input ends.
func hold(dir string) error {
	lock, err := storage.Lock(dir)
	if err != nil {
		return err
	}
	d, _, err := storage.Open(storage.Options{Dir: dir, Log: quiet()})
	if err != nil {
		return err
	}
	fmt.Println("open")
	_, _ = io.Copy(io.Discard, os.Stdin)
	return errors.Join(d.Close(), lock.Unlock())
}
