package storage

import (
	"encoding/json"
	"errors"
	"fmt"
)

// Value implements store.Values. A damaged value is an error: settings must not turn
// into defaults behind the user's back. One who only looks is shown the rest without it.
func (t *tx) Value(name string, v any) (bool, error) {
	raw, ok, err := load[json.RawMessage](t, bValues, []byte(name))
	if t.env.readOnly && errors.Is(err, errRecord) {
		t.env.report(bValues, []byte(name), err)
		return false, nil
	}
	if err != nil || !ok {
		return false, err
	}
	if err := json.Unmarshal(raw, v); err != nil {
		return false, fmt.Errorf("read value %s: %w", name, err)
	}
	return true, nil
}

// PutValue implements store.Values.
func (t *tx) PutValue(name string, v any) error { return t.put(bValues, []byte(name), v) }

// DeleteValue implements store.Values.
func (t *tx) DeleteValue(name string) error { return t.remove(bValues, []byte(name)) }
