package brake

import (
	"encoding/json"

	"lockstep/sync/scene"
)

// Fields is a set of fields. The zero value is empty. It is stored as the list of their
// names: a later build may have other fields in between.
type Fields uint32

// Has reports whether a field is in the set.
func (s Fields) Has(f scene.Field) bool { return s&bit(f) != 0 }

func bit(f scene.Field) Fields {
	for i, g := range scene.Fields() {
		if f == g {
			return 1 << i
		}
	}
	return 0
}

// allFields is the set of every field.
func allFields() (out Fields) {
	for _, f := range scene.Fields() {
		out |= bit(f)
	}
	return out
}

// list is the set in display order.
func (s Fields) list() []scene.Field {
	out := []scene.Field{}
	for _, f := range scene.Fields() {
		if s.Has(f) {
			out = append(out, f)
		}
	}
	return out
}

// MarshalJSON writes the names of the fields.
func (s Fields) MarshalJSON() ([]byte, error) { return json.Marshal(s.list()) }

// storedFields is a set as it stands on disk, in which there may be what this build cannot
// read: a name it does not know, or the number that earlier builds stored, whose bits were
// positions in a list that has changed since.
type storedFields struct {
	known   Fields
	unknown bool
}

// UnmarshalJSON never fails: what cannot be read is unknown.
func (s *storedFields) UnmarshalJSON(text []byte) error {
	*s = storedFields{}
	var names []scene.Field
	if err := json.Unmarshal(text, &names); err != nil {
		s.unknown = string(text) != "0" && string(text) != "null"
		return nil
	}
	for _, name := range names {
		s.known |= bit(name)
		s.unknown = s.unknown || bit(name) == 0
	}
	return nil
}

// UnmarshalJSON reads a stored state. Where it is not certain which fields were held, all
// are, until a complete comparison has counted: whatever was asked is asked anew. A scene of
// which it is not certain what was let pass counts again.
func (s *State) UnmarshalJSON(text []byte) error {
	type plain State
	read := struct {
		*plain
		Open   map[scene.ID]storedFields `json:"open"`
		Held   storedFields              `json:"held"`
		Picked storedFields              `json:"picked"`
	}{plain: (*plain)(s)}
	if err := json.Unmarshal(text, &read); err != nil {
		return err //nolint:wrapcheck // the store names the record
	}
	s.Open, s.Held, s.Picked = nil, read.Held.known, read.Picked.known
	for id, fields := range read.Open {
		if fields.unknown || fields.known == 0 {
			continue
		}
		if s.Open == nil {
			s.Open = map[scene.ID]Fields{}
		}
		s.Open[id] = fields.known
	}
	if read.Held.unknown || read.Picked.unknown {
		s.Held, s.Question = allFields(), nil
		if read.Picked.unknown {
			s.Picked = s.Held
		}
	}
	return nil
}
