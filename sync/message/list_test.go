package message

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// constants are the codes declared in this package, by the name of their constant.
func constants(t *testing.T) map[string]Code {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]Code{}
	for _, f := range files {
		if strings.HasSuffix(f, "_test.go") {
			continue
		}
		tree, err := parser.ParseFile(token.NewFileSet(), f, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(tree, func(n ast.Node) bool {
			v, ok := n.(*ast.ValueSpec)
			if !ok {
				return true
			}
			if id, ok := v.Type.(*ast.Ident); ok && id.Name == "Code" {
				code, _ := strconv.Unquote(v.Values[0].(*ast.BasicLit).Value)
				out[v.Names[0].Name] = Code(code)
			}
			return true
		})
	}
	return out
}

func texts(t *testing.T, data []byte) map[Code]string {
	t.Helper()
	var m map[Code]string
	if err := json.Unmarshal(data, &m); err != nil {
		t.Fatal(err)
	}
	return m
}

func TestEveryCodeHasATextInEveryCatalogue(t *testing.T) {
	t.Parallel()
	codes := constants(t)
	form := regexp.MustCompile(`^[a-z0-9]+([-.][a-z0-9]+)*$`)
	twice := map[Code]string{}
	for name, code := range codes {
		if !form.MatchString(string(code)) {
			t.Errorf("%s is malformed: %q", name, code)
		}
		if other, ok := twice[code]; ok {
			t.Errorf("%s and %s are the same code", name, other)
		}
		twice[code] = name
	}
	for language, data := range map[string][]byte{"en": english, "de": german} {
		all := texts(t, data)
		for name, code := range codes {
			if all[code] == "" {
				t.Errorf("%s.json has no text for %s, %q", language, name, code)
			}
		}
		for code := range all {
			if _, ok := twice[code]; !ok {
				t.Errorf("%s.json has a text for %q, which is no code", language, code)
			}
		}
	}
}

// blanksOf are the arguments a text asks for, in their order: "1 title, 2 count".
func blanksOf(text string) []string {
	out := map[string]bool{}
	for _, p := range pieces(text) {
		if p.arg > 0 {
			out[strconv.Itoa(p.arg)+" "+string(p.kind())] = true
		}
	}
	return slices.Sorted(maps.Keys(out))
}

var kindNames = []Kind{KindTitle, KindPath, KindName, KindAddress, KindWord, KindDetail, KindCount, KindNumber, KindSpan, KindTime, KindDay, KindMessage, KindList}

func TestTheCataloguesAskForTheSameArguments(t *testing.T) {
	t.Parallel()
	en, de := texts(t, english), texts(t, german)
	for code, text := range en {
		want := blanksOf(text)
		if got := blanksOf(de[code]); !slices.Equal(got, want) {
			t.Errorf("%s asks for %v in English and for %v in German", code, want, got)
		}
		if strings.HasSuffix(text, ".") != strings.HasSuffix(de[code], ".") {
			t.Errorf("%s: one of %q and %q has a full stop", code, text, de[code])
		}
		for i, b := range want {
			n, kind, _ := strings.Cut(b, " ")
			if n != strconv.Itoa(i+1) || !slices.Contains(kindNames, Kind(kind)) {
				t.Errorf("%s: blanks are numbered from 1 and of one kind each, not %v", code, want)
			}
		}
	}
	for language, all := range map[string]map[Code]string{"en": en, "de": de} {
		for code, text := range all {
			if strings.ContainsAny(blank.ReplaceAllString(text, ""), "{}") {
				t.Errorf("%s of %s.json has a blank that cannot be read: %q", code, language, text)
			}
		}
	}
}

func TestTheCataloguesAreInOrder(t *testing.T) {
	t.Parallel()
	key := regexp.MustCompile(`(?m)^\t"([^"]+)":`)
	for name, data := range map[string][]byte{"en": english, "de": german} {
		var codes []string
		for _, m := range key.FindAllSubmatch(data, -1) {
			codes = append(codes, string(m[1]))
		}
		if !slices.IsSorted(codes) || len(codes) != len(texts(t, data)) {
			t.Errorf("%s.json is not sorted by code, one a line", name)
		}
	}
}

// uses are the calls that make messages and the codes named, in all that ships.
type uses struct {
	named map[string]bool
	calls []call
}

type call struct {
	where, code string
	args        []string // kinds; "" where the source does not tell
	open        bool     // more arguments may come from a slice
}

func usesIn(t *testing.T) uses {
	t.Helper()
	u := uses{named: map[string]bool{}}
	root := os.DirFS("../..")
	err := fs.WalkDir(root, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || path.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") {
			return err
		}
		data, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		tree, err := parser.ParseFile(token.NewFileSet(), name, data, parser.SkipObjectResolution)
		if err == nil {
			u.read(name, tree)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func (u *uses) read(name string, tree *ast.File) {
	own := path.Dir(name) == "sync/message"
	ast.Inspect(tree, func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.ValueSpec:
			return !own || x.Type == nil // the list of codes is no use
		case *ast.SelectorExpr:
			if from, ok := x.X.(*ast.Ident); ok && from.Name == "message" {
				u.named[x.Sel.Name] = true
			}
		case *ast.Ident:
			u.named[x.Name] = u.named[x.Name] || own
		case *ast.CallExpr:
			if c, ok := made(x); ok {
				c.where = name
				u.calls = append(u.calls, c)
			}
		}
		return true
	})
}

// made reads message.New(message.X, message.Title(…), …).
func made(x *ast.CallExpr) (call, bool) {
	if selected(x.Fun) != "New" || len(x.Args) == 0 {
		return call{}, false
	}
	c := call{code: selected(x.Args[0]), open: x.Ellipsis.IsValid()}
	for _, a := range x.Args[1:] {
		kind := ""
		if f, ok := a.(*ast.CallExpr); ok {
			if kind = strings.ToLower(selected(f.Fun)); kind == "of" {
				kind = string(KindMessage)
			}
		}
		c.args = append(c.args, kind)
	}
	return c, c.code != ""
}

// selected is X of message.X, "" for anything else.
func selected(e ast.Expr) string {
	s, ok := e.(*ast.SelectorExpr)
	if !ok {
		return ""
	}
	if from, ok := s.X.(*ast.Ident); !ok || from.Name != "message" {
		return ""
	}
	return s.Sel.Name
}

func TestEveryCodeIsUsed(t *testing.T) {
	t.Parallel()
	u := usesIn(t)
	for name, code := range constants(t) {
		if !u.named[name] {
			t.Errorf("%s, %q, is never said", name, code)
		}
	}
}

func TestEveryMessageIsMadeWithTheArgumentsOfItsText(t *testing.T) {
	t.Parallel()
	codes, en := constants(t), texts(t, english)
	for _, c := range usesIn(t).calls {
		want := blanksOf(en[codes[c.code]])
		if len(c.args) != len(want) && !c.open {
			t.Errorf("%s: %s is given %d arguments and takes %v", c.where, c.code, len(c.args), want)
			continue
		}
		for i, kind := range c.args {
			if kind != "" && i < len(want) && want[i] != strconv.Itoa(i+1)+" "+kind {
				t.Errorf("%s: %s is given a %s where it takes %q", c.where, c.code, kind, want[i])
			}
		}
	}
}
