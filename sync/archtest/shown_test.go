package archtest_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"strings"
	"testing"
)

// What a person reads of an error nobody classified is "See the log". So whoever takes
// words or hint of an error to a person, by window, desktop, terminal or socket, uses
// fault.Shown, which puts the cause there, or logs it beside. Package present only words it.
func TestWhatPointsToTheLogIsInIt(t *testing.T) {
	t.Parallel()
	tree := os.DirFS("../..")
	seen := 0
	err := fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			if err == nil && skipped(entry.Name()) {
				return fs.SkipDir
			}
			return err
		}
		shows := strings.HasPrefix(name, "app/") && !strings.HasPrefix(name, "app/present/") || strings.HasPrefix(name, "sync/remote/") || name == "sync/engine/link/test.go"
		if !shows || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		source, err := fs.ReadFile(tree, name)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, source, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, d := range file.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			of, shown, words, logs := uses(fn)
			if shown {
				seen++
			}
			if of && words && !logs {
				t.Errorf("%s: %s shows the words of fault.Of; use fault.Shown, or log the cause", name, fn.Name.Name)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen < 5 {
		t.Errorf("only %d places that show errors were found", seen)
	}
}

// uses tells what a declaration does with errors.
func uses(d ast.Decl) (of, shown, words, logs bool) {
	ast.Inspect(d, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		from, _ := sel.X.(*ast.Ident)
		switch name := sel.Sel.Name; {
		case from != nil && from.Name == "fault" && name == "Of":
			of = true
		case from != nil && from.Name == "fault" && name == "Shown":
			shown = true
		case name == "Words" || name == "Hint":
			words = true
		case from != nil && from.Name == "slog", name == "note":
			logs = true
		}
		return true
	})
	return of, shown, words, logs
}
