package archtest_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

// check reads every Go file of the tree and returns what breaks the rules, one
// sentence each.
func check(tree fs.FS) ([]string, error) {
	var problems []string
	err := fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && skipped(entry.Name()):
			return fs.SkipDir
		case entry.IsDir() || path.Ext(name) != ".go":
			return nil
		}
		found, err := checkFile(tree, name)
		problems = append(problems, found...)
		return err
	})
	return problems, err
}

// skipped leaves out what the go command leaves out.
func skipped(dir string) bool {
	return dir == "testdata" || dir == "vendor" || dir != "." && (dir[0] == '.' || dir[0] == '_')
}

func checkFile(tree fs.FS, name string) ([]string, error) {
	pkg := strings.TrimPrefix(path.Dir(name), ".")
	if pkg == "sync" {
		return []string{name + ": no Go file lies in sync/ itself"}, nil
	}
	if _, placed := layers[pkg]; !placed {
		return []string{fmt.Sprintf("%s: package %s has no layer; place it in sync/archtest", name, pkg)}, nil
	}
	source, err := fs.ReadFile(tree, name)
	if err != nil {
		return nil, err
	}
	file, err := parser.ParseFile(token.NewFileSet(), name, source, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	var problems []string
	for _, spec := range file.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return nil, err
		}
		if why := forbidden(name, pkg, imported); why != "" {
			problems = append(problems, fmt.Sprintf("%s imports %s: %s", name, imported, why))
		}
	}
	if !forTests(name) && !below(name, readsInBatches) {
		problems = append(problems, readers(name, file)...)
	}
	return problems, nil
}

// readers finds the calls of an adapter's batch read.
func readers(name string, file *ast.File) []string {
	var problems []string
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) != 2 { // a context and what to read
			return true
		}
		f, ok := call.Fun.(*ast.SelectorExpr)
		if ok && slices.Contains(batchReads, f.Sel.Name) && !slices.Contains(comparers, lastName(f.X)) {
			problems = append(problems, fmt.Sprintf("%s calls %s.%s: only sync/compare reads scenes and items", name, lastName(f.X), f.Sel.Name))
		}
		return true
	})
	return problems
}

// lastName is what stands before the dot of a call.
func lastName(e ast.Expr) string {
	switch x := e.(type) {
	case *ast.Ident:
		return x.Name
	case *ast.SelectorExpr:
		return x.Sel.Name
	case *ast.CallExpr:
		return lastName(x.Fun)
	}
	return ""
}

// forbidden says why the file of that package must not import that, or "".
func forbidden(file, pkg, imported string) string {
	test := forTests(file)
	own, internal := strings.CutPrefix(imported, module)
	internal = internal && (own == "" || own[0] == '/')
	name := imported
	if internal {
		name = strings.TrimPrefix(own, "/")
	}
	if imported == fyneApp && !mayDraw(file) {
		return "only gui*.go of main starts Fyne's driver"
	}
	if name == desktop && !test && !mayTakePictures(file) {
		return "a desktop for tests does not ship: only demo_pictures*.go, with its build tag, and tests use it"
	}
	if name == testkit && !test {
		return "the test kit does not ship: only tests use it"
	}
	for _, w := range walls {
		if below(pkg, w.of) && below(name, w.against) && (w.tests || !test) {
			return w.why
		}
	}
	// A test may use any real part that no wall keeps away.
	if !internal || test || name == pkg {
		return ""
	}
	layer, placed := layers[name]
	if !placed {
		return "it has no layer; place it in sync/archtest"
	}
	if layer >= layers[pkg] && !slices.Contains(neighbours[pkg], name) {
		return fmt.Sprintf("layer %d may import from lower layers only, and it is in layer %d", layers[pkg], layer)
	}
	return ""
}
