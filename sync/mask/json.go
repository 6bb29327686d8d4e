package mask

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// plain are the fields whose texts come from closed lists of ours.
var plain = []string{"verdict", "state", "class", "step", "kind", "version", "code", "reason", "level", "time", "event", "policy", "server",
	"outcome", "pace", "reconcile", "scope", "os", "arch", "go", "field", "method", "secretsIn", "word"}

// sentences are the fields whose texts are made of words of ours and of parts of others.
var sentences = []string{"words", "hint", "error", "err", "msg", "what", "why", "cause", "lastError", "incomplete", "stopping", "notice", "detail"}

// harmless are numbers, times, spans and the like in a text.
var harmless = regexp.MustCompile(`^(?:[-+]?[\d.,:]+|(?:[\d.]+(?:ns|µs|ms|[hmsd]))+|true|false|\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d))?$`)

// JSON masks a value field by field: what is no closed list, number or time is a name.
// What it masks as a whole is known from then on, also in sentences.
func (m *Masker) JSON(v any) ([]byte, error) {
	tree, err := decode(v)
	if err != nil {
		return nil, err
	}
	m.learnFrom("", tree)
	out, err := json.MarshalIndent(m.masked("", tree), "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write a masked value: %w", err)
	}
	return out, nil
}

// Learn learns the names in a value, so that they are masked in sentences too. What cannot
// be JSON teaches nothing.
func (m *Masker) Learn(v any) {
	if tree, err := decode(v); err == nil {
		m.learnFrom("", tree)
	}
}

// LearnLine learns the names in a line of a log.
func (m *Masker) LearnLine(line string) {
	var record map[string]any
	if json.Unmarshal([]byte(line), &record) == nil {
		m.learnFrom("", record)
	}
}

func decode(v any) (any, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("take a value apart: %w", err)
	}
	var tree any
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if err := d.Decode(&tree); err != nil {
		return nil, fmt.Errorf("take a value apart: %w", err)
	}
	return tree, nil
}

// learnFrom learns the names in a value before any sentence of it is masked.
func (m *Masker) learnFrom(key string, v any) {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			m.learnFrom(k, x)
		}
	case []any:
		for _, x := range v {
			m.learnFrom(key, x)
		}
	case string:
		switch {
		case slices.Contains(plain, key) || slices.Contains(sentences, key) || harmless.MatchString(v) || m.keeps(v):
		case isPath(v):
			m.Path(v)
		default:
			m.Name(v)
		}
	}
}

// masked goes through a value. Keys are ours; those that are not are masked too.
func (m *Masker) masked(key string, v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, x := range v {
			out[m.key(k)] = m.masked(k, x)
		}
		return out
	case []any:
		for i, x := range v {
			v[i] = m.masked(key, x)
		}
		return v
	case string:
		return m.text(key, v)
	}
	return v
}

// ours is how fields and codes are spelt.
var ours = regexp.MustCompile(`^[a-zA-Z][a-zA-Z_.-]{0,31}$`)

func (m *Masker) key(k string) string {
	m.mu.Lock()
	known := len(m.known.find(k)) > 0
	m.mu.Unlock()
	if ours.MatchString(k) && !known {
		return k
	}
	return m.All(k)
}

func (m *Masker) text(key, v string) string {
	switch {
	case harmless.MatchString(v) || m.keeps(v):
		return v
	case slices.Contains(plain, key) || slices.Contains(sentences, key):
		return m.Text(v)
	}
	return m.All(v)
}

// Line masks one line of a log: JSON field by field, anything else as a sentence.
func (m *Masker) Line(line string) string {
	if strings.HasPrefix(strings.TrimSpace(line), "{") {
		var record map[string]any
		d := json.NewDecoder(strings.NewReader(line))
		d.UseNumber()
		if d.Decode(&record) == nil {
			if out, err := json.Marshal(m.masked("", record)); err == nil {
				return string(out)
			}
		}
	}
	return m.Text(line)
}
