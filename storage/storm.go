package storage

import (
	"fmt"

	stormjson "github.com/asdine/storm/v3/codec/json"
	bolt "go.etcd.io/bbolt"
)

// What Storm stores of its own: the version in a bucket, and in each bucket it wrote to
// another with the name of the codec, without which it refuses to write there.
const (
	stormOwn   = "__storm_db"
	stormMeta  = "__storm_metadata"
	stormCodec = "codec"
)

// complete reports whether all buckets are there, of a database of the present schema.
func (d *DB) complete() error {
	if v, _, err := d.schema(); err == nil && v != schemaVersion {
		return nil
	}
	return d.bolt.View(func(t *bolt.Tx) error {
		for _, name := range allBuckets() {
			if t.Bucket([]byte(name)) == nil {
				return fmt.Errorf("bucket %s: %w", name, errStructure)
			}
		}
		return nil
	})
}

// mendStorm puts damaged names of the codec right.
func (d *DB) mendStorm() error {
	var wrong []string
	err := d.bolt.View(func(t *bolt.Tx) error {
		for _, name := range recordBuckets() {
			if b := t.Bucket([]byte(name)); b != nil && b.Bucket([]byte(stormMeta)) != nil &&
				string(b.Bucket([]byte(stormMeta)).Get([]byte(stormCodec))) != stormjson.Codec.Name() {
				wrong = append(wrong, name)
			}
		}
		return nil
	})
	if err != nil || len(wrong) == 0 {
		return err
	}
	d.log.Warn("records of Storm's own are damaged and rebuilt", "buckets", wrong)
	return d.bolt.Update(func(t *bolt.Tx) error {
		for _, name := range wrong {
			if err := t.Bucket([]byte(name)).Bucket([]byte(stormMeta)).Put([]byte(stormCodec), []byte(stormjson.Codec.Name())); err != nil {
				return fmt.Errorf("put right what Storm stores in %s: %w", name, err)
			}
		}
		return nil
	})
}
