package sim

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"net/http"
	"strconv"
	"strings"
)

// elem is one element of an answer: the same tree is written as XML and as JSON.
type elem struct {
	xmlName  string
	jsonName string // name of the array in JSON; "" = the XML name
	attrs    []attr
	kids     []*elem
}

// attr's value is a string, int, int64, float64 or bool; JSON keeps the type, XML writes 1 and 0 for bool.
type attr struct {
	name  string
	value any
}

func newElem(name string, pairs ...any) *elem {
	e := &elem{xmlName: name}
	for i := 0; i+1 < len(pairs); i += 2 {
		e.attrs = append(e.attrs, attr{pairs[i].(string), pairs[i+1]})
	}
	return e
}

func (e *elem) add(name string, value any) { e.attrs = append(e.attrs, attr{name, value}) }

func (e *elem) json() string {
	if e.jsonName != "" {
		return e.jsonName
	}
	return e.xmlName
}

func wantsJSON(r *http.Request) bool { return strings.Contains(r.Header.Get("Accept"), jsonType) }

func plexContentType(r *http.Request) string {
	if wantsJSON(r) {
		return jsonType
	}
	return "text/xml;charset=utf-8"
}

// send writes the tree in the form the client asked for.
func (e *elem) send(w http.ResponseWriter, r *http.Request) {
	var buf bytes.Buffer
	if wantsJSON(r) {
		buf.WriteString(`{"` + e.json() + `":`)
		e.writeJSON(&buf)
		buf.WriteByte('}')
	} else {
		buf.WriteString(xml.Header)
		e.writeXML(&buf)
	}
	w.Header().Set("Content-Type", plexContentType(r))
	w.Header().Set("X-Plex-Protocol", "1.0")
	_, _ = w.Write(buf.Bytes())
}

func (e *elem) writeXML(buf *bytes.Buffer) {
	buf.WriteString("<" + e.xmlName)
	for _, a := range e.attrs {
		buf.WriteString(" " + a.name + `="`)
		_ = xml.EscapeText(buf, []byte(xmlText(a.value)))
		buf.WriteByte('"')
	}
	if len(e.kids) == 0 {
		buf.WriteString("/>")
		return
	}
	buf.WriteByte('>')
	for _, kid := range e.kids {
		kid.writeXML(buf)
	}
	buf.WriteString("</" + e.xmlName + ">")
}

func xmlText(v any) string {
	switch v := v.(type) {
	case bool:
		if v {
			return "1"
		}
		return "0"
	case int:
		return strconv.Itoa(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return strconv.FormatFloat(v, 'f', 1, 64)
	}
	return v.(string)
}

func (e *elem) writeJSON(buf *bytes.Buffer) {
	buf.WriteByte('{')
	for i, a := range e.attrs {
		if i > 0 {
			buf.WriteByte(',')
		}
		writeJSONValue(buf, a.name)
		buf.WriteByte(':')
		writeJSONValue(buf, a.value)
	}
	e.writeJSONKids(buf)
	buf.WriteByte('}')
}

func (e *elem) writeJSONKids(buf *bytes.Buffer) {
	written := map[string]bool{}
	for i, kid := range e.kids {
		name := kid.json()
		if written[name] {
			continue
		}
		written[name] = true
		if len(e.attrs) > 0 || len(written) > 1 {
			buf.WriteByte(',')
		}
		buf.WriteString(`"` + name + `":[`)
		for j, same := range e.kids[i:] {
			if same.json() != name {
				continue
			}
			if j > 0 {
				buf.WriteByte(',')
			}
			same.writeJSON(buf)
		}
		buf.WriteByte(']')
	}
}

func writeJSONValue(buf *bytes.Buffer, v any) {
	if n, ok := v.(int); ok {
		buf.WriteString(strconv.Itoa(n))
		return
	}
	enc := json.NewEncoder(buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(err)
	}
	buf.Truncate(buf.Len() - 1)
}
