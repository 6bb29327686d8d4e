package storage

import (
	bolt "go.etcd.io/bbolt"
)

// backupSet holds the backups open for reading, the newest first.
type backupSet []*bolt.DB

// openBackups opens what can be opened.
func openBackups(dir string) (out backupSet) {
	for _, one := range backups(dir) {
		if preflight(one.path) != nil {
			continue
		}
		_ = guarded(func() error {
			b, err := bolt.Open(one.path, 0o600, &bolt.Options{Timeout: 1, ReadOnly: true})
			if err != nil {
				return err //nolint:wrapcheck // the backup is passed over
			}
			if err := b.View(sameSchema); err != nil {
				return b.Close()
			}
			out = append(out, b)
			return nil
		})
	}
	return out
}

// get is the newest intact record with a key; nil when no backup has one.
func (s backupSet) get(bucket string, key []byte) (sealed []byte) {
	for _, b := range s {
		_ = guarded(func() error {
			return b.View(func(t *bolt.Tx) error {
				if in := t.Bucket([]byte(bucket)); in != nil {
					if v := in.Get(key); v != nil && intact(bucket, key, v) {
						sealed = append(sealed, v...)
					}
				}
				return nil
			})
		})
		if sealed != nil {
			return sealed
		}
	}
	return nil
}

func (s backupSet) close() {
	for _, b := range s {
		_ = guarded(b.Close)
	}
}
