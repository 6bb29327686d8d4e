package stash2plex

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"math"
	"slices"
	"time"

	"lockstep/sync/decode"
	"lockstep/sync/scene"
)

// Found is what a data folder held, healed.
type Found struct {
	Files   []File
	Outages Healed
	// Open says that the plugin took Plex to be down when it last wrote.
	Open bool
	// Synced are the scenes it says it wrote, by id.
	Synced []Synced
	// SyncedDropped counts entries without a usable id or time.
	SyncedDropped  int
	Reconciliation *Reconciliation // nil: none is known
	Statistics     *Statistics     // nil: none are known
}

// Synced is one scene and when the plugin last wrote it.
type Synced struct {
	Scene scene.ID
	At    time.Time
}

// Reconciliation is the last one the plugin ran. It counts a failed one as done.
type Reconciliation struct {
	At       time.Time `json:"at,omitzero"`
	Scope    string    `json:"scope"` // all, recent, recent_7days, missing_metadata
	Checked  int       `json:"checked"`
	Gaps     int       `json:"gaps"`
	Enqueued int       `json:"enqueued"`
	Runs     int       `json:"runs"`
}

// Statistics are the plugin's own counts, as it kept them: every attempt counts, and a
// scene left out on purpose as a failure.
type Statistics struct {
	Since     time.Time `json:"since,omitzero"`
	Processed int       `json:"processed"`
	Succeeded int       `json:"succeeded"`
	Failed    int       `json:"failed"`
	Dead      int       `json:"dead"`
}

// mostScenes bounds the list of scenes; libraries have tens of thousands.
const mostScenes = 1_000_000

// dawn is older than any time the plugin can have written.
var dawn = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// parse turns the contents of the files into what they say.
func parse(raw map[string][]byte, files []File, now time.Time) Found {
	p := parser{now: now.UTC().Round(0), out: Found{Files: slices.Clone(files)}}
	p.each(breakerFile, raw, p.breaker)
	p.each(syncedFile, raw, p.synced)
	p.each(recoveryFile, raw, p.recovery)
	p.each(reconcileFile, raw, p.reconciliation)
	p.each(statisticsFile, raw, p.statistics)
	p.each(outagesFile, raw, p.outages)
	return p.out
}

// parser is one reading of a folder.
type parser struct {
	now    time.Time
	proofs []time.Time // when Plex is known to have answered
	out    Found
}

var errShape = errors.New("not what the name of the file promises")

// each reads one file, if it is there, and marks it as damaged if it cannot be read whole: nothing of a torn file is used.
func (p *parser) each(name string, raw map[string][]byte, read func([]byte) error) {
	text, ok := raw[name]
	if !ok || read(text) == nil {
		return
	}
	for i, f := range p.out.Files {
		if f.Name == name {
			p.out.Files[i].State = Damaged
		}
	}
}

func (p *parser) breaker(text []byte) error {
	var b struct{ State string }
	if err := object(text, &b); err != nil {
		return err
	}
	switch b.State {
	case "closed":
	case "open", "half_open":
		p.out.Open = true
	default:
		return errShape
	}
	return nil
}

// synced reads {"12": 1700000000.5, …}.
func (p *parser) synced(text []byte) error {
	list, dropped, err := p.pairs(text)
	if err != nil {
		return err
	}
	slices.SortFunc(list, func(a, b Synced) int { return cmp.Compare(a.Scene, b.Scene) })
	for _, s := range list {
		p.proofs = append(p.proofs, s.At)
	}
	p.out.Synced, p.out.SyncedDropped = list, dropped
	return nil
}

func (p *parser) pairs(text []byte) (list []Synced, dropped int, err error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, 0, errShape
	}
	at := map[scene.ID]time.Time{}
	for d.More() {
		if len(at)+dropped >= mostScenes {
			return nil, 0, decode.ErrTooLarge
		}
		key, err := d.Token()
		if err != nil {
			return nil, 0, err
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return nil, 0, err
		}
		name, _ := key.(string)
		id, err := scene.ParseID(name)
		when, ok := p.moment(value)
		if err != nil || id > math.MaxInt64 || !ok {
			dropped++
			continue
		}
		at[id] = when // of a key that comes twice Python takes the last one
	}
	if _, err := d.Token(); err != nil { // the end of the object
		return nil, 0, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, 0, errShape
	}
	for id, when := range at {
		list = append(list, Synced{id, when})
	}
	return list, dropped, nil
}

