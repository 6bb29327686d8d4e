package sim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// node is an object of the graph. A field is nil, string, int, int64, float64, bool, time.Time, []string, node or []node.
type node interface {
	typeName() string
	field(x *execution, f *ast.Field) any
}

type selectionKey struct {
	parent *ast.Field
	typ    string
}

// execution is one run of an operation; it writes the answer as it goes, because a page can hold 10 000 scenes.
type execution struct {
	s       *Stash
	p       *parsed
	base    string
	out     bytes.Buffer
	fields  map[selectionKey][]*ast.Field
	counted map[string]map[int]int
}

// execute runs the operation and returns the whole answer.
func (s *Stash) execute(p *parsed, base string) []byte {
	x := &execution{s: s, p: p, base: base, fields: map[selectionKey][]*ast.Field{}}
	if p.op.Operation == ast.Mutation {
		s.mu.Lock()
		defer s.mu.Unlock()
	} else {
		s.mu.RLock()
		defer s.mu.RUnlock()
	}
	x.out.WriteString(`{"data":{`)
	var errs gqlerror.List
	null := false
	root := x.collect(nil, p.op.SelectionSet, rootType(p.op))
	for i, f := range root {
		value, err := s.resolve(x, f)
		if err != nil {
			errs = append(errs, &gqlerror.Error{Message: err.Error(), Path: ast.Path{ast.PathName(f.Alias)}})
			null = null || (f.Definition != nil && f.Definition.Type.NonNull)
			value = nil
		}
		x.comma(i)
		x.name(f.Alias)
		x.value(f, value)
	}
	x.out.WriteString("}}")
	return withErrors(x.out.Bytes(), errs, null)
}

// withErrors puts the errors in front, and null in place of the data when a field that cannot be null failed.
func withErrors(answer []byte, errs gqlerror.List, null bool) []byte {
	if len(errs) == 0 {
		return answer
	}
	list, err := json.Marshal(errs)
	if err != nil {
		panic(err)
	}
	data := answer[1:]
	if null {
		data = []byte(`"data":null}`)
	}
	return bytes.Join([][]byte{[]byte(`{"errors":`), list, []byte(","), data}, nil)
}

func rootType(op *ast.OperationDefinition) string {
	switch op.Operation {
	case ast.Mutation:
		return "Mutation"
	case ast.Subscription:
		return "Subscription"
	}
	return "Query"
}

// collect resolves fragments and directives and joins fields of the same response name.
func (x *execution) collect(parent *ast.Field, set ast.SelectionSet, typ string) []*ast.Field {
	key := selectionKey{parent, typ}
	if got, ok := x.fields[key]; ok {
		return got
	}
	var out []*ast.Field
	at := map[string]int{}
	x.gather(set, typ, at, &out)
	x.fields[key] = out
	return out
}

func (x *execution) gather(set ast.SelectionSet, typ string, at map[string]int, out *[]*ast.Field) {
	for _, sel := range set {
		switch sel := sel.(type) {
		case *ast.Field:
			x.gatherField(sel, at, out)
		case *ast.InlineFragment:
			if x.wanted(sel.Directives) && fits(sel.TypeCondition, typ) {
				x.gather(sel.SelectionSet, typ, at, out)
			}
		case *ast.FragmentSpread:
			if x.wanted(sel.Directives) && fits(sel.Definition.TypeCondition, typ) {
				x.gather(sel.Definition.SelectionSet, typ, at, out)
			}
		}
	}
}

func (x *execution) gatherField(f *ast.Field, at map[string]int, out *[]*ast.Field) {
	if !x.wanted(f.Directives) {
		return
	}
	i, seen := at[f.Alias]
	if !seen {
		at[f.Alias] = len(*out)
		*out = append(*out, f)
		return
	}
	joined := *(*out)[i]
	joined.SelectionSet = append(append(ast.SelectionSet{}, joined.SelectionSet...), f.SelectionSet...)
	(*out)[i] = &joined
}

func (x *execution) wanted(directives ast.DirectiveList) bool {
	for _, d := range directives {
		on, _ := d.ArgumentMap(x.p.vars)["if"].(bool)
		if (d.Name == "skip" && on) || (d.Name == "include" && !on) {
			return false
		}
	}
	return true
}

func fits(condition, typ string) bool {
	return condition == "" || condition == typ || (condition == "BaseFile" && typ == "VideoFile")
}

func (x *execution) name(alias string) {
	x.out.WriteByte('"')
	x.out.WriteString(alias)
	x.out.WriteString(`":`)
}

func (x *execution) value(f *ast.Field, v any) {
	switch v := v.(type) {
	case nil:
		x.out.WriteString("null")
	case string:
		x.text(v)
	case int, int64, float64, bool, time.Time:
		text, err := json.Marshal(v)
		if err != nil {
			panic(err)
		}
		x.out.Write(text)
	case []string:
		x.texts(v)
	case []node:
		x.list(f, v)
	case pluginSettings:
		x.out.Write(v.json(x, f))
	case node:
		x.object(f, v)
	default:
		panic("sim: no way to write this value")
	}
}

func (x *execution) object(parent *ast.Field, n node) {
	typ := n.typeName()
	x.out.WriteByte('{')
	for i, f := range x.collect(parent, parent.SelectionSet, typ) {
		x.comma(i)
		x.name(f.Alias)
		if f.Name == "__typename" {
			x.text(typ)
			continue
		}
		x.value(f, n.field(x, f))
	}
	x.out.WriteByte('}')
}

func (x *execution) list(f *ast.Field, nodes []node) {
	x.array(len(nodes), func(i int) { x.object(f, nodes[i]) })
}

func (x *execution) texts(list []string) {
	x.array(len(list), func(i int) { x.text(list[i]) })
}

func (x *execution) array(n int, entry func(i int)) {
	x.out.WriteByte('[')
	for i := range n {
		x.comma(i)
		entry(i)
	}
	x.out.WriteByte(']')
}

// comma stands before every entry but the first.
func (x *execution) comma(i int) {
	if i > 0 {
		x.out.WriteByte(',')
	}
}

// escapes are those of Stash's library: control characters, and nothing of invalid UTF-8.
var escapes = sync.OnceValue(func() *strings.Replacer {
	pairs := []string{`"`, `\"`, `\`, `\\`, "\n", `\n`, "\r", `\r`, "\t", `\t`}
	for c := range byte(' ') {
		pairs = append(pairs, string(rune(c)), fmt.Sprintf(`\u%04x`, c)) // the first of a pair counts
	}
	return strings.NewReplacer(pairs...)
})

// text writes a JSON string.
func (x *execution) text(s string) {
	x.out.WriteByte('"')
	_, _ = escapes().WriteString(&x.out, s)
	x.out.WriteByte('"')
}
