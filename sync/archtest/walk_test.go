package archtest_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"
)

// mostFilesOfTheWalk bounds how many files somebody new opens to follow one scene.
const mostFilesOfTheWalk = 12

// walkRow is a line of ARCHITECTURE's walk: a file, and what to look for in it.
var walkRow = regexp.MustCompile("(?m)^\\| `(sync/[a-z/]+\\.go)` \\| ((?:`[A-Za-z]+` ?)+)\\|")

// The walk through one edit names files and functions. A page that points to what is somewhere
// else now is worse than none.
func TestTheWalkOfOneSceneLeadsSomewhere(t *testing.T) {
	t.Parallel()
	tree := os.DirFS("../..")
	page, err := fs.ReadFile(tree, "ARCHITECTURE.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := walkRow.FindAllStringSubmatch(string(page), -1)
	if len(rows) < 8 || len(rows) > mostFilesOfTheWalk {
		t.Fatalf("the walk has %d files, at most %d", len(rows), mostFilesOfTheWalk)
	}
	for _, row := range rows {
		source, err := fs.ReadFile(tree, row[1])
		if err != nil {
			t.Error(err)
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), row[1], source, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		declared := map[string]bool{}
		for _, d := range file.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok {
				declared[fn.Name.Name] = true
			}
		}
		for name := range strings.FieldsSeq(strings.ReplaceAll(row[2], "`", "")) {
			if !declared[name] {
				t.Errorf("%s declares no %s", row[1], name)
			}
		}
	}
}
