package event_test

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"lockstep/sync/event"
)

func TestASlowObserverSeesTheLastOfManyValuesInFewReads(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var v event.Value[int]
		wake, end := v.Watch()
		defer end()
		const stores = 1000
		looks, last := 0, -1
		done := make(chan struct{})
		go func() {
			defer close(done)
			for last != stores {
				<-wake
				last = v.Load()
				looks++
				time.Sleep(time.Second) // in the bubble's own time
			}
		}()
		began := time.Now()
		for i := 1; i <= stores; i++ {
			v.Store(i)
			if i%100 == 0 {
				time.Sleep(time.Millisecond)
			}
		}
		if took := time.Since(began); took != 10*time.Millisecond {
			t.Errorf("storing took %v beyond its own 10 ms: the observer blocked it", took)
		}
		<-done
		if looks > 3 {
			t.Errorf("%d looks, want the first, perhaps one between, and the last", looks)
		}
	})
}

func TestAWatchIsReadyAtOnceAndAfterEachStoreOnly(t *testing.T) {
	t.Parallel()
	var v event.Value[string]
	v.Store("before")
	wake, end := v.Watch()
	ready := func() bool {
		select {
		case <-wake:
			return true
		default:
			return false
		}
	}
	if !ready() || v.Load() != "before" {
		t.Error("a new watch has nothing to show")
	}
	if ready() {
		t.Error("ready without a store")
	}
	v.Store("a")
	v.Store("b")
	if !ready() || ready() || v.Load() != "b" {
		t.Error("two stores are not one wake-up for the latest")
	}
	end()
	end()
	v.Store("c")
	if ready() {
		t.Error("an ended watch was woken")
	}
}

func TestManyWritersAndWatchersLoseNothing(t *testing.T) {
	t.Parallel()
	var v event.Value[int]
	var mu sync.Mutex
	top := 0
	var writers, watchers sync.WaitGroup
	for range 4 {
		watchers.Go(func() {
			wake, end := v.Watch()
			defer end()
			for range wake {
				if v.Load() == 4000 {
					return
				}
			}
		})
	}
	for range 4 {
		writers.Go(func() {
			for range 1000 {
				mu.Lock()
				top++
				v.Store(top)
				mu.Unlock()
			}
		})
	}
	writers.Wait()
	watchers.Wait()
	if v.Load() != 4000 {
		t.Errorf("%d", v.Load())
	}
}
