package storage

import (
	"context"
	"fmt"

	"github.com/asdine/storm/v3"
	bolt "go.etcd.io/bbolt"
)

// schemaVersion is the layout of keys and records this program reads and writes.
const schemaVersion = 1

// migration brings a database one version further, within one transaction.
type migration struct {
	from int
	// words say what changes, for the log.
	words string
	run   func(*tx) error
}

// migrations lead from every released version to schemaVersion.
var migrations = []migration{}

var (
	keySchema  = []byte("schema")
	keyVersion = []byte("app")
)

func stampMeta(n storm.Node, version string) error {
	if err := n.Set(bMeta, keySchema, schemaVersion); err != nil {
		return fmt.Errorf("write schema version: %w", err)
	}
	if err := n.Set(bMeta, keyVersion, version); err != nil {
		return fmt.Errorf("write program version: %w", err)
	}
	return nil
}

// schema reads the version of the layout and of the program that wrote it last.
func (d *DB) schema() (version int, app string, err error) {
	err = d.bolt.View(func(b *bolt.Tx) error {
		t := newTx(d.env, d.storm, b)
		v, ok, err := load[int](t, bMeta, keySchema)
		if err == nil && !ok {
			err = fmt.Errorf("%w: it has no schema version", errStructure)
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
			return local(fmt.Sprintf("the database %s is of a version that can no longer be read", d.path),
				"start the Lockstep that wrote it, or move the file away", err)
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
	return local(fmt.Sprintf("the database %s was written by a newer Lockstep (%s)", path, app),
		"update Lockstep, or choose another data folder; the file was not touched",
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
			return nil, fmt.Errorf("no migration from schema %d", v)
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
		return stampMeta(t.node, version)
	})
}
