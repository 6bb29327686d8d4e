// Package decode reads what strangers send without letting them take more memory than
// the answer is worth: bytes are bounded while they arrive, and objects are counted
// before the first one is made. One byte of "{}," in a compressed answer can otherwise
// cost a kilobyte of memory.
package decode

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
)

// ErrTooLarge is in the chain when more came than may be taken.
var ErrTooLarge = errors.New("more than was asked for")

// Limit bounds one answer.
type Limit struct {
	Bytes   int64 // after decompression
	Objects int   // objects and lists in JSON, elements in XML
}

// Read reads all of r unless it is longer than the limit.
func Read(r io.Reader, l Limit) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r, l.Bytes+1))
	if err != nil {
		return nil, err
	}
	if int64(len(body)) > l.Bytes {
		return nil, ErrTooLarge
	}
	return body, nil
}

// JSON decodes a text with at most so many objects and lists into v.
func JSON(text []byte, objects int, v any) error {
	if countJSON(text) > objects {
		return ErrTooLarge
	}
	return json.Unmarshal(text, v)
}

// XML decodes the element a decoder stands at, of a text with at most so many elements.
func XML(text []byte, objects int) (*xml.Decoder, error) {
	if bytes.Count(text, []byte("<")) > 2*objects { // begin and end
		return nil, ErrTooLarge
	}
	return xml.NewDecoder(bytes.NewReader(text)), nil
}

// countJSON counts what opens outside of strings. It makes nothing and never fails: what
// is no JSON is the decoder's to refuse.
func countJSON(text []byte) int {
	n := 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '{', '[':
			n++
		case '"':
			i = endOfString(text, i+1)
		}
	}
	return n
}

// endOfString is where the string ends whose first character is at i.
func endOfString(text []byte, i int) int {
	for i < len(text) {
		at := bytes.IndexAny(text[i:], `"\`)
		if at < 0 {
			return len(text)
		}
		if i += at; text[i] == '"' {
			return i
		}
		i += 2
	}
	return len(text)
}

// List decodes a list with at most so many entries into v. What the entries hold is not
// counted: JSON did that for the whole text.
func List[T any](text []byte, entries int, v *[]T) error {
	if countEntries(text) > entries {
		return ErrTooLarge
	}
	return json.Unmarshal(text, v)
}

// countEntries counts the entries of a list; an empty one counts as one.
func countEntries(text []byte) int {
	n, depth := 1, 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		case ',':
			if depth == 1 {
				n++
			}
		case '"':
			i = endOfString(text, i+1)
		}
	}
	return n
}
