package storage

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
)

// errRecord is in the chain of every error about a record whose bytes are not what
// was written.
var errRecord = errors.New("record is damaged")

// castagnoli has hardware support on amd64 and arm64.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// sumSize is the length of the checksum in front of each record.
const sumSize = 4

// codec stores a record as the CRC-32C of its JSON followed by the JSON. bbolt pages
// have no checksum: without this a flipped bit would be read as truth.
type codec struct{}

// Name is stored by Storm with every bucket and never changes.
func (codec) Name() string { return "json+crc32c" }

// Marshal encodes v.
func (codec) Marshal(v any) ([]byte, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encode record: %w", err)
	}
	out := make([]byte, sumSize, sumSize+len(text))
	binary.BigEndian.PutUint32(out, crc32.Checksum(text, castagnoli))
	return append(out, text...), nil
}

// Unmarshal decodes what Marshal made; errRecord is in the chain when it did not.
func (codec) Unmarshal(b []byte, v any) error {
	text, err := open(b)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, v); err != nil {
		return fmt.Errorf("%w: %w", errRecord, err)
	}
	return nil
}

// open checks the checksum and returns the JSON.
func open(b []byte) ([]byte, error) {
	if len(b) < sumSize {
		return nil, fmt.Errorf("%w: %d bytes are too short", errRecord, len(b))
	}
	text := b[sumSize:]
	if binary.BigEndian.Uint32(b) != crc32.Checksum(text, castagnoli) {
		return nil, fmt.Errorf("%w: checksum differs", errRecord)
	}
	return text, nil
}
