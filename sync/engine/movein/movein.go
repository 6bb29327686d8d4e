// Package movein takes over what the Stash2Plex plugin left behind. Its outages are kept apart from
// Lockstep's own: no verdict, announcement or number is made of them. Its scenes are compared with Plex
// like any other. A Plan says what an import would do before anything is stored, so that a preview
// and the import are one path. Package stash2plex reads the files; this one decides what becomes of them.
package movein

import (
	"time"

	"lockstep/sync/api"
	"lockstep/sync/engine/host"
	"lockstep/sync/outage"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/stash2plex"
	"lockstep/sync/store"
)

// outagesValue holds the outages taken over.
const outagesValue = "imported.outages"

// Plan is what an import comes to, not done yet.
type Plan struct {
	Outages api.ImportedOutages
	Scenes  api.ImportedScenes

	records []outage.Record // all to keep, when some are new
	wishes  []scene.ID
	move    stash2plex.Move
}

// Settings are the settings to be saved, as if a person had changed them; false when nothing of
// them changes.
func (p Plan) Settings() (c api.SettingsChange, changes bool) {
	c.Values = p.move.Values
	if p.move.Token != "" {
		c.Token = &p.move.Token
	}
	return c, p.move.Changed || p.move.Token != ""
}

// Movein takes over outages and scenes.
type Movein struct{ host host.Host }

// New makes a Movein.
func New(h host.Host) Movein { return Movein{h} }

// Plan says what a folder's contents come to. Outages that ended more than keep ago are left out.
func (m Movein) Plan(found stash2plex.Found, keep time.Duration) (p Plan, err error) {
	h := found.Outages
	p.Outages = api.ImportedOutages{Read: h.Read, Dropped: h.Dropped, Joined: h.Joined}
	p.Scenes = api.ImportedScenes{Read: len(found.Synced), Dropped: found.SyncedDropped}
	err = m.host.Store.View(func(tx store.Tx) error {
		before, err := Outages(tx)
		if err != nil {
			return err
		}
		own, err := tx.Outages(0)
		if err != nil {
			return err
		}
		now := m.host.Stamp()
		merged := stash2plex.Merge(before, own, h.Records, now.Add(-keep), now)
		p.Outages.Added, p.Outages.Known, p.Outages.Old = merged.Added, merged.Known, merged.Old
		p.records = merged.Records
		for _, s := range found.Synced {
			if err := p.sort(tx, s.Scene); err != nil {
				return err
			}
		}
		return nil
	})
	return p, err
}

// sort decides what becomes of a scene the plugin says it wrote.
func (p *Plan) sort(tx store.Tx, id scene.ID) error {
	seen, ok, err := tx.Seen(id)
	if err != nil {
		return err
	}
	if !ok {
		p.Scenes.Later++
		return nil
	}
	if !seen.Synced.IsZero() {
		p.Scenes.InStep++
		return nil
	}
	_, has, err := tx.Job(id)
	switch {
	case err != nil:
		return err
	case has:
		p.Scenes.Waiting++
	default:
		p.Scenes.Queued++
		p.wishes = append(p.wishes, id)
	}
	return nil
}

// Do carries a plan out. What is new of the outages is stored in one transaction.
func (m Movein) Do(p Plan) error {
	if len(p.Outages.Added) > 0 {
		if err := m.host.Put(outagesValue, p.records); err != nil {
			return err
		}
	}
	if len(p.wishes) == 0 {
		return nil
	}
	return m.host.PutWishForEach(p.wishes, queue.Wish{Cause: queue.Imported})
}

// Outages are the outages taken over, in the order of their start.
func Outages(tx store.Tx) (records []outage.Record, err error) {
	_, err = tx.Value(outagesValue, &records)
	return records, err
}

// Prune forgets outages that ended longer ago than keep.
func Prune(st store.Store, keep time.Duration, now time.Time) error {
	return st.Update(func(tx store.Tx) error {
		records, err := Outages(tx)
		if err != nil {
			return err
		}
		if kept := stash2plex.Since(records, now.Add(-keep)); len(kept) < len(records) {
			return tx.PutValue(outagesValue, kept)
		}
		return nil
	})
}
