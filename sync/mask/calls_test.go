package mask

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// nameless are the attributes of log records that hold no title, name or path: counts, times, words of
// Lockstep's own, and what is masked by its type (errors and messages) or form (addresses, paths in a text).
var nameless = strings.Fields(`
	after bucket buckets cause change checked class damaged deleted display drift enqueued err error failed flags
	found from gaps held hint inStep incomplete kept kind key notInPlex outage outcome panic pid queue request scenes scope
	secret server skipped stack studios tag tags to trace tries version waiting want was what why window words written`)

// logCalls finds the keys of every attribute of every log call in the program's sources.
func logCalls(t *testing.T) map[string][]string {
	t.Helper()
	keys := map[string][]string{}
	root := filepath.Join("..", "..")
	err := fs.WalkDir(os.DirFS(root), ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (name == "build" || name == "dist" || strings.HasPrefix(name, ".") && name != "."):
			return fs.SkipDir
		case entry.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		files := token.NewFileSet()
		file, err := parser.ParseFile(files, filepath.Join(root, name), nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				for _, key := range attributes(call) {
					keys[key] = append(keys[key], files.Position(call.Pos()).String())
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// attributes gives the keys of a call of a slog.Logger, with the place of its message by method.
func attributes(call *ast.CallExpr) []string {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return nil
	}
	if from, _ := sel.X.(*ast.Ident); from != nil && from.Name == "http" {
		return nil
	}
	first, ok := map[string]int{"Debug": 1, "Info": 1, "Warn": 1, "Error": 1, "Log": 3, "With": 0}[sel.Sel.Name]
	if !ok || len(call.Args) <= first {
		return nil
	}
	var keys []string
	for i := first; i < len(call.Args); i += 2 {
		lit, ok := call.Args[i].(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			return keys
		}
		key, err := strconv.Unquote(lit.Value)
		if err != nil {
			return keys
		}
		keys = append(keys, key)
	}
	return keys
}

// Every log call of the program is known to the masker: what holds a title, a name or a path is masked as a whole,
// everything else is listed as what holds none.
func TestEveryAttributeOfEveryLogCallIsKnown(t *testing.T) {
	t.Parallel()
	keys := logCalls(t)
	for key, places := range keys {
		if !slices.Contains(named, key) && !slices.Contains(nameless, key) {
			t.Errorf("the attribute %q (%s) is neither masked nor known to hold no name", key, places[0])
		}
	}
	for _, key := range nameless {
		if len(keys[key]) == 0 {
			t.Errorf("no log call has the attribute %q any more", key)
		}
	}
	if len(keys) < 30 {
		t.Errorf("only %d attributes were found", len(keys))
	}
}
