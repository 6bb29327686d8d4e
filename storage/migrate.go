package storage

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	bolt "go.etcd.io/bbolt"

	"lockstep/sync/message"
)

// schemaVersion is the layout of keys and records this program reads and writes.
const schemaVersion = 5

// migration brings a database one version further, within one transaction.
type migration struct {
	from int
	// words say what changes, for the log.
	words string
	run   func(*tx) error
}

// migrations lead from every released version to schemaVersion.
var migrations = []migration{
	{4, "room for plays, ratings and resume points of Plex", func(*tx) error { return nil }}, // new buckets are made anyway
}

var (
	keySchema  = []byte("schema")
	keyVersion = []byte("app")
)

func stampMeta(t *tx, version string) error {
	return errors.Join(t.put(bMeta, keySchema, schemaVersion), t.put(bMeta, keyVersion, version))
}

// schema reads the version of the layout and of the program that wrote it last. A
// version that cannot be read is the present one when all else fits that.
func (d *DB) schema() (version int, app string, err error) {
	err = d.bolt.View(func(b *bolt.Tx) error {
		t := newTx(d.env, d.storm, b)
		v, ok, err := load[int](t, bMeta, keySchema)
		if errors.Is(err, errRecord) || err == nil && !ok {
			version, app = schemaVersion, "unknown" // so that both are stored anew
			return mostlyIntact(b)
		}
		if err != nil {
			return err
		}
		version = v
		app, _, err = tolerate[string](t, bMeta, keyVersion)
		return err
	})
	return version, app, err
}

// mostlyIntact reports whether the small records of a database are as the present schema
// writes them, but for a few.
func mostlyIntact(b *bolt.Tx) error {
	if n := len(examine(b, smallBuckets())); n > fewDamaged {
		return fmt.Errorf("%w: it has no schema version", errStructure)
	}
	return nil
}

// fewDamaged is how many damaged records a database may have that is still believed to be
// of the present schema: in one of another, each is.
const fewDamaged = 3

// sameSchema reports whether a backup is of the present schema, so that single records of it
// can be used.
func sameSchema(b *bolt.Tx) error {
	text, err := unseal(bMeta, keySchema, b.Bucket([]byte(bMeta)).Get(keySchema))
	if err != nil {
		return err
	}
	if string(text) != strconv.Itoa(schemaVersion) {
		return fmt.Errorf("%w: schema %s", errOld, text)
	}
	return nil
}

// usable reports whether a backup as a whole is of the present schema or can be migrated to it.
func usable(b *bolt.Tx, steps []migration) error {
	text, err := unseal(bMeta, keySchema, b.Bucket([]byte(bMeta)).Get(keySchema))
	if err != nil {
		return err
	}
	v, err := strconv.Atoi(string(text))
	if err != nil || v > schemaVersion {
		return fmt.Errorf("%w: schema %s", errStructure, text)
	}
	_, err = route(steps, v)
	return err
}

// migrate brings the layout up to date: a backup first, then all steps in one
// transaction. A newer layout is refused and left alone.
func (d *DB) migrate(o Options, out *Opened) error {
	v, app, err := d.schema()
	if err != nil {
		return err
	}
	out.Migrated.From, out.Migrated.To = v, v
	if v > schemaVersion {
		return newer(d.path, v, app)
	}
	if v == schemaVersion && app == o.Version {
		return nil
	}
	var steps []migration
	if v < schemaVersion {
		if steps, err = route(o.steps, v); err != nil {
			return err
		}
		if err := d.backup(context.Background(), fmt.Sprintf("%s%d", schemaMark, v)); err != nil {
			return err
		}
	}
	if err := d.apply(steps, o.Version); err != nil {
		return err
	}
	out.Migrated.To = schemaVersion
	return nil
}

func newer(path string, v int, app string) error {
	return local(message.New(message.DatabaseNewer, message.Path(path), message.Word(app)),
		message.AdviceDatabaseNewer,
		fmt.Errorf("%w: schema %d, this program knows %d", ErrNewer, v, schemaVersion))
}

// route finds the steps from a version to the present one.
func route(steps []migration, from int) ([]migration, error) {
	var out []migration
	for v := from; v < schemaVersion; v++ {
		n := len(out)
		for _, s := range steps {
			if s.from == v {
				out = append(out, s)
				break
			}
		}
		if len(out) == n {
			return nil, fmt.Errorf("%w: no migration from schema %d", errOld, v)
		}
	}
	return out, nil
}

func (d *DB) apply(steps []migration, version string) error {
	return d.bolt.Update(func(b *bolt.Tx) error {
		if err := makeBuckets(b); err != nil {
			return err
		}
		t := newTx(d.env, d.storm, b)
		for _, s := range steps {
			d.log.Info("migrating the database", "from", s.from, "to", s.from+1, "change", s.words)
			if err := s.run(t); err != nil {
				return fmt.Errorf("migrate from schema %d: %w", s.from, err)
			}
		}
		if err := t.flush(); err != nil {
			return err
		}
		return stampMeta(t, version)
	})
}
