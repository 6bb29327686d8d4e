package storage

import (
	"crypto/sha256"
	"encoding/binary"
	"math"
	"time"

	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// The buckets, all at the root. Those marked "keys" hold empty values and are written
// past Storm; the others hold records of the codec, written through it.
const (
	bMeta   = "meta"   // name → schema version, app version
	bJobs   = "jobs"   // scene(8) → queue.Job; one job a scene: the key is the dedup
	bQueue  = "queue"  // keys: state(1) due(8) scene(8)
	bCounts = "counts" // "jobs" → queue.Counts

	bSeen        = "seen"         // scene(8) → store.Seen
	bUses        = "uses"         // keys: kind(1) id 0 scene(8)
	bSceneUses   = "scene-uses"   // scene(8) → list of kind(1) id
	bNames       = "names"        // kind(1) id → text
	bClaims      = "claims"       // keys: path(16) scene(8)
	bSceneClaims = "scene-claims" // scene(8) → path(16)…

	bIndex = "index" // machine/ratingKey → indexedRecord
	bPaths = "paths" // keys: path(16) machine/ratingKey
	bMarks = "marks" // machine/section → store.SectionMark

	bItems = "items" // machine/ratingKey → store.ItemState

	bHealth  = "health"  // "breaker", "said"
	bOutages = "outages" // id(8) → outage.Record
	bGaps    = "gaps"    // from(8) → outage.Gap

	bJournal       = "journal"        // seq(8) → store.JournalEntry
	bJournalRuns   = "journal-runs"   // keys: run(8) seq(8)
	bJournalScenes = "journal-scenes" // keys: scene(8) seq(8)
	bRuns          = "runs"           // id(8) → store.Run
	bHistory       = "history"        // seq(8) → store.Activity
	bHistoryScenes = "history-scenes" // keys: scene(8) seq(8)

	bReports = "reports" // id(8) → store.Report
	bRows    = "rows"    // report id(8) → bucket: "rows": scene(8) → class, record; "classes": class → n(8)

	bPlayback = "playback"      // kind/machine/ratingKey, of plays /seconds/account → store.Playback
	bPlayBase = "playback-base" // machine/ratingKey → store.PlaybackBase

	bValues = "values" // name → any JSON
)

// recordBuckets hold records of the codec and so can be checked record by record.
func recordBuckets() []string {
	return []string{
		bMeta, bJobs, bCounts, bSeen, bSceneUses, bNames, bSceneClaims, bIndex, bMarks,
		bItems, bHealth, bOutages, bGaps, bJournal, bRuns, bHistory, bReports, bPlayback, bPlayBase, bValues,
	}
}

// keyBuckets hold keys only, or nested buckets.
func keyBuckets() []string {
	return []string{
		bQueue, bUses, bClaims, bPaths, bJournalRuns, bJournalScenes, bHistoryScenes, bRows,
	}
}

// growing are filled in key order, so their pages can be packed.
var growing = map[string]float64{
	bJournal: 0.95, bHistory: 0.95, bRuns: 0.95, bSeen: 0.9, bSceneUses: 0.9, bSceneClaims: 0.9,
}

// stateBytes are lower case letters in no particular order; stored, never changed.
var stateBytes = map[queue.State]byte{
	queue.Waiting: 'w', queue.Running: 'r', queue.Retrying: 'y', queue.Parked: 'p',
	queue.Dead: 'x', queue.Done: 'd', queue.Skipped: 's',
}

var byteStates = func() map[byte]queue.State {
	m := map[byte]queue.State{}
	for s, b := range stateBytes {
		m[b] = s
	}
	return m
}()

// kindBytes tell name kinds apart in keys; stored, never changed.
var kindBytes = map[store.NameKind]byte{
	store.TagName: 't', store.PerformerName: 'p', store.StudioName: 's', store.GroupName: 'g', store.GalleryName: 'l',
}

func number(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

func sceneKey(id scene.ID) []byte { return number(uint64(id)) }

// tail reads the last eight bytes of a key.
func tail(k []byte) uint64 {
	if len(k) < 8 {
		return 0
	}
	return binary.BigEndian.Uint64(k[len(k)-8:])
}

// stampKey orders like time does, to the nanosecond. The zero time and everything
// before 1678 is zero, everything after 2262 the largest.
func stampKey(t time.Time) uint64 {
	switch y := t.Year(); {
	case y < 1678:
		return 0
	case y > 2261:
		return math.MaxUint64
	}
	return uint64(t.UnixNano()) ^ 1<<63 // orders negative numbers below the others
}

// stampOf reverses stampKey.
func stampOf(k uint64) time.Time {
	if k == 0 {
		return time.Time{}
	}
	return time.Unix(0, int64(k^1<<63)).UTC() //nolint:gosec // reverses stampKey
}

// queueKey is the place of a job in the one queue index.
func queueKey(s byte, due time.Time, id scene.ID) []byte {
	k := make([]byte, 0, 17)
	k = append(k, s)
	k = binary.BigEndian.AppendUint64(k, stampKey(due))
	return binary.BigEndian.AppendUint64(k, uint64(id))
}

// queueDue is the due stamp within a queue key.
func queueDue(k []byte) uint64 { return binary.BigEndian.Uint64(k[1:9]) }

// pathSum is the size of a path key's hash.
const pathSum = 16

// pathHash shortens a path key: 100 000 paths of 100 bytes would double the index,
// and 128 bits of SHA-256 do not collide by accident.
func pathHash(pathKey string) []byte {
	sum := sha256.Sum256([]byte(pathKey))
	return sum[:pathSum]
}

func usePrefix(u store.Use) []byte {
	k := append([]byte{kindBytes[u.Kind]}, u.ID...)
	return append(k, 0)
}

func nameKey(kind store.NameKind, id string) []byte {
	return append([]byte{kindBytes[kind]}, id...)
}

func join(a, b []byte) []byte { return append(append(make([]byte, 0, len(a)+len(b)), a...), b...) }
