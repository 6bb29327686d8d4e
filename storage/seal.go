package storage

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"math/bits"
)

// errRecord is in the chain of every error about a record whose bytes are not what
// was written.
var errRecord = errors.New("record is damaged")

// castagnoli has hardware support on amd64 and arm64.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// sumSize is the length of the checksum in front of each value.
const sumSize = 4

// seal puts the checksum of bucket, key and text in front of the text. bbolt pages have
// no checksum: without this a flipped bit in a value would be read as truth, and one in a
// key would make a record vanish.
func seal(bucket string, key, text []byte) []byte {
	out := make([]byte, sumSize, sumSize+len(text))
	binary.BigEndian.PutUint32(out, checksum(bucket, key, text))
	return append(out, text...)
}

// checksum is CRC-32C. Records of the bucket meta have no part of bucket and key in it:
// they must be readable by every version of Lockstep.
func checksum(bucket string, key, text []byte) uint32 {
	if bucket == bMeta {
		return crc32.Checksum(text, castagnoli)
	}
	sum := crc32.Checksum([]byte(bucket), castagnoli)
	return crc32.Update(crc32.Update(sum, castagnoli, key), castagnoli, text)
}

// unseal checks what seal made and returns the text. A single flipped bit in it is put
// right on the way; errRecord is in the chain when more is wrong.
func unseal(bucket string, key, sealed []byte) ([]byte, error) {
	if intact(bucket, key, sealed) {
		return sealed[sumSize:], nil
	}
	trueKey, text, ok := mend(bucket, key, sealed)
	if !ok || !bytes.Equal(trueKey, key) {
		return nil, fmt.Errorf("%w: checksum differs", errRecord)
	}
	return text, nil
}

// intact reports whether nothing is wrong with a sealed value.
func intact(bucket string, key, sealed []byte) bool {
	return len(sealed) >= sumSize && binary.BigEndian.Uint32(sealed) == checksum(bucket, key, sealed[sumSize:])
}

// mend finds the one flipped bit of a sealed value or its key, and returns both as they
// were. Disk and memory flip single bits, and CRC-32C tells each of them apart. That
// worse damage looks like a single bit happens about once in 2^32 divided by the number
// of bits.
func mend(bucket string, key, sealed []byte) (trueKey, text []byte, ok bool) {
	if len(sealed) < sumSize {
		return nil, nil, false
	}
	text = sealed[sumSize:]
	syndrome := binary.BigEndian.Uint32(sealed) ^ checksum(bucket, key, text)
	if bits.OnesCount32(syndrome) <= 1 {
		return key, text, true // of the checksum itself
	}
	both := text
	if bucket != bMeta {
		both = join(key, text)
	}
	at, bit := flippedBit(len(both), syndrome)
	if at < 0 {
		return nil, nil, false
	}
	both = bytes.Clone(both)
	both[at] ^= bit
	if bucket == bMeta {
		return key, both, true
	}
	return both[:len(key)], both[len(key):], true
}

// flippedBit finds the bit of n bytes whose flip changes their CRC by syndrome, with -1
// for none. It follows each bit of the last byte towards the first: one byte further from
// the end is one more step of the CRC.
func flippedBit(n int, syndrome uint32) (at int, bit byte) {
	for bit := byte(1); bit != 0; bit <<= 1 {
		change := castagnoli[bit]
		for at := n - 1; at >= 0; at-- {
			if change == syndrome {
				return at, bit
			}
			change = castagnoli[byte(change)] ^ change>>8 //nolint:gosec // its lowest byte
		}
	}
	return -1, 0
}

// encode seals a record as JSON: it can be read by people who help.
func encode(bucket string, key []byte, v any) ([]byte, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encode record: %w", err)
	}
	return seal(bucket, key, text), nil
}

// decodeText reads the JSON of a record.
func decodeText(text []byte, v any) error {
	if err := json.Unmarshal(text, v); err != nil {
		return fmt.Errorf("%w: %w", errRecord, err)
	}
	return nil
}
