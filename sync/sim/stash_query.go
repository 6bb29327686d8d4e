package sim

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

//go:embed stash.graphql
var stashSDL string

// stashSchema is the schema of present releases, movieSchema that of releases before 0.27, which
// know groups as movies alone.
var (
	stashSchema = sync.OnceValue(func() *ast.Schema { return loadSchema(stashSDL) })
	movieSchema = sync.OnceValue(func() *ast.Schema {
		var lines []string
		for line := range strings.Lines(stashSDL) {
			if !strings.Contains(strings.ToLower(line), "group") {
				lines = append(lines, line)
			}
		}
		return loadSchema(strings.Join(lines, ""))
	})
)

func loadSchema(text string) *ast.Schema {
	schema, err := validator.LoadSchema(validator.Prelude, &ast.Source{Name: "stash.graphql", Input: text})
	if err != nil {
		panic(err)
	}
	return schema
}

// knowsGroups reports a release that has groups, which were movies before 0.27.
func (s *Stash) knowsGroups() bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var minor int
	n, _ := fmt.Sscanf(s.version, "v0.%d", &minor)
	return n != 1 || minor >= 27
}

// The codes Stash's GraphQL library puts into the extensions of a 422.
const (
	codeParse      = "GRAPHQL_PARSE_FAILED"
	codeValidation = "GRAPHQL_VALIDATION_FAILED"
)

// parsedQueries bounds the cache of validated documents, like the real server's.
const parsedQueries = 200

var docCache = struct {
	sync.Mutex
	docs map[query]*ast.QueryDocument
}{docs: map[query]*ast.QueryDocument{}}

// query is a text that was found to be right by a schema.
type query struct {
	schema *ast.Schema
	text   string
}

func (s *Stash) parseQuery(raw rawQuery) *parsed {
	schema := stashSchema()
	if !s.knowsGroups() {
		schema = movieSchema()
	}
	doc, errs := loadDocument(schema, raw.Query)
	if errs != nil {
		return &parsed{errs: errs}
	}
	op := doc.Operations.ForName(raw.OperationName)
	if op == nil {
		return &parsed{errs: coded(gqlerror.List{gqlerror.Errorf("operation %s not found", raw.OperationName)}, codeValidation)}
	}
	vars, err := validator.VariableValues(schema, op, raw.Variables)
	if err != nil {
		return &parsed{errs: coded(asList(err), codeValidation)}
	}
	return &parsed{doc: doc, op: op, vars: vars}
}

func loadDocument(schema *ast.Schema, text string) (*ast.QueryDocument, gqlerror.List) {
	docCache.Lock()
	doc := docCache.docs[query{schema, text}]
	docCache.Unlock()
	if doc != nil {
		return doc, nil
	}
	doc, err := parser.ParseQuery(&ast.Source{Input: text})
	if err != nil {
		return nil, coded(asList(err), codeParse)
	}
	if len(doc.Operations) == 0 {
		return nil, coded(gqlerror.List{gqlerror.Errorf("no operation provided")}, codeValidation)
	}
	if errs := validator.ValidateWithRules(schema, doc, rules.NewDefaultRules()); len(errs) > 0 {
		return nil, coded(errs, codeValidation)
	}
	docCache.Lock()
	defer docCache.Unlock()
	if len(docCache.docs) >= parsedQueries {
		clear(docCache.docs)
	}
	docCache.docs[query{schema, text}] = doc
	return doc, nil
}

func asList(err error) gqlerror.List {
	if one, ok := errors.AsType[*gqlerror.Error](err); ok {
		return gqlerror.List{one}
	}
	return gqlerror.List{gqlerror.Wrap(err)}
}

func coded(errs gqlerror.List, code string) gqlerror.List {
	for _, e := range errs {
		e.Extensions = map[string]any{"code": code}
	}
	return errs
}

// asID reads an ID argument, which may arrive as a string or a number.
func asID(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case json.Number:
		return v.String(), true
	case int64:
		return strconv.FormatInt(v, 10), true
	case int:
		return strconv.Itoa(v), true
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), true
	}
	return "", false
}

// asInt reads an Int argument; ok is false for null and absent ones.
func asInt(v any) (int, bool) {
	text, ok := asID(v)
	if !ok {
		return 0, false
	}
	n, err := strconv.Atoi(text)
	return n, err == nil
}

func asInts(v any) []int {
	list, _ := v.([]any)
	var out []int
	for _, e := range list {
		if n, ok := asInt(e); ok {
			out = append(out, n)
		}
	}
	return out
}

func asText(v any) string {
	text, _ := v.(string)
	return text
}

func asMap(v any) map[string]any {
	m, _ := v.(map[string]any)
	return m
}
