package storage

import (
	"fmt"
	"time"

	bolt "go.etcd.io/bbolt"
)

// checkFile checks a file that nobody has open: head and length, every page, and how
// many records are damaged.
func checkFile(path string) (damaged int, err error) {
	err = withFile(path, func(b *bolt.DB) error {
		if err := checkAll(b); err != nil {
			return err
		}
		return b.View(func(t *bolt.Tx) error {
			damaged = len(examine(t, allBuckets()))
			return nil
		})
	})
	return damaged, err
}

// withFile opens a file that nobody else has open for reading.
func withFile(path string, fn func(*bolt.DB) error) error {
	if err := preflight(path); err != nil {
		return err
	}
	return guarded(func() error {
		b, err := bolt.Open(path, 0o600, &bolt.Options{Timeout: time.Second, ReadOnly: true})
		if err != nil {
			return fmt.Errorf("open: %w", err)
		}
		defer b.Close()
		return fn(b)
	})
}

// checkAll reads everything in a database. A fault in the structure is an error; single
// damaged records are not, as all others can still be used.
func checkAll(b *bolt.DB) error {
	return b.View(func(t *bolt.Tx) error {
		if err := walkAll(t); err != nil {
			return err
		}
		// After the walk, as bbolt's own check runs in a goroutine whose memory faults
		// nobody can catch.
		var first error
		for err := range t.Check() {
			if first == nil {
				first = fmt.Errorf("%w: %w", errStructure, err)
			}
		}
		return first
	})
}

// walkAll touches every page that can be reached, and finds what must be there.
func walkAll(t *bolt.Tx) error {
	if t.Bucket([]byte(bMeta)) == nil {
		return fmt.Errorf("%w: it is not a database of Lockstep", errStructure)
	}
	return t.ForEach(func(_ []byte, b *bolt.Bucket) error { return walkBucket(b) })
}

func walkBucket(b *bolt.Bucket) error {
	return b.ForEach(func(k, v []byte) error {
		if len(k) == 0 {
			return fmt.Errorf("%w: empty key", errStructure)
		}
		if v != nil {
			return nil
		}
		nested := b.Bucket(k)
		if nested == nil {
			return fmt.Errorf("%w: bucket %s", errStructure, show(k))
		}
		return walkBucket(nested)
	})
}
