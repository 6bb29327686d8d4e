package windows

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"golang.org/x/image/font/sfnt"
)

// Which other fonts a computer has is not known.
func TestEverythingLockstepSaysIsInTheFontsItBrings(t *testing.T) {
	t.Parallel()
	for name, style := range map[string]fyne.TextStyle{"plain": {}, "bold": {Bold: true}} {
		fonts := []*sfnt.Font{font(t, Theme("").Font(style)), font(t, theme.DefaultTheme().Font(style))}
		for r, where := range written(t) {
			if !covered(fonts, r) {
				t.Errorf("%s: %c (%U) of %s needs another font", name, r, r, where)
			}
		}
	}
}

func font(t *testing.T, r fyne.Resource) *sfnt.Font {
	t.Helper()
	f, err := sfnt.Parse(r.Content())
	if err != nil {
		t.Fatalf("%s: %v", r.Name(), err)
	}
	return f
}

func covered(fonts []*sfnt.Font, r rune) bool {
	for _, f := range fonts {
		if i, err := f.GlyphIndex(nil, r); err == nil && i != 0 {
			return true
		}
	}
	return false
}

// written lists the characters in the words of the program, each with a file that has it.
func written(t *testing.T) map[rune]string {
	t.Helper()
	out := map[rune]string{}
	add := func(words, where string) {
		for _, r := range words {
			if unicode.IsPrint(r) {
				out[r] = where
			}
		}
	}
	for _, dir := range []string{"../../app", "../../sync"} {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case d.Name() == "sim" || d.Name() == "testdata": // names of a made-up library
				return filepath.SkipDir
			case filepath.Ext(path) == ".json":
				words, err := os.ReadFile(path)
				add(string(words), path)
				return err
			case filepath.Ext(path) == ".go" && !strings.HasSuffix(path, "_test.go"):
				return literals(path, add)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if out['✕'] == "" || out['ß'] == "" || out['€'] != "" {
		t.Fatal("the program was not read")
	}
	return out
}

func literals(path string, add func(words, where string)) error {
	f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	ast.Inspect(f, func(n ast.Node) bool {
		if l, ok := n.(*ast.BasicLit); ok && l.Kind == token.STRING {
			if words, err := strconv.Unquote(l.Value); err == nil {
				add(words, path)
			}
		}
		return true
	})
	return nil
}
