package message

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// speakers are the packages that say something to people: a text with several words in them
// would be a sentence, unless it is in silent. Those true make errors that people read.
var speakers = map[string]bool{
	"sync/stash": false, "sync/httpc": false, "sync/plex": false, "storage": false, "sync/engine": false, "sync/worker": false, "sync/plan": false,
	"sync/brake": false, "sync/reconcile": false, "sync/match": false, "sync/library": false, "sync/remote": false, "sync/config": true, "sync/fault": false,
	"sync/compare": false, "sync/stash2plex": false, "sync/health": false, "sync/outage": false, "sync/skip": false, "sync/scene": false,
}

// silent are texts that nobody reads in a window: questions to servers, what goes to the
// log or into an operator's detail, and commands only.
var silent = regexp.MustCompile(strings.Join([]string{
	`^(query|fragment|subscription|mutation) `, `^(touched: )?find[A-Z][a-z]+[(:]`, `^\.\.\.F play_history`, `^room for plays, ratings`, `\{ \.\.\.F \}`, `^  s%s: find(Scene|Images)`, `^\$[ig]`, `^Bearer `, `^<!`, `^(over the|public) internet$`, `^database is locked$`,
	`^still starting up$`, `^startup maintenance$`, `^file (resize error|size too small)$`, `^assertion failed`, `^panic in the database`,
	`^answer %s %s$`, `^http request$`, `^another certificate: %s$`, `^(ask who|try an edit|begin to|count library|edit item|list |listen for|probe the|scan a folder|(wait for|renew) the sign-in|read %s |read the play )`,
	`^read %s scenes`, `^%s of item`, `^%s(: | | \()%s\)?$`, `^(a library id|a rating key|a scan|an edit|an empty image|an image|the choice of no)`,
	`^(history|rows|jobs) .*%\+v$`, `^outage %s: `, `^asked for$`, `^\n?#`, `^\| code`, `^the clock was set back$`, `^last contact was in the future`, `^no write was taken`,
}, "|"))

// phrase tells a text of several words, or a sentence, from names and formats.
var phrase = regexp.MustCompile(`[\pL%“"][,:.;)”]? +[\pL%(“"]|^[A-Z][a-z]+.*\.$`)

// spokenBy lists the sentences of a package, every blank of them as %s.
func spokenBy(t *testing.T, dir string, errorsToo bool) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("../..", dir, "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no sources in %s: %v", dir, err)
	}
	r := reader{consts: map[string]string{}, errorsToo: errorsToo, all: map[string]bool{}}
	var trees []*ast.File
	for _, f := range files {
		if strings.HasSuffix(f, "_test.go") {
			continue
		}
		tree, err := parser.ParseFile(token.NewFileSet(), f, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		trees = append(trees, tree)
		ast.Inspect(tree, r.constant)
	}
	for _, tree := range trees {
		ast.Inspect(tree, r.visit)
	}
	var out []string
	for words := range r.all {
		out = append(out, words)
	}
	return out
}

type reader struct {
	consts    map[string]string
	errorsToo bool
	all       map[string]bool
}

func (r reader) constant(n ast.Node) bool {
	if v, ok := n.(*ast.ValueSpec); ok {
		for i, name := range v.Names {
			if i < len(v.Values) {
				if lit, ok := v.Values[i].(*ast.BasicLit); ok && lit.Kind == token.STRING {
					r.consts[name.Name], _ = strconv.Unquote(lit.Value)
				}
			}
		}
	}
	return true
}

func (r reader) visit(n ast.Node) bool {
	switch x := n.(type) {
	case *ast.ImportSpec:
		return false
	case *ast.Field:
		x.Tag = nil
	case *ast.CallExpr:
		return r.call(x)
	case *ast.BinaryExpr:
		if x.Op != token.ADD {
			return true
		}
		words, inner := r.folded(x)
		r.add(words)
		for _, e := range inner {
			ast.Inspect(e, r.visit)
		}
		return false
	case *ast.BasicLit:
		if x.Kind == token.STRING {
			words, _ := strconv.Unquote(x.Value)
			r.add(words)
		}
	}
	return true
}

// call looks into a call unless what it says goes to the log or is an error's detail.
func (r reader) call(c *ast.CallExpr) bool {
	of, name := "", ""
	switch f := c.Fun.(type) {
	case *ast.SelectorExpr:
		name = f.Sel.Name
		if id, ok := f.X.(*ast.Ident); ok {
			of = id.Name
		}
	case *ast.Ident:
		name = f.Name
	}
	switch {
	case name == "Sprintf", r.errorsToo && name == "Errorf":
		words, inner := r.folded(c)
		r.add(words)
		for _, e := range inner {
			ast.Inspect(e, r.visit)
		}
		return false
	case of == "errors" && name == "New":
		return r.errorsToo
	case slices.Contains([]string{"Errorf", "Debug", "Info", "Warn", "MustCompile", "because", "panic", "WriteString"}, name), name == "Error" && len(c.Args) > 0:
		return false
	}
	return true
}

var verb = regexp.MustCompile(`%[.0-9]*[a-z]`)

// folded is a text put together from parts, and the expressions that fill its blanks.
func (r reader) folded(e ast.Expr) (string, []ast.Expr) {
	switch x := e.(type) {
	case *ast.BasicLit:
		words, _ := strconv.Unquote(x.Value)
		return strings.ReplaceAll(words, "%", "%%"), nil
	case *ast.ParenExpr:
		return r.folded(x.X)
	case *ast.Ident:
		if words, ok := r.consts[x.Name]; ok {
			return strings.ReplaceAll(words, "%", "%%"), nil
		}
	case *ast.BinaryExpr:
		if x.Op == token.ADD {
			a, inA := r.folded(x.X)
			b, inB := r.folded(x.Y)
			return a + b, append(inA, inB...)
		}
	case *ast.CallExpr:
		f, ok := x.Fun.(*ast.SelectorExpr)
		if ok && (f.Sel.Name == "Sprintf" || f.Sel.Name == "Errorf") {
			if form, ok := x.Args[0].(*ast.BasicLit); ok {
				words, _ := strconv.Unquote(form.Value)
				return words, x.Args[1:]
			}
			return "%s", x.Args
		}
	}
	return "%s", []ast.Expr{e}
}

func (r reader) add(words string) {
	words = verb.ReplaceAllStringFunc(words, func(v string) string {
		if strings.HasSuffix(v, "q") {
			return `"%s"`
		}
		return "%s"
	})
	words = strings.ReplaceAll(words, "%%", "%")
	if phrase.MatchString(words) && !silent.MatchString(words) {
		r.all[words] = true
	}
}

func TestNothingBelowTheSurfacesWritesSentences(t *testing.T) {
	t.Parallel()
	parts, err := filepath.Glob("../engine/*")
	if err != nil || len(parts) == 0 {
		t.Fatalf("no parts of the engine: %v", err)
	}
	of := maps.Clone(speakers)
	for _, dir := range parts {
		if filepath.Ext(dir) == "" && filepath.Base(dir) != "testdata" {
			of["sync/engine/"+filepath.Base(dir)] = false
		}
	}
	data, err := os.ReadFile("../../app/present/de.json")
	if err != nil {
		t.Fatal(err)
	}
	named := texts(t, data) // settings and the like, which the surfaces call by their English names
	for dir, errorsToo := range of {
		for _, words := range spokenBy(t, dir, errorsToo) {
			if dir == "sync/config" && named[Code(words)] != "" {
				continue
			}
			t.Errorf("%s has a sentence instead of a message: %q", dir, words)
		}
	}
}
