package plex

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"strconv"
	"strings"
	"unicode/utf8"

	"lockstep/sync/decode"
)

// text is a text that may come as a number or a boolean. Objects and arrays leave it
// alone: JSON names are matched without case, so "Guid" may arrive where "guid" is meant.
type text string

// UnmarshalJSON never fails.
func (t *text) UnmarshalJSON(b []byte) error {
	switch b[0] {
	case '{', '[', 'n':
		return nil
	case '"':
		*t = text(unquote(b))
	default:
		*t = text(b)
	}
	return nil
}

// unquote reads a JSON string that is known to be well formed; most need no decoding.
func unquote(b []byte) string {
	if bytes.IndexByte(b, '\\') < 0 && utf8.Valid(b) {
		return string(b[1 : len(b)-1])
	}
	var s string
	if json.Unmarshal(b, &s) != nil {
		return ""
	}
	return s
}

// num is a whole number that may come quoted, with decimals or as a boolean.
type num int64

// UnmarshalJSON never fails; what is no number is left alone.
func (n *num) UnmarshalJSON(b []byte) error {
	var t text
	_ = t.UnmarshalJSON(b)
	n.set(string(t))
	return nil
}

// UnmarshalXMLAttr never fails.
func (n *num) UnmarshalXMLAttr(a xml.Attr) error {
	n.set(a.Value)
	return nil
}

func (n *num) set(s string) {
	if i, err := strconv.ParseInt(s, 10, 64); err == nil {
		*n = num(i)
	} else if f, err := strconv.ParseFloat(s, 64); err == nil && f > -1<<53 && f < 1<<53 {
		*n = num(f)
	} else if s == "true" {
		*n = 1
	}
}

// count is how many there are. What is no such number makes the answer senseless: as zero
// it would say that the library is empty.
type count num

// UnmarshalJSON fails for what is negative or no number.
func (n *count) UnmarshalJSON(b []byte) error {
	read := num(-1)
	_ = read.UnmarshalJSON(b)
	return n.set(read)
}

// UnmarshalXMLAttr fails for what is negative or no number.
func (n *count) UnmarshalXMLAttr(a xml.Attr) error {
	read := num(-1)
	read.set(a.Value)
	return n.set(read)
}

func (n *count) set(read num) error {
	if read < 0 {
		return errNoContainer
	}
	*n = count(read)
	return nil
}

// flag is a boolean that may come as 1, "1", "true" or true.
type flag bool

// UnmarshalJSON never fails; what is neither is false.
func (f *flag) UnmarshalJSON(b []byte) error {
	var t text
	_ = t.UnmarshalJSON(b)
	f.set(string(t))
	return nil
}

// UnmarshalXMLAttr never fails.
func (f *flag) UnmarshalXMLAttr(a xml.Attr) error {
	f.set(a.Value)
	return nil
}

func (f *flag) set(s string) { *f = flag(s == "1" || strings.EqualFold(s, "true")) }

// manyLimit bounds one list: a library that is sent whole in place of a page, and the
// tags of a scene, are smaller. An entry of a hostile list costs 3 bytes to send and up
// to 1 kB to keep.
const manyLimit = 20_000

// many is a list that may come as a single object; anything else is no entry.
type many[T any] []T

// UnmarshalJSON fails only if an entry does, or if there are too many.
func (m *many[T]) UnmarshalJSON(b []byte) error {
	switch b[0] {
	case '[':
		return decode.List(b, manyLimit, (*[]T)(m))
	case '{':
		var one T
		if err := json.Unmarshal(b, &one); err != nil {
			return err
		}
		return m.add(one)
	}
	return nil
}

// UnmarshalXML reads one entry: in XML a list is its entries one after another.
func (m *many[T]) UnmarshalXML(d *xml.Decoder, start xml.StartElement) error {
	var one T
	if err := d.DecodeElement(&one, &start); err != nil {
		return err
	}
	return m.add(one)
}

func (m *many[T]) add(one T) error {
	if len(*m) >= manyLimit {
		return decode.ErrTooLarge
	}
	*m = append(*m, one)
	return nil
}

// rows are what an answer is about. Anything but a list or one object in their place is an
// answer that makes no sense: taken for no rows it would say that the library is empty.
type rows[T any] []T

// UnmarshalJSON fails if an entry does, if there are too many, and for what is no list.
func (r *rows[T]) UnmarshalJSON(b []byte) error {
	if !strings.ContainsRune("[{n", rune(b[0])) {
		return errNoContainer
	}
	return (*many[T])(r).UnmarshalJSON(b)
}

// UnmarshalXML reads one entry.
func (r *rows[T]) UnmarshalXML(d *xml.Decoder, start xml.StartElement) error {
	return (*many[T])(r).UnmarshalXML(d, start)
}
