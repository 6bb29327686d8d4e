package archtest_test

import (
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

const engineRoot = "sync/engine"

// engineFiles are the files of the engine's root from the top to the bottom: the loop's life
// and turn, what people ask for, what is due, what follows from it, and what all of them stand
// on. A file uses only what stands below it, so that whoever reads one never has to look up.
var engineFiles = []string{
	"run", "turn", "load",
	"asking", "commands", "accounts", "settings", "upkeeping",
	"watching", "working", "auditing", "scanning", "connections", "shelving",
	"verdict", "snapshot", "faults", "engine",
}

// mostEngineLines bounds the engine's root, tests left out: it routes between the parts. What
// decides or remembers something is a part's, where it is tested without servers.
const mostEngineLines = 1800

func TestTheEngineRunsDownwards(t *testing.T) {
	t.Parallel()
	p, err := newTypist(os.DirFS("../..")).load(engineRoot)
	if err != nil {
		t.Fatal(err)
	}
	list := p.arrows()
	if len(list) < 150 {
		t.Errorf("only %d references between files were found", len(list))
	}
	for _, problem := range upward(list, engineFiles) {
		t.Error(problem)
	}
}

func TestFilesOfAPartFormNoCircle(t *testing.T) {
	t.Parallel()
	types := newTypist(os.DirFS("../.."))
	seen := 0
	for dir := range layers {
		if !below(dir, []string{engineRoot}) {
			continue
		}
		p, err := types.load(dir)
		if err != nil {
			t.Fatal(err)
		}
		seen += len(p.arrows())
		for _, a := range circles(p.arrows()) {
			t.Errorf("%s: %v, which comes back", dir, a)
		}
	}
	if seen < 500 {
		t.Errorf("only %d references between files were found", seen)
	}
}

func TestNoStateOfAPartIsWrittenFromOutside(t *testing.T) {
	t.Parallel()
	p, err := newTypist(os.DirFS("../..")).load(engineRoot)
	if err != nil {
		t.Fatal(err)
	}
	for _, problem := range p.writes(module + "/" + engineRoot) {
		t.Error(problem)
	}
}

func TestTheEngineRootOnlyRoutes(t *testing.T) {
	t.Parallel()
	tree := os.DirFS("../..")
	names, err := fs.Glob(tree, engineRoot+"/*.go")
	if err != nil {
		t.Fatal(err)
	}
	lines, files := 0, []string{}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		source, err := fs.ReadFile(tree, name)
		if err != nil {
			t.Fatal(err)
		}
		lines += strings.Count(string(source), "\n")
		files = append(files, strings.TrimSuffix(path.Base(name), ".go"))
	}
	if lines > mostEngineLines {
		t.Errorf("%d lines, at most %d: move what decides or remembers to the part it belongs to", lines, mostEngineLines)
	}
	for _, name := range engineFiles {
		if !slices.Contains(files, name) {
			t.Errorf("the order names %s, which is no file", name)
		}
	}
}

// packageOf is a tree with an engine of two files and one part.
func packageOf(upper, lower string) fstest.MapFS {
	return fstest.MapFS{
		"sync/engine/upper.go":     {Data: []byte("package engine\n" + upper)},
		"sync/engine/lower.go":     {Data: []byte("package engine\n" + lower)},
		"sync/engine/scan/scan.go": {Data: []byte("package scan\n\ntype Scanner struct { At int }\n\nfunc New() *Scanner { return &Scanner{At: 1} }\n")},
	}
}

func TestArrowsAreFound(t *testing.T) {
	t.Parallel()
	const engine = "type Engine struct{ n int }\n"
	tests := map[string]struct {
		upper, lower string
		up           int
		circle       bool
	}{
		"down":                          {"func top(e *Engine) { e.n = 1 }", engine, 0, false},
		"a function up":                 {"func top() {}", engine + "func low() { top() }", 1, false},
		"a method up":                   {"func (e *Engine) top() {}", engine + "func (e *Engine) low() { e.top() }", 1, true},
		"a method as a value":           {"func (e *Engine) top() {}", engine + "func (e *Engine) low() func() { return e.top }", 1, true},
		"in a function of somebody":     {"func (e *Engine) top() {}", "import \"other\"\n" + engine + "func (e *Engine) low() { other.Do(func() { e.top() }) }", 1, true},
		"through an embedded field":     {"func (s *state) top() {}", engine + "type state struct{}\ntype both struct{ *state }\nfunc low(b both) { b.top() }", 1, true},
		"a type up":                     {"type T int", engine + "var _ T", 1, false},
		"a constant up":                 {"const c = 1", engine + "var _ = c", 1, false},
		"a method of another same name": {"func (e *Engine) Read() {}", "import \"other\"\n" + engine + "func low() { other.X.Read() }", 0, false},
		"the same file":                 {"func (e *Engine) top() { e.top() }", engine, 0, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := newTypist(packageOf(test.upper, test.lower)).load(engineRoot)
			if err != nil {
				t.Fatal(err)
			}
			list := p.arrows()
			if got := upward(list, []string{"upper", "lower"}); len(got) != test.up {
				t.Errorf("upwards %q, want %d", got, test.up)
			}
			if got := circles(list); (len(got) > 0) != test.circle {
				t.Errorf("circles %v, want %v", got, test.circle)
			}
		})
	}
	p, err := newTypist(packageOf("func top() { low() }", "func low() {}")).load(engineRoot)
	if err != nil {
		t.Fatal(err)
	}
	if got := upward(p.arrows(), []string{"upper"}); len(got) != 1 || !strings.Contains(got[0], "lower has no place") {
		t.Errorf("a file without a place: %q", got)
	}
}

func TestWritesToAPartAreFound(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		body string
		want int
	}{
		"a literal":      {"_ = scan.Scanner{At: 2}", 0},
		"read":           {"_ = scan.New().At", 0},
		"set":            {"s := scan.New(); s.At = 2", 1},
		"counted":        {"s := scan.New(); s.At++", 1},
		"lent":           {"s := scan.New(); _ = &s.At", 1},
		"in an own type": {"var o struct{ at int }; o.at = 1", 0},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := newTypist(packageOf("import \"lockstep/sync/engine/scan\"\nfunc top() { "+test.body+" }", "")).load(engineRoot)
			if err != nil {
				t.Fatal(err)
			}
			if got := p.writes(module + "/" + engineRoot); len(got) != test.want {
				t.Errorf("%q, want %d", got, test.want)
			}
		})
	}
}
