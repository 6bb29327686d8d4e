// Package event holds Value, the one way state travels from the engine to whoever
// shows it: the latest value can always be read, and a wake-up is never lost. It
// keeps no history and promises no delivery of intermediate values.
package event

import "sync"

// Value holds the latest T and wakes watchers when it changes. The zero Value holds
// the zero T and is ready to use; it must not be copied.
type Value[T any] struct {
	mu       sync.Mutex
	value    T
	watchers map[chan struct{}]struct{}
}

// Store replaces the value and wakes every watcher. It never blocks.
func (v *Value[T]) Store(x T) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.value = x
	for w := range v.watchers {
		select {
		case w <- struct{}{}:
		default: // already awake: it will read this value
		}
	}
}

// Load returns the latest value.
func (v *Value[T]) Load() T {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.value
}

// Watch returns a channel that is ready at once and again after every Store since
// the last receive, and a function that ends the watch. The channel is never closed.
func (v *Value[T]) Watch() (<-chan struct{}, func()) {
	w := make(chan struct{}, 1)
	w <- struct{}{}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.watchers == nil {
		v.watchers = map[chan struct{}]struct{}{}
	}
	v.watchers[w] = struct{}{}
	return w, func() {
		v.mu.Lock()
		defer v.mu.Unlock()
		delete(v.watchers, w)
	}
}
