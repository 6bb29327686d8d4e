package message

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// strangers are the files that have to read sentences, because somebody else's program says
// nothing but sentences. What they find out becomes a class or a code there.
var strangers = map[string]string{
	"sync/stash/errors.go":      "answers of Stash",
	"sync/plex/fault.go":        "answers of Plex",
	"sync/httpc/fault.go":       "what a server of https answers over http",
	"storage/faults.go":         "panics of the database",
	"storage/faults_unix.go":    "errors of the database and the system",
	"app/desktoptest/rig.go":    "reports of the race detector",
	"storage/faults_windows.go": "errors of the system",
}

var (
	// several is a text of more than one word.
	severalWords = regexp.MustCompile(`\pL{2,}[,;:.]? \pL{2,}`)
	// holders are fields and functions that hold or give messages.
	holders = []string{"Message", "Words", "Why", "Hint", "Cause", "Note", "Outcome", "Incomplete", "Error", "Advice", "Stopping", "LastError"}
	// readers look into texts.
	readers = []string{"Contains", "HasPrefix", "HasSuffix", "Cut", "CutPrefix", "CutSuffix", "Split", "SplitN", "Index", "LastIndex", "EqualFold", "Fields", "TrimPrefix", "TrimSuffix", "Count"}
)

// decisions are the places of a file where something depends on a sentence.
func decisions(tree *ast.File) (out []token.Pos) {
	check := func(at token.Pos, parts ...ast.Expr) {
		if slices.ContainsFunc(parts, sentence) {
			out = append(out, at)
		}
	}
	ast.Inspect(tree, func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.BinaryExpr:
			if x.Op == token.EQL || x.Op == token.NEQ {
				check(x.Pos(), x.X, x.Y)
			}
		case *ast.CaseClause:
			check(x.Pos(), x.List...)
		case *ast.IndexExpr:
			check(x.Pos(), x.Index)
		case *ast.CallExpr:
			f, ok := x.Fun.(*ast.SelectorExpr)
			if !ok {
				break
			}
			if from, ok := f.X.(*ast.Ident); ok && from.Name == "strings" && slices.Contains(readers, f.Sel.Name) {
				check(x.Pos(), x.Args...)
			}
		}
		return true
	})
	return out
}

// sentence reports whether an expression is a text of several words, or a message made one.
func sentence(e ast.Expr) bool {
	found := false
	ast.Inspect(e, func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.BasicLit:
			text, _ := strconv.Unquote(x.Value)
			found = found || x.Kind == token.STRING && severalWords.MatchString(text)
		case *ast.CallExpr:
			f, ok := x.Fun.(*ast.SelectorExpr)
			if !ok || f.Sel.Name != "String" {
				break
			}
			of, ok := f.X.(*ast.SelectorExpr)
			found = found || ok && slices.Contains(holders, of.Sel.Name)
		}
		return !found
	})
	return found
}

func TestNothingDependsOnASentence(t *testing.T) {
	t.Parallel()
	root := os.DirFS("../..")
	read := map[string]bool{}
	err := fs.WalkDir(root, ".", func(name string, _ fs.DirEntry, err error) error {
		if err != nil || path.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") {
			return err
		}
		data, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		files := token.NewFileSet()
		tree, err := parser.ParseFile(files, name, data, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, at := range decisions(tree) {
			if read[name] = true; strangers[name] == "" {
				t.Errorf("%s depends on a sentence; compare codes", files.Position(at))
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, what := range strangers {
		if !read[name] {
			t.Errorf("%s reads no sentences any more (%s)", name, what)
		}
	}
}

func TestSentencesThatDecideAreFound(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]int{
		`a == "is busy"`:                            1,
		`a != "busy"`:                               0,
		`f.Message.String() == b`:                   1,
		`id.String() == b`:                          0,
		`strings.Contains(a, "stopped answering.")`: 1,
		`strings.HasPrefix(j.Cause.String(), a)`:    1,
		`strings.Split(a, "; ")`:                    0,
		`seen[f.Why.String()]`:                      1,
		`say("is busy")`:                            0,
	} {
		tree, err := parser.ParseFile(token.NewFileSet(), "", "package p\nvar x = "+code, 0)
		if err != nil {
			t.Fatal(err)
		}
		if got := len(decisions(tree)); got != want {
			t.Errorf("%s: %d found, want %d", code, got, want)
		}
	}
}

// What is Foreign or a Detail comes from a stranger: who writes a sentence there goes round
// the catalogues.
func TestNobodyPutsASentenceIntoAStrangersMouth(t *testing.T) {
	t.Parallel()
	root := os.DirFS("../..")
	err := fs.WalkDir(root, ".", func(name string, _ fs.DirEntry, err error) error {
		if err != nil || path.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") || path.Dir(name) == "sync/testkit" {
			return err
		}
		data, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		files := token.NewFileSet()
		tree, err := parser.ParseFile(files, name, data, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(tree, func(n ast.Node) bool {
			c, ok := n.(*ast.CallExpr)
			if ok && slices.Contains([]string{"Foreign", "Detail"}, selected(c.Fun)) && slices.ContainsFunc(c.Args, sentence) {
				t.Errorf("%s puts a sentence where a stranger's words belong", files.Position(c.Pos()))
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
