package archtest_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// typed is a package with what its names mean.
type typed struct {
	fset  *token.FileSet
	files []*ast.File
	pkg   *types.Package
	info  *types.Info
}

// typist checks the packages of the module, each once. Packages of others are empty to it:
// what comes from them has no type, which hides nothing of what this module declares.
type typist struct {
	tree fs.FS
	fset *token.FileSet
	done map[string]*typed
}

func newTypist(tree fs.FS) *typist {
	return &typist{tree: tree, fset: token.NewFileSet(), done: map[string]*typed{}}
}

// Import gives a package of the module, or an empty one for any other.
func (t *typist) Import(name string) (*types.Package, error) {
	own, internal := strings.CutPrefix(name, module+"/")
	if !internal {
		p := types.NewPackage(name, path.Base(name))
		p.MarkComplete()
		return p, nil
	}
	p, err := t.load(own)
	if err != nil {
		return nil, err
	}
	return p.pkg, nil
}

// load checks what the folder has beside tests.
func (t *typist) load(dir string) (*typed, error) {
	if p, ok := t.done[dir]; ok {
		return p, nil
	}
	names, err := fs.Glob(t.tree, dir+"/*.go")
	if err != nil {
		return nil, err
	}
	p := &typed{fset: t.fset, info: &types.Info{Uses: map[*ast.Ident]types.Object{}, Types: map[ast.Expr]types.TypeAndValue{}, Selections: map[*ast.SelectorExpr]*types.Selection{}}}
	t.done[dir] = p
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		source, err := fs.ReadFile(t.tree, name)
		if err != nil {
			return nil, err
		}
		f, err := parser.ParseFile(t.fset, name, source, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		p.files = append(p.files, f)
	}
	check := types.Config{Importer: t, Error: func(error) {}} // what others declare is not known
	p.pkg, _ = check.Check(module+"/"+dir, t.fset, p.files, p.info)
	return p, nil
}

// arrow is a reference from one file of a package to something that another declares.
type arrow struct{ from, to, name string }

func (a arrow) String() string { return fmt.Sprintf("%s uses %s of %s", a.from, a.name, a.to) }

// arrows are the references between the files of a package, in the order of the source.
func (p *typed) arrows() []arrow {
	seen := map[arrow]bool{}
	var out []arrow
	for _, f := range p.files {
		from := p.file(f.Pos())
		ast.Inspect(f, func(n ast.Node) bool {
			id, ok := n.(*ast.Ident)
			if !ok {
				return true
			}
			o := p.info.Uses[id]
			if o == nil || o.Pkg() != p.pkg || !o.Pos().IsValid() {
				return true
			}
			a := arrow{from: from, to: p.file(o.Pos()), name: o.Name()}
			if a.from != a.to && !seen[a] {
				seen[a] = true
				out = append(out, a)
			}
			return true
		})
	}
	return out
}

func (p *typed) file(at token.Pos) string {
	return strings.TrimSuffix(path.Base(p.fset.Position(at).Filename), ".go")
}

// upward are the arrows that run from a file to one that stands before it in the order, and
// the files that the order does not name.
func upward(list []arrow, order []string) []string {
	var problems []string
	for _, a := range list {
		from, to := slices.Index(order, a.from), slices.Index(order, a.to)
		switch {
		case from < 0:
			problems = append(problems, a.from+" has no place in the order")
		case to < 0:
			problems = append(problems, a.to+" has no place in the order")
		case to < from:
			problems = append(problems, a.String()+", which is above it")
		}
	}
	slices.Sort(problems)
	return slices.Compact(problems)
}

// circles are the arrows between files that use each other, over however many others.
func circles(list []arrow) []arrow {
	next := map[string][]string{}
	for _, a := range list {
		next[a.from] = append(next[a.from], a.to)
	}
	reach := map[string]map[string]bool{}
	for from := range next {
		reach[from] = map[string]bool{}
		todo := slices.Clone(next[from])
		for len(todo) > 0 {
			to := todo[0]
			todo = todo[1:]
			if !reach[from][to] {
				reach[from][to] = true
				todo = append(todo, next[to]...)
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(list), func(a arrow) bool { return !reach[a.to][a.from] })
}

// writes are the places where a file sets a field of a type that another package below root
// declares, outside of the literal that makes the value.
func (p *typed) writes(root string) []string {
	var problems []string
	set := func(e ast.Expr) {
		sel, ok := ast.Unparen(e).(*ast.SelectorExpr)
		if !ok {
			return
		}
		s := p.info.Selections[sel]
		if s == nil || s.Kind() != types.FieldVal || s.Obj().Pkg() == p.pkg {
			return
		}
		if !strings.HasPrefix(s.Obj().Pkg().Path(), root+"/") {
			return
		}
		at := p.fset.Position(e.Pos())
		problems = append(problems, fmt.Sprintf("%s:%d sets the field %s of a %s", path.Base(at.Filename), at.Line, s.Obj().Name(), s.Recv()))
	}
	for _, f := range p.files {
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.AssignStmt:
				for _, e := range n.Lhs {
					set(e)
				}
			case *ast.IncDecStmt:
				set(n.X)
			case *ast.UnaryExpr:
				if n.Op == token.AND {
					set(n.X)
				}
			}
			return true
		})
	}
	return problems
}
