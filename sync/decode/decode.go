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
	Objects int   // objects, lists and other entries of lists in JSON, elements in XML
}

// longestTag bounds an element of XML with all its attributes, and a text between two: one
// attribute costs five bytes to send and a hundred to keep.
const longestTag = 1 << 20

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

// JSON decodes a text with at most so many objects, lists and other entries of lists into
// v. Entries count whatever they are: a null makes an object as large as any in a list of
// objects, and so does a number, although it is refused in the end.
func JSON(text []byte, objects int, v any) error {
	if countJSON(text, objects) > objects {
		return ErrTooLarge
	}
	return json.Unmarshal(text, v)
}

// XML decodes the element a decoder stands at, of a text with at most so many elements.
func XML(text []byte, objects int) (*xml.Decoder, error) {
	if bytes.Count(text, []byte("<")) > 2*objects || longest(text) > longestTag { // begin and end
		return nil, ErrTooLarge
	}
	return xml.NewDecoder(bytes.NewReader(text)), nil
}

// longest is the greatest distance between two beginnings of tags; they begin nowhere
// inside of one.
func longest(text []byte) int {
	most := 0
	for {
		at := bytes.IndexByte(text, '<')
		if at < 0 {
			return max(most, len(text))
		}
		most, text = max(most, at), text[at+1:]
	}
}

// countJSON counts what opens and what stands in lists, outside of strings, until there is
// more than most. It fails for nothing: what is no JSON is the decoder's to refuse.
func countJSON(text []byte, most int) int {
	var inList []bool // of what is open
	n, entry := 0, false
	for i := 0; i < len(text) && n <= most; i++ {
		switch c := text[i]; c {
		case ' ', '\t', '\r', '\n':
		case '{', '[':
			n++
			entry = c == '['
			inList = append(inList, entry)
		case '}', ']':
			inList, entry = inList[:max(len(inList)-1, 0)], false
		case ',':
			entry = len(inList) > 0 && inList[len(inList)-1]
		default:
			if entry {
				n++
			}
			if entry = false; c == '"' {
				i = endOfString(text, i+1)
			}
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