func (p *parser) recovery(text []byte) error {
	var r struct {
		Last json.RawMessage `json:"last_recovery_time"`
	}
	if err := object(text, &r); err != nil {
		return err
	}
	if at, ok := p.moment(r.Last); ok {
		p.proofs = append(p.proofs, at)
	}
	return nil
}

func (p *parser) reconciliation(text []byte) error {
	var r struct {
		At       json.RawMessage `json:"last_run_time"`
		Scope    json.RawMessage `json:"last_run_scope"`
		Gaps     json.RawMessage `json:"last_gaps_found"`
		Enqueued json.RawMessage `json:"last_enqueued"`
		Checked  json.RawMessage `json:"last_scenes_checked"`
		Runs     json.RawMessage `json:"run_count"`
	}
	if err := object(text, &r); err != nil {
		return err
	}
	at, ok := p.moment(r.At)
	if !ok {
		return nil // it never ran
	}
	p.out.Reconciliation = &Reconciliation{At: at, Scope: scope(r.Scope), Checked: count(r.Checked), Gaps: count(r.Gaps), Enqueued: count(r.Enqueued), Runs: count(r.Runs)}
	return nil
}

// scope is one of the plugin's own words, "" for anything else: it is shown to people.
func scope(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) != nil || !slices.Contains([]string{"all", "recent", "recent_7days", "missing_metadata"}, s) {
		return ""
	}
	return s
}

func (p *parser) statistics(text []byte) error {
	var r struct {
		Since     json.RawMessage `json:"session_start"`
		Processed json.RawMessage `json:"jobs_processed"`
		Succeeded json.RawMessage `json:"jobs_succeeded"`
		Failed    json.RawMessage `json:"jobs_failed"`
		Dead      json.RawMessage `json:"jobs_to_dlq"`
	}
	if err := object(text, &r); err != nil {
		return err
	}
	s := Statistics{Processed: count(r.Processed), Succeeded: count(r.Succeeded), Failed: count(r.Failed), Dead: count(r.Dead)}
	s.Since, _ = p.moment(r.Since)
	if s.Processed > 0 {
		p.out.Statistics = &s
	}
	return nil
}

// mostObjects bounds what is in a small file; the longest list has 30 entries.
const mostObjects = 10_000

// object decodes an object, and nothing else: null and lists would pass for an empty one.
func object(text []byte, v any) error {
	if trimmed := bytes.TrimLeft(text, " \t\r\n"); len(trimmed) == 0 || trimmed[0] != '{' {
		return errShape
	}
	return decode.JSON(text, mostObjects, v)
}

// number is a finite number, not a text or a truth value that stands for one.
func number(raw json.RawMessage) (float64, bool) {
	var n json.Number
	if len(raw) == 0 || raw[0] == '"' || json.Unmarshal(raw, &n) != nil || n == "" {
		return 0, false
	}
	f, err := n.Float64()
	return f, err == nil
}

// mostCount is above any count the plugin itself believes in.
const mostCount = 10_000_000

// count is a count within reason, else zero.
func count(raw json.RawMessage) int {
	f, ok := number(raw)
	if !ok || f < 0 || f > mostCount {
		return 0
	}
	return int(f)
}

// moment is a time in seconds since 1970 that has been.
func (p *parser) moment(raw json.RawMessage) (time.Time, bool) {
	f, ok := number(raw)
	if !ok || f < float64(dawn.Unix()) || f > float64(p.now.Unix())+1 {
		return time.Time{}, false
	}
	at := time.UnixMicro(int64(f * 1e6)).UTC()
	return at, !at.After(p.now)
}
